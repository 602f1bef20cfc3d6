"""Opening a gate, and amending what it is about; and what follows from its outcome."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypedDict

from models import events as e
from models.case import Case, Gate, GateName, GateOutcome
from models.ladder_subjects import SubjectKind, subject_of
from models.posts import SECRETARIAT, Post
from models.reasons import StatedReason, in_english
from models.rules.checks import refuse
from models.rules.context import RuleContext
from models.rules.gates.deciders import deciders_of
from models.rules.gates.ladders import await_answer, gate_ladder

Consequence = Callable[[RuleContext, Gate], None]


FOLLOWS: dict[tuple[GateName, GateOutcome], Consequence] = {}
"""What follows from a gate's outcome; each part of the procedure registers its own (``follows``)."""


def follows(gate: GateName, *outcomes: GateOutcome) -> Callable[[Consequence], Consequence]:
    """Register a function that is called when the gate ends with one of these outcomes."""

    def register(consequence: Consequence) -> Consequence:
        for outcome in outcomes:
            FOLLOWS[gate, outcome] = consequence
        return consequence

    return register


ON_RECUSAL: dict[GateName, Callable[[RuleContext, Post], None]] = {}
"""What follows where a Co-Chair, the post given, does not decide on a gate any more; each part registers its own."""


def on_recusal(gate: GateName) -> Callable[[Callable[[RuleContext, Post], None]], Callable[[RuleContext, Post], None]]:
    """Register a function that is called when a Co-Chair recuses itself at the gate."""

    def register(consequence: Callable[[RuleContext, Post], None]) -> Callable[[RuleContext, Post], None]:
        ON_RECUSAL[gate] = consequence
        return consequence

    return register


class GateMatter(NamedTuple):
    """What a gate is about: the hash that positions are bound to, and what is said of it."""

    on: str
    said: tuple[StatedReason, ...]


def open_gate(
    context: RuleContext,
    name: GateName,
    matter: GateMatter,
    respondent: Post = SECRETARIAT,
    terms: Mapping[str, str] | None = None,
    said: str = "",
) -> None:
    """Ask the Co-Chairs to decide on something; ``respondent`` answers what they ask, ``said`` is what the asker says."""
    deciders, about = deciders_of(context.case), _about(context.case, matter)
    opened = e.GateOpened(gate=name, respondent=respondent, deciders=deciders, terms=terms or {}, text=said, **about)
    context.emit(opened)
    context.set_ladder(subject_of(SubjectKind.GATE, name), gate_ladder(context, context.case.gates[name]))


class _About(TypedDict):
    on: str
    about: str
    matter: tuple[StatedReason, ...]


def _about(case: Case, matter: GateMatter) -> _About:
    return {"on": matter.on, "about": clip(in_english(matter.said, " ", case.directory.name)), "matter": matter.said}


def amend_gate(
    context: RuleContext, name: GateName, matter: GateMatter, why: StatedReason, respondent: Post | None = None
) -> None:
    """Amend what an open gate is about: positions on the old version become void, and all are asked again."""
    gate = context.case.waiting_gate(name)
    if gate is None or gate.on == matter.on:
        return
    deciders = deciders_of(context.case, {decider.place_of: decider for decider in gate.deciders})
    posts, words, about = tuple(gate.positions), in_english((why,)), _about(context.case, matter)
    voided = e.PositionsVoided(
        gate=name, posts=posts, why=words, reasons=(why,), deciders=deciders, respondent=respondent, **about
    )
    context.emit(voided)
    ask_again(context, name)


def ask_again(context: RuleContext, name: GateName) -> None:
    """Begin the gate's time anew; where a question is still open, it begins with the answer."""
    gate = context.case.gates[name]
    ladder = gate_ladder(context, gate)
    if gate.questions:
        await_answer(context, gate)
        ladder = ladder.stopped(context.now)
    else:
        context.clear(subject_of(SubjectKind.ANSWER, name))
    context.set_ladder(subject_of(SubjectKind.GATE, name), ladder)


def proposer_desk(context: RuleContext) -> Post:
    """The post that answers for a proposal: the one that made it, unless it decides itself."""
    return SECRETARIAT if context.by in context.case.directory.co_chairs else context.by


def must_be_free(case: Case, name: GateName) -> None:
    """Refuse while the gate is open."""
    if gate := case.waiting_gate(name):
        raise refuse(f"The decision on {name.words} is open already; it waits for {', '.join(gate.undecided)}.")


def must_not_be_closing(case: Case) -> None:
    """Refuse to begin anything while the closing of the case is before the Co-Chairs."""
    if case.waiting_gate(GateName.CLOSURE):
        raise refuse("The closing of the case is before the Co-Chairs; nothing new is begun while they decide.")


def what_was_said(gate: Gate) -> str:
    """What the deciders said with their positions: conditions, reasons."""
    return "\n".join(position.text for position in gate.positions.values() if position.text)[:20_000]


def clip(text: str) -> str:
    """The beginning of a text, as long as an event may hold."""
    return text[:20_000]
