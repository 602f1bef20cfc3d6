"""Signed notes, checkpoints and cosignatures as others write them (C2SP)."""

import pytest

from models.checkpoints import Checkpoint, Submission, read_checkpoint, read_submission, refusal_to_cosign
from models.merkle import NO_LEAVES, Frontier, leaf_hash
from models.notes import KeyUse, Note, SignerKey, read_note, read_signer, read_verifier, signature_of

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
"""The key of the example of Go's package golang.org/x/mod/sumdb/note, with the note that it signed."""
WORDS = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
SPECIFIED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZ\
qhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
"""The example of c2sp.org/tlog-cosignature."""

RECORD = SignerKey("ahg.example/record", KeyUse.NOTE, b"r" * 32)
OFFICE = SignerKey("office.example/witness", KeyUse.COSIGNATURE, b"o" * 32)


def test_a_note_that_another_program_signed_is_verified_and_a_changed_one_is_not() -> None:
    key, note = read_verifier(PETER), read_note(WORDS)

    assert note.signed_by(key) is not None
    assert str(note) == WORDS
    assert note._replace(text=note.text.replace("answer", "question")).signed_by(key) is None


def test_the_checkpoint_of_the_specification_is_read_and_written_as_it_stands() -> None:
    note = read_note(SPECIFIED)

    assert read_checkpoint(note).text() == note.text
    assert str(note) == SPECIFIED
    assert int.from_bytes(note.signatures[1].signature[:8], "big") == 1679315147


def test_a_key_is_read_back_from_its_text_and_never_shown() -> None:
    assert read_signer(RECORD.written()) == RECORD
    assert read_verifier(str(OFFICE.verifier)) == OFFICE.verifier
    assert RECORD.written() not in repr(RECORD)
    assert "cnJy" not in f"{RECORD!r}"


@pytest.mark.parametrize("text", ["", "x", "a\n\n— b\n", "a\tb\n\n— b AAAAAAAA\n", "a\n\n— b +AAA\n", WORDS[:-1]])
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|holds) "):
        read_note(text)


def frontier(leaves: list[bytes]) -> Frontier:
    grown = NO_LEAVES
    for leaf in leaves:
        grown = grown.added(leaf_hash(leaf))
    return grown


def checkpoint(leaves: list[bytes], key: SignerKey = RECORD) -> Note:
    text = Checkpoint(RECORD.name, len(leaves), frontier(leaves).root).text()
    return Note(text, (signature_of(text, key),))


def test_a_witness_cosigns_what_continues_and_its_cosignature_is_verified() -> None:
    seen, now = checkpoint([b"a"]), checkpoint([b"a", b"b"])
    given = Submission(1, (leaf_hash(b"b"),), now)

    assert refusal_to_cosign(given, RECORD.verifier, read_checkpoint(seen)) == ""
    cosigned = Note(now.text, (*now.signatures, signature_of(now.text, OFFICE, 1_800_000_000)))

    assert cosigned.signed_by(OFFICE.verifier) == cosigned.signatures[1]
    assert cosigned.signed_by(RECORD.verifier) == cosigned.signatures[0]
    assert read_submission(str(given)) == given


REFUSED = {
    "rewritten": ([b"x", b"b"], 1, "it was rewritten"),
    "shortened": ([], 0, "the record was shortened"),
    "split": ([b"x"], 0, "is another record of 1 leaves"),
    "without a proof": ([b"a", b"b"], 0, "a proof from 1 is needed"),
}


@pytest.mark.parametrize(("leaves", "old", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_a_witness_refuses(leaves: list[bytes], old: int, why: str) -> None:
    seen = read_checkpoint(checkpoint([b"a"]))
    given = Submission(old, (leaf_hash(b"b"),) if old else (), checkpoint(leaves))

    assert why in refusal_to_cosign(given, RECORD.verifier, seen)


def test_a_witness_refuses_what_another_key_signed() -> None:
    other = SignerKey(RECORD.name, KeyUse.NOTE, b"s" * 32)

    assert "is not signed by" in refusal_to_cosign(Submission(0, (), checkpoint([b"a"], other)), RECORD.verifier, None)
