"""Queries: what lists, pages and checks read. Nothing here writes."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.log import Entry
from models.tables import TABLES
from records.log import entry_of, read_entries

__all__ = ["case", "cases", "duplicate_of", "entries", "notice_counts", "notices", "parts", "streams"]

PARTS = (
    "request_versions", "gates", "participants", "outcomes", "arrangements", "meetings", "reports",
    "recommendations", "circulations", "follow_ups",
)  # fmt: skip
"""The tables that hold the parts of a case."""


def _table(name: str) -> Table:
    return TABLES.tables[name]


async def cases(
    connection: AsyncConnection, *, stage: str | None = None, after: str = "", limit: int = 100
) -> list[dict[str, Any]]:
    """A page of cases in the order of their references, beginning after one (keyset paging)."""
    table = _table("cases")
    query = select(table).where(table.c.reference > after).order_by(table.c.reference).limit(limit)
    if stage:
        query = query.where(table.c.stage == stage)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def case(connection: AsyncConnection, reference: str) -> dict[str, Any] | None:
    """One case's row, or None."""
    table = _table("cases")
    row = (await connection.execute(select(table).where(table.c.reference == reference))).mappings().first()
    return dict(row) if row else None


async def parts(connection: AsyncConnection, reference: str, name: str) -> list[dict[str, Any]]:
    """The rows of one part of a case (a name of ``PARTS``), in the order of their keys."""
    table = _table(name)
    keys = list(table.primary_key)
    query = select(table).where(table.c.reference == reference).order_by(*keys)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def entries(connection: AsyncConnection, stream: str) -> list[Entry]:
    """The whole log of a stream."""
    return await read_entries(connection, stream)


async def streams(connection: AsyncConnection) -> list[str]:
    """The names of all streams: cases, and follow-ups of recommendations."""
    table = _table("entries")
    return [name for (name,) in await connection.execute(select(table.c.stream).distinct().order_by(table.c.stream))]


async def duplicate_of(connection: AsyncConnection, stream: str, command: str) -> int | None:
    """The newest entry that a command id has led to in a stream; None when it never came."""
    table = _table("entries")
    query = select(func.max(table.c.seq)).where(table.c.stream == stream, table.c.command == command)
    return (await connection.execute(query)).scalar()


async def notices(connection: AsyncConnection, reference: str) -> list[dict[str, Any]]:
    """The ledger of a case: who was told of what, and what became of each mail, in order."""
    table = _table("notices")
    query = select(table).where(table.c.reference == reference).order_by(table.c.id)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def notice_counts(connection: AsyncConnection) -> dict[str, int]:
    """How many notices are in each state."""
    table = _table("notices")
    query = select(table.c.state, func.count()).group_by(table.c.state)
    return {state: number for state, number in await connection.execute(query)}


async def all_entries(connection: AsyncConnection) -> AsyncIterator[Entry]:
    """Every entry of every stream, by stream and number."""
    table = _table("entries")
    rows = await connection.stream(select(table).order_by(table.c.stream, table.c.seq))
    async for row in rows.mappings():
        yield entry_of(row)
