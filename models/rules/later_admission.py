"""Who comes later, with the endorsement of the group, and who leaves it."""

from models import events as e
from models.base import brief
from models.case import Case, Participant, ParticipantState, Seat
from models.commands import Admit, Endorse, Leave
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind, subject_of
from models.policy import LaterAdmission
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


@rule("admit", "admit a member later", BY_STEERING_GROUP, AT_WORK)
def admit(context: RuleContext, body: Admit) -> None:
    """Propose to admit a member later: the Steering Group has the time for comments to object, the group endorses next.

    As cases of before have it, the word of one of the Steering Group admits.
    """
    must_be_members(context.case, (body.member,))
    one = context.case.participants.get(body.member)
    if one is not None and one.has_a_seat:
        raise refuse(f"{body.member} is {one.state.value} already.")
    if one is not None and one.state is ParticipantState.ADMITTED:
        # Decided or considered; another member of the Steering Group says the same.
        already = reason(ReasonCode.ADMITTED_ALREADY, member=body.member)
        text, reasons = text_and_reasons(clip(f"{body.member}: {body.text}") if body.text else already)
        context.emit(e.Commented(text=text, reasons=reasons))
        return
    seat, text = Seat.OBSERVER if body.observer else Seat.PARTICIPANT, brief(body.text)
    if _by_one_word(context.case):
        context.emit(e.Admitted(member=body.member, seat=seat, text=text))
        admission_pending(context, body.member)
        return
    context.emit(e.AdmissionProposed(member=body.member, seat=seat, text=text, post=context.by))
    members = tuple(post.member for post in context.case.directory.steering_group)
    subject = subject_of(SubjectKind.CONSIDERED, body.member)
    context.once(subject, context.case.track.comments, ClockAct.LAPSE, *members)


def _by_one_word(case: Case) -> bool:
    return case.policy.later_admission is LaterAdmission.ONE_WORD


def object_to_admission(context: RuleContext, member: str, text: str) -> None:
    """Object for one of the Steering Group: the member is not admitted, unless it is proposed anew."""
    if not context.case.considered(member):
        raise refuse(
            f"The Steering Group is not considering the admission of {member} now; there is nothing to object to."
        )
    context.emit(e.Objected(member=context.by.member, text=text, newcomer=member, post=context.by))
    context.clear(subject_of(SubjectKind.CONSIDERED, member))


def not_opposed(context: RuleContext, member: str) -> None:
    """Ask the group to endorse an admission to which nobody in the Steering Group objected in time."""
    context.clear(subject_of(SubjectKind.CONSIDERED, member))
    context.emit(e.AdmissionUnopposed(member=member))
    admission_pending(context, member)


def admission_pending(context: RuleContext, member: str) -> None:
    """Remind the group of an admission until it has endorsed it."""
    span, members = context.case.track.invitation, context.case.taking_part(seat=Seat.PARTICIPANT)
    context.once(subject_of(SubjectKind.ADMISSION, member), span, ClockAct.REMIND, *members)


def _to_endorse(case: Case, post: Post) -> list[str]:
    """The members whose admission waits for the group, and that the post's own member did not propose."""
    admitted = (one for one in case.participants.values() if one.state is ParticipantState.ADMITTED)
    return [one.member for one in admitted if not case.considered(one.member) and not one.proposed_of(post.member)]


def _waits(case: Case, post: Post) -> bool:
    return bool(_to_endorse(case, post))


@rule("endorse", "endorse a later admission", BY_GROUP, AT_WORK, ready=_waits, own_word=True)
def endorse(context: RuleContext, body: Endorse) -> None:
    """Endorse for a participant; with as many as the policy asks for, the newcomer is invited.

    Whose Steering Group post proposed it does not endorse it too: no member speaks for both bodies.
    """
    case = context.case
    waiting = _to_endorse(case, context.by)
    member = body.member or (waiting[0] if len(waiting) == 1 else None)
    one = case.participants.get(member) if member else None
    if one is not None and case.considered(one.member):
        raise refuse(
            f"The Steering Group may still object to the admission of {one.member}; the group endorses it then."
        )
    if one is None or (one.endorsed_by == () and one.state is not ParticipantState.ADMITTED):
        raise refuse(f"No admission waits for endorsement{f' of {member}' if member else ''}.")
    if case.participants[context.by.member].state is not ParticipantState.ACCEPTED:
        raise refuse("Observers do not endorse admissions; participants do.", RefusalKind.FORBIDDEN)
    if one.proposed_of(context.by.member):
        raise refuse(
            f"{one.proposed_by} proposed the admission of {one.member}; other participants than {context.by.member} "
            "endorse it.",
            RefusalKind.FORBIDDEN,
        )
    endorsed = context.by.member in one.endorsed_by
    must_be_news(context.case, context.by.member, endorsed, f"endorsed the admission of {one.member}")
    context.emit(e.Endorsed(member=one.member, by=context.by.member))
    one = context.case.participants[one.member]
    if one.state is ParticipantState.ADMITTED and len(one.endorsed_by) >= _quorum(context.case, one):
        context.clear(subject_of(SubjectKind.ADMISSION, one.member))
        invite(context, (one.member,))


def _quorum(case: Case, newcomer: Participant) -> int:
    """How many endorse an admission: as many as the policy says, or all where fewer may."""
    if _by_one_word(case):
        return case.policy.endorsements
    may = [code for code in case.taking_part(seat=Seat.PARTICIPANT) if not newcomer.proposed_of(code)]
    return min(case.policy.endorsements, len(may))


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
