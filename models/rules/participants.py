"""The list of participants: who is proposed and why, and how the Co-Chairs are asked to confirm it.

The Steering Group draws participation "from the most-affected countries as well as relevant international
organisations" (Co-Chairs' Statement of April 2009).
"""

from models import events as e
from models.base import brief
from models.case import Case, Gate, GateName, GateOutcome, ParticipantState, Seat, Stage
from models.commands import Comment, Propose
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind
from models.members import Member
from models.posts import SECRETARIAT, Post
from models.reasons import ReasonCode, StatedReason, in_english, reason, text_and_reasons
from models.refusal import RefusalKind
from models.request import fingerprint
from models.rules.actors import BY_GROUP, BY_SECRETARIAT, BY_STEERING_GROUP
from models.rules.affected import affected_by, most_affected_first
from models.rules.checks import must_be_members, must_say, refuse
from models.rules.composition import on_the_list
from models.rules.context import RuleContext
from models.rules.gates import GateMatter, amend_gate, clip, follows, open_gate
from models.rules.request import lapsed
from models.rules.table import GROUP_AT_WORK, rule


def proposal(case: Case) -> tuple[e.Listed, ...]:
    """The members that the system proposes, and why: requesters, affected or on a route, mandated organisations.

    The most affected come first, by the grounds that are stated.
    """
    request, listed = case.request, []
    for code in most_affected_first(case, tuple(case.directory.members)):
        member, grounds = case.directory.members[code], affected_by(case, code)
        reasons = [*grounds]
        if case.is_requester(member.code):
            reasons.append(reason(ReasonCode.REQUESTER))
        if member.code in request.affected and not grounds:
            reasons.append(reason(ReasonCode.AFFECTED))
        if member.code in request.on_route:
            reasons.append(reason(ReasonCode.ON_ROUTE))
        if member.is_organisation:
            reasons.extend(_mandate(member, case))
        if reasons and member.ahg_2009:
            reasons.append(reason(ReasonCode.TOOK_PART))
        if reasons:
            why = in_english(reasons, name_of=case.directory.name)
            listed.append(e.Listed(member=member.code, why=why, reasons=tuple(reasons)))
    return tuple(listed)


def _mandate(member: Member, case: Case) -> list[StatedReason]:
    if "*" in member.mandate:
        return [reason(ReasonCode.MANDATE_ALWAYS)]
    said = " ".join((case.request.title, case.request.situation, *case.request.asks)).lower()
    return [reason(ReasonCode.MANDATE, word=word) for word in member.mandate if word.lower() in said][:1]


@follows(GateName.ACTIVATION, GateOutcome.APPROVED)
def begin_selection(context: RuleContext, gate: Gate) -> None:
    """Propose a list for an activated case: the Steering Group comments on it, the Co-Chairs confirm it."""
    context.enter(Stage.PARTICIPANT_SELECTION)
    context.emit(e.ParticipantsProposed(listed=proposal(context.case)))
    span = context.case.track.comments
    members = tuple(post.member for post in context.case.directory.steering_group)
    context.once(SubjectKind.COMMENTS, span, ClockAct.END, *members)
    _ask_for_the_list(context)


def _ask_for_the_list(context: RuleContext) -> None:
    context.clear(SubjectKind.LIST, SubjectKind.MINIMUM)
    open_gate(context, GateName.PARTICIPANTS, _list_matter(context.case))


def _list_matter(case: Case) -> GateMatter:
    def seated(seat: Seat) -> tuple[str, ...]:
        return tuple(one.member for one in on_the_list(case) if (one.offered or one.seat) is seat)

    participants, observers = seated(Seat.PARTICIPANT), seated(Seat.OBSERVER)
    said = reason(ReasonCode.PARTICIPANTS, participants=participants, observers=observers)
    seats = sorted((one.member, (one.offered or one.seat).value) for one in on_the_list(case))
    return GateMatter(fingerprint(seats), (said,))


def list_changed(context: RuleContext, why: StatedReason) -> None:
    """Ask the Co-Chairs about the list: anew where none is before them, else on the amended one."""
    if context.case.waiting_gate(GateName.PARTICIPANTS):
        amend_gate(context, GateName.PARTICIPANTS, _list_matter(context.case), why)
    else:
        _ask_for_the_list(context)


@follows(GateName.PARTICIPANTS, GateOutcome.DECLINED)
def _list_declined(context: RuleContext, gate: Gate) -> None:
    """Await another list than the one that the Co-Chairs did not confirm, unless the group is at work."""
    if context.case.stage is Stage.PARTICIPANT_SELECTION:
        await_list(context)


@follows(GateName.PARTICIPANTS, GateOutcome.LAPSED)
def _list_lapsed(context: RuleContext, gate: Gate) -> None:
    if context.case.stage is Stage.PARTICIPANT_SELECTION and not context.case.taking_part():
        lapsed(context, gate)
    elif context.case.stage is Stage.PARTICIPANT_SELECTION:
        await_list(context)


def await_list(context: RuleContext) -> None:
    """Remind the secretariat, the Steering Group and the Co-Chairs until another list is proposed."""
    context.once(SubjectKind.LIST, context.case.track.gate, ClockAct.REMIND, SECRETARIAT.member)


def _can_be_proposed(case: Case, post: Post) -> bool:
    return case.stage is Stage.PARTICIPANT_SELECTION or case.policy.carries_out


@rule(
    "propose",
    "propose participants",
    (BY_STEERING_GROUP, BY_SECRETARIAT),
    GROUP_AT_WORK,
    ready=_can_be_proposed,
    part="participants",
)
def propose(context: RuleContext, body: Propose) -> None:
    """Propose members and observers; merged with the list, the newest word on a member counts.

    Once the group is at work only who is in it is proposed, for the other seat: participant or observer.
    """
    named = (*body.members, *body.observers, *body.without)
    if not named:
        raise refuse("Name the members or observers you propose.", RefusalKind.INVALID)
    must_be_members(context.case, named)
    if any(context.case.is_requester(code) for code in (*body.observers, *body.without)):
        raise refuse("A requester takes part in its own case; it cannot observe it or be taken off the list.")
    if context.case.stage is Stage.PARTICIPANT_SELECTION:
        _must_not_be_invited(context.case, body.without)
    else:
        _must_change_a_seat(context.case, body)
    why, reasons = text_and_reasons(brief(body.text) or reason(ReasonCode.PROPOSED_BY, post=context.by))
    named_as = [(code, Seat.PARTICIPANT) for code in body.members] + [(code, Seat.OBSERVER) for code in body.observers]
    inside = _seated_already(context, named_as)
    if context.case.policy.carries_out and not body.without and {code for code, _ in named_as} <= set(inside):
        raise refuse(
            f"There is nothing to change: on the list already, in the seats that are proposed, are {', '.join(inside)}. "
            "Propose another member, or another seat."
        )
    listed = [
        e.Listed(member=code, seat=seat, why=why, reasons=reasons) for code, seat in named_as if code not in inside
    ]
    context.emit(e.ParticipantsProposed(listed=tuple(listed), removed=body.without))
    list_changed(context, reason(ReasonCode.PARTICIPANTS_PROPOSED, post=context.by))


def _seated_already(context: RuleContext, named_as: list[tuple[str, Seat]]) -> tuple[str, ...]:
    """Who is in the group already as what it is named, or is proposed so; in old cases whoever is in the group."""
    group = context.case.taking_part()
    if not context.case.policy.carries_out:
        return group
    there = {code: context.case.participants[code] for code in group}
    return tuple(
        code for code, seat in named_as if code in there and (there[code].offered or there[code].sits_as) is seat
    )


def _must_change_a_seat(case: Case, body: Propose) -> None:
    """Refuse anything but another seat for who is in the group, once it is at work."""
    if not case.policy.carries_out:
        raise refuse(
            f"The case is at the stage {case.stage.words}, and the list of participants was closed with the selection of "
            "participants. The Steering Group can admit a member later."
        )
    if body.without:
        raise refuse(
            "The group is at work: nobody is taken off the list any more. Who takes part can leave the group; in the "
            "place of who does not, the Steering Group or the secretariat can propose another."
        )
    outside = [code for code in (*body.members, *body.observers) if code not in case.taking_part()]
    if outside:
        names = " and ".join(map(case.directory.name, outside))
        raise refuse(
            f"The group is at work, and {names} is not in it. A newcomer comes by later admission: a member of the "
            "Steering Group proposes it, and the group endorses it."
        )


_WHERE_IT_STANDS = {
    ParticipantState.INVITED: "it is invited",
    ParticipantState.ACCEPTED: "it takes part",
    ParticipantState.OBSERVER: "it takes part as an observer",
}


def _must_not_be_invited(case: Case, codes: tuple[str, ...]) -> None:
    for code in codes:
        one = case.participants.get(code)
        if one is not None and one.has_a_seat:
            raise refuse(
                f"{case.directory.name(code)} is not taken off the list any more: {_WHERE_IT_STANDS[one.state]}. It can "
                "decline or leave itself; only who is not invited yet is taken off by others."
            )


@rule("comment", "comment", (BY_STEERING_GROUP, BY_SECRETARIAT, BY_GROUP), GROUP_AT_WORK, own_word=True)
def comment(context: RuleContext, body: Comment) -> None:
    """Say something on the participants or on a report; it changes nothing but is on record."""
    said = must_say(body, "your comment")
    if body.member:
        must_be_members(context.case, (body.member,))
        said = clip(f"{body.member}: {said}")
    context.emit(e.Commented(text=said, reasons=()))
