"""The activation of the Ad Hoc Group for one case, from its submission to its end.

The rules are not here (``models.rules``): this workflow keeps the state, waits, and has every step recorded before it is
acknowledged. Its id is the case's reference.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from models.agenda import NextAct, due, next_act, waiting_on
    from models.base import Value
    from models.case import Case, ReportState, Stage
    from models.commands import Command
    from models.posts import Post
    from models.projection import Recorded, step_of
    from models.recommendation import FollowUp
    from models.refusal import Refused
    from models.rules import Taken, decide, strike, take_over
    from workflows import deadline, names
    from workflows.answers import refusal
    from workflows.recommendation import Following, Recommendation
    from workflows.retries import RECORD_AT_MOST, UNTIL_RECORDED

MOVING = "moving"
"""Type of the error by which a command is asked to come again in a moment: the case continues as a new run."""

_NOBODY_SUBMITTED = timedelta(minutes=10)
_DATABASE_AWAY = timedelta(minutes=1)


class Start(Value):
    """What a run begins with: the whole case.

    ``shift`` is added to Temporal's clock to give case time; it is zero but in rehearsals, which play a case at the time
    that its scenario names. ``history_limit``: events after which the run continues as a new one. ``followed``: the
    recommendations whose follow-up has been started.
    """

    case: Case
    shift: timedelta = timedelta(0)
    history_limit: int = 1500
    followed: tuple[int, ...] = ()


class Receipt(Value):
    """The answer to a command: it is recorded as entry ``seq``; where the case is now and whose turn it is."""

    reference: str
    seq: int
    stage: Stage
    waiting_on: tuple[Post, ...]


@workflow.defn
class Activation:
    """One case."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        # All state is made here: an update can reach a case before run() does (a worker that had evicted it).
        self.case = start.case.slim()
        self.shift = start.shift
        self.history_limit = start.history_limit
        self.followed = start.followed
        self.turn = asyncio.Lock()
        self.moving = False
        self.nudged = False
        self._agenda = (self.case, next_act(self.case))
        self._shown: tuple[object, ...] = ()

    @workflow.run
    async def run(self, start: Start) -> Stage:
        """Ministers asked for the group to be available case by case, at the request of an affected country."""
        while True:
            match self.case.stage:
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
                case Stage.LAPSED if self.case.ladders:
                    await self.resubmission()
                case Stage.CLOSED | Stage.DECLINED | Stage.WITHDRAWN | Stage.LAPSED | Stage.TERMINATED as end:
                    await workflow.wait_condition(workflow.all_handlers_finished)
                    return end

    # stages: what may happen in each, and what the clock does there, is in models.rules --------------------------

    async def submission(self) -> None:
        """The command that started this workflow submits the request; a run that nobody submits to ends."""
        waited = await deadline.reached(
            workflow.now() + _NOBODY_SUBMITTED, unless=lambda: self.case.stage is not Stage.DRAFT
        )
        if waited:
            raise ApplicationError("no request was submitted", type="empty", non_retryable=True)

    async def completeness_check(self) -> None:
        """The secretariat accepts the request or returns it with a list of what is missing."""
        await self._while_in(Stage.SUBMITTED)

    async def co_chair_review(self) -> None:
        """Both Co-Chairs must approve the activation."""
        await self._while_in(Stage.CO_CHAIR_REVIEW)

    async def participant_selection(self) -> None:
        """Participation is drawn from the most-affected countries and relevant international organisations."""
        await self._while_in(Stage.PARTICIPANT_SELECTION)

    async def outcomes_and_arrangements(self) -> None:
        """Terms of reference (a) practical outcomes and (b) information-sharing arrangements."""
        await self._while_in(Stage.OPERATIONAL)

    async def report_to_co_chairs(self) -> None:
        """Term of reference (c): a report to the Co-Chairs through the Steering Group, with recommendations."""
        await self._while_in(Stage.REPORTING)

    async def resubmission(self) -> None:
        """Nothing was decided in time: the requester may resubmit for a while."""
        await self._while_in(Stage.LAPSED)

    # commands ---------------------------------------------------------------------------------------------------

    @workflow.update
    async def give(self, command: Command) -> Receipt:
        """Take a command: its events are recorded before it is acknowledged."""
        async with self.turn:
            done = self.case.recent.get(command.id)
            if done is None:
                try:
                    await self._record(lambda case: self._decided(case, command))
                except Refused as refused:  # what the validator saw has changed while this waited for its turn
                    raise refusal(refused) from None
                done = self.case.recent[command.id]
            return self._receipt(done)

    @give.validator
    def _may_give(self, command: Command) -> None:
        if command.id in self.case.recent:
            return
        if self.moving:
            raise ApplicationError("The case is continued as a new run; send the command again.", type=MOVING)
        try:
            decide(self.case, command, self._now())
        except Refused as refused:
            raise refusal(refused) from None

    @workflow.query
    def state(self) -> Case:
        """The whole case as this workflow knows it."""
        return self.case

    @workflow.signal
    def nudge(self) -> None:
        """Wake up: after a deployment, an idle case learns of its new version only so."""
        self.nudged = True

    # the machinery ----------------------------------------------------------------------------------------------

    async def _while_in(self, stage: Stage) -> None:
        """Stay until a command or the clock leads out of the stage; the clock acts at the rungs of each ladder."""
        while self.case.stage is stage:
            await self._follow_recommendations()
            await self._continue_if_long()
            act = self._next_act()
            instant = act.at - self.shift if act else None
            if await deadline.reached(instant, unless=partial(self._stirred, stage, act)):
                await self._clock_strikes()
        await self._follow_recommendations()

    def _stirred(self, stage: Stage, act: NextAct | None) -> bool:
        changed = self.case.stage is not stage or self._next_act() != act
        return changed or self.nudged or self._too_long() or bool(self._unfollowed())

    def _next_act(self) -> NextAct | None:
        if self._agenda[0] is not self.case:
            self._agenda = (self.case, next_act(self.case))
        return self._agenda[1]

    def _now(self) -> datetime:
        return workflow.now() + self.shift

    def _receipt(self, seq: int) -> Receipt:
        return Receipt(reference=self.case.reference, seq=seq, stage=self.case.stage, waiting_on=waiting_on(self.case))

    def _decided(self, case: Case, command: Command) -> Taken | None:
        return None if command.id in case.recent else decide(case, command, self._now())

    async def _clock_strikes(self) -> None:
        try:
            async with self.turn:
                await self._record(lambda case: strike(case, self._now()))
        except FailureError:  # of a local activity it comes bare, not inside an ActivityError
            # Not a reason to end a case: somebody mends the database, and the clock acts then. Commands do not wait
            # meanwhile: each is told by itself that it cannot be recorded.
            workflow.logger.exception("the clock could not act on %s", self.case.reference)
            await workflow.sleep(_DATABASE_AWAY)

    async def _record(self, take: Callable[[Case], Taken | None]) -> None:
        """Let the rules decide on the newest state and record the step; the caller holds the turn.

        The log leads: if it holds entries that this workflow does not know (a worker died between the commit and its
        answer to Temporal), they are taken over and the rules are asked again.
        """
        while (taken := take(self.case)) is not None:
            recorded = await workflow.execute_local_activity(
                names.RECORD,
                step_of(taken),
                result_type=Recorded,
                start_to_close_timeout=RECORD_AT_MOST,
                retry_policy=UNTIL_RECORDED,
            )
            if not recorded.ahead:
                self.case = taken.after
                break
            self.case = take_over(self.case, recorded.ahead)
        self._show()

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
                names.STAGE.value_set(case.stage.value),
                names.REQUESTER.value_set(list(case.requesters)),
                names.URGENCY.value_set(case.request.urgency.value),
                names.WAITING_ON.value_set([str(post) for post in waiting_on(case)]),
                names.DUE.value_set(when) if when else names.DUE.value_unset(),
            ]
        )

    # recommendations --------------------------------------------------------------------------------------------

    def _unfollowed(self) -> list[int]:
        accepted = {number for number, report in self.case.reports.items() if report.state is ReportState.ACCEPTED}
        return [
            number
            for number, recommendation in self.case.recommendations.items()
            if recommendation.report in accepted and number not in self.followed
        ]

    async def _follow_recommendations(self) -> None:
        """Recommendations of an accepted report are followed by workflows of their own, which outlive the case."""
        for number in self._unfollowed():
            self.followed = (*self.followed, number)
            one = self.case.recommendations[number]
            follow_up = FollowUp(
                reference=self.case.reference,
                number=number,
                text=one.text,
                to=one.to,
                owner=one.owner,
                due=one.due,
                zone=self.case.calendars.of(one.owner).zone,
                co_chairs=self.case.directory.co_chairs,
                policy=self.case.policy,
            )
            await workflow.start_child_workflow(
                Recommendation.run,
                Following(follow_up=follow_up, shift=self.shift),
                id=names.follow_up_id(self.case.reference, number),
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            )

    # long lives -------------------------------------------------------------------------------------------------

    def _too_long(self) -> bool:
        info = workflow.info()
        return (
            info.get_current_history_length() >= self.history_limit
            or info.is_continue_as_new_suggested()
            or info.is_target_worker_deployment_version_changed()
        )

    async def _continue_if_long(self) -> None:
        """Go on as a new run with the whole state, once no command is under way; run() alone may do this."""
        self.nudged = False
        if not self._too_long():
            return
        self.moving = True
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(
            Start(case=self.case, shift=self.shift, history_limit=self.history_limit, followed=self.followed),
            initial_versioning_behavior=(
                workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE
                if workflow.info().is_target_worker_deployment_version_changed()
                else None
            ),
        )
