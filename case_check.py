"""The check that never sleeps: each log in turn is compared with all that follows from it, and what its log can put right
is put right.

A log that is not to be believed is only reported: nothing is mended by guess.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from casework import Casework
from db import lock_table, snapshot, write_transaction
from models.log import Entry
from models.refusal import Refused
from records.from_log import OWN_TABLES, RowFault, notice_faults, rebuild_case, rebuilt, row_faults
from records.log import read_entries
from records.log_checks import DifferenceKind, Differences, differences_of, note_check, take_next
from records.log_trust import LogTrust
from records.tree import newest_leaf
from workflows.client import CaseClient, NotAnswered
from workflows.lifesigns import Known

_log = structlog.get_logger(__name__)
_ROUND_SECONDS = 3600.0
"""How long it takes to come to each open case, if there are neither very few of them nor thousands."""
_SHORTEST_SECONDS, _LONGEST_SECONDS = 2.0, 60.0
_TAKEN_FOR_SECONDS = 60.0
_MOMENT = 0.1
_CATCHES_UP_IN = 30
"""Moments that a workflow gets to know of a step that was recorded while it was asked."""


class _Compared(NamedTuple):
    """What one look at the records found, all of it at one moment."""

    entries: list[Entry]
    fault: str
    rows: list[RowFault]
    notices: list[str]


class CaseCheck:
    """Compares logs with the rows, the workflows and the notices that follow from them. ``trust``: what logs are believed
    by; ``pause`` waits for so many seconds.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        desk: CaseClient,
        trust: LogTrust,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], Coroutine[object, object, None]] = asyncio.sleep,
    ) -> None:
        self._engine = engine
        self._desk = desk
        self._trust = trust
        self._casework = Casework(engine, desk, trust=trust)
        self._clock = clock
        self._pause = pause

    async def run(self) -> None:
        """Compare one log after the other, for ever: each open one about once in an hour, none more often than every two
        seconds; besides them, those that have ended.
        """
        seconds = _LONGEST_SECONDS
        while True:
            await self._pause(seconds)
            try:
                seconds = await self.turn()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next turn is due
                _log.warning("logs cannot be compared", error=type(error).__name__)
                seconds = _LONGEST_SECONDS

    async def turn(self) -> float:
        """Compare the logs whose turn it is; answers after how many seconds the next turn is due.

        Raises:
            SQLAlchemyError, OSError: the records do not answer.
        """
        open_logs = await self._casework.open_logs()
        seconds = min(max(_ROUND_SECONDS / max(len(open_logs), 1), _SHORTEST_SECONDS), _LONGEST_SECONDS)
        async with write_transaction(self._engine) as connection:
            count = round(_TAKEN_FOR_SECONDS / seconds)
            streams = await take_next(connection, open_logs, count, self._clock())
        for number, stream in enumerate(streams):
            if number:
                await self._pause(seconds)
            try:
                await self.check(stream, runs=stream in open_logs)
            except Exception as error:  # noqa: BLE001 - one log is not the others'
                _log.warning("a log cannot be compared", case=stream, error=type(error).__name__)
        return seconds

    async def check(self, stream: str, *, runs: bool) -> Differences:
        """Compare a log with what follows from it, put right what it can put right, and keep what still differs.

        ``runs``: a workflow must run for it. What it knows is asked before the log is read, and may not be ahead of it.
        That it is gone or fails is seen elsewhere (``Casework.stranded``).
        """
        known = await self._desk.known(stream) if runs else None
        async with snapshot(self._engine) as connection:
            before = await differences_of(connection, stream)
            try:
                seen = await self._compared(connection, stream)
            except (ValueError, LookupError) as error:
                seen = _Compared([], f"it cannot be read ({type(error).__name__})", [], [])
        found: dict[DifferenceKind, str] = {}
        mended = 0
        if seen.fault:
            found[DifferenceKind.LOG] = seen.fault
        else:
            said = _of_workflow(known, seen.entries) if known is not None else ""
            if known is None and runs:  # no answer says nothing
                said = before.get(DifferenceKind.WORKFLOW, "")
            elif known is not None and _is_behind(known, seen.entries):
                said = await self._have_caught_up(stream, len(seen.entries), said, before.get(DifferenceKind.WORKFLOW))
            if said:
                found[DifferenceKind.WORKFLOW] = said
            mended += DifferenceKind.WORKFLOW in before and DifferenceKind.WORKFLOW not in found
            rows = seen.rows
            if rows and not said and (known is not None or not runs):
                rows = await self._rows_made_right(stream, rows)
                mended += not rows
            if rows:
                found[DifferenceKind.ROWS] = _of_rows(rows)
            if seen.notices:
                found[DifferenceKind.NOTICES] = "; ".join(seen.notices)
        for kind, said in found.items():
            _log.error("what follows from a log differs from it", case=stream, kind=kind.value, differs=said)
        async with write_transaction(self._engine) as connection:
            await note_check(connection, stream, found, mended, self._clock())
        return found

    async def _compared(self, connection: AsyncConnection, stream: str) -> _Compared:
        entries = await read_entries(connection, stream)
        fault = await self._fault(connection, stream, entries)
        if fault:
            return _Compared(entries, fault, [], [])
        rows: Mapping[str, list[RowFault]] = {}
        if "/" not in stream:  # in a thread, for a long log takes long, and commands are not to wait
            rows = await row_faults(connection, {stream: await asyncio.to_thread(rebuilt, stream, entries)})
        notices = await notice_faults(connection, [stream])
        return _Compared(entries, "", rows.get(stream, []), notices.get(stream, []))

    async def _fault(self, connection: AsyncConnection, stream: str, entries: list[Entry]) -> str:
        """Why a log is not to be believed; empty when it is. A follow-up has none before its workflow's first step."""
        leaf = await newest_leaf(connection, stream)
        if not entries and leaf is None:
            return "" if "/" in stream else "the log has no entry of it"
        newest = (entries[-1].seq, entries[-1].hash) if entries else (0, "")
        if leaf is None or (leaf.seq, leaf.hash) != newest:
            ends = f"entry {leaf.seq} as {leaf.hash[:12]}" if leaf else "none of it"
            return f"the log ends with entry {newest[0]} as {newest[1][:12]}, the record's tree has {ends}"
        return await self._trust.fault(connection, stream, entries)

    async def _have_caught_up(self, stream: str, newest: int, said: str, before: str | None) -> str:
        """Have a workflow look into its log that knows less than ``newest`` entries; begin it again from there if it was
        found the same way (``said``) the time before.

        Answers with what differs; empty when it knows by itself: it may have been asked between a commit and its answer.
        """
        for _ in range(_CATCHES_UP_IN):
            known = await self._desk.known(stream)
            if known is not None and known.seq >= newest:
                return ""
            await self._pause(_MOMENT)
        try:
            if said != before:
                await self._desk.nudge(stream)
            elif not await self._desk.stranded({stream: 0}):  # one that is paused or fails is left to an operator
                await self._casework.revive(stream, anew=True)
                _log.warning("a case was begun again from its log", case=stream)
        except (NotAnswered, Refused) as error:
            _log.warning("a case could not be made to catch up", case=stream, error=type(error).__name__)
        return said

    async def _rows_made_right(self, stream: str, faults: list[RowFault]) -> list[RowFault]:
        """Make the rows of a case anew while nothing else is recorded; answers with what differs still."""
        if not any(one.table in OWN_TABLES for one in faults):
            return faults
        async with write_transaction(self._engine) as connection:
            await lock_table(connection, "entries", "SHARE ROW EXCLUSIVE")
            entries = await read_entries(connection, stream)
            if await self._fault(connection, stream, entries):
                return faults
            await rebuild_case(connection, stream)
            left = (await row_faults(connection, {stream: rebuilt(stream, entries)})).get(stream, [])
        _log.warning("rows of a case were made right from its log", case=stream, were=_of_rows(faults))
        return left


def _is_behind(known: Known, entries: list[Entry]) -> bool:
    """Whether a workflow knows the beginning of its log, and not all of it."""
    return known.seq < len(entries) and (not known.seq or entries[known.seq - 1].hash == known.head)


def _of_workflow(known: Known, entries: list[Entry]) -> str:
    """What a workflow knows otherwise than the log has it, in words; empty when nothing."""
    if known.seq > len(entries):
        return f"its workflow knows entry {known.seq}, the log ends with {len(entries)}: it may be an older copy"
    if known.seq and entries[known.seq - 1].hash != known.head:
        return (
            f"its workflow knows entry {known.seq} as {known.head[:12]}, the log has {entries[known.seq - 1].hash[:12]}"
        )
    if _is_behind(known, entries):
        return f"its workflow knows the log up to entry {known.seq}, which goes on to {len(entries)}"
    return ""


def _of_rows(faults: list[RowFault]) -> str:
    """Which tables differ in how many places. Their values may name people, and are left to ``ahg verify``."""
    tables = ", ".join(dict.fromkeys(one.table for one in faults))
    return f"{len(faults)} differences from what the log gives in {tables}"
