"""Signed checkpoints of the record: made on demand, kept with the cosignatures of witnesses, never changed."""

import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from tempfile import mkstemp
from typing import NamedTuple

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import insert_for, write_transaction
from models.checkpoints import Checkpoint, read_checkpoint
from models.merkle import Frontier
from models.notes import Note, SignerKey, VerifierKey, read_note, signature_of
from models.tables import CheckpointRow
from records.tree import frontier_at, newest_frontier

_CHECKPOINTS: Table = CheckpointRow.__table__  # type: ignore[attr-defined]


class RecordDiffers(Exception):
    """The record does not continue what was signed before: it was rewritten or shortened. Nothing is signed."""


class KeptSignature(NamedTuple):
    """A signature as it is kept, with the text that it is under."""

    size: int
    signer: str
    text: str
    line: str

    def note(self) -> Note:
        """The text with this signature alone.

        Raises:
            ValueError: what is kept is no signed note.
        """
        return read_note(f"{self.text}\n{self.line}")


async def kept_signatures(connection: AsyncConnection) -> list[KeptSignature]:
    """All signatures that are kept, by size."""
    c = _CHECKPOINTS.c
    query = select(c.size, c.signer, c.text, c.line).order_by(c.size, c.signer)
    return [KeptSignature(*row) for row in await connection.execute(query)]


async def checkpoint_note(connection: AsyncConnection, signer: str, size: int | None = None) -> Note | None:
    """The checkpoint of that size, the newest if none is given, with all its signatures, the record's first.

    None where there is none. ``signer``: the name of the record's own key.
    """
    c = _CHECKPOINTS.c
    query = select(c.size, c.signer, c.text, c.line)
    if size is None:
        newest = select(c.size).where(c.signer == signer).order_by(c.size.desc()).limit(1).scalar_subquery()
        query = query.where(c.size == newest)
    else:
        query = query.where(c.size == size)
    rows = [KeptSignature(*row) for row in await connection.execute(query.order_by(c.at))]
    own = [row for row in rows if row.signer == signer]
    if not own:
        return None
    same = [row for row in rows if row.text == own[0].text and row.signer != signer]
    return read_note(f"{own[0].text}\n{''.join(row.line for row in (*own, *same))}")


def signed_beside(path: Path) -> Note | None:
    """The newest checkpoint that was signed, from the file beside the key; None where none was yet.

    Raises:
        RecordDiffers: the file holds no checkpoint.
        OSError: it cannot be read.
    """
    try:
        note = read_note(path.read_text(encoding="utf-8"))
        read_checkpoint(note)
    except FileNotFoundError:
        return None
    except ValueError:
        raise RecordDiffers(f"{path} holds no signed checkpoint") from None
    return note


def _keep_beside(path: Path, note: Note) -> None:
    """Keep what was signed, whole or not at all. Of two processes at once the one with less may come last: what it leaves
    is continued all the same, and the next one that is signed is kept again.
    """
    descriptor, fresh = mkstemp(dir=path.parent, prefix=f".{path.name}.")  # its owner's alone
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(str(note))
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise


async def sign_newest(engine: AsyncEngine, key: SignerKey, at: datetime, beside: Path | None = None) -> Note:
    """The signed checkpoint of the record as it is now, with the cosignatures that it has.

    ``beside``: the file that keeps the newest one that was signed, out of the database's reach.

    Raises:
        RecordDiffers: the record does not continue the newest checkpoint that was signed.
        OSError: what is signed cannot be kept beside the key; it is not given out.
    """
    seen = signed_beside(beside) if beside else None
    async with engine.connect() as connection:
        last = await checkpoint_note(connection, key.name)  # first: another process may sign a larger one meanwhile
        whole = await newest_frontier(connection)
        for one in (last, seen):
            await _continues(connection, one, whole)
    text = Checkpoint(key.name, whole.size, whole.root).text()
    if beside is not None and (seen is None or seen.text != text):
        _keep_beside(beside, Note(text, (signature_of(text, key),)))
    if last is not None and last.text == text:
        return last
    await _keep(engine, whole.size, text, Note(text, (signature_of(text, key),)), at)
    async with engine.connect() as connection:
        kept = await checkpoint_note(connection, key.name, whole.size)
    return kept or Note(text, (signature_of(text, key),))


async def _continues(connection: AsyncConnection, last: Note | None, whole: Frontier) -> None:
    if last is None:
        return
    signed = read_checkpoint(last)
    now = await frontier_at(connection, signed.size)
    if now is None or signed.size > whole.size:
        raise RecordDiffers(f"the record has {whole.size} leaves; a checkpoint of {signed.size} was signed")
    if now.root != signed.root:
        raise RecordDiffers(f"the first {signed.size} leaves of the record are not those that were signed")


async def add_cosignatures(
    engine: AsyncEngine, note: Note, own: VerifierKey, witnesses: Collection[VerifierKey], at: datetime
) -> list[str]:
    """Keep the cosignatures of these witnesses under a checkpoint that the record has signed; returns their names.

    Raises:
        ValueError: the note is no checkpoint that was signed here, or nobody known has cosigned it.
    """
    size = read_checkpoint(note).size
    async with engine.connect() as connection:
        kept = await checkpoint_note(connection, own.name, size)
    if kept is None or kept.text != note.text:
        raise ValueError(f"is no checkpoint of {size} leaves that was signed here")
    found = [one for one in map(note.signed_by, witnesses) if one is not None]
    if not found:
        raise ValueError("bears no signature of a witness that AHG_WITNESS_KEYS names")
    await _keep(engine, size, note.text, Note(note.text, tuple(found)), at)
    return [one.name for one in found]


async def _keep(engine: AsyncEngine, size: int, text: str, note: Note, at: datetime) -> None:
    rows = [{"size": size, "signer": one.name, "text": text, "line": str(one), "at": at} for one in note.signatures]
    async with write_transaction(engine) as connection:
        await connection.execute(insert_for(connection)(_CHECKPOINTS).on_conflict_do_nothing(), rows)
