"""The activation of the Ad Hoc Group for one case, from its submission to its end.

The rules are not here (``models.rules``): this workflow keeps the state, waits, and has every step recorded before it is
acknowledged. Its id is the case's reference.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import AfterValidator
from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from models.agenda import NextAct, due, next_act, waiting_on
    from models.base import Value
    from models.case import Case, Stage
    from models.case_size import travels
    from models.commands import Command
    from models.posts import Post
    from models.projection import Step, step_of
    from models.recommendation import follow_up_of
    from models.refusal import Refused
    from models.rules import Transition, apply_clock, apply_command, take_over
    from workflows import deadline, names
    from workflows.answers import must_be_of_this_workflow, must_be_signed, must_be_this_update, refusal
    from workflows.long_lived import LongLived
    from workflows.recommendation import FollowUpStart, RecommendationFollowUp
    from workflows.recorded import RecordedState

CONTINUING = "moving"
"""Type of the error by which a command is asked to come again in a moment: the case continues as a new run."""

_NOBODY_SUBMITTED = timedelta(minutes=10)


class ActivationStart(Value):
    """What a run begins with: the whole case.

    ``shift`` is added to Temporal's clock to give case time; it is zero but in rehearsals, which play a case at the time
    that its scenario names. ``history_limit``: events after which the run continues as a new one. ``followed``: the
    recommendations whose follow-up has been started. ``bound``: every payload of the run is bound to its workflow; a run
    that began before payloads were has others in its history. ``signed_only``: so is every command of the run signed.
    ``within_bounds``: a command that waited for another is asked again for room in the case (``models.rules.room``); in a
    run that began before there were bounds, only new commands are, as they come.
    """

    case: Annotated[Case, AfterValidator(Case.slim)]  # a run keeps what it began with as long as it is in memory
    shift: timedelta = timedelta(0)
    history_limit: int = 1500
    followed: tuple[int, ...] = ()
    bound: bool = False
    signed_only: bool = False
    within_bounds: bool = False


class Receipt(Value):
    """The answer to a command: it is recorded as entry ``seq``; where the case is now and whose turn it is."""

    reference: str
    seq: int
    stage: Stage
    waiting_on: tuple[Post, ...]


@workflow.defn
class Activation(LongLived):
    """One case."""

    @workflow.init
    def __init__(self, start: ActivationStart) -> None:
        # All state is made here: an update can reach a case before run() does (a worker that had evicted it).
        super().__init__()
        must_be_of_this_workflow(start.case.reference)
        self.bound = start.bound
        self.recorded = RecordedState(start.case, take_over, signed_only=start.signed_only)
        self.shift = start.shift
        self.history_limit = start.history_limit
        self.within_bounds = start.within_bounds
        self.followed = start.followed
        self.untold = {number: self._not_told(number) for number in start.followed}
        self.continuing = False
        self._agenda = (self.case, next_act(self.case))
        self._travels = (self.case, True)
        self._shown: tuple[object, ...] = ()

    @workflow.run
    async def run(self, start: ActivationStart) -> Stage:
        """Go from stage to stage until the case ends; return the last stage."""
        # The Ministers asked for the group to be available case by case, at the request of an affected country.
        while True:
            stage = self.case.stage
            if self._over():
                await workflow.wait_condition(workflow.all_handlers_finished)
                if self._over():  # a command that is still under way may have the wider membership told
                    return self.case.stage
                continue
            match stage:
                case Stage.DRAFT:
                    await self.submission()
                case Stage.SUBMITTED:
                    await self.completeness_check()
                case Stage.CO_CHAIR_REVIEW:
                    await self.co_chair_review()
                case Stage.PARTICIPANT_SELECTION:
                    await self.participant_selection()
                case Stage.OPERATIONAL:
                    await self.outcomes_and_arrangements()
                case Stage.REPORTING:
                    await self.report_to_co_chairs()
                case Stage.LAPSED:
                    await self.resubmission()
                case Stage.CLOSED | Stage.DECLINED | Stage.WITHDRAWN | Stage.TERMINATED:
                    await self.telling_after_the_end()

    # stages: what may happen in each, and what the clock does there, is in models.rules --------------------------

    async def submission(self) -> None:
        """Wait for the request, which the command that started this workflow submits; a run without one fails."""
        waited = await deadline.reached(
            workflow.now() + _NOBODY_SUBMITTED, unless=lambda: self.case.stage is not Stage.DRAFT
        )
        if waited:
            await self._catch_up()  # the request may be on record, and the worker that recorded it have died
        if self.case.stage is Stage.DRAFT:
            raise ApplicationError("no request was submitted", type="empty", non_retryable=True)

    async def completeness_check(self) -> None:
        """Wait in the completeness check of the secretariat."""
        await self._while_in(Stage.SUBMITTED)

    async def co_chair_review(self) -> None:
        """Wait in Co-Chair review."""
        await self._while_in(Stage.CO_CHAIR_REVIEW)

    async def participant_selection(self) -> None:
        """Wait in participant selection."""
        await self._while_in(Stage.PARTICIPANT_SELECTION)

    async def outcomes_and_arrangements(self) -> None:
        """Wait while the group works on outcomes (a) and arrangements (b)."""
        await self._while_in(Stage.OPERATIONAL)

    async def report_to_co_chairs(self) -> None:
        """Wait while the group reports (c)."""
        await self._while_in(Stage.REPORTING)

    async def resubmission(self) -> None:
        """Wait in a lapsed case while its requester may resubmit."""
        await self._while_in(Stage.LAPSED)

    async def telling_after_the_end(self) -> None:
        """Wait while what the wider membership is told after the end is before the Co-Chairs and those it names."""
        await self._while_in(self.case.stage)

    # commands ---------------------------------------------------------------------------------------------------

    @workflow.update
    async def submit_command(self, command: Command) -> Receipt:
        """Take a command: its events are recorded before it is acknowledged."""
        return await self._submit_command(command)

    async def _submit_command(self, command: Command) -> Receipt:
        must_be_this_update(command.id)  # a validator may be passed over by whoever writes the history
        must_be_signed(command, self.recorded.signed_only)
        async with self.recorded.lock:
            done = self.case.recent.get(command.id)
            if done is None:
                try:
                    done = await self.recorded.change(lambda case: self._step(case, command), of_command=True)
                    self._show()
                except Refused as refused:  # what the validator saw has changed while this waited for the lock
                    raise refusal(refused, command.id) from None
                done = done or self.case.recent[command.id]
            return self._receipt(done)

    @workflow.update(name="give")
    async def submit_command_by_its_old_name(self, command: Command) -> Receipt:
        """Take a command by the Update's name of before 29 November 2026, for histories and callers of that time."""
        return await self._submit_command(command)

    @submit_command.validator
    @submit_command_by_its_old_name.validator
    def _validate_command(self, command: Command) -> None:
        must_be_this_update(command.id)
        if command.id in self.case.recent:
            return
        if self.continuing:
            raise ApplicationError("The case is continued as a new run; send the command again.", type=CONTINUING)
        try:
            apply_command(self.case, command, self._now())
        except Refused as refused:
            raise refusal(refused, command.id) from None

    @workflow.query
    def state(self) -> Case:
        """The whole case as this workflow knows it."""
        return self.case

    @workflow.query(name=names.KNOWN)
    def known(self) -> tuple[int, str]:
        """The newest entry of the log that this workflow knows, and its hash: ``state`` is a whole case to carry."""
        return self.case.seq, self.case.head

    @property
    def case(self) -> Case:
        """The case as it is recorded."""
        return self.recorded.value

    # the machinery ----------------------------------------------------------------------------------------------

    async def _while_in(self, stage: Stage) -> None:
        """Stay until a command or the clock leads out of the stage; the clock acts at the rungs of each ladder."""
        while self.case.stage is stage and not (stage.final and self._over()):
            await self._follow_recommendations()
            if self.nudged:
                await self._catch_up()
            await self._continue_if_long()
            act = self._next_act()
            instant = act.at - self.shift if act else None
            came = await deadline.reached(instant, unless=partial(self._stirred, stage, act))
            if came and await self.recorded.change_by_clock(self._clock_step):
                self._show()
        await self._follow_recommendations()

    def _over(self) -> bool:
        return self.case.stage.over(clock_acts=self._next_act() is not None)

    def _stirred(self, stage: Stage, act: NextAct | None) -> bool:
        changed = self.case.stage is not stage or self._next_act() != act
        return changed or self.nudged or self._must_continue() or bool(self._unfollowed() or self._told_since())

    def _next_act(self) -> NextAct | None:
        if self._agenda[0] is not self.case:
            self._agenda = (self.case, next_act(self.case))
        return self._agenda[1]

    def _now(self) -> datetime:
        return workflow.now() + self.shift

    def _receipt(self, seq: int) -> Receipt:
        return Receipt(reference=self.case.reference, seq=seq, stage=self.case.stage, waiting_on=waiting_on(self.case))

    def _step(self, case: Case, command: Command) -> tuple[Case, Step] | None:
        if command.id in case.recent:
            return None
        return _recordable(apply_command(case, command, self._now(), bounded=self.within_bounds))

    def _clock_step(self, case: Case) -> tuple[Case, Step] | None:
        transition = apply_clock(case, self._now())
        return _recordable(transition) if transition else None

    def _show(self) -> None:
        """Keep the search attributes as the case is; written only when they differ."""
        case = self.case
        shown = (case.stage.value, case.requesters, case.request.urgency.value, waiting_on(case), due(case))
        if shown == self._shown:
            return
        self._shown = shown
        when = due(case)
        workflow.upsert_search_attributes(
            [
                names.STAGE_ATTRIBUTE.value_set(case.stage.value),
                names.REQUESTER_ATTRIBUTE.value_set(list(case.requesters)),
                names.URGENCY_ATTRIBUTE.value_set(case.request.urgency.value),
                names.WAITING_ON_ATTRIBUTE.value_set([str(post) for post in waiting_on(case)]),
                names.DUE_ATTRIBUTE.value_set(when) if when else names.DUE_ATTRIBUTE.value_unset(),
            ]
        )

    # recommendations --------------------------------------------------------------------------------------------

    def _unfollowed(self) -> list[int]:
        return [number for number in self.case.followed_recommendations if number not in self.followed]

    async def _follow_recommendations(self) -> None:
        """Start a workflow for each recommendation of an accepted report; it outlives the case."""
        for number in self._unfollowed():
            self.followed = (*self.followed, number)
            self.untold[number] = self._not_told(number)
            await self._follow(number)
        await self._say_who_is_told()

    async def _follow(self, number: int, *, again: bool = False) -> None:
        start = FollowUpStart(
            follow_up=follow_up_of(self.case, number), shift=self.shift, bound=True, signed_only=True, again=again
        )
        with suppress(WorkflowAlreadyStartedError):  # begun from its log; or another's, which is noticed
            await workflow.start_child_workflow(
                RecommendationFollowUp.run,
                start,
                id=names.follow_up_id(self.case.reference, number),
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            )

    def _not_told(self, number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        one = self.case.recommendations[number]
        return one.untold, one.left_out

    def _told_since(self) -> list[int]:
        """The recommendations of which somebody has been told since their follow-up was."""
        if not self.case.policy.to_the_end:
            return []
        return [number for number, known in self.untold.items() if self._not_told(number) != known]

    async def _say_who_is_told(self) -> None:
        """Have each follow-up ask those of its addressees who were outside the group, once they are told."""
        for number in self._told_since():
            self.untold[number] = self._not_told(number)
            follow_up = workflow.get_external_workflow_handle(names.follow_up_id(self.case.reference, number))
            try:
                await follow_up.signal(names.TOLD)
            except FailureError:  # it is away, and looks when it is begun again; or over, without whom is told now
                if self.case.policy.in_full:
                    await self._follow(number, again=True)

    # long lives -------------------------------------------------------------------------------------------------

    async def _catch_up(self) -> None:
        """Take over what the log holds and this workflow does not know."""
        self.nudged = False
        if workflow.patched(names.CATCHES_UP) and await self.recorded.catch_up(lambda case: case.seq):
            self._show()

    def _must_continue(self) -> bool:
        """Whether the run is long and another can begin with the case; of before bounds, one may be too large."""
        if not self.is_long(self.history_limit):
            return False
        if self._travels[0] is not self.case:
            self._travels = (self.case, travels(self.case))
        return self._travels[1]

    async def _continue_if_long(self) -> None:
        """Go on as a new run with the whole state, once no command is under way; run() alone may do this."""
        self.nudged = False
        if self._must_continue():
            self.continuing = True
            await workflow.wait_condition(workflow.all_handlers_finished)
            await self._say_who_is_told()
            self.go_on_as_new(
                ActivationStart(
                    case=self.case,
                    shift=self.shift,
                    history_limit=self.history_limit,
                    followed=self.followed,
                    bound=True,
                    signed_only=True,
                    within_bounds=True,
                )
            )


def _recordable(transition: Transition) -> tuple[Case, Step]:
    return transition.after, step_of(transition)
