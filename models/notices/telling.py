"""How it is written down who is told of what: one function for each event; and the circles of readers."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from models.base import Instant, Value
from models.case import Arrangement, Case, GateName, GateOutcome, ParticipantState, Seat
from models.posts import SECRETARIAT, Capacity, Post
from models.rules.turn import desk_of


class Notice(Value):
    """One notice to one post. ``due``: what the reader has to keep; ``facts``: texts for the template."""

    kind: str
    to: Post
    capacity: Capacity = Capacity.HOLDER
    due: Instant | None = None
    facts: Mapping[str, str] = {}


Telling = Callable[[Case, Any], Iterable[Notice]]
"""The notices of one event; the case is the one after it."""

TOLD: dict[type[Value], Telling] = {}
"""Who is told, by kind of event."""


def tells_of(kind: type[Value]) -> Callable[[Telling], Telling]:
    """Registers a function that says who is told of an event."""

    def register(tell: Telling) -> Telling:
        TOLD[kind] = tell
        return tell

    return register


def tell(
    kind: str,
    posts: Iterable[Post],
    *,
    due: datetime | None = None,
    capacity: Capacity = Capacity.HOLDER,
    facts: Mapping[str, object] | None = None,
    **more: object,
) -> Iterable[Notice]:
    """The same notice to several posts; facts that say nothing are left out."""
    plain = {name: str(fact) for name, fact in {**(facts or {}), **more}.items() if fact not in (None, "")}
    return [Notice(kind=kind, to=post, due=due, capacity=capacity, facts=plain) for post in posts]


# circles of readers -----------------------------------------------------------------------------------------


def requesters(case: Case) -> list[Post]:
    """The focal points of those who submit the request."""
    return [desk_of(code) for code in case.requesters]


def co_chairs(case: Case) -> list[Post]:
    """Both Co-Chairs."""
    return list(case.directory.co_chairs)


def group(case: Case) -> list[Post]:
    """The focal points of participants and observers."""
    return [desk_of(code) for code in case.taking_part()]


def everybody(case: Case) -> list[Post]:
    """Requesters, Co-Chairs, secretariat, and whoever takes part or is invited."""
    invited = [
        desk_of(p.member)
        for p in case.participants.values()
        if p.takes_part or p.state is ParticipantState.INVITED
    ]
    return [*requesters(case), *co_chairs(case), SECRETARIAT, *invited]


def called_to_meetings(case: Case) -> list[Post]:
    """Whoever is called to the meetings of the group, and told when one is not held."""
    return [*group(case), *co_chairs(case)]


def ladder_due(case: Case, subject: str) -> datetime | None:
    """The date that is to be kept for a thing that waits."""
    ladder = case.ladders.get(subject)
    return ladder.due if ladder else None


def owner_and_supporters(case: Case, title: str) -> list[Post]:
    """The focal points of those who work on an outcome."""
    outcome = case.outcomes[title]
    return [desk_of(code) for code in (outcome.owner, *outcome.supporting)]


def accepted(case: Case) -> list[Post]:
    """The focal points of participants, without observers."""
    return [desk_of(code) for code in case.taking_part(seat=Seat.PARTICIPANT)]


def gate_facts(case: Case, name: GateName) -> dict[str, object]:
    """What every notice about a gate says."""
    gate = case.gates[name]
    interests = ", ".join(decider.post for decider in gate.deciders if decider.interest)
    return {"gate": name.value, "about": gate.about, "round": gate.round, "interests": interests}


def silent_at(case: Case, name: GateName) -> str:
    """Whose position is still awaited at a gate: their posts, between commas."""
    return ", ".join(case.gates[name].undecided)


def arrangement_facts(arrangement: Arrangement) -> dict[str, object]:
    """What every notice about an arrangement says."""
    return {"arrangement": arrangement.title, "marking": arrangement.marking, "what": arrangement.kind}


def not_agreed(arrangement: Arrangement) -> list[Post]:
    """The focal points of the parties whose agreement is still asked; a party that proposed it has agreed by that."""
    return [desk_of(code) for code in arrangement.parties if code not in arrangement.agreed]


def not_held(case: Case) -> str:
    """Meetings that were called for a time after the end of the case, each in a line: when it was to begin, its title.

    Empty while the case goes on: nobody takes back what it was called to.
    """
    if not case.stage.ended or case.stage_since is None:
        return ""
    missed = ((_begins(one.starts), one.title) for one in case.meetings.values() if not one.held)
    return "\n".join(
        f"{begins.isoformat()} {title}"
        for begins, title in missed
        if begins and _after(begins, case.stage_since)
    )


def left_undecided(case: Case) -> str:
    """The gates that the end of the case left undecided, by name, between commas; empty while the case goes on."""
    if not case.stage.ended:
        return ""
    superseded = [gate for gate in case.gates.values() if gate.outcome is GateOutcome.SUPERSEDED]
    return ", ".join(gate.name.value for gate in superseded if gate.decided_at == case.stage_since)


def _begins(written: str) -> date | None:
    """When a meeting begins, as it was written (ISO 8601); None where it was written in words."""
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(written)
        except ValueError:
            continue
    return None


def _after(begins: date, end: datetime) -> bool:
    if isinstance(begins, datetime) and begins.tzinfo is not None:
        return begins > end
    day = begins.date() if isinstance(begins, datetime) else begins
    return day >= end.date()
