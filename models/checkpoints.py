"""Checkpoints of the record (c2sp.org/tlog-checkpoint), and what a witness is sent (c2sp.org/tlog-witness)."""

import base64
import re
from typing import NamedTuple

from models.merkle import HASH_BYTES, is_consistent
from models.notes import Note, VerifierKey, read_note

_LONGEST_PROOF = 63


class Head(NamedTuple):
    """The newest entry of a stream after a step: what a leaf of the record holds."""

    stream: str
    seq: int
    hash: str

    def data(self) -> bytes:
        """The bytes of the leaf: stream, number and hash, with a blank between."""
        return f"{self.stream} {self.seq} {self.hash}".encode()


class Checkpoint(NamedTuple):
    """How large the record is, and the hash of its tree. ``origin`` names the record."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


class Submission(NamedTuple):
    """A checkpoint with the proof that its record grew from one of ``old`` leaves."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        lines = [f"old {self.old}", *(base64.b64encode(one).decode("ascii") for one in self.proof)]
        return "\n".join((*lines, "", str(self.note)))


def read_checkpoint(note: Note) -> Checkpoint:
    """The checkpoint that a note is; its signatures are not looked at.

    Raises:
        ValueError: it is none.
    """
    origin, size, root, *_ = (*note.text.split("\n"), "", "", "")
    if not origin or not re.fullmatch(r"0|[1-9][0-9]{0,17}", size):
        raise ValueError("is no checkpoint")
    return Checkpoint(origin, int(size), _hash(root))


def read_submission(written: str) -> Submission:
    """A checkpoint with its proof, or a checkpoint alone, which proves nothing of older ones.

    Raises:
        ValueError: it is neither.
    """
    if not written.startswith("old "):
        return Submission(0, (), read_note(written))
    first, _, note = written.partition("\n\n")
    size, *proof = first.removeprefix("old ").split("\n")
    if not re.fullmatch(r"0|[1-9][0-9]{0,17}", size) or len(proof) > _LONGEST_PROOF:
        raise ValueError("is no checkpoint with a proof")
    return Submission(int(size), tuple(map(_hash, proof)), read_note(note))


def _hash(text: str) -> bytes:
    try:
        octets = base64.b64decode(text, validate=True)
    except ValueError:
        octets = b""
    if len(octets) != HASH_BYTES:
        raise ValueError("holds no hash where one belongs")
    return octets


def refusal_to_cosign(given: Submission, key: VerifierKey, seen: Checkpoint | None) -> str:
    """Why a witness that has seen a checkpoint does not cosign another one; empty if it does.

    ``key``: the record's. ``seen``: the newest checkpoint that the witness cosigned; None if there is none.
    """
    if given.note.signed_by(key) is None:
        return f"is not signed by {key}"
    now = read_checkpoint(given.note)
    if now.origin != key.name:
        return f"is of {now.origin}, not of {key.name}"
    if seen is None:
        return ""
    if now.origin != seen.origin:
        return f"is of {now.origin}; the one seen before is of {seen.origin}"
    if now.size < seen.size:
        return f"has {now.size} leaves; {seen.size} were seen before: the record was shortened, or this is an old one"
    if now.size == seen.size:
        return "" if now.root == seen.root else f"is another record of {now.size} leaves than the one seen before"
    if given.old != seen.size:
        return f"proves its growth from {given.old} leaves; a proof from {seen.size} is needed"
    if not is_consistent(seen.size, now.size, seen.root, now.root, given.proof):
        return f"does not continue the record of {seen.size} leaves that was seen before: it was rewritten"
    return ""
