"""The gate: every point where Co-Chairs decide, with one mechanism.

Both must approve. One may ask (the clock stops), recuse, or change its position until the second is in. A
decline by one ends the gate only after the other has also answered or the deadline has passed; a split goes
to consultation and a second round. Silence decides nothing: the alternate is told, then both offices and the
secretariat, then the gate lapses.
"""

from collections.abc import Callable, Mapping

from models import events as e
from models.case import Case, Decider, Gate, GateName, GateOutcome, PositionKind
from models.commands import Answer, Decide
from models.ladder import ClockAct, Ladder, halfway, ladder_of
from models.ladder_subjects import SubjectKind, subject_of
from models.policy import ConflictRule
from models.posts import SECRETARIAT as THE_SECRETARIAT
from models.posts import Post, Role, desk_of
from models.refusal import RefusalKind, Refused
from models.rules.actors import BY_DECIDER, BY_REQUESTER, BY_RESPONDENT
from models.rules.checks import must_say, refuse
from models.rules.context import RuleContext
from models.rules.table import OPEN_STAGES, rule
from models.rules.unopened import what_comes_first

Consequence = Callable[[RuleContext, Gate], None]
FOLLOWS: dict[tuple[GateName, GateOutcome], Consequence] = {}
"""What follows from a gate's outcome; each part of the procedure registers its own (``follows``)."""

_MUST_SAY = {
    PositionKind.APPROVE_WITH_CONDITIONS: "on which conditions you approve",
    PositionKind.DECLINE: "why you decline (the reasons)",
}
"""What goes with a position, besides a question's text."""


def follows(gate: GateName, *outcomes: GateOutcome) -> Callable[[Consequence], Consequence]:
    """Register what follows when that gate ends so."""

    def register(consequence: Consequence) -> Consequence:
        for outcome in outcomes:
            FOLLOWS[gate, outcome] = consequence
        return consequence

    return register


def clip(text: str) -> str:
    """As much of a text as an event holds."""
    return text[:20_000]


# opening ----------------------------------------------------------------------------------------------------


def open_gate(
    context: RuleContext,
    name: GateName,
    *,
    on: str,
    about: str,
    respondent: Post,
    terms: Mapping[str, str] | None = None,
) -> None:
    """Ask the Co-Chairs to decide on something, identified by its hash ``on``."""
    deciders = _deciders(context.case)
    context.emit(
        e.GateOpened(gate=name, on=on, about=clip(about), respondent=respondent, deciders=deciders, terms=terms or {})
    )
    context.climb(subject_of(SubjectKind.GATE, name), _gate_ladder(context, context.case.gates[name]))


def amend_gate(
    context: RuleContext, name: GateName, *, on: str, about: str, why: str, respondent: Post | None = None
) -> None:
    """What an open gate is about was amended: positions on the old version are void, all are asked again."""
    gate = context.case.gates.get(name)
    if gate is None or not gate.open or gate.on == on:
        return
    deciders = _deciders(context.case, {decider.place_of: decider for decider in gate.deciders})
    context.emit(
        e.PositionsVoided(
            gate=name,
            posts=tuple(gate.positions),
            on=on,
            about=clip(about),
            why=why,
            deciders=deciders,
            respondent=respondent,
        )
    )
    _ask_again(context, name)


def _ask_again(context: RuleContext, name: GateName) -> None:
    """The gate's time begins anew; where a question is still open, it begins with the answer."""
    gate = context.case.gates[name]
    ladder = _gate_ladder(context, gate)
    if gate.questions:
        _await_answer(context, gate)
        ladder = ladder.stopped(context.now)
    else:
        context.clear(subject_of(SubjectKind.ANSWER, name))
    context.climb(subject_of(SubjectKind.GATE, name), ladder)


def _deciders(case: Case, sitting: Mapping[Post, Decider] | None = None) -> tuple[Decider, ...]:
    """Who decides for each Co-Chair; a place that a substitute already holds stays with it."""
    sitting = sitting or {}
    deciders: list[Decider] = []
    for place in case.directory.co_chairs:
        others = [decider.post for decider in (*deciders, *sitting.values())]
        holder = sitting.get(place)
        if holder is not None and holder.post != place:
            # A substitute stays, unless it has become affected itself and another is left.
            heir = substitute(case, others) if concerned(case, holder.post) else None
            deciders.append(Decider(post=heir, place_of=place) if heir else holder)
            continue
        interest = case.is_requester(place.member)
        stands_in = None
        if interest and case.policy.conflict_rule is ConflictRule.RECUSE:
            stands_in = substitute(case, others)
        deciders.append(Decider(post=stands_in or place, place_of=place, interest=interest and stands_in is None))
    return tuple(deciders)


def substitute(case: Case, taken: list[Post]) -> Post | None:
    """Who takes a recused Co-Chair's place: the first of the policy's order that is not affected."""
    for code in case.policy.substitutes:
        post = Post.of(code, Role.STEERING_GROUP)
        if not concerned(case, post) and case.directory.holds(post) and post not in taken:
            return post
    return None


def concerned(case: Case, post: Post) -> bool:
    """Whether the post's member is a requester or named as affected."""
    return case.is_requester(post.member) or post.member in case.request.affected


def _gate_ladder(context: RuleContext, gate: Gate) -> Ladder:
    case, track = context.case, context.case.track
    members = tuple(decider.post.member for decider in gate.deciders)
    due = track.gate.after(context.now, case.calendars, members)
    acts = {
        ClockAct.REMIND: halfway(context.now, due),
        ClockAct.REMIND_LAST: track.last_reminder.before(due, case.calendars, members),
        ClockAct.ESCALATE_ALTERNATE: due,
        ClockAct.ESCALATE_OFFICES: track.offices_told.after(due, case.calendars, members),
        ClockAct.LAPSE: track.lapse.after(due, case.calendars, members),
    }
    offices = track.gate.offices(members)
    return ladder_of(due, acts, now=context.now, members=offices, label=track.gate.words)


# deciding ---------------------------------------------------------------------------------------------------


def _may_decide_now(case: Case, post: Post) -> bool:
    return any(gate.decider(post) for gate in case.open_gates)


@rule("decide", "decide an open gate", BY_DECIDER, OPEN_STAGES, ready=_may_decide_now)
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
    if any(question.by == context.by for question in gate.questions):
        context.emit(e.QuestionDropped(gate=gate.name, post=context.by))
        _run_again(context, gate.name)
    decider = gate.decider(context.by)
    interest = decider is not None and decider.interest
    context.emit(
        e.PositionTaken(gate=gate.name, post=context.by, position=position, on=gate.on, text=text, interest=interest)
    )
    _settle(context, gate.name)


def _ask(context: RuleContext, gate: Gate, text: str) -> None:
    context.emit(e.QuestionAsked(gate=gate.name, post=context.by, text=text))
    ladder = context.case.ladder(SubjectKind.GATE, gate.name)
    if ladder:
        context.emit(e.LadderSet(subject=subject_of(SubjectKind.GATE, gate.name), ladder=ladder.stopped(context.now)))
    _await_answer(context, gate)


def _await_answer(context: RuleContext, gate: Gate) -> None:
    span, member = context.case.track.answer, gate.respondent.member
    context.once(subject_of(SubjectKind.ANSWER, gate.name), span, ClockAct.REMIND, member)


def _run_again(context: RuleContext, name: GateName) -> None:
    """Once no question is open, the gate's clock runs again and nobody waits for an answer."""
    if context.case.gates[name].questions:
        return
    context.clear(subject_of(SubjectKind.ANSWER, name))
    ladder = context.case.ladder(SubjectKind.GATE, name)
    if ladder and not context.case.suspension:
        context.emit(
            e.LadderSet(
                subject=subject_of(SubjectKind.GATE, name), ladder=ladder.started(context.now, context.case.calendars)
            )
        )


def _recuse(context: RuleContext, gate: Gate, text: str) -> None:
    decider = gate.decider(context.by)
    if decider is None or decider.post != decider.place_of:
        raise refuse(f"{context.by} already sits in the place of a recused Co-Chair and decides itself.")
    stands_in = substitute(context.case, [one.post for one in gate.deciders])
    if stands_in is None:
        raise refuse("No Steering Group member that is not affected is left to take the place of a recused Co-Chair.")
    context.emit(e.Recused(gate=gate.name, post=context.by, substitute=stands_in, text=text))
    _ask_again(context, gate.name)


def _may_answer(case: Case, gate: Gate, post: Post) -> bool:
    """The post that is asked; on the request itself, each of its requesters."""
    shares = gate.name is GateName.ACTIVATION and post.role is Role.FOCAL_POINT and case.is_requester(post.member)
    return post == gate.respondent or shares


@rule(
    "answer",
    "answer a Co-Chair's question",
    (BY_RESPONDENT, BY_REQUESTER),
    OPEN_STAGES,
    ready=lambda case, post: any(one.questions and _may_answer(case, one, post) for one in case.open_gates),
)
def answer(context: RuleContext, body: Answer) -> None:
    """Answer every open question at a gate; its clock runs again."""
    asked = [gate for gate in context.case.open_gates if gate.questions]
    gate = next((gate for gate in asked if body.gate in (None, gate.name)), None)
    if gate is None:
        raise refuse("No question of a Co-Chair is open at that gate.")
    if not _may_answer(context.case, gate, context.by):
        raise refuse(f"The question is for {gate.respondent} to answer.", RefusalKind.FORBIDDEN)
    context.emit(e.QuestionAnswered(gate=gate.name, text=body.text))
    _run_again(context, gate.name)


def _the_gate(case: Case, name: GateName | None, post: Post) -> Gate:
    """The gate that is meant: by name, or the only open one."""
    if name is None:
        mine = [gate for gate in case.open_gates if gate.decider(post)] or list(case.open_gates)
        if len(mine) != 1:
            names = ", ".join(gate.name.value for gate in case.open_gates) or "none"
            first = "" if case.open_gates else what_comes_first(case, None)
            raise refuse(f"Say which gate you decide; open now: {names}. {first}".strip(), RefusalKind.INVALID)
        return mine[0]
    gate = case.gates.get(name)
    if gate is None:
        names = ", ".join(gate.name.value for gate in case.open_gates) or "none"
        raise refuse(
            f"The gate {name.value!r} has not been opened; there is nothing to decide there yet. "
            f"{what_comes_first(case, name)} Open now: {names}.".replace("  ", " ")
        )
    if not gate.open:
        outcome = gate.outcome.value if gate.outcome else ""
        raise refuse(
            f"The gate {name.value!r} is already {outcome}; a position can no longer be taken or changed. "
            f"{_of_a_new_report(case, name)}".strip()
        )
    return gate


def _of_a_new_report(case: Case, name: GateName) -> str:
    """Where the report's gate was about an earlier report: what the next one waits for."""
    return what_comes_first(case, name) if name is GateName.REPORT else ""


def _not_a_decider(gate: Gate, post: Post) -> Refused:
    deciders = " and ".join(decider.post for decider in gate.deciders)
    return refuse(
        "Only a Co-Chair that has not recused, or the Steering Group member in its place, may decide the "
        f"gate {gate.name.value!r}: {deciders}, not {post}.",
        RefusalKind.FORBIDDEN,
    )


# outcomes ---------------------------------------------------------------------------------------------------


def _settle(context: RuleContext, name: GateName) -> None:
    gate = context.case.gates[name]
    declined = [position for position in gate.positions.values() if position.position is PositionKind.DECLINE]
    if gate.undecided:
        ladder = context.case.ladder(SubjectKind.GATE, name)
        late = ladder is not None and ladder.stopped_at is None and context.now >= ladder.due
        if declined and late:
            _conclude(context, name, GateOutcome.DECLINED, "Declined by one; the other did not answer by the deadline.")
    elif not declined:
        _conclude(context, name, GateOutcome.APPROVED, _conditions(gate))
    elif len(declined) == len(gate.deciders):
        _conclude(context, name, GateOutcome.DECLINED, " / ".join(position.text for position in declined))
    elif gate.round == 1:
        context.emit(e.GateSplit(gate=name, round=2))
        context.climb(subject_of(SubjectKind.GATE, name), _gate_ladder(context, context.case.gates[name]))
    else:
        _conclude(context, name, GateOutcome.DECLINED, "No agreement in the second round.")


def _conditions(gate: Gate) -> str:
    conditions = [
        f"{position.post}: {position.text}"
        for position in gate.positions.values()
        if position.position is PositionKind.APPROVE_WITH_CONDITIONS
    ]
    return "\n".join(conditions)


def _conclude(context: RuleContext, name: GateName, outcome: GateOutcome, text: str) -> None:
    context.clear(subject_of(SubjectKind.GATE, name), subject_of(SubjectKind.ANSWER, name))
    context.emit(e.GateDecided(gate=name, outcome=outcome, text=clip(text)))
    consequence = FOLLOWS.get((name, outcome))
    if consequence:
        consequence(context, context.case.gates[name])


def rung_passed(context: RuleContext, name: GateName, act: ClockAct) -> None:
    """The clock at a gate: reminders are told; a decline by one stands at the deadline; silence lapses."""
    gate = context.case.gates[name]
    declined = any(position.position is PositionKind.DECLINE for position in gate.positions.values())
    if act is ClockAct.ESCALATE_ALTERNATE and declined:
        _settle(context, name)
    elif act is ClockAct.LAPSE:
        _conclude(context, name, GateOutcome.LAPSED, "There was no decision in time; nothing is decided.")


def answer_overdue(context: RuleContext, name: GateName) -> None:
    """An answer is owed still: the reminder comes again, so that the case never waits in silence."""
    gate = context.case.gates[name]
    if gate.open and gate.questions:
        _await_answer(context, gate)


def pass_on(context: RuleContext, member: str) -> None:
    """What is asked of a member at open gates is the secretariat's to answer once the member is no longer in the case."""
    desk = desk_of(member)
    for gate in context.case.open_gates:
        if gate.respondent == desk:
            context.emit(e.RespondentChanged(gate=gate.name, respondent=THE_SECRETARIAT))
            if gate.questions:
                _await_answer(context, context.case.gates[gate.name])


def proposer_desk(context: RuleContext) -> Post:
    """Who answers for a proposal: the post that made it, unless it decides itself."""
    return THE_SECRETARIAT if context.by in context.case.directory.co_chairs else context.by


# what others ask of gates -----------------------------------------------------------------------------------


def must_be_free(case: Case, name: GateName) -> None:
    """Refuse while the gate is open."""
    gate = case.gates.get(name)
    if gate is not None and gate.open:
        raise refuse(f"The gate {name.value!r} is open already; it waits for {', '.join(gate.undecided)}.")


def must_not_be_closing(case: Case) -> None:
    """Refuse to begin anything while the closing of the case is before the Co-Chairs."""
    gate = case.gates.get(GateName.CLOSURE)
    if gate is not None and gate.open:
        raise refuse("The closing of the case is before the Co-Chairs; nothing new is begun while they decide.")


def what_was_said(gate: Gate) -> str:
    """What the deciders said with their positions: conditions, reasons."""
    return "\n".join(position.text for position in gate.positions.values() if position.text)[:20_000]
