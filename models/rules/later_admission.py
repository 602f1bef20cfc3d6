"""Who comes later, with the endorsement of the group, and who leaves it."""

from models import events as e
from models.base import brief
from models.case import Case, Participant, ParticipantState, Seat
from models.commands import Admit, Endorse, Leave
from models.endorsement import by_one_word, is_endorsed, yet_to_endorse
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind, subject_of
from models.posts import Post
from models.reasons import ReasonCode, reason, text_and_reasons
from models.refusal import RefusalKind
from models.rules.actors import BY_GROUP, BY_STEERING_GROUP
from models.rules.amending import leave_all_arrangements
from models.rules.checks import must_be_in_the_group, must_be_members, must_be_news, refuse
from models.rules.context import RuleContext
from models.rules.gates import clip, pass_on
from models.rules.invitations import invite, maybe_begin
from models.rules.owners import hand_on_outcomes
from models.rules.table import AT_WORK, GROUP_AT_WORK, rule


def _seated(case: Case, one: Participant) -> str:
    """That a member needs no admission, and what can be done instead."""
    name = case.directory.name(one.member)
    if one.state is ParticipantState.INVITED:
        return f"{name} is invited already: its focal point answers the invitation, and no admission is needed."
    seat = "an observer" if one.state is ParticipantState.OBSERVER else "a participant"
    said = f"{name} is in the group already, as {seat}."
    if case.is_requester(one.member):
        return f"{name} is in the group already: the request is its own."
    if not case.policy.carries_out:
        return said
    return f"{said} A Steering Group member or the secretariat can propose it for the other seat."


@rule("admit", "admit a member later", BY_STEERING_GROUP, AT_WORK)
def admit(context: RuleContext, body: Admit) -> None:
    """Propose to admit a member later: the Steering Group has the time for comments to object, the group endorses next.

    As cases of before have it, the word of one of the Steering Group admits.
    """
    must_be_members(context.case, (body.member,))
    one = context.case.participants.get(body.member)
    if one is not None and one.has_a_seat:
        raise refuse(_seated(context.case, one))
    if one is not None and one.state is ParticipantState.ADMITTED:
        # Decided or considered; another member of the Steering Group says the same.
        already = reason(ReasonCode.ADMITTED_ALREADY, member=body.member)
        text, reasons = text_and_reasons(clip(f"{body.member}: {body.text}") if body.text else already)
        context.emit(e.Commented(text=text, reasons=reasons))
        return
    seat, text = Seat.OBSERVER if body.observer else Seat.PARTICIPANT, brief(body.text)
    if by_one_word(context.case):
        context.emit(e.Admitted(member=body.member, seat=seat, text=text))
        admission_pending(context, body.member)
        return
    context.emit(e.AdmissionProposed(member=body.member, seat=seat, text=text, post=context.by))
    members = tuple(post.member for post in context.case.directory.steering_group)
    subject = subject_of(SubjectKind.CONSIDERED, body.member)
    context.once(subject, context.case.track.comments, ClockAct.LAPSE, *members)


def open_to_objection(case: Case, post: Post) -> list[str]:
    """The members to whose admission the Steering Group's post may object, or that it proposed and can take back."""
    admitted = (one for one in case.participants.values() if one.state is ParticipantState.ADMITTED)
    return [one.member for one in admitted if case.considered(one.member) or one.proposed_by == post]


def object_to_admission(context: RuleContext, member: str, text: str) -> None:
    """Object for one of the Steering Group: the member is not admitted, unless it is proposed anew.

    Once nobody has objected in time, the post that proposed the admission can take it back until the group has
    endorsed it.
    """
    case, one = context.case, context.case.participants.get(member)
    if one is None or one.state is not ParticipantState.ADMITTED:
        raise refuse(
            f"The Steering Group is not considering the admission of {case.directory.name(member)} now, so there is "
            "nothing to object to. Any member of the Steering Group can propose an admission."
        )
    asked = not case.considered(member)
    if asked and one.proposed_by != context.by:
        who = (
            f"only {one.proposed_by}, which proposed it, takes it back" if one.proposed_by else "the group endorses it"
        )
        raise refuse(f"The time to object to the admission of {case.directory.name(member)} is over; {who}.")
    by = context.by
    context.emit(e.Objected(member=by.member, text=text, newcomer=member, post=by, taken_back=asked))
    context.clear(subject_of(SubjectKind.CONSIDERED, member), subject_of(SubjectKind.ADMISSION, member))


def not_opposed(context: RuleContext, member: str) -> None:
    """Ask the group to endorse an admission to which nobody in the Steering Group objected in time."""
    context.clear(subject_of(SubjectKind.CONSIDERED, member))
    context.emit(e.AdmissionUnopposed(member=member))
    settle_admissions(context)  # where nobody may endorse it, the Steering Group has decided alone
    if context.case.participants[member].state is ParticipantState.ADMITTED:
        admission_pending(context, member)


def settle_admissions(context: RuleContext) -> None:
    """Invite whom enough have endorsed, now that fewer may be in the group than when it was asked."""
    if context.case.stage not in AT_WORK or by_one_word(context.case):
        return
    for one in tuple(context.case.participants.values()):
        if _before_the_group(context.case, one) and is_endorsed(context.case, one):
            _endorsed(context, one.member)


def _before_the_group(case: Case, one: Participant) -> bool:
    return one.state is ParticipantState.ADMITTED and not case.considered(one.member)


def _endorsed(context: RuleContext, member: str) -> None:
    context.clear(subject_of(SubjectKind.ADMISSION, member))
    invite(context, (member,))


def admission_pending(context: RuleContext, member: str) -> None:
    """Remind the group of an admission until it has endorsed it."""
    span, members = context.case.track.invitation, context.case.taking_part(seat=Seat.PARTICIPANT)
    context.once(subject_of(SubjectKind.ADMISSION, member), span, ClockAct.REMIND, *members)


def to_endorse(case: Case, post: Post) -> list[str]:
    """The members whose admission waits for the word of the post's member."""
    waiting = (one for one in case.participants.values() if _before_the_group(case, one))
    return [one.member for one in waiting if post.member in yet_to_endorse(case, one)]


def _waits(case: Case, post: Post) -> bool:
    return bool(to_endorse(case, post))


@rule("endorse", "endorse a later admission", BY_GROUP, AT_WORK, ready=_waits, own_word=True)
def endorse(context: RuleContext, body: Endorse) -> None:
    """Endorse for a participant; with as many as the policy asks for, the newcomer is invited.

    Whose Steering Group post proposed it does not endorse it too: no member speaks for both bodies.
    """
    case = context.case
    if case.participants[context.by.member].state is not ParticipantState.ACCEPTED:
        raise refuse("Observers do not endorse admissions; the focal points of participants do.", RefusalKind.FORBIDDEN)
    waiting = to_endorse(case, context.by)
    member = body.member or (waiting[0] if len(waiting) == 1 else None)
    one = case.participants.get(member) if member else None
    if one is not None and case.considered(one.member):
        raise refuse(
            f"The Steering Group may still object to the admission of {one.member}. Once its time for that is over, the "
            "participants are asked to endorse it."
        )
    late = one is not None and bool(one.endorsed_by) and one.state is not ParticipantState.NOT_ADMITTED
    if one is None or not (late or one.state is ParticipantState.ADMITTED):
        raise refuse(f"No admission{f' of {member}' if member else ''} waits for endorsement now.")
    if one.proposed_of(context.by.member):
        raise refuse(
            f"{one.proposed_by} proposed the admission of {one.member}, and no member speaks for both bodies: other "
            f"participants than {context.by.member} endorse it.",
            RefusalKind.FORBIDDEN,
        )
    endorsed = context.by.member in one.endorsed_by
    must_be_news(context.case, context.by.member, endorsed, f"endorsed the admission of {one.member}")
    context.emit(e.Endorsed(member=one.member, by=context.by.member, text=body.text))
    one = context.case.participants[one.member]
    if one.state is ParticipantState.ADMITTED and is_endorsed(context.case, one):
        _endorsed(context, one.member)


@rule("leave", "leave the group", BY_GROUP, GROUP_AT_WORK, own_word=True)
def leave(context: RuleContext, body: Leave) -> None:
    """Leave the group, its arrangements and its outcomes; a requester withdraws its request instead."""
    member, heir = context.by.member, body.outcomes_to
    if context.case.is_requester(member):
        raise refuse("A requester does not leave its own case; it may withdraw its request.")
    if heir is not None:
        must_be_in_the_group(context.case, (heir,), "owns or supports an outcome")
        if heir == member or not context.case.policy.carries_out:
            raise refuse("Say which other member owns your outcomes from now on, by amending them.")
    context.emit(e.Responded(member=member, state=ParticipantState.LEFT, text=body.text))
    context.clear(subject_of(SubjectKind.INVITATION, member))
    if context.case.policy.carries_out:
        hand_on_outcomes(context, member, heir)
        leave_all_arrangements(context, member)
    pass_on(context, member)
    maybe_begin(context)
