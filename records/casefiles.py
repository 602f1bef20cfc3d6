"""Cases as their logs have them, for pages: read once, then only what has been added since."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncEngine

from models.case import Case
from models.log import Entry
from models.rules import blank, replay_entry
from records.log import read_entries


class CaseFiles:
    """The newest state of each case, rebuilt from its log alone; ``keep`` of them stay in memory.

    A page shows exactly what is recorded, from one place, and a long case costs only its newest entries.
    """

    def __init__(self, engine: AsyncEngine, keep: int = 500) -> None:
        self._engine = engine
        self._keep = keep
        self._cases: OrderedDict[str, Case] = OrderedDict()

    async def read(self, reference: str) -> Case | None:
        """The case as it is recorded now; None when there is none of that reference."""
        known = self._cases.get(reference)
        async with self._engine.connect() as connection:
            added = await read_entries(connection, reference, after=known.seq if known else 0)
        if known is None and not added:
            return None
        if known is None:
            case = (await asyncio.to_thread(_replayed, blank(reference), added)).slim()
        else:
            case = _replayed(known, added)
        self._cases[reference] = case
        self._cases.move_to_end(reference)
        while len(self._cases) > self._keep:
            self._cases.popitem(last=False)
        return case

    async def entries(self, reference: str, *, after: int = 0, limit: int | None = None) -> list[Entry]:
        """Entries of the log of a case, in order, after a number."""
        async with self._engine.connect() as connection:
            return await read_entries(connection, reference, after=after, limit=limit)


def _replayed(case: Case, entries: Iterable[Entry]) -> Case:
    for entry in entries:
        case = replay_entry(case, entry)
    return case
