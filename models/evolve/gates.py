"""Gates and the positions at them."""

from datetime import datetime
from typing import Any, TypedDict

from models import events as e
from models.case import Case
from models.case.gates import Decider, Gate, GateName, GateOutcome, Position, PositionKind, Question
from models.evolve.handlers import changed, on, put
from models.evolve.participants import without_offers
from models.limits import KEPT_POSITIONS
from models.posts import Post
from models.reasons import StatedReason


def _gate(case: Case, name: GateName, **changes: Any) -> Case:
    return changed(case, gates=put(case.gates, name, changed(case.gates[name], **changes)))


def _without(gate: Gate, *posts: Post) -> dict[Post, Position]:
    return {post: position for post, position in gate.positions.items() if post not in posts}


def _past(gate: Gate, void: str, *posts: Post) -> tuple[Position, ...]:
    left = (changed(gate.positions[post], void=void) for post in posts if post in gate.positions)
    return (*gate.past, *left)[-KEPT_POSITIONS:]


class _About(TypedDict):
    on: str
    about: str
    matter: tuple[StatedReason, ...] | None
    deciders: tuple[Decider, ...]


def _about(event: e.GateOpened | e.PositionsVoided) -> _About:
    return {"on": event.on, "about": event.about, "matter": event.matter, "deciders": event.deciders}


def _left(gate: Gate, void: str, *posts: Post) -> dict[str, Any]:
    """What is left where these posts' positions hold no more."""
    return {"positions": _without(gate, *posts), "past": _past(gate, void, *posts)}


@on(e.GateOpened)
def _(case: Case, event: e.GateOpened, at: datetime, by: Post) -> Case:
    gate = Gate(name=event.gate, opened_at=at, respondent=event.respondent, terms=event.terms, **_about(event))
    return changed(case, gates=put(case.gates, event.gate, gate))


@on(e.PositionTaken)
def _(case: Case, event: e.PositionTaken, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    said = {name: getattr(event, name) for name in ("post", "position", "on", "text", "recorded_by")}
    position = Position(at=at, round=gate.round, **said)
    past = _past(gate, "changed", event.post)
    return _gate(case, event.gate, positions=put(gate.positions, event.post, position), past=past)


@on(e.PositionsVoided)
def _(case: Case, event: e.PositionsVoided, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    sitting = [decider.post for decider in event.deciders]
    left = _left(gate, "amended", *event.posts)
    questions = tuple(question for question in gate.questions if question.by in sitting)
    respondent = event.respondent or gate.respondent
    return _gate(case, event.gate, respondent=respondent, questions=questions, **_about(event), **left)


@on(e.QuestionAsked)
def _(case: Case, event: e.QuestionAsked, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    question = Question(by=event.post, text=event.text, at=at)
    return _gate(case, event.gate, questions=(*gate.questions, question), **_left(gate, "changed", event.post))


@on(e.QuestionAnswered)
def _(case: Case, event: e.QuestionAnswered, at: datetime, by: Post) -> Case:
    return _gate(case, event.gate, questions=())


@on(e.QuestionDropped)
def _(case: Case, event: e.QuestionDropped, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    return _gate(case, event.gate, questions=tuple(q for q in gate.questions if q.by != event.post))


@on(e.RespondentChanged)
def _(case: Case, event: e.RespondentChanged, at: datetime, by: Post) -> Case:
    return _gate(case, event.gate, respondent=event.respondent)


@on(e.Recused)
def _(case: Case, event: e.Recused, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    deciders = tuple(
        changed(decider, post=event.substitute, interest=False) if decider.post == event.post else decider
        for decider in gate.deciders
    )
    position = Position(
        post=event.post, position=PositionKind.RECUSE, at=at, on=gate.on, round=gate.round, text=event.text
    )
    past = (*_past(gate, "changed", event.post), position)[-KEPT_POSITIONS:]
    questions = tuple(question for question in gate.questions if question.by != event.post)
    positions = _without(gate, event.post)
    return _gate(case, event.gate, deciders=deciders, positions=positions, past=past, questions=questions)


@on(e.GateSplit)
def _(case: Case, event: e.GateSplit, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    return _gate(case, event.gate, round=event.round, positions={}, past=_past(gate, "second round", *gate.positions))


@on(e.GateDecided)
def _(case: Case, event: e.GateDecided, at: datetime, by: Post) -> Case:
    if event.gate is GateName.PARTICIPANTS and event.outcome in (GateOutcome.DECLINED, GateOutcome.LAPSED):
        case = without_offers(case)
    return _gate(case, event.gate, outcome=event.outcome, decided_at=at, questions=())


def with_contested(case: Case, event: e.Contested, at: datetime) -> Case:
    """The case with the position marked that a post contests; at an open gate it holds no more, and is among the past."""

    def marked(one: Position) -> Position:
        meant = one.recorded_by is not None and (one.post, one.at) == (event.post, event.recorded_at)
        return changed(one, contested_at=at) if meant else one

    for name, gate in case.gates.items():
        positions = {post: marked(one) for post, one in gate.positions.items()}
        past = tuple(map(marked, gate.past))
        mine = positions.get(event.post)
        if gate.open and mine is not None and mine.contested_at:
            past = (*past, changed(positions.pop(event.post), void="contested"))[-KEPT_POSITIONS:]
        if (positions, past) != (gate.positions, gate.past):
            case = _gate(case, name, positions=positions, past=past)
    return case
