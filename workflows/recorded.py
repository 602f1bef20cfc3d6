"""The state of a workflow whose every change is recorded before it counts: the loop that cases and follow-ups share."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from models.base import Value
    from models.log import Entry
    from models.projection import Recorded, Step
    from workflows import names
    from workflows.retries import ONCE, RECORD_AT_MOST, UNTIL_RECORDED

_State = TypeVar("_State", bound=Value)
_DATABASE_AWAY = timedelta(minutes=1)


class RecordedState(Generic[_State]):
    """A state (``value``) that is recorded; its ``head`` is the hash of its newest entry.

    Whoever changes it holds ``lock`` until the record is answered. ``take_over`` adds entries that the log has and the
    workflow does not know. ``signed_only``: what a command does is recorded only with the command's signature.
    """

    def __init__(
        self, value: _State, take_over: Callable[[_State, tuple[Entry, ...]], _State], *, signed_only: bool = False
    ) -> None:
        self.value = value
        self.signed_only = signed_only
        self.lock = asyncio.Lock()
        self._take_over = take_over

    async def change(
        self, decide: Callable[[_State], tuple[_State, Step] | None], *, of_command: bool = False
    ) -> int | None:
        """Let the rules decide on the newest state and record the step; the caller holds the lock.

        ``of_command``: somebody has asked for it; neither the clock nor the workflow itself does it.

        Returns the entry of the same command where the log holds one from long ago; then nothing is changed.

        The log leads: if it holds entries that this workflow does not know (a worker died between the commit and its
        answer to Temporal), they are taken over and the rules are asked again.
        """
        while (decided := decide(self.value)) is not None:
            after, step = decided
            if of_command and self.signed_only:
                step = step.model_copy(update={"of_signed_command": True})
            recorded: Recorded = await workflow.execute_local_activity(
                names.RECORD_STEP,
                step,
                result_type=Recorded,
                start_to_close_timeout=RECORD_AT_MOST,
                retry_policy=UNTIL_RECORDED,
            )
            if recorded.done is not None:
                return recorded.done
            if not recorded.ahead and recorded.seq != step.entries[-1].seq:
                raise ApplicationError("this is the record of another step", type="elsewhere", non_retryable=True)
            if not recorded.ahead:
                # A replay by newer code may derive entries with a field more, and so another hash: the log's own counts.
                same = recorded.head == step.entries[-1].hash  # mostly; a copy would not know the state's size
                self.value = after if same else after.model_copy(update={"head": recorded.head})
                return None
            self.value = self._take_over(self.value, recorded.ahead)
        return None

    async def catch_up(self, known: Callable[[_State], int]) -> bool:
        """Take over what the log holds and is not known; says whether there was any. The caller does not hold the lock.

        ``known``: the number of the newest entry that a state knows.

        A worker may have died between a commit and its answer to Temporal, and nobody may have sent the command again. A
        log that cannot be read is read at the next nudge.
        """
        async with self.lock:
            try:
                ahead: tuple[Entry, ...] = await workflow.execute_local_activity(
                    names.READ_AHEAD,
                    args=[workflow.info().workflow_id, known(self.value)],
                    result_type=tuple[Entry, ...],
                    start_to_close_timeout=RECORD_AT_MOST,
                    retry_policy=ONCE,
                )
            except FailureError:
                workflow.logger.exception("the log of %s could not be read", workflow.info().workflow_id)
                return False
            if ahead:
                workflow.logger.warning("%s catches up with its log", workflow.info().workflow_id)
                self.value = self._take_over(self.value, ahead)
            return bool(ahead)

    async def change_by_clock(self, decide: Callable[[_State], tuple[_State, Step] | None]) -> bool:
        """Let an act of the clock change the state. Nobody waits for it: a record that fails does not end the workflow.

        The clock acts when the database is mended. Meanwhile each command is told that it cannot be recorded. False:
        nothing could be recorded.
        """
        try:
            async with self.lock:
                await self.change(decide)
            return True
        except FailureError:  # of a local activity it comes bare, not inside an ActivityError
            workflow.logger.exception("the clock could not act on %s", workflow.info().workflow_id)
            await workflow.sleep(_DATABASE_AWAY)
            return False
