"""The request: submission, completeness, new versions, joint requesters, withdrawal."""

from pydantic import ValidationError

from models import events as e
from models.base import brief
from models.case import Case, Gate, GateName, GateOutcome, Stage
from models.commands import Accept, Join, Resubmit, Return, Submit, Withdraw, unreadable
from models.faults import faults
from models.ladder import ClockAct
from models.posts import SECRETARIAT as THE_SECRETARIAT
from models.posts import Post
from models.recorded_request import recorded_request
from models.refusal import Why
from models.request import Request
from models.rules.gates import amend_gate, follows, open_gate, pass_on
from models.rules.turn import OPEN_STAGES, Turn, desk_of, refuse, rule
from models.rules.who import ANY_MEMBER, REQUESTER, SECRETARIAT

COMPLETENESS = "completeness"
RESUBMISSION = "resubmission"
"""The names of this part's ladders: the secretariat's check; the requester's new version."""


@rule("submit", "submit a request", ANY_MEMBER, {Stage.DRAFT})
def submit(turn: Turn, body: Submit) -> None:
    """Ask for the group: the reference is given, the policy copied, the secretariat's check begins."""
    request = Request.model_validate(body.model_dump(exclude={"do"}, by_alias=True))
    _must_be_whole(request)
    case = turn.case
    turn.emit(
        e.Submitted(
            reference=case.reference,
            requester=turn.by.member,
            request=request,
            directory=case.directory,
            calendars=case.calendars,
            policy=case.policy,
        )
    )
    turn.enter(Stage.SUBMITTED)
    _await_check(turn)


def _is_to_be_checked(case: Case, post: Post) -> bool:
    return not case.returned


def _must_be_with_the_secretariat(case: Case) -> None:
    if case.returned:
        owing = " or ".join(desk_of(code) for code in case.requesters)
        raise refuse(f"The request was returned; it waits for a new version from {owing}.")


@rule("accept", "find a request complete", SECRETARIAT, {Stage.SUBMITTED}, ready=_is_to_be_checked)
def accept(turn: Turn, body: Accept) -> None:
    """The request is complete: both Co-Chairs are asked."""
    _must_be_with_the_secretariat(turn.case)
    turn.clear(COMPLETENESS, RESUBMISSION)
    turn.emit(e.FoundComplete())
    turn.enter(Stage.CO_CHAIR_REVIEW)
    open_gate(
        turn,
        GateName.ACTIVATION,
        on=turn.case.subject,
        about=_about(turn.case),
        respondent=desk_of(turn.case.requesters[0]),
    )


@rule("return", "return a request as incomplete", SECRETARIAT, {Stage.SUBMITTED}, ready=_is_to_be_checked)
def return_(turn: Turn, body: Return) -> None:
    """Send the request back with a list of what is missing; the secretariat's clock stops."""
    _must_be_with_the_secretariat(turn.case)
    if not body.missing and not body.text:
        raise refuse("Say what is missing, in the field missing.", Why.INVALID)
    turn.emit(e.Returned(missing=body.missing or (brief(body.text),), text=body.text))
    turn.clear(COMPLETENESS)
    await_resubmission(turn)


@rule(
    "resubmit",
    "submit a new version",
    REQUESTER,
    {Stage.SUBMITTED, Stage.CO_CHAIR_REVIEW, Stage.LAPSED},
    ready=lambda case, post: _may_resubmit(case),
)
def resubmit(turn: Turn, body: Resubmit) -> None:
    """A new version. In review it voids the positions given on the old one; a lapsed request starts again."""
    if not _may_resubmit(turn.case):
        raise refuse(
            f"The time to resubmit, {turn.case.policy.resubmission.words} after it lapsed, is over; "
            "a new request can be submitted."
        )
    old = turn.case.request
    try:
        request = recorded_request({**old.model_dump(by_alias=True), **body.changes})
    except ValidationError as error:
        raise refuse(unreadable("resubmit", faults(error, Request)), Why.INVALID) from None
    _must_be_whole(request)
    changed = tuple(request.changes(old))
    if not changed and turn.case.stage is Stage.CO_CHAIR_REVIEW:
        raise refuse("The new version says the same as the one before the Co-Chairs; change something.")
    turn.emit(e.Resubmitted(version=turn.case.version + 1, request=request, changed=changed))
    match turn.case.stage:
        case Stage.CO_CHAIR_REVIEW:
            _amended(turn, f"{turn.by} submitted version {turn.case.version}")
        case stage:
            turn.clear(RESUBMISSION)
            if stage is Stage.LAPSED:
                turn.enter(Stage.SUBMITTED, "Resubmitted after it lapsed.")
            _await_check(turn)


@rule(
    "join",
    "submit a request jointly",
    ANY_MEMBER,
    {Stage.SUBMITTED, Stage.CO_CHAIR_REVIEW},
    ready=lambda case, post: not case.is_requester(post.member),
)
def join(turn: Turn, body: Join) -> None:
    """Another member submits jointly: who asks is part of what the Co-Chairs decide on."""
    member = turn.by.member
    if turn.case.is_requester(member):
        raise refuse(f"{turn.case.directory.name(member)} is already a requester.")
    turn.emit(e.Joined(member=member))
    _amended(turn, f"{member} joined the request")


@rule("withdraw", "withdraw its own request", REQUESTER, OPEN_STAGES)
def withdraw(turn: Turn, body: Withdraw) -> None:
    """Take one's request back: of several requesters, one leaves it to the others; the last ends the case."""
    member = turn.by.member
    last = turn.case.requesters == (member,)
    turn.emit(e.RequesterWithdrew(member=member, text=body.text))
    if last:
        turn.enter(Stage.WITHDRAWN, body.text)
        return
    _amended(turn, f"{member} no longer submits jointly")
    if member not in turn.case.taking_part():
        pass_on(turn, member)


def _amended(turn: Turn, why: str) -> None:
    """What the activation gate is about: the request's text and who submits it; the first is asked."""
    desk = desk_of(turn.case.requesters[0])
    amend_gate(turn, GateName.ACTIVATION, on=turn.case.subject, about=_about(turn.case), why=why, respondent=desk)


@follows(GateName.ACTIVATION, GateOutcome.DECLINED)
def _declined(turn: Turn, gate: Gate) -> None:
    turn.enter(Stage.DECLINED, "The Co-Chairs declined.")


@follows(GateName.ACTIVATION, GateOutcome.LAPSED)
def lapsed(turn: Turn, gate: Gate) -> None:
    """Nothing is decided: the requester is told and may resubmit for a while."""
    turn.enter(Stage.LAPSED, "The gate lapsed; nothing is decided.")
    span = turn.case.policy.resubmission
    turn.once(RESUBMISSION, span, ClockAct.END)


def _may_resubmit(case: Case) -> bool:
    return case.stage is not Stage.LAPSED or RESUBMISSION in case.ladders


def _must_be_whole(request: Request) -> None:
    missing = request.missing()
    if missing:
        raise refuse(f"A request cannot be submitted without {' and '.join(missing)}.", Why.INVALID)


def _await_check(turn: Turn) -> None:
    span = turn.case.track.completeness
    member = THE_SECRETARIAT.member
    turn.once(COMPLETENESS, span, ClockAct.OVERDUE, member)


def check_overdue(turn: Turn) -> None:
    """The check is overdue: told again at its own rhythm until it is made."""
    _await_check(turn)


def await_resubmission(turn: Turn) -> None:
    """The requester is reminded, at the rhythm of answers, of a request that was returned."""
    span, members = turn.case.track.answer, turn.case.requesters
    turn.once(RESUBMISSION, span, ClockAct.REMIND, *members)


def _about(case: Case) -> str:
    who = ", ".join(case.directory.name(code) for code in case.requesters)
    return f"Request of {who}, version {case.version}: {case.request.title}"
