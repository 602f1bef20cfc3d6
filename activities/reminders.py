"""Whether reminders that waited are still due, by the logs of their cases (``models.notices.still_due``)."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from models.asks import asked_of
from models.duties import still_asked
from models.log import Entry
from models.notices import Notice
from models.notices.still_due import REMINDING, follow_up_reminder_now, reminder_now
from models.recommendation import catch_up_follow_up, follow_up_of
from records import queries
from records.casefiles import CaseFiles
from records.notices import LedgerNotice


class Reminders:
    """Finds the reminders among rows of the ledger, and whether they are still due."""

    def __init__(self, files: CaseFiles) -> None:
        self._files = files

    async def among(self, connection: AsyncConnection, notices: Sequence[LedgerNotice]) -> set[int]:
        """The ids of the notices that an act of the clock caused."""
        causes = {_cause(notice) for notice in notices}
        types = await queries.entry_types(connection, causes)
        return {notice.id for notice in notices if types.get(_cause(notice)) in REMINDING}

    async def as_due_now(self, notice: LedgerNotice) -> LedgerNotice | str:
        """A reminder as it is to be sent now; if it is not to be sent any more, a sentence that says why."""
        again = await self._again(notice)
        if again is None or isinstance(again, str):
            return again or notice
        return replace(notice, due=again.due, stored_facts=again.facts.model_dump(mode="json"))

    async def is_settled(self, notice: LedgerNotice) -> bool:
        """Whether the reader of a notice does not have to do any more what the notice asked for."""
        asked = asked_of(notice.kind, notice.post, notice.facts)
        if asked is None or asked.do == "adopt":  # what becomes of recommendations is in their own logs
            return False
        case = await self._files.read(notice.reference)
        return case is not None and not still_asked(case, notice.post, asked.do, asked.about)

    async def _again(self, notice: LedgerNotice) -> Notice | str | None:
        stream, seq = _cause(notice)
        told, *since = await self._files.entries(stream, after=seq - 1)
        if told.type == "recommendation_reminded":
            return await self._of_recommendation(notice, since)
        if all(entry.command == told.command for entry in since):
            return None
        case = await self._files.read(stream)
        if case is None:
            return None
        return reminder_now(case, told, since, notice.kind, notice.post, notice.capacity)

    async def _of_recommendation(self, notice: LedgerNotice, since: Sequence[Entry]) -> str | None:
        stream, seq = _cause(notice)
        case = await self._files.read(notice.reference)
        number = int(stream.rpartition("/R")[2])
        if case is None or not since or number not in case.recommendations:
            return None
        before = [entry for entry in await self._files.entries(stream) if entry.seq <= seq]
        return follow_up_reminder_now(catch_up_follow_up(follow_up_of(case, number), before), since, notice.post)


def _cause(notice: LedgerNotice) -> tuple[str, int]:
    """The log and the number of the entry that caused a notice (``records.log.notice_key``)."""
    return notice.key.partition("#")[0], notice.seq
