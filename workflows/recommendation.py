"""The follow-up of one recommendation: open across cases until it is adopted, declined or done."""

from datetime import datetime, timedelta
from functools import partial

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from models.base import Value
    from models.commands import Command
    from models.projection import Step
    from models.recommendation import (
        FollowUp,
        address_follow_up,
        apply_clock_to_follow_up,
        catch_up_follow_up,
        leave_out_of_follow_up,
        open_follow_up,
        resolve_follow_up,
    )
    from models.refusal import Refused
    from workflows import deadline, names
    from workflows.answers import must_be_of_this_workflow, must_be_signed, must_be_this_update, refusal
    from workflows.long_lived import LongLived
    from workflows.recorded import RecordedState
    from workflows.retries import RECORD_AT_MOST, UNTIL_RECORDED


class FollowUpStart(Value):
    """What a run begins with; ``shift``, ``bound`` and ``signed_only`` as in ``ActivationStart``.

    ``again``: it was over before somebody was told, and goes on from its log.
    """

    follow_up: FollowUp
    shift: timedelta = timedelta(0)
    bound: bool = False
    signed_only: bool = False
    again: bool = False


@workflow.defn(name="Recommendation")
class RecommendationFollowUp(LongLived):
    """One recommendation of an accepted report."""

    @workflow.init
    def __init__(self, following: FollowUpStart) -> None:
        super().__init__()
        must_be_of_this_workflow(names.follow_up_id(following.follow_up.reference, following.follow_up.number))
        self.bound = following.bound
        self.recorded = RecordedState(following.follow_up, catch_up_follow_up, signed_only=following.signed_only)
        self.shift = following.shift
        self.to_look = following.again or bool(
            following.follow_up.seq
        )  # begun again: whom the case told meanwhile is not known

    @workflow.run
    async def run(self, following: FollowUpStart) -> str:
        """Tell those it is addressed to; remind them around its due date; end when it is declined or done."""
        if not self.follow_up.seq:
            async with self.recorded.lock:
                await self.recorded.change(self._opening)
        if following.again:
            await self._address()
        while not self.follow_up.over:
            if self.nudged:
                self.nudged = False
                if workflow.patched(names.CATCHES_UP):
                    await self.recorded.catch_up(lambda follow_up: follow_up.seq)
            if self.to_look:
                await self._address()
            await self._continue_if_long()
            rung = self._next()
            if await deadline.reached(rung, unless=partial(self._stirred, rung)):
                await self.recorded.change_by_clock(lambda one: apply_clock_to_follow_up(one, self._now()))
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.follow_up.state

    @workflow.update
    async def submit_command(self, command: Command) -> str:
        """Note what became of the recommendation (the command ``adopt``); answers with the state it is in then."""
        return await self._submit_command(command)

    async def _submit_command(self, command: Command) -> str:
        must_be_this_update(command.id)  # a validator may be passed over by whoever writes the history
        must_be_signed(command, self.recorded.signed_only)
        async with self.recorded.lock:
            try:
                of_before = not workflow.patched(names.CONTESTS_ANSWERS)
                await self.recorded.change(
                    lambda follow_up: resolve_follow_up(follow_up, command, self._now(), of_before=of_before),
                    of_command=True,
                )
            except Refused as refused:
                raise refusal(refused, command.id) from None
            return self.follow_up.state

    @workflow.update(name="give")
    async def submit_command_by_its_old_name(self, command: Command) -> str:
        """Take a command by the Update's name of before 29 November 2026, for histories and callers of that time."""
        return await self._submit_command(command)

    @submit_command.validator
    @submit_command_by_its_old_name.validator
    def _validate_command(self, command: Command) -> None:
        must_be_this_update(command.id)
        try:
            resolve_follow_up(self.follow_up, command, self._now())
        except Refused as refused:
            raise refusal(refused, command.id) from None

    @workflow.signal(name=names.TOLD)
    def told(self) -> None:
        """Somebody to whom it is addressed has been told of it; who that is stands in the log of the case."""
        self.to_look = True

    @workflow.query(name=names.KNOWN)
    def known(self) -> tuple[int, str]:
        """The newest entry of its log that it knows, and its hash."""
        return self.follow_up.seq, self.follow_up.head

    @workflow.query
    def state(self) -> FollowUp:
        """The follow-up as this workflow knows it."""
        return self.follow_up

    @property
    def follow_up(self) -> FollowUp:
        """The follow-up as it is recorded."""
        return self.recorded.value

    def _stirred(self, rung: datetime | None) -> bool:
        return self.follow_up.over or self._next() != rung or self.nudged or self.to_look

    async def _continue_if_long(self) -> None:
        """Go on as a new run with the whole state, once no command is under way."""
        self.nudged = False
        if self.is_long():
            await workflow.wait_condition(workflow.all_handlers_finished)
            self.go_on_as_new(FollowUpStart(follow_up=self.follow_up, shift=self.shift, bound=True, signed_only=True))

    async def _address(self) -> None:
        """Ask those whom the case has told since, each for its own answer; note who it has decided is not told."""
        self.to_look = False
        if not self.follow_up.untold:
            return
        try:
            told = await self._read_in_case(names.READ_TOLD)
            left_out = await self._read_in_case(names.READ_LEFT_OUT) if self.follow_up.policy.in_full else ()
        except FailureError:  # the log of the case is not to be believed: nobody is asked by it
            workflow.logger.exception("it cannot be read whom %s has told", self.follow_up.reference)
            return
        recorded = await self.recorded.change_by_clock(lambda one: address_follow_up(one, told, self._now()))
        if self.follow_up.policy.in_full and recorded:
            recorded = await self.recorded.change_by_clock(
                lambda one: leave_out_of_follow_up(one, left_out, self._now())
            )
        self.to_look = self.to_look or not recorded

    async def _read_in_case(self, what: str) -> tuple[str, ...]:
        read: tuple[str, ...] = await workflow.execute_local_activity(
            what,
            args=[self.follow_up.reference, self.follow_up.number],
            result_type=tuple[str, ...],
            start_to_close_timeout=RECORD_AT_MOST,
            retry_policy=UNTIL_RECORDED,
        )
        return read

    def _opening(self, follow_up: FollowUp) -> tuple[FollowUp, Step] | None:
        return None if follow_up.seq else open_follow_up(follow_up, self._now())

    def _now(self) -> datetime:
        return workflow.now() + self.shift

    def _next(self) -> datetime | None:
        ladder = self.follow_up.ladder
        return ladder.next.at - self.shift if ladder and ladder.next else None
