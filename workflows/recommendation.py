"""The follow-up of one recommendation: open across cases until it is adopted, declined or done."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from models.base import Value
    from models.commands import Command
    from models.projection import Recorded, Step
    from models.recommendation import (
        FollowUp,
        apply_clock_to_follow_up,
        catch_up_follow_up,
        open_follow_up,
        resolve_follow_up,
    )
    from models.refusal import Refused
    from workflows import deadline, names
    from workflows.answers import refusal
    from workflows.retries import RECORD_AT_MOST, UNTIL_RECORDED


class FollowUpStart(Value):
    """What a run begins with; ``shift`` as in ``activation.Start``."""

    follow_up: FollowUp
    shift: timedelta = timedelta(0)


FollowUpMove = Callable[[FollowUp], tuple[FollowUp, Step] | None]


@workflow.defn(name="Recommendation")
class RecommendationFollowUp:
    """One recommendation of an accepted report."""

    @workflow.init
    def __init__(self, following: FollowUpStart) -> None:
        self.follow_up = following.follow_up
        self.shift = following.shift
        self.step_lock = asyncio.Lock()
        self.nudged = False

    @workflow.run
    async def run(self, following: FollowUpStart) -> str:
        """Tell those it is addressed to; remind them around its due date; end when it is declined or done."""
        if not self.follow_up.seq:
            async with self.step_lock:
                await self._record(lambda follow_up: None if follow_up.seq else open_follow_up(follow_up, self._now()))
        while not self.follow_up.over:
            await self._continue_if_long()
            rung = self._next()
            if await deadline.reached(rung, unless=partial(self._stirred, rung)):
                await self._apply_clock()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.follow_up.state

    @workflow.update
    async def submit_command(self, command: Command) -> str:
        """Say what became of it (the command ``adopt``); answers with the state it is in then."""
        return await self._submit_command(command)

    async def _submit_command(self, command: Command) -> str:
        async with self.step_lock:
            try:
                await self._record(lambda follow_up: resolve_follow_up(follow_up, command, self._now()))
            except Refused as refused:
                raise refusal(refused) from None
            return self.follow_up.state

    @workflow.update(name="give")
    async def submit_command_by_its_old_name(self, command: Command) -> str:
        """The Update as histories before 29 November 2026 and callers of that time name it."""
        return await self._submit_command(command)

    @submit_command.validator
    @submit_command_by_its_old_name.validator
    def _validate_command(self, command: Command) -> None:
        try:
            resolve_follow_up(self.follow_up, command, self._now())
        except Refused as refused:
            raise refusal(refused) from None

    @workflow.query
    def state(self) -> FollowUp:
        """The follow-up as this workflow knows it."""
        return self.follow_up

    @workflow.signal
    def nudge(self) -> None:
        """Wake up: after a deployment, an idle follow-up learns of its new version only so."""
        self.nudged = True

    def _stirred(self, rung: datetime | None) -> bool:
        return self.follow_up.over or self._next() != rung or self.nudged

    async def _continue_if_long(self) -> None:
        """Go on as a new run with the whole state, when the history is long or a new version is deployed."""
        self.nudged = False
        info = workflow.info()
        upgraded = info.is_target_worker_deployment_version_changed()
        if not (upgraded or info.is_continue_as_new_suggested()):
            return
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(
            FollowUpStart(follow_up=self.follow_up, shift=self.shift),
            initial_versioning_behavior=(workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE if upgraded else None),
        )

    def _now(self) -> datetime:
        return workflow.now() + self.shift

    def _next(self) -> datetime | None:
        ladder = self.follow_up.ladder
        return ladder.next.at - self.shift if ladder and ladder.next else None

    async def _apply_clock(self) -> None:
        try:
            async with self.step_lock:
                await self._record(lambda follow_up: apply_clock_to_follow_up(follow_up, self._now()))
        except FailureError:  # of a local activity it comes bare, not inside an ActivityError
            workflow.logger.exception("the clock could not act on %s", self.follow_up.stream)
            await workflow.sleep(timedelta(minutes=1))

    async def _record(self, move: FollowUpMove) -> None:
        while (moved := move(self.follow_up)) is not None:
            after, step = moved
            recorded = await workflow.execute_local_activity(
                names.RECORD_STEP,
                step,
                result_type=Recorded,
                start_to_close_timeout=RECORD_AT_MOST,
                retry_policy=UNTIL_RECORDED,
            )
            if not recorded.ahead:
                self.follow_up = after.model_copy(update={"head": recorded.head})  # as in ``Activation._record``
                return
            self.follow_up = catch_up_follow_up(self.follow_up, recorded.ahead)
