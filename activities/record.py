"""The local activity ``record``: writes a step in one transaction. Steps that come at once share it (group commit)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from db import WriterThread
from models.projection import Recorded, Step
from records.log import LogIsBehind, append
from workflows.names import RECORD_STEP

_AT_ONCE = 50
Waiting = tuple[Step, asyncio.Future[Recorded]]


class Recorder:
    """Writes steps to the log. ``queued`` is called after a commit that queued notices.

    While one transaction is being written, the steps that arrive wait together and are written in the next one: under
    load, many cases share the cost of a commit.
    """

    def __init__(self, engine: AsyncEngine, queued: Callable[[], None] = lambda: None) -> None:
        self._thread = WriterThread(engine)
        self._queued = queued
        self._waiting: list[Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    @activity.defn(name=RECORD_STEP)
    async def record(self, step: Step) -> Recorded:
        """Record a step; answers only after the commit.

        Raises:
            ApplicationError: the log is older than the workflow (not retried; somebody must look).
        """
        answer: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        self._waiting.append((step, answer))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await answer

    def close(self) -> None:
        """End the writing thread."""
        self._thread.close()

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._together(self._waiting)
            try:
                await self._commit(batch)
            except Exception:  # noqa: BLE001 - tried again one by one, where each fault reaches its own step
                for one in batch:  # one step's fault is not the others': each by itself
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
        steps = [step for step, _ in batch]
        recorded = await self._thread.write(lambda connection: append(connection, steps))
        if any(step.notices for step, _ in batch):
            self._queued()
        for (_, answer), result in zip(batch, recorded, strict=True):
            if not answer.done():
                answer.set_result(result)

    async def _alone(self, one: Waiting) -> None:
        answer = one[1]
        try:
            await self._commit([one])
        except LogIsBehind as behind:
            error = ApplicationError(str(behind), type="log_is_behind", non_retryable=True)
            if not answer.done():
                answer.set_exception(error)
        except Exception as fault:  # noqa: BLE001 - handed to the step that waits for it, and retried there
            with suppress(asyncio.InvalidStateError):
                answer.set_exception(fault)
