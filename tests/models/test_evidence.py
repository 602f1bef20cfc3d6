"""Marks of entries, however a mail was passed on, and what comes of files that are none of ours."""

import base64
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.checkpoints import read_checkpoint, read_submission
from models.evidence import Evidence, mark_of, marks_in, splits
from models.notes import read_signer, read_verifier
from ops.against import kept_in, read_kept

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
        MARK.replace(" ", "\u00a0"),
        MARK.replace(" ", "&nbsp;"),
        f"<td>{MARK.replace(' ', '</td><td>')}</td>",
        MARK.replace("89", "<wbr>8\u200b9"),
        f"AHG-Record: {MARK.replace(' sha', chr(13) + chr(10) + ' sha')}",
    ],
)
def test_a_mark_is_read_back_however_its_lines_were_broken_or_quoted(text: str) -> None:
    assert marks_in(text, "a.eml") == [Evidence("AHG-2026-003/R1", 12, HASH, "a.eml")]


@pytest.mark.parametrize("text", [MARK[:-1], MARK + "0", MARK.replace("#", ""), MARK.replace("AHG", "XAHG"), ""])
def test_what_is_no_mark_is_not_taken_for_one(text: str) -> None:
    assert marks_in(text, "") == []


OURS = f"AHG-Record: {MARK}\nSubject: A request\n\nx\n".encode()
FALSE = mark_of("AHG-2026-003/R1", 12, "f" * 64)


def _passed_on(fields: str, octets: bytes) -> bytes:
    """A mail that quotes a false mark, with a part of these fields."""
    head = f"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nThey write {FALSE}\n--x\n{fields}\n\n"
    return head.encode() + octets + b"\n--x--\n"


@pytest.mark.parametrize(
    "octets",
    [
        f"Content-Type: text/plain; charset=utf-8\n\n{MARK.replace(' ', chr(160))}".encode(),
        b"Content-Type: text/plain; charset=utf-16\n\n" + MARK.encode("utf-16"),
        b"Content-Type: text/plain\n\n" + MARK.encode("utf-16-be"),
        b"Content-Type: text/plain; charset=base64\n\n" + MARK.encode(),
        MARK.encode("utf-16"),
        _passed_on("Content-Type: message/rfc822", OURS),
        _passed_on("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64", base64.encodebytes(OURS)),
        _passed_on(
            "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64", base64.encodebytes(OURS)
        ),
        _passed_on(
            "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64",
            base64.encodebytes(_passed_on("Content-Type: application/x-mail", OURS)),
        ),
    ],
)
def test_a_mark_is_found_however_its_mail_was_encoded_or_attached_and_before_what_texts_quote(octets: bytes) -> None:
    found = read_kept(octets, "kept", None)

    assert found.evidence == (Evidence("AHG-2026-003/R1", 12, HASH, "kept"),)


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
        ("From ahg@example Mon\nX-Ahg-Kind: account", ""),
        ("X-Ahg-Kind: invited\nX-Ahg-Case: AHG-2026-001", "holds no mark of an entry, no log and no checkpoint"),
        ("Subject: lunch", "holds no mark of an entry, no log and no checkpoint"),
    ):
        file.write_text(f"{fields}\n\nSomebody holds this post now.\n", encoding="utf-8")
        kept = kept_in(file, None)
        assert (kept.evidence, kept.fault) == ((), fault)
