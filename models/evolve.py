"""(state, event) -> state. What an event means for a case, and nothing else: no rule is decided here.

A state is never changed in place: what an event does not touch is the very same object afterwards, by which
the projection sees what to write.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from models import events as e
from models.base import Value, brief
from models.case import (
    Arrangement,
    Case,
    Consent,
    Gate,
    GateName,
    Meeting,
    Outcome,
    Participant,
    ParticipantState,
    Position,
    PositionKind,
    Question,
    Report,
    Suspension,
)  # fmt: skip
from models.posts import Post

__all__ = ["evolve"]

_PAST_POSITIONS = 40
"""How many past positions of a gate a case keeps at hand; the log keeps all."""

V = TypeVar("V", bound=Value)
K = TypeVar("K")
Handler = Callable[[Case, Any, datetime, Post], Case]
_HANDLERS: dict[type[Value], Handler] = {}


def evolve(case: Case, event: e.AnyEvent, at: datetime, by: Post) -> Case:
    """The case after an event that ``by`` caused at ``at`` (case time)."""
    return _HANDLERS[type(event)](case, event, at, by)


def _on(kind: type[Value]) -> Callable[[Callable[[Case, Any, datetime, Post], Case]], Handler]:
    def register(handler: Handler) -> Handler:
        _HANDLERS[kind] = handler
        return handler

    return register


def _with(value: V, /, **changes: Any) -> V:
    return value.model_copy(update=changes)


def _put(mapping: Mapping[K, Any], key: K, value: Any) -> dict[K, Any]:
    return {**mapping, key: value}


# request ----------------------------------------------------------------------------------------------------


@_on(e.Submitted)
def _(case: Case, event: e.Submitted, at: datetime, by: Post) -> Case:
    return _with(
        case,
        request=event.request,
        requesters=(event.requester,),
        version=1,
        opened_at=at,
        directory=event.directory,
        calendars=event.calendars,
        policy=event.policy,
    )


@_on(e.Returned)
def _(case: Case, event: e.Returned, at: datetime, by: Post) -> Case:
    return _with(case, returned=event.missing or (event.text,))


@_on(e.Resubmitted)
def _(case: Case, event: e.Resubmitted, at: datetime, by: Post) -> Case:
    return _with(case, request=event.request, version=event.version, returned=())


@_on(e.Joined)
def _(case: Case, event: e.Joined, at: datetime, by: Post) -> Case:
    return _with(case, requesters=(*case.requesters, event.member))


@_on(e.FoundComplete)
def _(case: Case, event: e.FoundComplete, at: datetime, by: Post) -> Case:
    return _with(case, returned=())


@_on(e.RequesterWithdrew)
def _(case: Case, event: e.RequesterWithdrew, at: datetime, by: Post) -> Case:
    others = tuple(member for member in case.requesters if member != event.member)
    # The last one's withdrawal ends the case, which stays its own.
    return _with(case, requesters=others, withdrew=(*case.withdrew, event.member)) if others else case


@_on(e.StageEntered)
def _(case: Case, event: e.StageEntered, at: datetime, by: Post) -> Case:
    return _with(case, stage=event.stage, stage_since=at)


# the clock --------------------------------------------------------------------------------------------------


@_on(e.LadderSet)
def _(case: Case, event: e.LadderSet, at: datetime, by: Post) -> Case:
    return _with(case, ladders=_put(case.ladders, event.subject, event.ladder))


@_on(e.LadderCleared)
def _(case: Case, event: e.LadderCleared, at: datetime, by: Post) -> Case:
    return _with(
        case, ladders={name: ladder for name, ladder in case.ladders.items() if name != event.subject}
    )


@_on(e.RungPassed)
def _(case: Case, event: e.RungPassed, at: datetime, by: Post) -> Case:
    ladder = case.ladders.get(event.subject)
    return _with(case, ladders=_put(case.ladders, event.subject, ladder.passed())) if ladder else case


@_on(e.Suspended)
def _(case: Case, event: e.Suspended, at: datetime, by: Post) -> Case:
    return _with(case, suspension=Suspension(since=at, why=event.text, by=by))


@_on(e.Resumed)
def _(case: Case, event: e.Resumed, at: datetime, by: Post) -> Case:
    return _with(case, suspension=None)


# gates ------------------------------------------------------------------------------------------------------


def _gate(case: Case, name: GateName, **changes: Any) -> Case:
    return _with(case, gates=_put(case.gates, name, _with(case.gates[name], **changes)))


def _without(gate: Gate, *posts: Post) -> dict[Post, Position]:
    return {post: position for post, position in gate.positions.items() if post not in posts}


def _past(gate: Gate, void: str, *posts: Post) -> tuple[Position, ...]:
    left = (_with(gate.positions[post], void=void) for post in posts if post in gate.positions)
    return (*gate.past, *left)[-_PAST_POSITIONS:]


@_on(e.GateOpened)
def _(case: Case, event: e.GateOpened, at: datetime, by: Post) -> Case:
    gate = Gate(
        name=event.gate, on=event.on, about=event.about, opened_at=at, respondent=event.respondent,
        deciders=event.deciders, terms=event.terms,
    )  # fmt: skip
    return _with(case, gates=_put(case.gates, event.gate, gate))


@_on(e.PositionTaken)
def _(case: Case, event: e.PositionTaken, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    position = Position(
        post=event.post, position=event.position, at=at, on=event.on, round=gate.round, text=event.text
    )
    past = _past(gate, "changed", event.post)
    return _gate(case, event.gate, positions=_put(gate.positions, event.post, position), past=past)


@_on(e.PositionsVoided)
def _(case: Case, event: e.PositionsVoided, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    sitting = [decider.post for decider in event.deciders]
    return _gate(
        case, event.gate, on=event.on, about=event.about, deciders=event.deciders,
        respondent=event.respondent or gate.respondent,
        positions=_without(gate, *event.posts), past=_past(gate, "amended", *event.posts),
        questions=tuple(question for question in gate.questions if question.by in sitting),
    )  # fmt: skip


@_on(e.Asked)
def _(case: Case, event: e.Asked, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    question = Question(by=event.post, text=event.text, at=at)
    return _gate(
        case, event.gate, questions=(*gate.questions, question), positions=_without(gate, event.post),
        past=_past(gate, "changed", event.post),
    )  # fmt: skip


@_on(e.Answered)
def _(case: Case, event: e.Answered, at: datetime, by: Post) -> Case:
    return _gate(case, event.gate, questions=())


@_on(e.QuestionDropped)
def _(case: Case, event: e.QuestionDropped, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    return _gate(case, event.gate, questions=tuple(q for q in gate.questions if q.by != event.post))


@_on(e.Recused)
def _(case: Case, event: e.Recused, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    deciders = tuple(
        _with(decider, post=event.substitute, interest=False) if decider.post == event.post else decider
        for decider in gate.deciders
    )
    position = Position(
        post=event.post, position=PositionKind.RECUSE, at=at, on=gate.on, round=gate.round, text=event.text
    )
    return _gate(
        case, event.gate, deciders=deciders, positions=_without(gate, event.post),
        past=(*_past(gate, "changed", event.post), position)[-_PAST_POSITIONS:],
        questions=tuple(q for q in gate.questions if q.by != event.post),
    )  # fmt: skip


@_on(e.GateSplit)
def _(case: Case, event: e.GateSplit, at: datetime, by: Post) -> Case:
    gate = case.gates[event.gate]
    return _gate(
        case, event.gate, round=event.round, positions={}, past=_past(gate, "second round", *gate.positions)
    )


@_on(e.GateDecided)
def _(case: Case, event: e.GateDecided, at: datetime, by: Post) -> Case:
    return _gate(case, event.gate, outcome=event.outcome, decided_at=at, questions=())


# participants -----------------------------------------------------------------------------------------------


def _participant(case: Case, member: str, **changes: Any) -> Case:
    present = case.participants.get(member) or Participant(member=member)
    return _with(case, participants=_put(case.participants, member, _with(present, **changes)))


@_on(e.ParticipantsProposed)
def _(case: Case, event: e.ParticipantsProposed, at: datetime, by: Post) -> Case:
    listed = {name: one for name, one in case.participants.items() if name not in event.removed}
    for row in event.listed:
        known = listed.get(row.member)
        if known is not None and known.state not in _REOPENED:
            listed[row.member] = _with(known, seat=row.seat, why=row.why or known.why)
        else:
            listed[row.member] = Participant(member=row.member, seat=row.seat, why=row.why)
    return _with(case, participants=listed)


_REOPENED = (
    ParticipantState.LAPSED, ParticipantState.DECLINED, ParticipantState.LEFT, ParticipantState.REPLACED,
)  # fmt: skip
"""A member in one of these states that is proposed again starts anew."""


@_on(e.Invited)
def _(case: Case, event: e.Invited, at: datetime, by: Post) -> Case:
    for member in event.members:
        case = _participant(case, member, state=ParticipantState.INVITED)
    return case


@_on(e.Responded)
def _(case: Case, event: e.Responded, at: datetime, by: Post) -> Case:
    return _participant(case, event.member, state=event.state, answered_at=at)


@_on(e.Replaced)
def _(case: Case, event: e.Replaced, at: datetime, by: Post) -> Case:
    return _participant(case, event.member, state=ParticipantState.REPLACED)


@_on(e.Admitted)
def _(case: Case, event: e.Admitted, at: datetime, by: Post) -> Case:
    return _participant(
        case, event.member, state=ParticipantState.ADMITTED, seat=event.seat,
        why=event.text or "later admission", endorsed_by=(),
    )  # fmt: skip


@_on(e.Endorsed)
def _(case: Case, event: e.Endorsed, at: datetime, by: Post) -> Case:
    known = case.participants[event.member].endorsed_by
    return _participant(
        case, event.member, endorsed_by=(*known, event.by) if event.by not in known else known
    )


@_on(e.Convened)
def _(case: Case, event: e.Convened, at: datetime, by: Post) -> Case:
    return _with(case, active_until=event.active_until)


# operational ------------------------------------------------------------------------------------------------


def _outcome(case: Case, title: str, **changes: Any) -> Case:
    return _with(case, outcomes=_put(case.outcomes, title, _with(case.outcomes[title], **changes)))


@_on(e.OutcomeAdded)
def _(case: Case, event: e.OutcomeAdded, at: datetime, by: Post) -> Case:
    outcome: Outcome = event.outcome
    return _with(case, outcomes=_put(case.outcomes, outcome.title, outcome))


@_on(e.ProgressNoted)
def _(case: Case, event: e.ProgressNoted, at: datetime, by: Post) -> Case:
    outcome = case.outcomes[event.outcome]
    value = outcome.value if event.value is None else event.value
    return _outcome(case, event.outcome, value=value, entries=outcome.entries + 1)


@_on(e.OutcomeMoved)
def _(case: Case, event: e.OutcomeMoved, at: datetime, by: Post) -> Case:
    verified_by = by if event.state == "verified" else None
    return _outcome(case, event.outcome, state=event.state, note=brief(event.text), verified_by=verified_by)


def _arrangement(case: Case, title: str, **changes: Any) -> Case:
    return _with(
        case, arrangements=_put(case.arrangements, title, _with(case.arrangements[title], **changes))
    )


@_on(e.ArrangementAdded)
def _(case: Case, event: e.ArrangementAdded, at: datetime, by: Post) -> Case:
    arrangement: Arrangement = event.arrangement
    return _with(case, arrangements=_put(case.arrangements, arrangement.title, arrangement))


@_on(e.ArrangementAgreed)
def _(case: Case, event: e.ArrangementAgreed, at: datetime, by: Post) -> Case:
    agreed = case.arrangements[event.arrangement].agreed
    return _arrangement(case, event.arrangement, agreed=tuple(dict.fromkeys((*agreed, event.member))))


@_on(e.ArrangementInForce)
def _(case: Case, event: e.ArrangementInForce, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, in_force_from=event.since or at)


@_on(e.ExchangeLogged)
def _(case: Case, event: e.ExchangeLogged, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, exchanges=case.arrangements[event.arrangement].exchanges + 1)


@_on(e.ArrangementReviewed)
def _(case: Case, event: e.ArrangementReviewed, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, review=event.review)


@_on(e.MeetingScheduled)
def _(case: Case, event: e.MeetingScheduled, at: datetime, by: Post) -> Case:
    meeting: Meeting = event.meeting
    return _with(case, meetings=_put(case.meetings, meeting.title, meeting))


@_on(e.AttendanceTaken)
def _(case: Case, event: e.AttendanceTaken, at: datetime, by: Post) -> Case:
    meeting = _with(
        case.meetings[event.meeting],
        present=event.present,
        observing=event.observing,
        absent=event.absent,
        held=True,
    )
    return _with(case, meetings=_put(case.meetings, event.meeting, meeting))


@_on(e.SituationUpdated)
def _(case: Case, event: e.SituationUpdated, at: datetime, by: Post) -> Case:
    return _with(case, updates=case.updates + 1)


@_on(e.Extended)
def _(case: Case, event: e.Extended, at: datetime, by: Post) -> Case:
    return _with(case, active_until=event.active_until)


# reporting --------------------------------------------------------------------------------------------------


def _report(case: Case, number: int, **changes: Any) -> Case:
    return _with(case, reports=_put(case.reports, number, _with(case.reports[number], **changes)))


def _newest(case: Case) -> int:
    return max(case.reports)


@_on(e.ReportOpened)
def _(case: Case, event: e.ReportOpened, at: datetime, by: Post) -> Case:
    report: Report = event.report
    return _with(case, reports=_put(case.reports, report.number, report))


@_on(e.Contributed)
def _(case: Case, event: e.Contributed, at: datetime, by: Post) -> Case:
    number = _newest(case)
    contributed = tuple(dict.fromkeys((*case.reports[number].contributed, event.member)))
    return _report(case, number, contributed=contributed, content=event.content)


@_on(e.Recommended)
def _(case: Case, event: e.Recommended, at: datetime, by: Post) -> Case:
    recommendation = event.recommendation
    case = _with(case, recommendations=_put(case.recommendations, recommendation.number, recommendation))
    return _report(case, recommendation.report, content=event.content)


@_on(e.Objected)
def _(case: Case, event: e.Objected, at: datetime, by: Post) -> Case:
    if event.outcome:
        return case
    number = _newest(case)
    return _report(case, number, objections=case.reports[number].objections + 1)


@_on(e.Revised)
def _(case: Case, event: e.Revised, at: datetime, by: Post) -> Case:
    return _report(case, _newest(case), version=event.version, content=event.content)


@_on(e.ReportMoved)
def _(case: Case, event: e.ReportMoved, at: datetime, by: Post) -> Case:
    return _report(case, event.report, state=event.state, note=brief(event.text))


@_on(e.CirculationProposed)
def _(case: Case, event: e.CirculationProposed, at: datetime, by: Post) -> Case:
    circulation = event.circulation
    return _with(case, circulations=_put(case.circulations, circulation.number, circulation))


def _circulation(case: Case, number: int, **changes: Any) -> Case:
    return _with(
        case, circulations=_put(case.circulations, number, _with(case.circulations[number], **changes))
    )


@_on(e.ConsentNoted)
def _(case: Case, event: e.ConsentNoted, at: datetime, by: Post) -> Case:
    consents: Mapping[str, Consent] = case.circulations[event.circulation].consents
    return _circulation(case, event.circulation, consents=_put(consents, event.member, event.consent))


@_on(e.CirculationMoved)
def _(case: Case, event: e.CirculationMoved, at: datetime, by: Post) -> Case:
    return _circulation(case, event.circulation, state=event.state)


@_on(e.Waived)
def _(case: Case, event: e.Waived, at: datetime, by: Post) -> Case:
    return _with(case, waivers=_put(case.waivers, event.term, event.text))


# what changes nothing in the state but stands in the log ----------------------------------------------------


@_on(e.Commented)
@_on(e.MinimumMissing)
@_on(e.Delegated)
@_on(e.HandedOver)
def _(case: Case, event: Value, at: datetime, by: Post) -> Case:
    return case


_MISSING = set(e.EVENTS.values()) - set(_HANDLERS)
if _MISSING:  # a new event without a meaning is a fault of the code, found at import
    raise RuntimeError(f"evolve has no handler for {', '.join(kind.__name__ for kind in _MISSING)}")
