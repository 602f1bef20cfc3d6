"""A post contests what was recorded in its name: it never said this."""

from datetime import datetime

from models import events as e
from models.authentication import Standing
from models.base import Value
from models.case import Case, Gate, GateOutcome, Position, PositionKind, Recording, Stage, Term
from models.commands import ActFor, Contest
from models.ladder_subjects import SubjectKind, subject_of
from models.posts import SECRETARIAT, Post, Role
from models.reasons import ReasonCode, reason
from models.refusal import RefusalKind
from models.rules.actors import Actor
from models.rules.checks import refuse
from models.rules.closing import closing_anew, must_still_be_covered
from models.rules.context import RuleContext
from models.rules.gates import ask_again, run_again
from models.rules.overdue import word_awaited
from models.rules.table import rule

BY_RECORDED_FOR = Actor(
    "the post in whose name something was recorded",
    lambda case, post: any(one.post == post for one in case.recordings.values()),
)
_DECIDED = (GateOutcome.APPROVED, GateOutcome.DECLINED)
_NOT_OVER = frozenset(stage for stage in Stage if not stage.final and stage is not Stage.DRAFT)


def may_contest(body: Value, standing: Standing) -> str | None:
    """Why somebody who acts for a post may not contest what was recorded in its name; None when it may.

    Its holder or alternate does it, in person: nobody in its name, and no other way in which posts act.
    """
    inner = body.command if isinstance(body, ActFor) else None
    if isinstance(inner, Contest):
        return "Nobody contests in another's name what was recorded in it; the post's holder or alternate does."
    if isinstance(body, Contest) and standing not in (Standing.HOLDER, Standing.ALTERNATE):
        return "Only the post's holder or alternate contests what was recorded in its name; it is done on the pages."
    return None


def contested_until(case: Case, one: Recording) -> datetime:
    """Until when (UTC) a post may contest what was recorded in its name."""
    return case.policy.contest.after(one.at, case.working_days, [one.post.member])


def contestable(case: Case, post: Post) -> dict[int, Recording]:
    """What was recorded in a post's name and can still be contested, by the time of the newest entry."""
    return {
        number: one
        for number, one in case.recordings.items()
        if one.post == post
        and one.contested_at is None
        and (case.updated_at is None or case.updated_at <= contested_until(case, one))
    }


@rule(
    "contest",
    "contest what was recorded in its name",
    BY_RECORDED_FOR,
    _NOT_OVER,
    ready=lambda case, post: bool(contestable(case, post)),
    own_word=True,
)
def contest(context: RuleContext, body: Contest) -> None:
    """Say that the post never said it. A position holds no more while its gate is open; what was decided stands.

    A waiver, and the word on an outcome that is not done, hold no more either: the post has not said it yet.
    """
    if context.recorded_by is not None:
        raise refuse(f"Nobody contests in the name of {context.by} what was recorded in it.", RefusalKind.FORBIDDEN)
    if body.recommendation:
        raise refuse("No recommendation with this text is followed.", RefusalKind.NOT_FOUND)
    number, one = _meant(context.case, context.by, body.entry)
    until = contested_until(context.case, one)
    if context.now > until:
        raise refuse(
            f"What was recorded as entry {number} could be contested until {until:%Y-%m-%d %H:%M} UTC. Write to both "
            f"Co-Chairs and to {SECRETARIAT}; the procedure goes on from what is recorded."
        )
    case = context.case
    gate = next((gate for gate in case.gates.values() if _position_in(gate, one)), None)
    holds = gate is not None and _holds(gate, one)
    outcomes, waivers = _said_of_outcomes(case, one), _waived(case, one)
    at_work = tuple(title for title in outcomes if case.outcomes[title].state in ("open", "blocked"))
    context.emit(
        e.Contested(
            post=one.post,
            entry=number,
            recorded_at=one.at,
            recorded_by=one.by,
            gate=gate.name if gate else None,
            position=_position_in(gate, one) if gate else None,
            anew=holds and gate is not None and gate.open,
            stands=(holds and gate is not None and gate.outcome in _DECIDED) or at_work != outcomes,
            outcomes=at_work,
            waivers=waivers,
            text=body.text,
        )
    )
    if gate is not None and gate.open and holds:
        _ask_anew(context, gate, one)
    for title in at_work:
        if case.outcomes[title].owner == one.post.member:
            context.clear(subject_of(SubjectKind.OUTCOME, title))
        word_awaited(context, title)
    if waivers:
        must_still_be_covered(context)
        closing_anew(
            context, reason(ReasonCode.WAIVER_CONTESTED, post=one.post, terms=tuple(term.value for term in waivers))
        )


def _meant(case: Case, post: Post, number: int | None) -> tuple[int, Recording]:
    mine = {known: one for known, one in case.recordings.items() if one.post == post}
    if number is None:
        left = list(contestable(case, post).items()) or list(mine.items())
        if len(left) != 1:
            known = ", ".join(map(str, mine))
            raise refuse(f"Say which entry you contest. Recorded in the name of {post}: {known}.", RefusalKind.INVALID)
        number = left[0][0]
    one = mine.get(number)
    if one is None:
        known = ", ".join(map(str, mine))
        raise refuse(
            f"Entry {number} records nothing in the name of {post}. What was recorded in its name: entry {known}.",
            RefusalKind.NOT_FOUND,
        )
    if one.contested_at is not None:
        raise refuse(f"What was recorded as entry {number} is contested already.")
    return number, one


def _is(position: Position | None, one: Recording) -> bool:
    return (
        position is not None and position.recorded_by is not None and (position.post, position.at) == (one.post, one.at)
    )


def _said_of_outcomes(case: Case, one: Recording) -> tuple[str, ...]:
    """The outcomes of which it is what the member has said until now: that it takes them on, or not."""
    if one.post.role is Role.STEERING_GROUP:
        return ()
    return tuple(title for title, known in case.outcomes.items() if known.said_at.get(one.post.member) == one.at)


def _waived(case: Case, one: Recording) -> tuple[Term, ...]:
    """The terms of reference of which it is what the post has said until now for waiving them."""
    return tuple(term for term, said_at in case.waived_at.items() if said_at.get(one.post) == one.at)


def _asked(gate: Gate, one: Recording) -> bool:
    return any((question.by, question.at) == (one.post, one.at) for question in gate.questions)


def _position_in(gate: Gate, one: Recording) -> PositionKind | None:
    """What was recorded, where it was a position or a question at this gate."""
    said = (*gate.positions.values(), *gate.past)
    found = next((position.position for position in said if _is(position, one)), None)
    return PositionKind.ASK if found is None and _asked(gate, one) else found


def _holds(gate: Gate, one: Recording) -> bool:
    """Whether it is what the post says at the gate until now, or said at its end."""
    return _is(gate.positions.get(one.post), one) or _asked(gate, one)


def _ask_anew(context: RuleContext, gate: Gate, one: Recording) -> None:
    """What was recorded holds no more: the post's question is dropped, or the gate's time begins anew."""
    if _asked(gate, one):
        context.emit(e.QuestionDropped(gate=gate.name, post=one.post))
        run_again(context, gate.name)
    else:
        ask_again(context, gate.name)
