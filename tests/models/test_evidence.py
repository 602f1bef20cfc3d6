"""Marks of entries, however a mail was passed on, and what comes of files that are none of ours."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.checkpoints import read_checkpoint, read_submission
from models.evidence import Evidence, mark_of, marks_in, splits
from models.notes import read_signer, read_verifier
from ops.against import kept_in

HASH = "0123456789abcdef" * 4
MARK = mark_of("AHG-2026-003/R1", 12, HASH)


@pytest.mark.parametrize(
    "text",
    [
        MARK,
        f"Kept on record as {MARK}.",
        MARK.replace(" ", "\n"),
        f"> > {MARK.replace(' ', chr(10) + '> > ')}",
        f"<p>Tercatat sebagai {MARK}</p>",
        f"AHG-Record: {MARK.replace(' sha', chr(13) + chr(10) + ' sha')}",
    ],
)
def test_a_mark_is_read_back_however_its_lines_were_broken_or_quoted(text: str) -> None:
    assert marks_in(text, "a.eml") == [Evidence("AHG-2026-003/R1", 12, HASH, "a.eml")]


@pytest.mark.parametrize("text", [MARK[:-1], MARK + "0", MARK.replace("#", ""), MARK.replace("AHG", "XAHG"), ""])
def test_what_is_no_mark_is_not_taken_for_one(text: str) -> None:
    assert marks_in(text, "") == []


def test_one_entry_told_in_two_ways_is_a_split() -> None:
    one, same = Evidence("AHG-2026-003", 1, "a", "x"), Evidence("AHG-2026-003", 1, "a", "y")

    assert splits([one, same, one._replace(seq=2, hash="b")]) == []
    assert splits([one, same._replace(hash="b")]) == [(one, same._replace(hash="b"))]


_NOTE = st.builds("{}\n{}\n{}\n\n\u2014 {} {}\n".format, *[st.text(max_size=20)] * 5)


@given(st.one_of(st.text(), _NOTE, st.builds("old {}\n{}\n\n{}".format, st.text(max_size=9), st.text(), _NOTE)))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (lambda given: read_checkpoint(read_submission(given).note), read_verifier, read_signer):
        with suppress(ValueError):
            read(text)


_HEADS = st.sampled_from([b"From x\n", b"{", b"old 1\n", b"AHG-Record: ", b"Content-Type: text/plain; charset=", b""])
_PARTS = b"Content-Type: multipart/mixed; boundary=x\n\n--x\n"
_MORE = st.sampled_from([b"\n\n", b"Content-Transfer-Encoding: base64\n\n", _PARTS, b"=?utf-8?b?"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.builds(lambda a, b, c, d: a + b + c + d, _HEADS, st.binary(max_size=60), _MORE, st.binary(max_size=90)))
def test_any_file_is_told_to_hold_something_or_nothing(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "kept"
    path.write_bytes(octets)

    found = kept_in(path, None)

    assert found.fault or found.evidence or found.checkpoint or octets.startswith(b"{")


def test_a_mailbox_holds_the_marks_of_its_mails(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    path.write_text("".join(f"From a@b Mon\nAHG-Record: {mark_of('AHG-2026-003', n, HASH)}\n\nx\n" for n in (1, 2)))

    assert [one.seq for one in kept_in(path, None).evidence] == [1, 2]


def test_a_mail_of_ours_about_no_case_is_no_fault_and_one_about_a_case_without_its_mark_is(tmp_path: Path) -> None:
    file = tmp_path / "kept.eml"
    for fields, fault in (
        ("X-Ahg-Kind: post_changed", ""),
        ("X-Ahg-Kind: invited\nX-Ahg-Case: AHG-2026-001", "holds no mark of an entry, no log and no checkpoint"),
        ("Subject: lunch", "holds no mark of an entry, no log and no checkpoint"),
    ):
        file.write_text(f"{fields}\n\nSomebody holds this post now.\n", encoding="utf-8")
        kept = kept_in(file, None)
        assert (kept.evidence, kept.fault) == ((), fault)
