"""The local activity ``record``: writes a step in one transaction. Steps that come at once share it (group commit)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from db import WriterThread
from models.case import Recommendation
from models.log import Entry
from models.passkeys import statement_fault
from models.projection import Recorded, Step
from models.rules.steps import case_of_log
from records.log import LogIsBehind, NotWritten, append, read_written
from records.log_trust import LogTrust
from records.traces import keep_traces
from tracing import current_trace
from workflows.names import READ_AHEAD, READ_LEFT_OUT, READ_TOLD, RECORD_STEP

_log = structlog.get_logger(__name__)
_AT_ONCE = 50
_KEPT_BACK = timedelta(days=1)
"""How long a command may wait to be recorded, while the database is away; one that was kept longer is refused."""
Waiting = tuple[Step, asyncio.Future[Recorded], str]


class Recorder:
    """Writes steps to the log. ``queued`` is called after a commit that queued notices; ``trust`` checks
    signatures, stamps what is written here, and tells it from what is not.

    While one transaction is being written, the steps that arrive wait together and are written in the next one: under
    load, many cases share the cost of a commit.
    """

    def __init__(self, engine: AsyncEngine, trust: LogTrust, queued: Callable[[], None] = lambda: None) -> None:
        self._engine = engine
        self._keys, self._stamps = trust
        self._thread = WriterThread(engine)
        self._queued = queued
        self._waiting: list[Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    @activity.defn(name=RECORD_STEP)
    async def record(self, step: Step) -> Recorded:
        """Record a step; answers only after the commit.

        Raises:
            ApplicationError: the log is older than the workflow, or the command is not signed as it must be (not
                retried; somebody must look).
        """
        self._must_be_signed(step)
        answer: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        self._waiting.append((step, answer, current_trace()))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        recorded = await answer
        first = step.entries[0]
        _log.info("recorded", case=step.stream, entry=first.seq, command=first.command, what=first.type)
        return recorded

    @activity.defn(name=READ_AHEAD)
    async def read_ahead(self, stream: str, after: int) -> tuple[Entry, ...]:
        """The entries of a log after a number: what a worker had recorded that died before it answered.

        Raises:
            ApplicationError: somebody else wrote one of them (not retried; somebody must look).
        """
        async with self._engine.connect() as connection:
            try:
                return tuple(await read_written(connection, stream, after, self._stamps))
            except NotWritten as forged:
                raise _forged(forged) from None

    @activity.defn(name=READ_TOLD)
    async def read_told(self, reference: str, number: int) -> tuple[str, ...]:
        """The addressees of a recommendation that its case has told of it, by the log of the case.

        Raises:
            ApplicationError: somebody else wrote an entry of it (not retried; somebody must look).
        """
        one = await self._recommendation(reference, number)
        return tuple(code for code in one.to if code not in one.untold)

    @activity.defn(name=READ_LEFT_OUT)
    async def read_left_out(self, reference: str, number: int) -> tuple[str, ...]:
        """The addressees of a recommendation of whom its case has decided that they are not told, by the log of the case.

        Raises:
            ApplicationError: somebody else wrote an entry of it (not retried; somebody must look).
        """
        return (await self._recommendation(reference, number)).left_out

    async def _recommendation(self, reference: str, number: int) -> Recommendation:
        return case_of_log(reference, await self.read_ahead(reference, 0)).recommendations[number]

    def _must_be_signed(self, step: Step) -> None:
        first = step.entries[0]
        if first.signed is None and not step.of_signed_command:
            return  # the clock's, a workflow's own, or of a run that began before commands were signed
        by = first.acted_for.by if first.acted_for else first.by
        fault = self._keys.fault(step.stream, first.command, by, first.signed)
        if not fault and first.signed is not None:
            touch = first.signed.touch
            fault = statement_fault(touch, step.entries) if touch is not None else ""
            if datetime.now(UTC) - first.signed.at > _KEPT_BACK:
                fault = "it was signed more than a day ago"
        if fault:
            _log.error("a command was not recorded", case=step.stream, command=first.command, why=fault)
            raise ApplicationError(f"the command is not recorded: {fault}", type="unsigned", non_retryable=True)

    def close(self) -> None:
        """End the writing thread."""
        self._thread.close()

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._together(self._waiting)
            try:
                await self._commit(batch)
            except Exception:  # noqa: BLE001 - tried again one by one, where each fault reaches its own step
                for one in batch:
                    await self._alone(one)

    @staticmethod
    def _together(waiting: list[Waiting]) -> tuple[list[Waiting], list[Waiting]]:
        """The steps for one transaction: at most one of each stream, in order of arrival."""
        batch: dict[str, Waiting] = {}
        rest: list[Waiting] = []
        for one in waiting:
            if one[0].stream in batch or len(batch) >= _AT_ONCE:
                rest.append(one)
            else:
                batch[one[0].stream] = one
        return list(batch.values()), rest

    async def _commit(self, batch: list[Waiting]) -> None:
        steps, places = [step for step, _, _ in batch], [(step, place) for step, _, place in batch]

        def write(connection: Connection) -> list[Recorded]:
            recorded = append(connection, steps, self._stamps)
            new = [one for one, got in zip(places, recorded, strict=True) if not got.ahead and got.done is None]
            keep_traces(connection, new, datetime.now(UTC))
            return recorded

        recorded = await self._thread.write(write)
        # The mails of an offer are queued with its entry, and no notice tells of it besides.
        told = any(step.notices or step.entries[0].type == "hand_over_offered" for step, _, _ in batch)
        if told:
            self._queued()
        for (_, answer, _), result in zip(batch, recorded, strict=True):
            if not answer.done():
                answer.set_result(result)

    async def _alone(self, one: Waiting) -> None:
        error: Exception
        try:
            await self._commit([one])
            return
        except LogIsBehind as behind:
            error = ApplicationError(str(behind), type="log_is_behind", non_retryable=True)
        except NotWritten as forged:
            error = _forged(forged)
        except Exception as fault:  # noqa: BLE001 - handed to the step that waits for it, and retried there
            error = fault
        with suppress(asyncio.InvalidStateError):  # it waits no more
            one[1].set_exception(error)


def _forged(forged: NotWritten) -> ApplicationError:
    _log.error("a log is not to be believed", why=str(forged))
    return ApplicationError(str(forged), type="not_written", non_retryable=True)
