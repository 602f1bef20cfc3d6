"""What of the files of requests nothing names any more, and how it goes: a request's files stay for good, no others.

A file is named by a version of a request, by an entry of the log, or by a draft. What nobody has named for the grace is
first forgotten (who put it in), and its bytes go when another grace is over: a request that was checked just before, and
names the file, is on record long since.
"""

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from os import utime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import lock_table, write_transaction
from models.events import EVENTS
from models.request import Attachment
from models.tables import TABLES

UNNAMED_GRACE = timedelta(hours=24)
"""How long a file stays that nothing names."""

UNFINISHED = ".new-"
"""The beginning of the names of files that are still being written. Such files may stay after a crash, until a sweep."""

_GOING = ".going-"
_NOTED, _VERSIONS, _DRAFTS, _ENTRIES = (
    TABLES.tables[name] for name in ("attachments", "request_versions", "drafts", "entries")
)
_HASH = re.compile(r"\b[0-9a-f]{64}\b")


class Swept(NamedTuple):
    """What went: files that nobody is noted for any more, and files and bytes that were removed."""

    forgotten: int = 0
    removed: int = 0
    size: int = 0


async def kept_bytes(connection: AsyncConnection, member: str, but: str = "") -> int:
    """The bytes of all files that a member has put in; ``but``: the hash of one that does not count."""
    c = _NOTED.c
    query = select(func.sum(c.size)).where(c.member == member, c.sha256 != but)
    return int((await connection.execute(query)).scalar() or 0)


async def bytes_with(connection: AsyncConnection, member: str, new: Attachment) -> tuple[int, int]:
    """The bytes of the files of a member that no version of a request names, and of all its files, ``new`` with them."""
    c = _NOTED.c
    others = await kept_bytes(connection, member, but=new.sha256)
    if not others:
        return new.size, new.size
    carried = await _hashes(connection, _VERSIONS.c.content)
    rows = await connection.execute(select(c.sha256, c.size).where(c.member == member, c.sha256 != new.sha256))
    return new.size + sum(int(size) for sha256, size in rows if sha256 not in carried), new.size + others


async def _named(connection: AsyncConnection) -> set[str]:
    """The hashes of all files that something names."""
    holding = [name for name, event in EVENTS.items() if "request" in event.model_fields]
    named = await _hashes(connection, _VERSIONS.c.content)
    named |= await _hashes(connection, _DRAFTS.c.content)
    return named | await _hashes(connection, _ENTRIES.c.event, _ENTRIES.c.type.in_(holding))


async def _hashes(connection: AsyncConnection, column: ColumnElement[object], *where: ColumnElement[bool]) -> set[str]:
    written = cast(column, Text)
    found: set[str] = set()
    async for (text,) in await connection.stream(select(written).where(written.like("%sha256%"), *where)):
        found.update(_HASH.findall(text))
    return found


async def sweep_attachments(engine: AsyncEngine, folder: Path, at: datetime) -> Swept:
    """Forget and remove what nothing has named for the grace. May run in several processes at once."""
    old = _NOTED.c.kept_at < at - UNNAMED_GRACE
    async with engine.connect() as connection:
        named = await _named(connection)  # all that was ever named: too much to have writers wait for it
        rows = await connection.execute(select(_NOTED.c.sha256).where(old))
        unnamed = {sha256 for (sha256,) in rows} - named
    async with write_transaction(engine) as connection:
        await lock_table(connection, "drafts")
        forgotten = unnamed - await _hashes(connection, _DRAFTS.c.content)
        for sha256 in forgotten:
            await connection.execute(_NOTED.delete().where(_NOTED.c.sha256 == sha256, old))
        noted = {sha256 for (sha256,) in await connection.execute(select(_NOTED.c.sha256))}
    removed, size = await asyncio.to_thread(_remove, folder, named | noted, forgotten, at)
    return Swept(len(forgotten), removed, size)


def _remove(folder: Path, wanted: set[str], forgotten: set[str], at: datetime) -> tuple[int, int]:
    removed = size = 0
    for path in _files(folder):
        if path.name in wanted:
            continue
        if path.name in forgotten:
            utime(path, (at.timestamp(), at.timestamp()))  # its bytes have a grace of their own
        elif _is_old(path, at):
            bytes_of = _gone(path, at)
            removed, size = removed + (bytes_of is not None), size + (bytes_of or 0)
    return removed, size


def _files(folder: Path) -> Iterator[Path]:
    yield from folder.glob("??/??/*")
    yield from folder.glob(f"{UNFINISHED}*")


def _is_old(path: Path, at: datetime) -> bool:
    try:
        return path.stat().st_mtime < (at - UNNAMED_GRACE).timestamp()
    except FileNotFoundError:  # another process was quicker
        return False


def _gone(path: Path, at: datetime) -> int | None:
    """Remove a file and return its size; None if it was put in anew in the meantime, and stays."""
    going = path.with_name(f"{_GOING}{path.name}")
    try:
        path.rename(going)
        if not _is_old(going, at):
            going.rename(path)
            return None
        size = going.stat().st_size
        going.unlink()
    except FileNotFoundError:
        return None
    return size
