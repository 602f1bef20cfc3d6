"""``ahg rebuild``: the projection of cases, with the texts that are searched, made anew from the log.

One case a transaction, in which nothing else is recorded, so that it is safe while the product runs. The rows of the
directory are shared by all cases, and follow-ups of recommendations have logs of their own: both stay as they are.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db import write_transaction
from models.tables import TABLES
from records import queries
from records.from_log import rebuild_case


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
            if not await rebuild_case(connection, reference):
                left.append(reference)
    progress(len(references), len(references))
    return left
