"""Holds notices against the table of kinds: caused by an event of their row, told to a circle of their row."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from models.case import Case
from models.duties import open_duties
from models.ladder_subjects import read_subject
from models.log import Entry
from models.notices import Notice
from models.notices.kinds import NOTICE_KINDS, Circle
from models.posts import SECRETARIAT, Capacity, Post, desk_of
from models.verification import co_chairs_or_substitutes, verifiers


def desks(members: Iterable[str]) -> set[str]:
    return {desk_of(member) for member in members}


def _about(event: Mapping[str, Any]) -> list[str]:
    """The members that an event is about."""
    return [one for one in (event.get("member"), *event.get("members", ()), _waits(event)) if one]


def _waits(event: Mapping[str, Any]) -> str:
    """The name in the subject of a ladder, where the event is of one."""
    return read_subject(event["subject"]).about if "subject" in event else ""


def _gate(case: Case, event: Mapping[str, Any]) -> Any:
    name = event.get("gate") or _waits(event)
    return next(gate for gate in case.gates.values() if gate.name.value == name)


def _of_outcome(case: Case, event: Mapping[str, Any]) -> set[str]:
    named = event.get("outcome") or _waits(event)
    outcome = case.outcomes[named["title"] if isinstance(named, dict) else named]
    return desks((outcome.owner, *outcome.supporting))


def _of_arrangement(case: Case, event: Mapping[str, Any]) -> set[str]:
    named = event.get("arrangement") or _waits(event)
    return desks(case.arrangements[named["title"] if isinstance(named, dict) else named].concerned)


def _before(event: Mapping[str, Any]) -> Iterable[str]:
    """Whom it concerned before an event that says what was, or who has left."""
    was = event.get("was") or {}
    gone = (event.get("member"), was.get("owner"), *was.get("supporting", ()), *was.get("parties", ()))
    return [one for one in gone if one]


def _everybody(case: Case) -> set[str]:
    asked = [one.member for one in case.participants.values() if one.takes_part or one.state.value == "invited"]
    return {*desks((*case.requesters, *asked)), *case.directory.co_chairs, SECRETARIAT}


_IN: dict[Circle, Callable[[Case, Mapping[str, Any]], Iterable[str]]] = {
    Circle.REQUESTERS: lambda case, event: desks(case.requesters),
    Circle.SECRETARIAT: lambda case, event: {SECRETARIAT},
    Circle.CO_CHAIRS: lambda case, event: case.directory.co_chairs,
    Circle.STEERING_GROUP: lambda case, event: case.directory.steering_group,
    Circle.EVERYBODY: lambda case, event: _everybody(case),
    Circle.DECIDERS: lambda case, event: {one.post for one in _gate(case, event).deciders},
    Circle.ALTERNATES: lambda case, event: {one.post for one in _gate(case, event).deciders},
    Circle.RESPONDENT: lambda case, event: {_gate(case, event).respondent},
    Circle.MEMBER: lambda case, event: desks(_about(event)),
    Circle.GROUP: lambda case, event: desks(case.taking_part()),
    Circle.PARTICIPANTS: lambda case, event: desks(p.member for p in case.participants.values() if p.takes_part),
    Circle.AWAITED: lambda case, event: {str(duty.post) for duty in open_duties(case)},
    Circle.VERIFIERS: lambda case, event: verifiers(case, case.outcomes[event.get("outcome") or _waits(event)]),
    Circle.PLACES: lambda case, event: co_chairs_or_substitutes(case),
    Circle.OWNERS: _of_outcome,
    Circle.PARTIES: _of_arrangement,
    Circle.NAMED: lambda case, event: desks(case.circulation.names if case.circulation else ()),
    Circle.ADDRESSED: lambda case, event: desks(case.circulation.to if case.circulation else ()),
    Circle.BEFORE: lambda case, event: desks(_before(event)),
    Circle.POST: lambda case, event: {event["post"]},
}


def caused_as_listed(notice: Notice, entry: Entry) -> bool:
    """Whether the entry is one of the events that the table names for the notice's kind."""
    if entry.type == "rung_passed":
        return f"clock:{read_subject(entry.event['subject']).kind}" in NOTICE_KINDS[notice.kind].on
    on = NOTICE_KINDS[notice.kind].on
    return entry.type in on or (entry.acted_for is not None and "acted_for" in on)


def told_as_listed(case: Case, notice: Notice, entry: Entry) -> bool:
    """Whether the notice goes to a circle that the table names for its kind; ``case``: after the step."""
    circles = NOTICE_KINDS[notice.kind].to
    if notice.kind == "recorded_in_name":  # to the holder and the alternate of whoever is said to have acted
        return entry.acted_for is not None and notice.to == entry.by
    if (notice.capacity is Capacity.ALTERNATE) != (Circle.ALTERNATES in circles):
        return False
    return any(notice.to in {Post(one) for one in _IN[circle](case, entry.event)} for circle in circles)
