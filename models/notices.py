"""Who is told of what: for each event, the notices it causes and the posts they go to.

Kinds are listed in ``KINDS``. Only a post that may learn of the case (``visibility``) is ever told of it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from models import events as e
from models.base import Instant, Value
from models.case import Arrangement, Case, GateName, GateOutcome, ParticipantState, ReportState, Seat, Stage
from models.ladder import ClockAct
from models.posts import SECRETARIAT, Capacity, Post
from models.reasons import readable_reason
from models.release import release_of
from models.rules.reporting import consents_asked, pending_circulation
from models.rules.turn import desk_of
from models.visibility import closed_sections, may_see

__all__ = ["KINDS", "Kind", "Notice", "notices_of"]


class Kind(Value):
    """A kind of notice. ``asks``: the reader has to do something; ``sensitive``: mails carry only a link."""

    name: str
    summary: str
    asks: bool = False
    sensitive: bool = False


def _kinds(*rows: tuple[str, str, bool]) -> dict[str, Kind]:
    return {name: Kind(name=name, summary=summary, asks=asks) for name, summary, asks in rows}


KINDS: dict[str, Kind] = _kinds(
    # the request
    ("request_received", "A request has been submitted; its requester has it confirmed.", False),
    ("completeness_requested", "The secretariat is asked to check a request.", True),
    ("completeness_overdue", "The check of a request is overdue.", True),
    ("request_returned", "A request came back with a list of what is missing.", True),
    ("resubmission_reminder", "A returned request still waits for a new version.", True),
    ("request_joined", "Another member submits the request jointly.", False),
    ("request_withdrawn", "A requester took its request back.", False),
    # gates
    ("review_requested", "A Co-Chair is asked to decide at a gate.", True),
    (
        "review_requested_again",
        "What a gate is about was amended; positions are void and all are asked again.",
        True,
    ),
    ("review_reminder", "A gate still waits for this Co-Chair.", True),
    ("review_escalated", "A gate's deadline has passed; the alternate is asked.", True),
    ("review_overdue", "A gate is overdue; both offices and the secretariat are told.", True),
    ("position_taken", "The other Co-Chair has taken a position.", False),
    ("question_asked", "A Co-Chair asks something; the clock stands until it is answered.", True),
    ("question_answered", "A question has been answered; the clock runs again.", False),
    ("answer_overdue", "An answer is still owed.", True),
    ("consultation_opened", "The Co-Chairs disagree: consultation, then a second round.", True),
    ("decision_made", "A gate has been decided.", False),
    ("decision_lapsed", "A gate lapsed; nothing is decided.", False),
    # participants
    ("participants_proposed", "The Steering Group is asked to comment on participants.", True),
    ("list_awaited", "Another list of participants is awaited.", True),
    ("invited", "A member is invited to the group.", True),
    ("invitation_reminder", "An invitation still waits for an answer.", True),
    ("invitation_answered", "A member has answered its invitation.", False),
    ("invitation_lapsed", "An invitation lapsed without an answer.", False),
    ("minimum_missing", "Everyone has answered, but the minimum composition is not met.", True),
    ("admission_proposed", "The group is asked to endorse a later admission.", True),
    ("participant_left", "A participant has left the group.", False),
    ("group_convened", "The group is at work.", False),
    # operational
    ("outcome_assigned", "A member owns or supports a new outcome.", True),
    ("outcome_due", "An outcome is due soon.", True),
    ("outcome_overdue", "An outcome is due or overdue.", True),
    ("outcome_blocked", "An outcome is blocked.", False),
    ("outcome_done", "An outcome is done and waits for a Co-Chair to verify it.", True),
    ("outcome_verified", "A Co-Chair has verified an outcome; the other may object.", False),
    ("outcome_reopened", "An outcome is open again.", True),
    ("arrangement_proposed", "The parties are asked to agree to an arrangement.", True),
    ("arrangement_in_force", "All parties have agreed; the arrangement is in force.", False),
    ("arrangement_review_due", "An arrangement is due for review.", True),
    ("meeting_called", "A meeting is called or moved.", True),
    ("situation_update_due", "A situation update is due.", True),
    ("situation_updated", "There is a situation update.", False),
    ("activation_ending", "The activation ends soon unless it is extended.", True),
    ("activation_extended", "The activation has been extended.", False),
    ("case_suspended", "The clock of the case stands.", False),
    ("case_resumed", "The clock of the case runs again.", False),
    # reporting
    ("contributions_requested", "Participants are asked to contribute to a report.", True),
    ("report_owed", "A report waits to be tabled.", True),
    ("report_tabled", "A report is before the Steering Group under the silence procedure.", True),
    ("report_reopened", "An objection or the Co-Chairs sent a report back to drafting.", True),
    ("report_accepted", "The Co-Chairs have accepted a report.", False),
    ("consent_requested", "A member is asked to consent to being named.", True),
    ("consent_reminder", "A consent is still awaited.", True),
    ("consent_missing", "A member is not named: it did not consent.", False),
    ("closing_awaited", "The report is accepted; the case waits to be circulated or closed.", True),
    ("circulated", "The wider membership is told.", False),
    ("case_ended", "The case has ended.", False),
    # recommendations
    ("recommendation_addressed", "A recommendation is addressed to this member.", True),
    ("recommendation_due", "A recommendation is due soon.", True),
    ("recommendation_overdue", "A recommendation is due or overdue.", True),
    ("recommendation_resolved", "A recommendation was adopted, declined or done.", False),
    # posts
    ("post_handed_over", "A post has a new holder.", False),
    ("post_delegated", "A post has an alternate for a time.", False),
)
"""Every kind of notice."""


class Notice(Value):
    """One notice to one post. ``due``: what the reader has to keep; ``facts``: texts for the template."""

    kind: str
    to: Post
    capacity: Capacity = Capacity.HOLDER
    due: Instant | None = None
    facts: Mapping[str, str] = {}


Telling = Callable[[Case, Any], Iterable[Notice]]
_TOLD: dict[type[Value], Telling] = {}


def notices_of(case: Case, event: e.AnyEvent) -> tuple[Notice, ...]:
    """The notices that an event causes, one per post and capacity; ``case``: the state after the step."""
    tell = _TOLD.get(type(event))
    if tell is None:
        return ()
    told: dict[tuple[str, Post, Capacity], Notice] = {}
    for notice in tell(case, event):
        if may_see(case, notice.to):
            told.setdefault((notice.kind, notice.to, notice.capacity), notice)
    return tuple(told.values())


def _of(kind: type[Value]) -> Callable[[Telling], Telling]:
    def register(tell: Telling) -> Telling:
        _TOLD[kind] = tell
        return tell

    return register


def _tell(
    kind: str,
    posts: Iterable[Post],
    *,
    due: datetime | None = None,
    capacity: Capacity = Capacity.HOLDER,
    facts: Mapping[str, object] | None = None,
    **more: object,
) -> Iterable[Notice]:
    plain = {name: str(fact) for name, fact in {**(facts or {}), **more}.items() if fact not in (None, "")}
    return [Notice(kind=kind, to=post, due=due, capacity=capacity, facts=plain) for post in posts]


# circles of readers -----------------------------------------------------------------------------------------


def _requesters(case: Case) -> list[Post]:
    return [desk_of(code) for code in case.requesters]


def _co_chairs(case: Case) -> list[Post]:
    return list(case.directory.co_chairs)


def _group(case: Case) -> list[Post]:
    return [desk_of(code) for code in case.taking_part()]


def _everybody(case: Case) -> list[Post]:
    invited = [
        desk_of(p.member)
        for p in case.participants.values()
        if p.takes_part or p.state is ParticipantState.INVITED
    ]
    return [*_requesters(case), *_co_chairs(case), SECRETARIAT, *invited]


def _ladder_due(case: Case, subject: str) -> datetime | None:
    ladder = case.ladders.get(subject)
    return ladder.due if ladder else None


def _owner_and_supporters(case: Case, title: str) -> list[Post]:
    outcome = case.outcomes[title]
    return [desk_of(code) for code in (outcome.owner, *outcome.supporting)]


# the request ------------------------------------------------------------------------------------------------


@_of(e.Submitted)
def _(case: Case, event: e.Submitted) -> Iterable[Notice]:
    due = _ladder_due(case, "completeness")
    yield from _tell("request_received", _requesters(case), due=due)
    yield from _tell("completeness_requested", [SECRETARIAT], due=due, requester=event.requester)


@_of(e.Returned)
def _(case: Case, event: e.Returned) -> Iterable[Notice]:
    due = _ladder_due(case, "resubmission")
    yield from _tell(
        "request_returned", _requesters(case), due=due, missing="\n".join(event.missing), text=event.text
    )


@_of(e.Resubmitted)
def _(case: Case, event: e.Resubmitted) -> Iterable[Notice]:
    if case.stage is Stage.SUBMITTED:
        due = _ladder_due(case, "completeness")
        yield from _tell(
            "completeness_requested",
            [SECRETARIAT],
            due=due,
            version=event.version,
            changed=", ".join(event.changed),
        )


@_of(e.Joined)
def _(case: Case, event: e.Joined) -> Iterable[Notice]:
    yield from _tell("request_joined", [*_requesters(case), SECRETARIAT], member=event.member)


@_of(e.RequesterWithdrew)
def _(case: Case, event: e.RequesterWithdrew) -> Iterable[Notice]:
    readers = [desk_of(event.member), *_everybody(case)]
    yield from _tell("request_withdrawn", readers, member=event.member, text=event.text)


# gates ------------------------------------------------------------------------------------------------------


def _gate_facts(case: Case, name: GateName) -> dict[str, object]:
    gate = case.gates[name]
    interests = ", ".join(decider.post for decider in gate.deciders if decider.interest)
    return {"gate": name.value, "about": gate.about, "round": gate.round, "interests": interests}


def _gate_due(case: Case, name: GateName) -> datetime | None:
    return _ladder_due(case, f"gate:{name.value}")


@_of(e.GateOpened)
def _(case: Case, event: e.GateOpened) -> Iterable[Notice]:
    posts = [decider.post for decider in event.deciders]
    yield from _tell(
        "review_requested", posts, due=_gate_due(case, event.gate), facts=_gate_facts(case, event.gate)
    )


@_of(e.PositionsVoided)
def _(case: Case, event: e.PositionsVoided) -> Iterable[Notice]:
    posts = [decider.post for decider in event.deciders]
    facts = {**_gate_facts(case, event.gate), "why": event.why}
    yield from _tell("review_requested_again", posts, due=_gate_due(case, event.gate), facts=facts)


@_of(e.PositionTaken)
def _(case: Case, event: e.PositionTaken) -> Iterable[Notice]:
    gate = case.gates[event.gate]
    if gate.open:
        others = [decider.post for decider in gate.deciders if decider.post != event.post]
        facts = {**_gate_facts(case, event.gate), "post": event.post, "position": event.position.value}
        yield from _tell(
            "position_taken", others, due=_gate_due(case, event.gate), text=event.text, facts=facts
        )


@_of(e.Asked)
def _(case: Case, event: e.Asked) -> Iterable[Notice]:
    gate = case.gates[event.gate]
    due = _ladder_due(case, f"answer:{event.gate.value}")
    facts = {**_gate_facts(case, event.gate), "post": event.post, "text": event.text}
    yield from _tell("question_asked", [gate.respondent], due=due, facts=facts)


@_of(e.Answered)
def _(case: Case, event: e.Answered) -> Iterable[Notice]:
    posts = [decider.post for decider in case.gates[event.gate].deciders]
    facts = {**_gate_facts(case, event.gate), "text": event.text}
    yield from _tell("question_answered", posts, due=_gate_due(case, event.gate), facts=facts)


@_of(e.Recused)
def _(case: Case, event: e.Recused) -> Iterable[Notice]:
    facts = {**_gate_facts(case, event.gate), "place_of": event.post}
    yield from _tell("review_requested", [event.substitute], due=_gate_due(case, event.gate), facts=facts)


@_of(e.GateSplit)
def _(case: Case, event: e.GateSplit) -> Iterable[Notice]:
    posts = [*(decider.post for decider in case.gates[event.gate].deciders), SECRETARIAT]
    yield from _tell(
        "consultation_opened", posts, due=_gate_due(case, event.gate), facts=_gate_facts(case, event.gate)
    )


@_of(e.GateDecided)
def _(case: Case, event: e.GateDecided) -> Iterable[Notice]:
    gate = case.gates[event.gate]
    if event.outcome is GateOutcome.SUPERSEDED:
        return  # what superseded it is told
    kind = "decision_lapsed" if event.outcome is GateOutcome.LAPSED else "decision_made"
    readers = [
        *_requesters(case),
        gate.respondent,
        *(d.post for d in gate.deciders),
        *_co_chairs(case),
        SECRETARIAT,
    ]
    facts = {**_gate_facts(case, event.gate), "outcome": event.outcome.value, "text": event.text}
    yield from _tell(kind, readers, due=_ladder_due(case, "resubmission"), facts=facts)


# the clock --------------------------------------------------------------------------------------------------


@_of(e.RungPassed)
def _(case: Case, event: e.RungPassed) -> Iterable[Notice]:
    kind, _, name = event.subject.partition(":")
    told = _BY_CLOCK.get(kind)
    if told is not None:
        yield from told(case, name, event)


def _gate_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    gate = case.gates[GateName(name)]
    if not gate.open:
        return
    facts = _gate_facts(case, gate.name)
    if event.act in (ClockAct.REMIND, ClockAct.REMIND_LAST):
        yield from _tell("review_reminder", gate.undecided, due=event.due, facts=facts)
    elif event.act is ClockAct.ESCALATE_ALTERNATE:
        yield from _tell(
            "review_escalated", gate.undecided, due=event.due, capacity=Capacity.ALTERNATE, facts=facts
        )
    elif event.act is ClockAct.ESCALATE_OFFICES:
        lapses = next((r.at for r in _rungs(case, event.subject) if r.act is ClockAct.LAPSE), None)
        readers = [*(decider.post for decider in gate.deciders), SECRETARIAT]
        silent = ", ".join(gate.undecided)
        yield from _tell("review_overdue", readers, due=lapses, silent=silent, facts=facts)


def _rungs(case: Case, subject: str) -> Iterable[Any]:
    ladder = case.ladders.get(subject)
    return ladder.rungs if ladder else ()


def _answer_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    gate = case.gates[GateName(name)]
    question = gate.questions[0].text if gate.questions else ""
    readers = [gate.respondent, *_co_chairs(case)]
    yield from _tell(
        "answer_overdue", readers, due=event.due, text=question, facts=_gate_facts(case, gate.name)
    )


def _completeness_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    yield from _tell("completeness_overdue", [SECRETARIAT, *_co_chairs(case)], due=event.due)


def _resubmission_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    if event.act is ClockAct.REMIND:
        missing = "\n".join(case.returned)
        yield from _tell(
            "resubmission_reminder", [*_requesters(case), SECRETARIAT], due=event.due, missing=missing
        )


def _invitation_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    if event.act is ClockAct.REMIND:
        yield from _tell("invitation_reminder", [desk_of(name)], due=event.due)


def _list_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    yield from _tell(
        "list_awaited", [SECRETARIAT, *case.directory.steering_group, *_co_chairs(case)], due=event.due
    )


def _admission_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    yield from _tell("admission_proposed", _accepted(case), due=event.due, member=name)


def _outcome_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    before = event.act is ClockAct.REMIND
    readers = _owner_and_supporters(case, name) + ([] if before else [SECRETARIAT])
    kind = "outcome_due" if before else "outcome_overdue"
    yield from _tell(kind, readers, due=event.due, outcome=name, indicator=case.outcomes[name].indicator)


def _verify_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    yield from _tell("outcome_done", _co_chairs(case), due=event.due, outcome=name)


def _arrangement_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    parties = [desk_of(code) for code in case.arrangements[name].parties]
    yield from _tell("arrangement_review_due", [*parties, SECRETARIAT], due=event.due, arrangement=name)


def _situation_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    yield from _tell("situation_update_due", [SECRETARIAT, *_requesters(case)], due=event.due)


def _duration_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    if event.act is ClockAct.REMIND:
        yield from _tell("activation_ending", [*_co_chairs(case), SECRETARIAT, *_group(case)], due=event.due)


def _contributions_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    yield from _tell("report_owed", [SECRETARIAT], due=event.due)


def _agreement_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    arrangement = case.arrangements[name]
    owing = [desk_of(code) for code in arrangement.parties if code not in arrangement.agreed]
    yield from _tell("arrangement_proposed", owing, due=event.due, facts=_arrangement_facts(arrangement))


def _closing_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    if not case.open_gates and not pending_circulation(case):
        yield from _tell("closing_awaited", [SECRETARIAT, *_co_chairs(case)], due=event.due)


def _consent_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    circulation = case.circulation
    if circulation is not None and event.act is ClockAct.REMIND:
        asked = [desk_of(code) for code in consents_asked(case, circulation)]
        yield from _tell("consent_reminder", asked, due=event.due, what=circulation.what)


_BY_CLOCK: dict[str, Callable[[Case, str, e.RungPassed], Iterable[Notice]]] = {
    "gate": _gate_rung, "answer": _answer_rung, "completeness": _completeness_rung,
    "resubmission": _resubmission_rung, "invitation": _invitation_rung, "list": _list_rung,
    "admission": _admission_rung, "outcome": _outcome_rung, "verify": _verify_rung,
    "arrangement": _arrangement_rung, "situation": _situation_rung, "duration": _duration_rung,
    "contributions": _contributions_rung, "consent": _consent_rung,
    "agreement": _agreement_rung, "closing": _closing_rung,
}  # fmt: skip


# participants -----------------------------------------------------------------------------------------------


def _accepted(case: Case) -> list[Post]:
    return [desk_of(code) for code in case.taking_part(seat=Seat.PARTICIPANT)]


@_of(e.StageEntered)
def _(case: Case, event: e.StageEntered) -> Iterable[Notice]:
    if event.stage is Stage.PARTICIPANT_SELECTION:
        gate = case.gates[GateName.PARTICIPANTS]
        due = _ladder_due(case, "comments")
        yield from _tell("participants_proposed", case.directory.steering_group, due=due, about=gate.about)
    elif event.stage in (Stage.CLOSED, Stage.TERMINATED):
        readers = [*_everybody(case), *case.directory.steering_group]
        yield from _tell("case_ended", readers, stage=event.stage.words, text=event.text)


@_of(e.Invited)
def _(case: Case, event: e.Invited) -> Iterable[Notice]:
    for member in event.members:
        due = _ladder_due(case, f"invitation:{member}")
        desk, listed = desk_of(member), case.participants[member]
        why = readable_reason(listed.why, closed_sections(case, case.request, desk))
        yield from _tell("invited", [desk], due=due, seat=listed.seat.value, why=why)


@_of(e.Responded)
def _(case: Case, event: e.Responded) -> Iterable[Notice]:
    if case.is_requester(event.member):
        return  # it takes part in its own case without being asked
    if event.state is ParticipantState.LAPSED:
        yield from _tell("invitation_lapsed", [desk_of(event.member), SECRETARIAT], member=event.member)
    elif event.state is ParticipantState.LEFT:
        yield from _tell(
            "participant_left", [*_co_chairs(case), SECRETARIAT], member=event.member, text=event.text
        )
    else:
        facts = {"member": event.member, "answer": event.state.value, "text": event.text}
        yield from _tell("invitation_answered", [*_co_chairs(case), SECRETARIAT], facts=facts)


@_of(e.MinimumMissing)
def _(case: Case, event: e.MinimumMissing) -> Iterable[Notice]:
    readers = [*_co_chairs(case), SECRETARIAT]
    due = _ladder_due(case, "minimum")
    yield from _tell("minimum_missing", readers, due=due, lacks=", ".join(event.lacks))


@_of(e.Admitted)
def _(case: Case, event: e.Admitted) -> Iterable[Notice]:
    due = _ladder_due(case, f"admission:{event.member}")
    yield from _tell("admission_proposed", _accepted(case), due=due, member=event.member, text=event.text)


@_of(e.Convened)
def _(case: Case, event: e.Convened) -> Iterable[Notice]:
    readers = [*_group(case), *_co_chairs(case), SECRETARIAT, *case.directory.steering_group]
    yield from _tell("group_convened", readers, due=event.active_until, text=event.text)


# operational ------------------------------------------------------------------------------------------------


@_of(e.OutcomeAdded)
def _(case: Case, event: e.OutcomeAdded) -> Iterable[Notice]:
    title, due = event.outcome.title, _ladder_due(case, f"outcome:{event.outcome.title}")
    facts = {"outcome": title, "indicator": event.outcome.indicator}
    yield from _tell("outcome_assigned", _owner_and_supporters(case, title), due=due, facts=facts)


@_of(e.OutcomeMoved)
def _(case: Case, event: e.OutcomeMoved) -> Iterable[Notice]:
    owners = _owner_and_supporters(case, event.outcome)
    facts = {"outcome": event.outcome, "text": event.text}
    match event.state:
        case "blocked":
            yield from _tell("outcome_blocked", [*_co_chairs(case), SECRETARIAT], facts=facts)
        case "done":
            yield from _tell(
                "outcome_done",
                _co_chairs(case),
                due=_ladder_due(case, f"verify:{event.outcome}"),
                facts=facts,
            )
        case "verified":
            due = _ladder_due(case, f"verified:{event.outcome}")
            yield from _tell("outcome_verified", [*_co_chairs(case), *owners], due=due, facts=facts)
        case _:
            due = _ladder_due(case, f"outcome:{event.outcome}")
            yield from _tell("outcome_reopened", owners, due=due, facts=facts)


@_of(e.ArrangementAdded)
def _(case: Case, event: e.ArrangementAdded) -> Iterable[Notice]:
    arrangement = event.arrangement
    parties = [desk_of(code) for code in arrangement.parties]
    due = _ladder_due(case, f"agreement:{arrangement.title}")
    yield from _tell("arrangement_proposed", parties, due=due, facts=_arrangement_facts(arrangement))


def _arrangement_facts(arrangement: Arrangement) -> dict[str, object]:
    return {"arrangement": arrangement.title, "marking": arrangement.marking, "what": arrangement.kind}


@_of(e.ArrangementInForce)
def _(case: Case, event: e.ArrangementInForce) -> Iterable[Notice]:
    parties = [desk_of(code) for code in case.arrangements[event.arrangement].parties]
    due = _ladder_due(case, f"arrangement:{event.arrangement}")
    yield from _tell(
        "arrangement_in_force", [*parties, *_co_chairs(case)], due=due, arrangement=event.arrangement
    )


@_of(e.MeetingScheduled)
def _(case: Case, event: e.MeetingScheduled) -> Iterable[Notice]:
    meeting = event.meeting
    facts = {
        "meeting": meeting.title, "place": meeting.place, "starts": meeting.starts, "ends": meeting.ends,
        "agenda": "\n".join(meeting.agenda),
    }  # fmt: skip
    yield from _tell("meeting_called", [*_group(case), *_co_chairs(case)], facts=facts)


@_of(e.SituationUpdated)
def _(case: Case, event: e.SituationUpdated) -> Iterable[Notice]:
    yield from _tell("situation_updated", [*_group(case), *_co_chairs(case)], text=event.text)


@_of(e.Extended)
def _(case: Case, event: e.Extended) -> Iterable[Notice]:
    yield from _tell("activation_extended", [*_group(case), SECRETARIAT], due=event.active_until)


@_of(e.Suspended)
def _(case: Case, event: e.Suspended) -> Iterable[Notice]:
    yield from _tell("case_suspended", _everybody(case), text=event.text)


@_of(e.Resumed)
def _(case: Case, event: e.Resumed) -> Iterable[Notice]:
    yield from _tell("case_resumed", _everybody(case), text=event.text)


# reporting --------------------------------------------------------------------------------------------------


@_of(e.ReportOpened)
def _(case: Case, event: e.ReportOpened) -> Iterable[Notice]:
    due = _ladder_due(case, "contributions")
    yield from _tell("contributions_requested", _group(case), due=due, report=event.report.name)


@_of(e.ReportMoved)
def _(case: Case, event: e.ReportMoved) -> Iterable[Notice]:
    name = f"{event.kind} report"
    match event.state:
        case ReportState.TABLED:
            due = _ladder_due(case, "silence")
            yield from _tell(
                "report_tabled", case.directory.steering_group, due=due, report=name, text=event.text
            )
        case ReportState.DRAFTING:
            due = _ladder_due(case, "contributions")
            readers = [SECRETARIAT, *_co_chairs(case)]
            yield from _tell("report_reopened", readers, due=due, report=name, text=event.text)
        case ReportState.ACCEPTED:
            readers = [*_group(case), *case.directory.steering_group, SECRETARIAT]
            yield from _tell("report_accepted", readers, report=name, text=event.text)


@_of(e.CirculationProposed)
def _(case: Case, event: e.CirculationProposed) -> Iterable[Notice]:
    asked = [desk_of(code) for code in consents_asked(case, event.circulation)]
    yield from _tell(
        "consent_requested", asked, due=_ladder_due(case, "consent"), what=event.circulation.what
    )


@_of(e.ConsentNoted)
def _(case: Case, event: e.ConsentNoted) -> Iterable[Notice]:
    if event.consent.value in ("refused", "lapsed"):
        readers = [*_co_chairs(case), SECRETARIAT]
        yield from _tell("consent_missing", readers, member=event.member, consent=event.consent.value)


@_of(e.CirculationMoved)
def _(case: Case, event: e.CirculationMoved) -> Iterable[Notice]:
    circulation = case.circulations[event.circulation]
    if event.state == "released":
        names = ", ".join(case.directory.name(code) for code in circulation.named)
        facts = {"what": circulation.what, "names": names, "text": release_of(case, circulation).text}
        yield from _tell("circulated", [desk_of(code) for code in circulation.to], facts=facts)
    elif event.state == "approved":
        late = [
            code
            for code in circulation.pending
            if any(post.member == code for post in case.directory.co_chairs)
        ]
        due = _ladder_due(case, "consent")
        yield from _tell(
            "consent_requested", [desk_of(code) for code in late], due=due, what=circulation.what
        )


# posts ------------------------------------------------------------------------------------------------------


@_of(e.Delegated)
def _(case: Case, event: e.Delegated) -> Iterable[Notice]:
    until = event.until.isoformat() if event.until else ""
    readers = [event.post, SECRETARIAT]
    yield from _tell("post_delegated", readers, post=event.post, person=event.to.name, until=until)


@_of(e.HandedOver)
def _(case: Case, event: e.HandedOver) -> Iterable[Notice]:
    yield from _tell("post_handed_over", [event.post, SECRETARIAT], post=event.post, person=event.to.name)
