"""The request: submission, completeness, new versions, joint requesters, withdrawal."""

from collections.abc import Sequence

from pydantic import ValidationError

from models import events as e
from models.base import brief
from models.case import Case, Gate, GateName, GateOutcome, Stage
from models.commands import Accept, Join, Resubmit, Return, Submit, Withdraw, unreadable
from models.faults import faults
from models.grounds import StatedGround
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind
from models.limits import LONGEST_COMMAND, MOST_GROUNDS, MOST_VERSIONS
from models.posts import SECRETARIAT, Post, desk_of
from models.reasons import ReasonCode, StatedReason, reason
from models.recorded_request import recorded_request
from models.refusal import RefusalKind
from models.request import Request
from models.rules.actors import BY_ANY_MEMBER, BY_REQUESTER, BY_SECRETARIAT
from models.rules.affected import by_the_member, could_ask, grounds_must_hold, must_be_affected
from models.rules.checks import refuse
from models.rules.context import RuleContext
from models.rules.gates import GateMatter, amend_gate, follows, open_gate, pass_on
from models.rules.table import OPEN_STAGES, rule
from models.too_much import TooMuch


@rule("submit", "submit a request", BY_ANY_MEMBER, {Stage.DRAFT}, could_ask)
def submit(context: RuleContext, body: Submit) -> None:
    """Ask for the group: the reference is given, the policy copied, the secretariat's check begins."""
    case, member = context.case, context.by.member
    request = by_the_member(Request.model_validate(body.model_dump(exclude={"do"}, by_alias=True)), member)
    _must_be_whole(request)
    must_be_affected(case, request, member)
    grounds_must_hold(context, request)
    context.emit(
        e.Submitted(
            reference=case.reference,
            requester=member,
            request=request,
            directory=case.directory,
            calendars=case.calendars,
            policy=case.policy,
        )
    )
    context.enter(Stage.SUBMITTED)
    _await_check(context)


def _is_to_be_checked(case: Case, post: Post) -> bool:
    return not case.returned


def _must_be_with_the_secretariat(case: Case) -> None:
    if case.returned:
        owing = " or ".join(desk_of(code) for code in case.requesters)
        raise refuse(f"The request was returned; it waits for a new version from {owing}.")


@rule("accept", "find a request complete", BY_SECRETARIAT, {Stage.SUBMITTED}, ready=_is_to_be_checked, part="request")
def accept(context: RuleContext, body: Accept) -> None:
    """Accept the request as complete: both Co-Chairs are asked."""
    _must_be_with_the_secretariat(context.case)
    context.clear(SubjectKind.COMPLETENESS, SubjectKind.RESUBMISSION)
    context.emit(e.FoundComplete(text=body.text))
    context.enter(Stage.CO_CHAIR_REVIEW)
    open_gate(context, GateName.ACTIVATION, _matter(context.case), desk_of(context.case.requesters[0]))


@rule("return", "return a request as incomplete", BY_SECRETARIAT, {Stage.SUBMITTED}, _is_to_be_checked, part="request")
def return_(context: RuleContext, body: Return) -> None:
    """Send the request back with a list of what is missing; the secretariat's clock stops."""
    _must_be_with_the_secretariat(context.case)
    if not body.missing and not body.text:
        raise refuse("Say what is missing.", RefusalKind.INVALID)
    context.emit(e.Returned(missing=body.missing or (brief(body.text),), text=body.text))
    context.clear(SubjectKind.COMPLETENESS)
    await_resubmission(context)


def _may_resubmit(case: Case, post: Post) -> bool:
    return case.stage is not Stage.LAPSED or case.ladder(SubjectKind.RESUBMISSION) is not None


_NOT_DECIDED = {Stage.SUBMITTED, Stage.CO_CHAIR_REVIEW}


@rule("resubmit", "submit a new version", BY_REQUESTER, _NOT_DECIDED | {Stage.LAPSED}, _may_resubmit, part="request")
def resubmit(context: RuleContext, body: Resubmit) -> None:
    """Submit a new version. In review it voids the positions on the old one; a lapsed request starts again."""
    if not _may_resubmit(context.case, context.by):
        raise refuse(
            f"The time to resubmit, {context.case.policy.resubmission.words} after it lapsed, is over; "
            "a new request can be submitted."
        )
    old = context.case.request
    try:
        request = recorded_request({**old.model_dump(by_alias=True), **body.changes})
    except ValidationError as error:
        raise refuse(unreadable("resubmit", faults(error, Request)), RefusalKind.INVALID) from None
    request = by_the_member(request, context.by.member)
    _must_be_whole(request)
    for member in context.case.requesters:
        must_be_affected(context.case, request, member)
    grounds_must_hold(context, request)
    changed = tuple(request.changes(old))
    if not changed and context.case.stage is Stage.CO_CHAIR_REVIEW:
        raise refuse("The new version says the same as the one before the Co-Chairs; change something.")
    version = context.case.version + 1
    context.emit(e.Resubmitted(version=version, request=request, changed=changed, text=body.text))
    match context.case.stage:
        case Stage.CO_CHAIR_REVIEW:
            _amended(context, reason(ReasonCode.VERSION_SUBMITTED, post=context.by, version=context.case.version))
        case stage:
            context.clear(SubjectKind.RESUBMISSION)
            if stage is Stage.LAPSED:
                context.enter(Stage.SUBMITTED, reason(ReasonCode.RESUBMITTED))
            _await_check(context)


def must_be_one_more_version(before: Case, after: Case) -> None:
    """Refuse a new version of a request that has as many as it may have, or that says more than one may say.

    Raises:
        Refused: it is one too many, or too long.
    """
    if after.version == before.version or not before.version:
        return
    if after.version > MOST_VERSIONS:
        raise TooMuch.VERSIONS.refused(count=before.version, most=MOST_VERSIONS)
    if len(after.request.model_dump_json(by_alias=True)) > LONGEST_COMMAND:
        raise TooMuch.REQUEST.refused(RefusalKind.INVALID, most=LONGEST_COMMAND)


def _does_not_ask_yet(case: Case, post: Post) -> bool:
    return not case.is_requester(post.member) and could_ask(case, post)


@rule("join", "submit a request jointly", BY_ANY_MEMBER, _NOT_DECIDED, _does_not_ask_yet, part="request", own_word=True)
def join(context: RuleContext, body: Join) -> None:
    """Add a member as requester: who asks is part of what the Co-Chairs decide on."""
    member = context.by.member
    if context.case.is_requester(member):
        raise refuse(f"{context.case.directory.name(member)} is already a requester.")
    grounds = by_the_member(Request(grounds=body.grounds), member).grounds
    _must_be_its_own(grounds, member)
    stated = context.case.request.grounds
    if grounds and member in context.case.withdrew and any(one.member == member for one in stated):
        raise refuse(f"The request has the grounds of {member} already, from when it asked before; leave them out.")
    if len(stated) + len(grounds) > MOST_GROUNDS:
        raise TooMuch.GROUNDS.refused(most=MOST_GROUNDS, count=len(stated))
    request = context.case.request.model_copy(update={"grounds": (*stated, *grounds)})
    must_be_affected(context.case, request, member)
    grounds_must_hold(context, Request(grounds=grounds))  # of others' it may not know
    context.emit(e.Joined(member=member, grounds=grounds, text=body.text))
    _amended(context, reason(ReasonCode.REQUEST_JOINED, member=member))


def _must_be_its_own(grounds: Sequence[StatedGround], member: str) -> None:
    if any(one.member != member for one in grounds):
        raise refuse(
            f"{member} states its own grounds when it joins; those of others stand in a new version of the request.",
            RefusalKind.INVALID,
        )


@rule("withdraw", "withdraw its own request", BY_REQUESTER, OPEN_STAGES, part="request", own_word=True)
def withdraw(context: RuleContext, body: Withdraw) -> None:
    """Take one's request back: of several requesters, one leaves it to the others; the last ends the case."""
    member = context.by.member
    last = context.case.requesters == (member,)
    context.emit(e.RequesterWithdrew(member=member, text=body.text))
    if last:
        context.enter(Stage.WITHDRAWN, body.text)
        return
    _amended(context, reason(ReasonCode.REQUEST_LEFT, member=member))
    if member not in context.case.taking_part():
        pass_on(context, member)


def _amended(context: RuleContext, why: StatedReason) -> None:
    """Amend the activation's gate, which is about the request and its requesters; the first of these answers at it."""
    amend_gate(context, GateName.ACTIVATION, _matter(context.case), why, desk_of(context.case.requesters[0]))


@follows(GateName.ACTIVATION, GateOutcome.DECLINED)
def _declined(context: RuleContext, gate: Gate) -> None:
    context.enter(Stage.DECLINED, reason(ReasonCode.CO_CHAIRS_DECLINED))


@follows(GateName.ACTIVATION, GateOutcome.LAPSED)
def lapsed(context: RuleContext, gate: Gate) -> None:
    """Let the case lapse when nothing was decided: the requester is told and may resubmit for a while."""
    context.enter(Stage.LAPSED, reason(ReasonCode.GATE_LAPSED))
    span = context.case.policy.resubmission
    context.once(SubjectKind.RESUBMISSION, span, ClockAct.END)


def _must_be_whole(request: Request) -> None:
    missing = request.missing()
    if missing:
        raise refuse(f"A request cannot be submitted without {' and '.join(missing)}.", RefusalKind.INVALID)


def _await_check(context: RuleContext) -> None:
    span = context.case.track.completeness
    member = SECRETARIAT.member
    context.once(SubjectKind.COMPLETENESS, span, ClockAct.OVERDUE, member)


def check_overdue(context: RuleContext) -> None:
    """Tell again, at its own rhythm, of a check that is overdue."""
    _await_check(context)


def await_resubmission(context: RuleContext) -> None:
    """Remind the requester, at the rhythm of answers, of a request that was returned."""
    span, members = context.case.track.answer, context.case.requesters
    context.once(SubjectKind.RESUBMISSION, span, ClockAct.REMIND, *members)


def _matter(case: Case) -> GateMatter:
    said = reason(ReasonCode.REQUEST, who=case.requesters, version=case.version, title=case.request.title)
    return GateMatter(case.subject, (said,))
