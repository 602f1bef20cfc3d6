"""Positions at a gate, and how it is settled by them or by the clock."""

from models import events as e
from models.case import Case, Gate, GateName, GateOutcome, PositionKind
from models.commands import Decide
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind, subject_of
from models.posts import Post
from models.reasons import ReasonCode, StatedReason, reason
from models.refusal import RefusalKind, Refused
from models.rules.actors import BY_DECIDER
from models.rules.checks import must_say, refuse
from models.rules.context import RuleContext
from models.rules.gates.deciders import substitute
from models.rules.gates.ladders import await_answer, gate_ladder, run_again
from models.rules.gates.opening import FOLLOWS, ON_RECUSAL, ask_again, clip
from models.rules.table import AFTER_THE_END, OPEN_STAGES, rule
from models.rules.unopened import what_comes_first

_MUST_SAY = {
    PositionKind.APPROVE_WITH_CONDITIONS: "on which conditions you approve",
    PositionKind.DECLINE: "why you decline (the reasons)",
}
"""What goes with a position, besides a question's text."""


def _may_decide_now(case: Case, post: Post) -> bool:
    return any(gate.decider(post) for gate in case.open_gates)


@rule("decide", "decide an open gate", BY_DECIDER, OPEN_STAGES | AFTER_THE_END, ready=_may_decide_now)
def decide(context: RuleContext, body: Decide) -> None:
    """Take a position: approve, approve with conditions, decline, ask or recuse."""
    gate = _the_gate(context.case, body.gate, context.by)
    if gate.decider(context.by) is None:
        raise _not_a_decider(gate, context.by)
    match body.position:
        case PositionKind.ASK:
            _ask(context, gate, must_say(body, "what you ask (the question)"))
        case PositionKind.RECUSE:
            _recuse(context, gate, body.text)
        case position:
            if position in _MUST_SAY:
                must_say(body, _MUST_SAY[position])
            _take_position(context, gate, position, body.text)


def _take_position(context: RuleContext, gate: Gate, position: PositionKind, text: str) -> None:
    if context.case.policy.carries_out:
        _must_be_another(context, gate, position, text)
    if any(question.by == context.by for question in gate.questions):
        context.emit(e.QuestionDropped(gate=gate.name, post=context.by))
        run_again(context, gate.name)
    decider = gate.decider(context.by)
    interest = decider is not None and decider.interest
    taken = e.PositionTaken(
        gate=gate.name,
        post=context.by,
        position=position,
        on=gate.on,
        text=text,
        interest=interest,
        recorded_by=context.recorded_by,
    )
    context.emit(taken)
    _settle(context, gate.name)


def _must_be_another(context: RuleContext, gate: Gate, position: PositionKind, text: str) -> None:
    """Refuse the position that stands, said once more: it is one."""
    stands = gate.positions.get(context.by)
    said = (position, text, gate.on, context.recorded_by)
    if stands is not None and (stands.position, stands.text, stands.on, stands.recorded_by) == said:
        raise refuse(f"{context.by} has taken this position on {gate.name.words} already, and it stands.")


def _ask(context: RuleContext, gate: Gate, text: str) -> None:
    context.emit(e.QuestionAsked(gate=gate.name, post=context.by, text=text))
    ladder = context.case.ladder(SubjectKind.GATE, gate.name)
    if ladder:
        context.emit(e.LadderSet(subject=subject_of(SubjectKind.GATE, gate.name), ladder=ladder.stopped(context.now)))
    await_answer(context, gate)


def _recuse(context: RuleContext, gate: Gate, text: str) -> None:
    decider = gate.decider(context.by)
    if decider is None or decider.post != decider.place_of:
        raise refuse(f"{context.by} already sits in the place of a recused Co-Chair and decides itself.")
    stands_in = substitute(context.case, [one.post for one in gate.deciders])
    if stands_in is None:
        raise refuse("No Steering Group member that is not affected is left to take the place of a recused Co-Chair.")
    context.emit(e.Recused(gate=gate.name, post=context.by, substitute=stands_in, text=text))
    ask_again(context, gate.name)
    if consequence := ON_RECUSAL.get(gate.name):
        consequence(context, context.by)


def _the_gate(case: Case, name: GateName | None, post: Post) -> Gate:
    """The gate that is meant: by name, or the only open one."""
    if name is None:
        mine = case.gates_meant(post)
        if len(mine) != 1:
            names = _open_now(case)
            first = "" if case.open_gates else what_comes_first(case, None)
            raise refuse(f"Say what you decide on; open now: {names}. {first}".strip(), RefusalKind.INVALID)
        return mine[0]
    gate = case.gates.get(name)
    if gate is None:
        raise refuse(
            f"Nothing has been put to the Co-Chairs on {name.words} yet. {what_comes_first(case, name)} "
            f"Open now: {_open_now(case)}.".replace("  ", " ")
        )
    if not gate.open:
        outcome = gate.outcome.value if gate.outcome else ""
        raise refuse(
            f"The decision on {name.words} is closed ({outcome}); a position can no longer be taken or changed. "
            f"{_of_a_new_report(case, name)}".strip()
        )
    return gate


def _open_now(case: Case) -> str:
    return ", ".join(gate.name.words for gate in case.open_gates) or "nothing"


def _of_a_new_report(case: Case, name: GateName) -> str:
    """For the report's gate, a sentence on what the next report waits for; else empty."""
    return what_comes_first(case, name) if name is GateName.REPORT else ""


def _not_a_decider(gate: Gate, post: Post) -> Refused:
    deciders = " and ".join(decider.post for decider in gate.deciders)
    return refuse(
        "Only a Co-Chair that has not recused, or the Steering Group member in its place, may decide on "
        f"{gate.name.words}: {deciders}, not {post}.",
        RefusalKind.FORBIDDEN,
    )


def _settle(context: RuleContext, name: GateName) -> None:
    gate = context.case.gates[name]
    declined = [position for position in gate.positions.values() if position.position is PositionKind.DECLINE]
    if gate.undecided:
        ladder = context.case.ladder(SubjectKind.GATE, name)
        late = ladder is not None and ladder.stopped_at is None and context.now >= ladder.due
        if declined and late:
            _conclude(context, name, GateOutcome.DECLINED, reason(ReasonCode.DECLINED_BY_ONE))
    elif not declined:
        _conclude(context, name, GateOutcome.APPROVED, clip(_conditions(gate)))
    elif len(declined) == len(gate.deciders):
        _conclude(context, name, GateOutcome.DECLINED, clip(" / ".join(position.text for position in declined)))
    elif gate.round == 1:
        context.emit(e.GateSplit(gate=name, round=2))
        context.set_ladder(subject_of(SubjectKind.GATE, name), gate_ladder(context, context.case.gates[name]))
    else:
        _conclude(context, name, GateOutcome.DECLINED, reason(ReasonCode.NO_AGREEMENT))


def _conditions(gate: Gate) -> str:
    conditions = [
        f"{position.post}: {position.text}"
        for position in gate.positions.values()
        if position.position is PositionKind.APPROVE_WITH_CONDITIONS
    ]
    return "\n".join(conditions)


def _conclude(context: RuleContext, name: GateName, outcome: GateOutcome, said: str | StatedReason) -> None:
    context.clear(subject_of(SubjectKind.GATE, name), subject_of(SubjectKind.ANSWER, name))
    context.decide_gate(name, outcome, said)
    consequence = FOLLOWS.get((name, outcome))
    if consequence:
        consequence(context, context.case.gates[name])


def rung_passed(context: RuleContext, name: GateName, act: ClockAct) -> None:
    """Act at a rung of a gate's ladder: a decline by one stands at the deadline, and at the last rung the gate lapses."""
    gate = context.case.gates[name]
    declined = any(position.position is PositionKind.DECLINE for position in gate.positions.values())
    if act is ClockAct.ESCALATE_ALTERNATE and declined:
        _settle(context, name)
    elif act is ClockAct.LAPSE:
        _conclude(context, name, GateOutcome.LAPSED, reason(ReasonCode.NO_DECISION_IN_TIME))
