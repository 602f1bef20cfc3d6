"""Who is told of what happens at a gate."""

from collections.abc import Iterable
from datetime import datetime

from models import events as e
from models.case import Case, GateName, GateOutcome
from models.notices.telling import (
    Notice,
    co_chairs,
    gate_facts,
    ladder_due,
    requesters,
    silent_at,
    tell,
    tells_of,
)
from models.posts import SECRETARIAT


def _gate_due(case: Case, name: GateName) -> datetime | None:
    return ladder_due(case, f"gate:{name.value}")


@tells_of(e.GateOpened)
def _(case: Case, event: e.GateOpened) -> Iterable[Notice]:
    posts = [decider.post for decider in event.deciders]
    yield from tell(
        "review_requested", posts, due=_gate_due(case, event.gate), facts=gate_facts(case, event.gate)
    )


@tells_of(e.PositionsVoided)
def _(case: Case, event: e.PositionsVoided) -> Iterable[Notice]:
    posts = [decider.post for decider in event.deciders]
    facts = {**gate_facts(case, event.gate), "why": event.why}
    yield from tell("review_requested_again", posts, due=_gate_due(case, event.gate), facts=facts)


@tells_of(e.PositionTaken)
def _(case: Case, event: e.PositionTaken) -> Iterable[Notice]:
    gate = case.gates[event.gate]
    if gate.open:
        others = [decider.post for decider in gate.deciders if decider.post != event.post]
        facts = {**gate_facts(case, event.gate), "post": event.post, "position": event.position.value}
        yield from tell(
            "position_taken", others, due=_gate_due(case, event.gate), text=event.text, facts=facts,
            silent=silent_at(case, event.gate),
        )  # fmt: skip


@tells_of(e.Asked)
def _(case: Case, event: e.Asked) -> Iterable[Notice]:
    gate = case.gates[event.gate]
    due = ladder_due(case, f"answer:{event.gate.value}")
    facts = {**gate_facts(case, event.gate), "post": event.post, "text": event.text}
    yield from tell("question_asked", [gate.respondent], due=due, facts=facts)


@tells_of(e.Answered)
def _(case: Case, event: e.Answered) -> Iterable[Notice]:
    posts = [decider.post for decider in case.gates[event.gate].deciders]
    facts = {**gate_facts(case, event.gate), "text": event.text, "silent": silent_at(case, event.gate)}
    yield from tell("question_answered", posts, due=_gate_due(case, event.gate), facts=facts)


@tells_of(e.Recused)
def _(case: Case, event: e.Recused) -> Iterable[Notice]:
    facts = {**gate_facts(case, event.gate), "place_of": event.post}
    yield from tell("review_requested", [event.substitute], due=_gate_due(case, event.gate), facts=facts)


@tells_of(e.GateSplit)
def _(case: Case, event: e.GateSplit) -> Iterable[Notice]:
    posts = [*(decider.post for decider in case.gates[event.gate].deciders), SECRETARIAT]
    yield from tell(
        "consultation_opened", posts, due=_gate_due(case, event.gate), facts=gate_facts(case, event.gate)
    )


@tells_of(e.GateDecided)
def _(case: Case, event: e.GateDecided) -> Iterable[Notice]:
    gate = case.gates[event.gate]
    if event.outcome is GateOutcome.SUPERSEDED:
        return  # what superseded it is told
    kind = "decision_lapsed" if event.outcome is GateOutcome.LAPSED else "decision_made"
    readers = [
        *requesters(case),
        gate.respondent,
        *(d.post for d in gate.deciders),
        *co_chairs(case),
        SECRETARIAT,
    ]
    facts = {**gate_facts(case, event.gate), "outcome": event.outcome.value, "text": event.text}
    yield from tell(kind, readers, due=ladder_due(case, "resubmission"), facts=facts)
