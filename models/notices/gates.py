"""Who is told of what happens at a gate."""

from collections.abc import Iterable
from datetime import datetime

from models import events as e
from models.case import Case, GateName, GateOutcome
from models.duties import open_duties
from models.ladder_subjects import SubjectKind
from models.notices.circles import co_chair_posts, requester_posts
from models.notices.circulation import asked_after_recusal
from models.notices.facts import NoticeFacts
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.posts import SECRETARIAT


def gate_due(case: Case, name: GateName) -> datetime | None:
    """Until when a gate is to be decided."""
    return ladder_due(case, SubjectKind.GATE, name)


def gate_facts(case: Case, name: GateName) -> NoticeFacts:
    """What every notice about a gate says."""
    gate = case.gates[name]
    interests = tuple(decider.post for decider in gate.deciders if decider.interest)
    return NoticeFacts(
        gate=name, about=gate.about, matter=gate.matter, round=gate.round, interests=interests, recorded=gate.recorded
    )


@notices_on(e.GateOpened)
def _(case: Case, event: e.GateOpened) -> Iterable[Notice]:
    posts = [decider.post for decider in event.deciders]
    yield from notify("review_requested", posts, gate_facts(case, event.gate), due=gate_due(case, event.gate))


@notices_on(e.PositionsVoided)
def _(case: Case, event: e.PositionsVoided) -> Iterable[Notice]:
    """While a question is open nobody decides: the answer asks all again. Whoever is to answer now is asked it."""
    facts = gate_facts(case, event.gate).also(why=event.why, reasons=event.reasons)
    if case.gates[event.gate].questions:
        yield from _asked_instead(case, event.gate)
        yield from notify("review_requested_again", event.posts, facts)
        return
    posts = [decider.post for decider in event.deciders]
    yield from notify("review_requested_again", posts, facts, due=gate_due(case, event.gate))


@notices_on(e.RespondentChanged)
def _(case: Case, event: e.RespondentChanged) -> Iterable[Notice]:
    yield from _asked_instead(case, event.gate)


def _asked_instead(case: Case, name: GateName) -> Iterable[Notice]:
    """What is still to be answered, for whoever answers now."""
    gate, due = case.gates[name], ladder_due(case, SubjectKind.ANSWER, name)
    for question in gate.questions:
        facts = gate_facts(case, name).also(post=question.by, text=question.text)
        yield from notify("question_asked", [gate.respondent], facts, due=due)


@notices_on(e.PositionTaken)
def _(case: Case, event: e.PositionTaken) -> Iterable[Notice]:
    gate = case.gates[event.gate]
    if gate.open:
        others = [decider.post for decider in gate.deciders if decider.post != event.post]
        facts = gate_facts(case, event.gate).also(
            post=event.post, position=event.position.value, text=event.text, silent=gate.undecided
        )
        yield from notify("position_taken", others, facts, due=gate_due(case, event.gate))


@notices_on(e.QuestionAsked)
def _(case: Case, event: e.QuestionAsked) -> Iterable[Notice]:
    gate = case.gates[event.gate]
    due = ladder_due(case, SubjectKind.ANSWER, event.gate)
    facts = gate_facts(case, event.gate).also(post=event.post, text=event.text)
    yield from notify("question_asked", [gate.respondent], facts, due=due)


@notices_on(e.QuestionAnswered)
def _(case: Case, event: e.QuestionAnswered) -> Iterable[Notice]:
    gate = case.gates[event.gate]
    facts = gate_facts(case, event.gate).also(text=event.text, silent=gate.undecided)
    posts = [decider.post for decider in gate.deciders]
    yield from notify("question_answered", posts, facts, due=gate_due(case, event.gate))


@notices_on(e.Recused)
def _(case: Case, event: e.Recused) -> Iterable[Notice]:
    facts = gate_facts(case, event.gate).also(place_of=event.post)
    yield from notify("review_requested", [event.substitute], facts, due=gate_due(case, event.gate))
    yield from asked_after_recusal(case, event)


@notices_on(e.GateSplit)
def _(case: Case, event: e.GateSplit) -> Iterable[Notice]:
    posts = [*(decider.post for decider in case.gates[event.gate].deciders), SECRETARIAT]
    yield from notify("consultation_opened", posts, gate_facts(case, event.gate), due=gate_due(case, event.gate))


@notices_on(e.GateDecided)
def _(case: Case, event: e.GateDecided) -> Iterable[Notice]:
    gate = case.gates[event.gate]
    if event.outcome is GateOutcome.SUPERSEDED:
        return  # what superseded it is told
    kind = "decision_lapsed" if event.outcome is GateOutcome.LAPSED else "decision_made"
    deciders = [decider.post for decider in gate.deciders]
    readers = [*requester_posts(case), gate.respondent, *deciders, *co_chair_posts(case), SECRETARIAT]
    facts = gate_facts(case, event.gate).also(outcome=event.outcome.value, text=event.text, reasons=event.reasons)
    yield from notify(kind, readers, facts, due=ladder_due(case, SubjectKind.RESUBMISSION))
    yield from _left_to_the_secretariat(case)


def _left_to_the_secretariat(case: Case) -> Iterable[Notice]:
    """What a decision leaves to be begun by hand is asked for at once; the clock asks again."""
    now = {duty.do for duty in open_duties(case) if duty.post == SECRETARIAT}
    if "propose" in now:
        readers = [SECRETARIAT, *case.directory.steering_group]
        yield from notify("list_awaited", readers, NoticeFacts(first=True), due=ladder_due(case, SubjectKind.LIST))
    if now & {"circulate", "close"}:
        due = ladder_due(case, SubjectKind.CLOSING)
        facts = NoticeFacts(first=True, do="circulate" if "circulate" in now else "")
        yield from notify("closing_awaited", [SECRETARIAT], facts, due=due)
