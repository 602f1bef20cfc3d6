"""Participant selection: who is proposed and why, who is invited, what they answer, who comes later.

The Steering Group draws participation "from the most-affected countries as well as relevant international
organisations" (Co-Chairs' Statement of April 2009).
"""

from models import events as e
from models.base import brief
from models.case import Case, Gate, GateName, GateOutcome, ParticipantState, Seat, Stage
from models.commands import Admit, Comment, Convene, Endorse, Leave, Propose, Replace, Respond
from models.ladder import ClockAct, halfway, ladder_of
from models.ladder_subjects import SubjectKind, subject_of
from models.members import Member
from models.posts import SECRETARIAT as THE_SECRETARIAT
from models.reasons import AFFECTED, MANDATE, MANDATE_ALWAYS, ON_ROUTE, REQUESTER, TOOK_PART, joined
from models.refusal import RefusalKind
from models.request import fingerprint
from models.rules.actors import BY_CO_CHAIR, BY_GROUP, BY_LISTED, BY_SECRETARIAT, BY_STEERING_GROUP
from models.rules.checks import must_be_members, must_say, refuse
from models.rules.composition import missing_for_minimum, on_the_list
from models.rules.context import RuleContext
from models.rules.duration import begin_operational
from models.rules.gates import amend_gate, clip, follows, open_gate, pass_on
from models.rules.request import lapsed
from models.rules.table import rule

_State = ParticipantState
SELECTION = {Stage.PARTICIPANT_SELECTION}
GROUP_AT_WORK = {Stage.PARTICIPANT_SELECTION, Stage.OPERATIONAL, Stage.REPORTING}


# the proposal -----------------------------------------------------------------------------------------------


def proposal(case: Case) -> tuple[e.Listed, ...]:
    """Whom the system proposes, and why: requesters, affected or on a route, mandated organisations."""
    request, listed = case.request, []
    for member in case.directory.members.values():
        reasons = []
        if case.is_requester(member.code):
            reasons.append(REQUESTER)
        if member.code in request.affected:
            reasons.append(AFFECTED)
        if member.code in request.on_route:
            reasons.append(ON_ROUTE)
        if member.is_organisation:
            reasons.extend(_mandate(member, case))
        if reasons and member.ahg_2009:
            reasons.append(TOOK_PART)
        if reasons:
            listed.append(e.Listed(member=member.code, why=joined(reasons)))
    return tuple(listed)


def _mandate(member: Member, case: Case) -> list[str]:
    if "*" in member.mandate:
        return [MANDATE_ALWAYS]
    said = " ".join((case.request.title, case.request.situation, *case.request.asks)).lower()
    return [f"{MANDATE}{word}" for word in member.mandate if word.lower() in said][:1]


@follows(GateName.ACTIVATION, GateOutcome.APPROVED)
def begin_selection(context: RuleContext, gate: Gate) -> None:
    """Activated: the system's proposal stands, the Steering Group comments, the Co-Chairs confirm."""
    context.enter(Stage.PARTICIPANT_SELECTION)
    context.emit(e.ParticipantsProposed(listed=proposal(context.case)))
    span = context.case.track.comments
    members = tuple(post.member for post in context.case.directory.steering_group)
    context.once(SubjectKind.COMMENTS, span, ClockAct.END, *members)
    _ask_for_the_list(context)


def _ask_for_the_list(context: RuleContext) -> None:
    context.clear(SubjectKind.LIST, SubjectKind.MINIMUM)
    open_gate(
        context,
        GateName.PARTICIPANTS,
        on=_list_hash(context.case),
        about=_list_words(context.case),
        respondent=THE_SECRETARIAT,
    )


def _list_hash(case: Case) -> str:
    return fingerprint(sorted((one.member, one.seat.value) for one in on_the_list(case)))


def _list_words(case: Case) -> str:
    def names(seat: Seat) -> str:
        return ", ".join(case.directory.name(one.member) for one in on_the_list(case) if one.seat is seat) or "none"

    return f"Participants: {names(Seat.PARTICIPANT)}. Observers: {names(Seat.OBSERVER)}."


def _list_changed(context: RuleContext, why: str) -> None:
    """Ask the Co-Chairs about the list: anew where none is before them, else on the amended one."""
    gate = context.case.gates.get(GateName.PARTICIPANTS)
    if gate is None or not gate.open:
        _ask_for_the_list(context)
    else:
        amend_gate(
            context, GateName.PARTICIPANTS, on=_list_hash(context.case), about=_list_words(context.case), why=why
        )


@rule("propose", "propose participants", (BY_STEERING_GROUP, BY_SECRETARIAT), SELECTION, part="participants")
def propose(context: RuleContext, body: Propose) -> None:
    """Propose members and observers; merged with the list, the newest word on a member counts."""
    named = (*body.members, *body.observers, *body.without)
    if not named:
        raise refuse("Name the members or observers you propose.", RefusalKind.INVALID)
    must_be_members(context.case, named)
    if any(context.case.is_requester(code) for code in (*body.observers, *body.without)):
        raise refuse("A requester takes part in its own case; it cannot observe it or be taken off the list.")
    _must_not_be_invited(context.case, body.without)
    why = brief(body.text) or f"proposed by {context.by}"
    inside = context.case.taking_part()  # it has answered as what it takes part
    listed = [e.Listed(member=code, why=why) for code in body.members if code not in inside]
    listed += [e.Listed(member=code, seat=Seat.OBSERVER, why=why) for code in body.observers if code not in inside]
    context.emit(e.ParticipantsProposed(listed=tuple(listed), removed=body.without))
    _list_changed(context, f"{context.by} proposed participants")


def _must_not_be_invited(case: Case, codes: tuple[str, ...]) -> None:
    for code in codes:
        one = case.participants.get(code)
        if one is not None and one.has_a_seat:
            raise refuse(f"{code} is {one.state.value} already; only a member that is not invited yet is taken off.")


@rule("comment", "comment", (BY_STEERING_GROUP, BY_SECRETARIAT, BY_GROUP), GROUP_AT_WORK, own_word=True)
def comment(context: RuleContext, body: Comment) -> None:
    """Say something on the participants or on a report; it changes nothing but is on record."""
    said = must_say(body, "your comment")
    if body.member:
        must_be_members(context.case, (body.member,))
        said = clip(f"{body.member}: {said}")
    context.emit(e.Commented(text=said))


# invitations ------------------------------------------------------------------------------------------------


@follows(GateName.PARTICIPANTS, GateOutcome.APPROVED)
def _confirmed(context: RuleContext, gate: Gate) -> None:
    context.clear(SubjectKind.COMMENTS)
    new = [one for one in context.case.participants.values() if one.state is _State.PROPOSED]
    for one in new:
        if context.case.is_requester(one.member):
            context.emit(e.Responded(member=one.member, state=_State.ACCEPTED, text="requester"))
    invite(context, tuple(one.member for one in new if not context.case.is_requester(one.member)))
    maybe_begin(context)


@follows(GateName.PARTICIPANTS, GateOutcome.DECLINED)
def _list_declined(context: RuleContext, gate: Gate) -> None:
    """The Co-Chairs did not confirm the list: another is to be proposed, unless the group is at work."""
    if context.case.stage is Stage.PARTICIPANT_SELECTION:
        await_list(context)


@follows(GateName.PARTICIPANTS, GateOutcome.LAPSED)
def _list_lapsed(context: RuleContext, gate: Gate) -> None:
    if context.case.stage is Stage.PARTICIPANT_SELECTION and not context.case.taking_part():
        lapsed(context, gate)
    elif context.case.stage is Stage.PARTICIPANT_SELECTION:
        await_list(context)


def await_list(context: RuleContext) -> None:
    """Another list is awaited; the secretariat, the Steering Group and the Co-Chairs are reminded until it comes."""
    context.once(SubjectKind.LIST, context.case.track.gate, ClockAct.REMIND, THE_SECRETARIAT.member)


def invite(context: RuleContext, members: tuple[str, ...]) -> None:
    """Send invitations, each with a reminder at half of its time."""
    if not members:
        return
    context.emit(e.Invited(members=members))
    for member in members:
        span = context.case.track.invitation
        due = context.after(span, member)
        acts = {ClockAct.REMIND: halfway(context.now, due), ClockAct.LAPSE: due}
        offices = span.offices((member,))
        context.climb(
            subject_of(SubjectKind.INVITATION, member),
            ladder_of(due, acts, now=context.now, members=offices, label=span.words),
        )


@rule(
    "respond",
    "answer its invitation",
    BY_LISTED,
    GROUP_AT_WORK,
    ready=lambda case, post: case.participants[post.member].state is _State.INVITED,
    own_word=True,
)
def respond(context: RuleContext, body: Respond) -> None:
    """Accept, decline or observe; an answer can be changed while the group is together."""
    one = context.case.participants[context.by.member]
    if context.case.is_requester(one.member):
        raise refuse("A requester takes part in its own case without an invitation; it may withdraw its request.")
    if one.state in (_State.PROPOSED, _State.ADMITTED):
        raise refuse(f"{one.member} has not been invited yet: the list is not confirmed.")
    too_late = one.state is _State.DECLINED and context.case.stage is not Stage.PARTICIPANT_SELECTION
    if too_late or one.state in (_State.LAPSED, _State.LEFT, _State.REPLACED):
        raise refuse(
            f"The invitation of {one.member} has {'lapsed' if one.state is _State.LAPSED else 'ended'}; "
            "the Steering Group may propose or admit it again."
        )
    observes = body.answer == "observe" or (body.answer == "accept" and one.seat is Seat.OBSERVER)
    state = _State.DECLINED if body.answer == "decline" else _State.OBSERVER if observes else _State.ACCEPTED
    context.clear(subject_of(SubjectKind.INVITATION, one.member))
    context.emit(e.Responded(member=one.member, state=state, text=body.text))
    maybe_begin(context)


def invitation_lapsed(context: RuleContext, member: str) -> None:
    """Nobody answered the invitation in time."""
    context.clear(subject_of(SubjectKind.INVITATION, member))
    context.emit(e.Responded(member=member, state=_State.LAPSED))
    maybe_begin(context)


@rule(
    "replace",
    "propose a replacement",
    (BY_STEERING_GROUP, BY_SECRETARIAT),
    {Stage.PARTICIPANT_SELECTION, Stage.OPERATIONAL},
    part="participants",
)
def replace(context: RuleContext, body: Replace) -> None:
    """Another member in the place of one that will not take part; the Co-Chairs confirm the amended list."""
    must_be_members(context.case, (body.by,))
    old = context.case.participants.get(body.member)
    if old is None:
        raise refuse(f"{body.member} is not on the list of participants.", RefusalKind.NOT_FOUND)
    if context.case.is_requester(body.member):
        raise refuse("A requester takes part in its own case; it cannot be replaced.")
    if old.takes_part:
        raise refuse(f"{body.member} takes part; another comes in its place once it has left.")
    if body.by == body.member:
        raise refuse(f"Name another member in the place of {body.member}.")
    new = context.case.participants.get(body.by)
    asked = new is not None and new.has_a_seat
    context.clear(subject_of(SubjectKind.INVITATION, body.member), subject_of(SubjectKind.ADMISSION, body.member))
    context.emit(e.Replaced(member=body.member, by=body.by, text=body.text))
    if not asked:  # else its invitation or its answer stands
        why = brief(body.text) or f"in the place of {body.member}"
        context.emit(e.ParticipantsProposed(listed=(e.Listed(member=body.by, seat=old.seat, why=why),)))
    _list_changed(context, f"{context.by} proposed {body.by} in the place of {body.member}")


# the group comes together -----------------------------------------------------------------------------------


def maybe_begin(context: RuleContext) -> None:
    """The stage ends once everyone has answered or lapsed and the minimum is met; else Co-Chairs are told."""
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
        context.emit(e.MinimumMissing(lacks=lacks))
    else:
        _begin_work(context, "Everyone has answered.")


@rule("convene", "convene the group", BY_CO_CHAIR, SELECTION, ready=lambda case, post: not missing_for_minimum(case))
def convene(context: RuleContext, body: Convene) -> None:
    """Start the group's work once the minimum is met; later answers, and later names on the list, still count."""
    if not context.case.taking_part():
        raise refuse("The group cannot be convened before the Co-Chairs have confirmed the list of participants.")
    lacks = missing_for_minimum(context.case)
    if lacks:
        raise refuse(f"The minimum composition is not met: it lacks {' and '.join(lacks)}.")
    _begin_work(context, body.text or f"Convened by {context.by}.")


def _begin_work(context: RuleContext, text: str) -> None:
    context.clear(SubjectKind.MINIMUM, SubjectKind.LIST, SubjectKind.COMMENTS)
    begin_operational(context, text)


# later admission and leaving --------------------------------------------------------------------------------


@rule("admit", "admit a member later", BY_STEERING_GROUP, {Stage.OPERATIONAL, Stage.REPORTING})
def admit(context: RuleContext, body: Admit) -> None:
    """The Steering Group decides on a later admission; the group endorses it next."""
    must_be_members(context.case, (body.member,))
    one = context.case.participants.get(body.member)
    if one is not None and one.has_a_seat:
        raise refuse(f"{body.member} is {one.state.value} already.")
    if one is not None and one.state is _State.ADMITTED:  # decided; another member of the Steering Group says the same
        context.emit(e.Commented(text=clip(f"{body.member}: {body.text}" if body.text else f"{body.member} admitted")))
        return
    seat = Seat.OBSERVER if body.observer else Seat.PARTICIPANT
    context.emit(e.Admitted(member=body.member, seat=seat, text=brief(body.text)))
    admission_pending(context, body.member)


def admission_pending(context: RuleContext, member: str) -> None:
    """The group has not endorsed an admission yet: it is reminded until it does."""
    span, members = context.case.track.invitation, context.case.taking_part(seat=Seat.PARTICIPANT)
    context.once(subject_of(SubjectKind.ADMISSION, member), span, ClockAct.REMIND, *members)


@rule(
    "endorse",
    "endorse a later admission",
    BY_GROUP,
    {Stage.OPERATIONAL, Stage.REPORTING},
    ready=lambda case, post: any(p.state is _State.ADMITTED for p in case.participants.values()),
    own_word=True,
)
def endorse(context: RuleContext, body: Endorse) -> None:
    """A participant endorses; with as many as policy asks for, the newcomer is invited."""
    waiting = [p.member for p in context.case.participants.values() if p.state is _State.ADMITTED]
    member = body.member or (waiting[0] if len(waiting) == 1 else None)
    one = context.case.participants.get(member) if member else None
    if one is None or (one.endorsed_by == () and one.state is not _State.ADMITTED):
        raise refuse(f"No admission waits for endorsement{f' of {member}' if member else ''}.")
    if context.case.participants[context.by.member].state is not _State.ACCEPTED:
        raise refuse("Observers do not endorse admissions; participants do.", RefusalKind.FORBIDDEN)
    context.emit(e.Endorsed(member=one.member, by=context.by.member))
    one = context.case.participants[one.member]
    if one.state is _State.ADMITTED and len(one.endorsed_by) >= context.case.policy.endorsements:
        context.clear(subject_of(SubjectKind.ADMISSION, one.member))
        invite(context, (one.member,))


@rule("leave", "leave the group", BY_GROUP, GROUP_AT_WORK, own_word=True)
def leave(context: RuleContext, body: Leave) -> None:
    """A participant leaves; a requester withdraws its request instead."""
    if context.case.is_requester(context.by.member):
        raise refuse("A requester does not leave its own case; it may withdraw its request.")
    context.emit(e.Responded(member=context.by.member, state=_State.LEFT, text=body.text))
    pass_on(context, context.by.member)
    maybe_begin(context)
