"""Gates and the positions at them."""

from datetime import datetime
from typing import Any

from models.case import Case
from models.case.gates import Gate, GateName, Position, PositionKind, Question
from models.events.gates import (
    GateDecided,
    GateOpened,
    GateSplit,
    PositionsVoided,
    PositionTaken,
    QuestionAnswered,
    QuestionAsked,
    QuestionDropped,
    Recused,
    RespondentChanged,
)
from models.evolve.handlers import changed, on, put
from models.posts import Post

_PAST_POSITIONS = 40
"""How many past positions of a gate a case keeps at hand; the log keeps all."""


def _gate(case: Case, name: GateName, **changes: Any) -> Case:
    return changed(case, gates=put(case.gates, name, changed(case.gates[name], **changes)))


def _without(gate: Gate, *posts: Post) -> dict[Post, Position]:
    return {post: position for post, position in gate.positions.items() if post not in posts}


def _past(gate: Gate, void: str, *posts: Post) -> tuple[Position, ...]:
    left = (changed(gate.positions[post], void=void) for post in posts if post in gate.positions)
    return (*gate.past, *left)[-_PAST_POSITIONS:]


@on(GateOpened)
def _(case: Case, event: GateOpened, at: datetime, by: Post) -> Case:
    gate = Gate(
        name=event.gate,
        on=event.on,
        about=event.about,
        matter=event.matter,
        opened_at=at,
        respondent=event.respondent,
        deciders=event.deciders,
        terms=event.terms,
    )
    return changed(case, gates=put(case.gates, event.gate, gate))


@on(PositionTaken)
def _(case: Case, event: PositionTaken, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    position = Position(post=event.post, position=event.position, at=at, on=event.on, round=gate.round, text=event.text)
    past = _past(gate, "changed", event.post)
    return _gate(case, event.gate, positions=put(gate.positions, event.post, position), past=past)


@on(PositionsVoided)
def _(case: Case, event: PositionsVoided, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    sitting = [decider.post for decider in event.deciders]
    return _gate(
        case,
        event.gate,
        on=event.on,
        about=event.about,
        matter=event.matter,
        deciders=event.deciders,
        respondent=event.respondent or gate.respondent,
        positions=_without(gate, *event.posts),
        past=_past(gate, "amended", *event.posts),
        questions=tuple(question for question in gate.questions if question.by in sitting),
    )


@on(QuestionAsked)
def _(case: Case, event: QuestionAsked, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    question = Question(by=event.post, text=event.text, at=at)
    return _gate(
        case,
        event.gate,
        questions=(*gate.questions, question),
        positions=_without(gate, event.post),
        past=_past(gate, "changed", event.post),
    )


@on(QuestionAnswered)
def _(case: Case, event: QuestionAnswered, at: datetime, by: Post) -> Case:
    return _gate(case, event.gate, questions=())


@on(QuestionDropped)
def _(case: Case, event: QuestionDropped, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    return _gate(case, event.gate, questions=tuple(q for q in gate.questions if q.by != event.post))


@on(RespondentChanged)
def _(case: Case, event: RespondentChanged, at: datetime, by: Post) -> Case:
    return _gate(case, event.gate, respondent=event.respondent)


@on(Recused)
def _(case: Case, event: Recused, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    deciders = tuple(
        changed(decider, post=event.substitute, interest=False) if decider.post == event.post else decider
        for decider in gate.deciders
    )
    position = Position(
        post=event.post, position=PositionKind.RECUSE, at=at, on=gate.on, round=gate.round, text=event.text
    )
    return _gate(
        case,
        event.gate,
        deciders=deciders,
        positions=_without(gate, event.post),
        past=(*_past(gate, "changed", event.post), position)[-_PAST_POSITIONS:],
        questions=tuple(q for q in gate.questions if q.by != event.post),
    )


@on(GateSplit)
def _(case: Case, event: GateSplit, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    return _gate(case, event.gate, round=event.round, positions={}, past=_past(gate, "second round", *gate.positions))


@on(GateDecided)
def _(case: Case, event: GateDecided, at: datetime, by: Post) -> Case:
    return _gate(case, event.gate, outcome=event.outcome, decided_at=at, questions=())
