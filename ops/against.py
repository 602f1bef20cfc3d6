"""``ahg verify --against``: the log against mails, exported logs and checkpoints that people kept elsewhere."""

import binascii
import codecs
import email
import email.policy
import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models.checkpoints import Checkpoint, read_checkpoint, read_submission
from models.evidence import MARK_FIELD, Evidence, difference, marks_by_stream, marks_in, splits
from models.log import Entry, broken_at
from models.notes import VerifierKey
from ops.verify_record import RECORD, Fault, grown, not_continued
from records.log import read_entries

_DEEPEST = 5
"""How many attached mails are looked into, one in the other."""

_BEGINS_LIKE_A_MAIL = re.compile(rb"\s{0,20}[!-9;-~]{1,80}:[ \t]")
_WIDE = re.compile(rb"A\0H\0G\0|\0A\0H\0G")


class Kept(NamedTuple):
    """What a file that somebody kept tells: entries of logs, or a checkpoint; and what is wrong with the file itself."""

    source: str
    evidence: tuple[Evidence, ...] = ()
    checkpoint: Checkpoint | None = None
    fault: str = ""


def kept_in(path: Path, key: VerifierKey | None) -> Kept:
    """What a file tells: a mail, a mailbox (mbox), an exported log or a checkpoint; which one it is, its content says.

    ``key``: the record's; a checkpoint that it did not sign is a fault. Without it no signature is checked.
    """
    return read_kept(path.read_bytes(), path.name, key)


def read_kept(octets: bytes, source: str, key: VerifierKey | None) -> Kept:
    """What the bytes of such a file tell. Whatever they are, that is an answer and no error."""
    try:
        return _kept(octets, source, key)
    except RecursionError:
        return Kept(source, fault="is nested too deeply to be read")


def _kept(octets: bytes, source: str, key: VerifierKey | None) -> Kept:
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        octets = octets.decode("utf-16", "replace").encode()
    if octets.startswith(b"From "):
        mails = [one.partition(b"\n")[2] for one in (b"\n" + octets).split(b"\nFrom ")[1:]]
        return _told([found for mail in mails for found in _marks(mail, source)], source, mails)
    text = octets.decode("utf-8", "replace")
    if octets.startswith(b"{"):
        return _exported(text, source)
    try:
        note = read_submission(text).note
        checkpoint = read_checkpoint(note)
    except ValueError:
        return _told(_marks(octets, source), source, [octets])
    if key is not None and note.signed_by(key) is None:
        return Kept(source, fault=f"is a checkpoint that {key.name} did not sign")
    return Kept(source, checkpoint=checkpoint)


def _of_no_case(octets: bytes) -> bool:
    """Whether it is a mail of ours that tells of no case, as on an account or who holds a post: it has no mark."""
    message = email.message_from_bytes(octets, policy=email.policy.compat32)
    return bool(message["X-Ahg-Kind"]) and not message["X-Ahg-Case"]


def _told(marks: Iterable[Evidence], source: str, mails: Sequence[bytes]) -> Kept:
    found = tuple(marks)
    if found or (mails and all(map(_of_no_case, mails))):
        return Kept(source, found)
    return Kept(source, fault="holds no mark of an entry, no log and no checkpoint")


def _marks(octets: bytes, source: str) -> Iterator[Evidence]:
    """The marks in a mail and in mails that are attached to it, each once: in their fields; where no field has any, in
    their texts. A text also quotes people, who may write anything that looks like a mark.
    """
    parts = list(_parts(octets))
    fields = [str(field) for part in parts for field in part.get_all(MARK_FIELD, [])]
    texts = [_text(part) for part in parts if part.get_content_maintype() == "text"]
    for places in (fields, texts):
        found = dict.fromkeys(mark for place in places for mark in marks_in(place, source))
        if found:
            yield from found
            return


def _parts(octets: bytes, depth: int = 0) -> Iterator[Message]:
    """The parts of a mail, and of mails that are attached to it as a file of any kind, or encoded."""
    for part in email.message_from_bytes(
        octets, policy=email.policy.compat32
    ).walk():  # newer ones stumble over odd fields
        yield part
        attached = _attached(part)
        if depth < _DEEPEST and _BEGINS_LIKE_A_MAIL.match(attached):
            yield from _parts(attached, depth + 1)


def _attached(part: Message) -> bytes:
    """What a part holds that is no text and was not looked into."""
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        if str(part["Content-Transfer-Encoding"]).strip().lower() != "base64":
            return b""
        inner: Any = part.get_payload(0)
        return _decoded(inner.get_payload(decode=True))  # RFC 2046 forbids it, and some mailers do it
    if part.is_multipart() or part.get_content_maintype() == "text":
        return b""
    return bytes(part.get_payload(decode=True) or b"")


def _decoded(encoded: object) -> bytes:
    try:
        return binascii.a2b_base64(encoded) if isinstance(encoded, bytes) else b""
    except binascii.Error:
        return b""


def _text(part: Message) -> str:
    octets = bytes(part.get_payload(decode=True) or b"")
    said = str(part.get_content_charset() or "utf-8")
    wide = _WIDE.search(octets)
    if wide and not said.startswith("utf-16"):
        said = "utf-16-le" if wide[0].endswith(b"\0") else "utf-16-be"
    try:
        return octets.decode(said, "replace")
    except (LookupError, ValueError):  # ValueError: a codec of bytes, or one that knows no replacing
        return octets.decode("utf-8", "replace")


def _exported(text: str, source: str) -> Kept:
    try:
        entries = [Entry.model_validate(json.loads(line)) for line in text.splitlines() if line.strip()]
    except (ValueError, ValidationError):
        return Kept(source, fault="is no exported log")
    broken = broken_at(entries)
    whole = entries if broken is None else entries[: broken - 1]
    evidence = tuple(Evidence(entry.case, entry.seq, entry.hash, source) for entry in whole)
    return Kept(source, evidence, fault="" if broken is None else f"breaks off its own chain at entry {broken}")


async def faults_against(engine: AsyncEngine, paths: Iterable[Path], key: VerifierKey | None) -> AsyncIterator[Fault]:
    """Where the log differs from what these files tell, the first entry that differs named; and the files' own faults."""
    kept = [kept_in(path, key) for path in paths]
    evidence = [one for file in kept for one in file.evidence]
    for file in kept:
        if file.fault:
            yield Fault(stream=file.source, what=file.fault)
    for one, other in splits(evidence):
        what = f"{one.source} and {other.source} tell of two different entries {one.seq}: the history was split"
        yield Fault(stream=one.stream, what=what)
    async with engine.connect() as connection:
        for stream, told in sorted(marks_by_stream(evidence).items()):
            if fault := await _of_stream(connection, stream, told):
                yield Fault(stream=stream, what=fault)
        if fault := await _of_record(connection, [file.checkpoint for file in kept if file.checkpoint]):
            yield Fault(stream=RECORD, what=fault)


async def _of_stream(connection: AsyncConnection, stream: str, told: Sequence[Evidence]) -> str:
    log = await read_entries(connection, stream)
    broken = broken_at(log)
    if broken is not None:
        return f"the chain of the log breaks at entry {broken}"
    return difference(log, told)


async def _of_record(connection: AsyncConnection, checkpoints: Sequence[Checkpoint]) -> str:
    sizes = {one.size for one in checkpoints}
    return not_continued(await grown(connection, sizes), checkpoints) if checkpoints else ""
