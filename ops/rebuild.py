"""``ahg rebuild``: the projection of cases, with the texts that are searched, made anew from the log.

One case a transaction, in which nothing else is recorded, so that it is safe while the product runs. The rows of the
directory are shared by all cases, and follow-ups of recommendations have logs of their own: both stay as they are.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import SQLModel

from db import lock_table, write_transaction
from models.log import broken_at
from models.projection import Row
from models.tables import TABLES
from models.tables.cases import CaseRow, FollowUpRow
from ops.verify import rebuilt
from records import queries
from records.log import read_entries
from records.projected import write_rows
from records.rows import table_of

_KINDS: tuple[type[SQLModel], ...] = (CaseRow, *(kind for kind in queries.PARTS if kind is not FollowUpRow))
_TABLES = [table_of(kind).name for kind in _KINDS]


async def cases_without_texts(engine: AsyncEngine) -> list[str]:
    """The cases that the search has no text of: they were recorded before there was a search."""
    cases, texts = TABLES.tables["cases"], TABLES.tables["search_texts"]
    has = select(texts.c.id).where(texts.c.reference == cases.c.reference).exists()
    async with engine.connect() as connection:
        found = await connection.execute(select(cases.c.reference).where(~has).order_by(cases.c.reference))
        return list(found.scalars())


async def rebuild_cases(
    engine: AsyncEngine, references: Sequence[str] = (), progress: Callable[[int, int], None] = lambda done, of: None
) -> list[str]:
    """Make the rows of cases anew; of all where none is named. Returns the cases whose log is absent or broken.

    Their rows are left as they are. ``progress`` is called with how many cases are done, and of how many.
    """
    if not references:
        async with engine.connect() as connection:
            references = [stream for stream in await queries.streams(connection) if "/" not in stream]
    left = []
    for number, reference in enumerate(references):
        progress(number, len(references))
        async with write_transaction(engine) as connection:
            if not await _rebuild_one(connection, reference):
                left.append(reference)
    progress(len(references), len(references))
    return left


async def _rebuild_one(connection: AsyncConnection, reference: str) -> bool:
    await lock_table(connection, "entries", "SHARE ROW EXCLUSIVE")  # recording begins with an entry, and waits
    entries = await read_entries(connection, reference)
    if not entries or broken_at(entries) is not None:
        return False
    wanted = {key: columns for key, columns in rebuilt(reference, entries).items() if key[0] in _TABLES}
    await write_rows(connection, [row for kind in _KINDS for row in await _gone(connection, reference, kind, wanted)])
    await write_rows(connection, [Row(table=name, columns=columns) for (name, _), columns in wanted.items()])
    return True


async def _gone(
    connection: AsyncConnection, reference: str, kind: type[SQLModel], wanted: Collection[tuple[str, tuple[Any, ...]]]
) -> list[Row]:
    """The rows of one kind that the log does not give, marked to be deleted."""
    table = table_of(kind)
    rows = await queries.parts(connection, reference, kind)
    there = [{column.name: getattr(row, column.name) for column in table.primary_key} for row in rows]
    return [
        Row(table=table.name, columns=one, gone=True)
        for one in there
        if (table.name, tuple(one.values())) not in wanted
    ]
