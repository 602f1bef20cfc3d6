"""Whether reminders that waited are still due: what ``models.notices.still_due`` says of them, from the logs of cases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from models.asks import asked_of
from models.duties import still_asked
from models.notices import Notice, facts_of_row
from models.notices.still_due import REMINDING, follow_up_superseded, reminder_now
from models.posts import Capacity, Post
from records import queries
from records.casefiles import CaseFiles

_Row = Mapping[str, Any]


class Reminders:
    """Asks it of rows of the ledger."""

    def __init__(self, files: CaseFiles) -> None:
        self._files = files

    async def among(self, connection: AsyncConnection, notices: Sequence[_Row]) -> set[int]:
        """The ids of those that an act of the clock caused."""
        causes = {_cause(notice) for notice in notices}
        types = await queries.entry_types(connection, causes)
        return {notice["id"] for notice in notices if types.get(_cause(notice)) in REMINDING}

    async def as_due_now(self, notice: _Row) -> _Row | str:
        """A reminder as it is to be sent now, or in a sentence why it is not to be sent any more."""
        again = await self._again(notice)
        if again is None or isinstance(again, str):
            return again or notice
        return {**notice, "due": again.due, "facts": again.facts.model_dump(mode="json")}

    async def is_settled(self, notice: _Row) -> bool:
        """Whether what a notice asked its reader for in its case is not asked of it any more."""
        post = Post(notice["post"])
        asked = asked_of(notice["kind"], post, facts_of_row(notice["facts"]))
        if asked is None or asked.do == "adopt":  # what becomes of recommendations is in their own logs
            return False
        case = await self._files.read(notice["reference"])
        return case is not None and not still_asked(case, post, asked.do, asked.about)

    async def _again(self, notice: _Row) -> Notice | str | None:
        stream, seq = _cause(notice)
        told, *since = await self._files.entries(stream, after=seq - 1)
        if told.type == "recommendation_reminded":
            return follow_up_superseded(since)
        if all(entry.command == told.command for entry in since):
            return None
        case = await self._files.read(stream)
        if case is None:
            return None
        post, capacity = Post(notice["post"]), Capacity(notice["capacity"])
        return reminder_now(case, told, since, notice["kind"], post, capacity)


def _cause(notice: _Row) -> tuple[str, int]:
    """The log and the number of the entry that caused a notice (``records.log.notice_key``)."""
    return notice["key"].partition("#")[0], notice["seq"]
