"""Invitations: who is asked, what they answer, and how the group comes together."""

from models import events as e
from models.base import brief
from models.case import Case, Gate, GateName, GateOutcome, ParticipantState, Seat, Stage
from models.commands import Convene, Replace, Respond
from models.ladder import DUE, HALF, ClockAct
from models.ladder_subjects import SubjectKind, subject_of
from models.posts import Post
from models.reasons import ReasonCode, StatedReason, in_english, reason, text_and_reasons
from models.refusal import RefusalKind
from models.rules.actors import BY_CO_CHAIR, BY_LISTED, BY_SECRETARIAT, BY_STEERING_GROUP
from models.rules.checks import must_be_members, must_be_news, refuse
from models.rules.composition import missing_for_minimum
from models.rules.context import RuleContext
from models.rules.duration import begin_operational
from models.rules.gates import follows
from models.rules.participants import list_changed
from models.rules.table import GROUP_AT_WORK, SELECTION, rule


@follows(GateName.PARTICIPANTS, GateOutcome.APPROVED)
def _confirmed(context: RuleContext, gate: Gate) -> None:
    context.clear(SubjectKind.COMMENTS)
    new = [one for one in context.case.participants.values() if one.state is ParticipantState.PROPOSED]
    text, reasons = text_and_reasons(reason(ReasonCode.REQUESTER))
    for one in new:
        if context.case.is_requester(one.member):
            context.emit(e.Responded(member=one.member, state=ParticipantState.ACCEPTED, text=text, reasons=reasons))
    invite(context, tuple(one.member for one in new if not context.case.is_requester(one.member)))
    for one in context.case.participants.values():
        if one.takes_part and one.offered:
            context.emit(e.SeatOffered(member=one.member, seat=one.offered))
            _await_answer(context, one.member)
    maybe_begin(context)


def invite(context: RuleContext, members: tuple[str, ...]) -> None:
    """Send invitations, each with a reminder at half of its time."""
    if not members:
        return
    context.emit(e.Invited(members=members))
    for member in members:
        _await_answer(context, member)


def _await_answer(context: RuleContext, member: str) -> None:
    subject, acts = subject_of(SubjectKind.INVITATION, member), {ClockAct.REMIND: HALF, ClockAct.LAPSE: DUE}
    context.wait_for(subject, context.case.track.invitation, acts, member)


_ANSWERED = {
    "accept": ParticipantState.ACCEPTED,
    "decline": ParticipantState.DECLINED,
    "observe": ParticipantState.OBSERVER,
}


def _is_invited(case: Case, post: Post) -> bool:
    return post.member in case.invited or case.ladder(SubjectKind.INVITATION, post.member) is not None


@rule("respond", "answer its invitation", BY_LISTED, GROUP_AT_WORK, ready=_is_invited, own_word=True)
def respond(context: RuleContext, body: Respond) -> None:
    """Accept, decline or observe; an answer can be changed while the group is together."""
    one = context.case.participants[context.by.member]
    if context.case.is_requester(one.member):
        raise refuse("A requester takes part in its own case without an invitation; it may withdraw its request.")
    if one.state in (ParticipantState.PROPOSED, ParticipantState.ADMITTED):
        raise refuse(f"{one.member} has not been invited yet: the list is not confirmed.")
    too_late = one.state is ParticipantState.DECLINED and context.case.stage is not Stage.PARTICIPANT_SELECTION
    if too_late or one.state in (ParticipantState.LAPSED, ParticipantState.LEFT, ParticipantState.REPLACED):
        raise refuse(
            f"The invitation of {one.member} has {'lapsed' if one.state is ParticipantState.LAPSED else 'ended'}; "
            "the Steering Group may propose or admit it again."
        )
    state = _ANSWERED[body.answer]
    if state is ParticipantState.ACCEPTED and one.seat is Seat.OBSERVER:
        state = ParticipantState.OBSERVER
    if one.takes_part and state is ParticipantState.DECLINED and _is_invited(context.case, context.by):
        state = one.state  # it keeps its seat; it is asked to take another
    asked = _is_invited(context.case, context.by)
    must_be_news(context.case, one.member, state is one.state and not (asked or body.text), "answered so")
    context.clear(subject_of(SubjectKind.INVITATION, one.member))
    context.emit(e.Responded(member=one.member, state=state, text=body.text))
    maybe_begin(context)


def invitation_lapsed(context: RuleContext, member: str) -> None:
    """Let an invitation lapse that nobody answered in time; who is in the group keeps the seat that it has."""
    context.clear(subject_of(SubjectKind.INVITATION, member))
    if context.case.participants[member].takes_part:
        return
    context.emit(e.Responded(member=member, state=ParticipantState.LAPSED))
    maybe_begin(context)


_BEFORE_REPORTING = {Stage.PARTICIPANT_SELECTION, Stage.OPERATIONAL}


@rule("replace", "propose a replacement", (BY_STEERING_GROUP, BY_SECRETARIAT), _BEFORE_REPORTING, part="participants")
def replace(context: RuleContext, body: Replace) -> None:
    """Propose a member in the place of one that will not take part; the Co-Chairs confirm the amended list."""
    must_be_members(context.case, (body.by,))
    old = context.case.participants.get(body.member)
    if old is None:
        raise refuse(
            f"{body.member} is not on the list of participants, so nobody comes in its place; a member can be proposed.",
            RefusalKind.NOT_FOUND,
        )
    if context.case.is_requester(body.member):
        raise refuse("A requester takes part in its own case; it cannot be replaced.")
    if old.takes_part:
        raise refuse(f"{body.member} takes part; another comes in its place once it has left.")
    if body.by == body.member:
        raise refuse(f"{body.member} cannot come in its own place; name another member.")
    new = context.case.participants.get(body.by)
    asked = new is not None and new.has_a_seat
    waits = (SubjectKind.INVITATION, SubjectKind.CONSIDERED, SubjectKind.ADMISSION)
    context.clear(*(subject_of(kind, body.member) for kind in waits))
    context.emit(e.Replaced(member=body.member, by=body.by, text=body.text))
    if not asked:  # else its invitation or its answer stands
        why, reasons = text_and_reasons(brief(body.text) or reason(ReasonCode.IN_PLACE_OF, member=body.member))
        listed = e.Listed(member=body.by, seat=old.seat, why=why, reasons=reasons)
        context.emit(e.ParticipantsProposed(listed=(listed,)))
    proposed = {"post": context.by, "member": body.by, "replaced": body.member}
    list_changed(context, reason(ReasonCode.REPLACEMENT_PROPOSED, **proposed))


def maybe_begin(context: RuleContext) -> None:
    """Begin the group's work once all invitations are answered or lapsed; without the minimum, tell the Co-Chairs."""
    case = context.case
    gate = case.gates.get(GateName.PARTICIPANTS)
    if case.stage is not Stage.PARTICIPANT_SELECTION or gate is None or gate.outcome is not GateOutcome.APPROVED:
        return
    if case.invited:
        return
    if lacks := missing_for_minimum(case):
        told = case.ladder(SubjectKind.MINIMUM)
        if told is not None and told.rungs:
            return  # and they have their time
        members = tuple(post.member for post in case.directory.co_chairs)
        context.once(SubjectKind.MINIMUM, case.track.gate, ClockAct.REMIND, *members)
        context.emit(e.MinimumMissing(lacks=tuple(in_english((one,)) for one in lacks), reasons=lacks))
    else:
        _begin_work(context, reason(ReasonCode.EVERYONE_ANSWERED))


@rule("convene", "convene the group", BY_CO_CHAIR, SELECTION, ready=lambda case, post: not missing_for_minimum(case))
def convene(context: RuleContext, body: Convene) -> None:
    """Start the group's work once the minimum is met; later answers, and later names on the list, still count."""
    if not context.case.taking_part():
        raise refuse("The group cannot be convened before the Co-Chairs have confirmed the list of participants.")
    lacks = missing_for_minimum(context.case)
    if lacks:
        raise refuse(f"The minimum composition is not met: it lacks {in_english(lacks, ' and ')}.")
    _begin_work(context, body.text or reason(ReasonCode.CONVENED_BY, post=context.by))


def _begin_work(context: RuleContext, said: str | StatedReason) -> None:
    context.clear(SubjectKind.MINIMUM, SubjectKind.LIST, SubjectKind.COMMENTS)
    begin_operational(context, said)
