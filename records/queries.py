"""Queries: what lists, pages and checks read. Nothing here writes."""

from collections.abc import AsyncIterator, Collection
from typing import Any

from sqlalchemy import Table, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from models.log import Entry
from models.tables import TABLES
from records.log import entry_of, read_entries

PART_TABLES = (
    "request_versions",
    "gates",
    "participants",
    "outcomes",
    "arrangements",
    "meetings",
    "reports",
    "recommendations",
    "circulations",
    "follow_ups",
    "duties",
    "readers",
    "case_marks",
    "search_texts",
)
"""The tables that hold the parts of a case."""


def _table(name: str) -> Table:
    return TABLES.tables[name]


async def case_rows(
    connection: AsyncConnection, *, stage: str | None = None, after: str = "", limit: int = 100
) -> list[dict[str, Any]]:
    """A page of cases in the order of their references, beginning after one (keyset paging)."""
    table = _table("cases")
    query = select(table).where(table.c.reference > after).order_by(table.c.reference).limit(limit)
    if stage:
        query = query.where(table.c.stage == stage)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def case_row(connection: AsyncConnection, reference: str) -> dict[str, Any] | None:
    """One case's row, or None."""
    table = _table("cases")
    row = (await connection.execute(select(table).where(table.c.reference == reference))).mappings().first()
    return dict(row) if row else None


async def cases_by_reference(connection: AsyncConnection, references: Collection[str]) -> dict[str, dict[str, Any]]:
    """The rows of these cases, by reference; those that there are."""
    table = _table("cases")
    rows = await connection.execute(select(table).where(table.c.reference.in_(list(references))))
    return {row["reference"]: dict(row) for row in rows.mappings()}


async def entry_types(connection: AsyncConnection, entries: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The types of these entries, by stream and number."""
    c = _table("entries").c
    query = select(c.stream, c.seq, c.type).where(tuple_(c.stream, c.seq).in_(list(entries)))
    return {(stream, seq): name for stream, seq, name in await connection.execute(query)}


async def parts(connection: AsyncConnection, reference: str, name: str) -> list[dict[str, Any]]:
    """The rows of one part of a case (a name of ``PARTS``), in the order of their keys."""
    table = _table(name)
    keys = list(table.primary_key)
    query = select(table).where(table.c.reference == reference).order_by(*keys)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def entries(connection: AsyncConnection, stream: str, *, limit: int | None = None) -> list[Entry]:
    """The log of a stream from its beginning: all of it, or the first so many."""
    return await read_entries(connection, stream, limit=limit)


async def streams(connection: AsyncConnection) -> list[str]:
    """The names of all streams: cases, and follow-ups of recommendations."""
    table = _table("entries")
    return [name for (name,) in await connection.execute(select(table.c.stream).distinct().order_by(table.c.stream))]


async def settled_duplicate(connection: AsyncConnection, stream: str, command: str) -> int | None:
    """The newest entry of a command that came long ago; None if it never came, or if it was the newest of all.

    Entries after it mean that the workflow knows of it. The newest step of all may be known to the log alone (a
    worker died): then the command is to reach the workflow again, which catches up by it.
    """
    table = _table("entries")
    mine = select(func.max(table.c.seq)).where(table.c.stream == stream, table.c.command == command)
    seq: int | None = (await connection.execute(mine)).scalar()
    if seq is None:
        return None
    newest = (await connection.execute(select(func.max(table.c.seq)).where(table.c.stream == stream))).scalar()
    return seq if newest is not None and newest > seq else None


async def notice_counts(connection: AsyncConnection) -> dict[str, int]:
    """How many notices are in each state."""
    table = _table("notices")
    query = select(table.c.state, func.count()).group_by(table.c.state)
    return {str(state): int(number) for state, number in await connection.execute(query)}


async def all_entries(connection: AsyncConnection) -> AsyncIterator[Entry]:
    """Every entry of every stream, by stream and number."""
    table = _table("entries")
    rows = await connection.stream(select(table).order_by(table.c.stream, table.c.seq))
    async for row in rows.mappings():
        yield entry_of(row)
