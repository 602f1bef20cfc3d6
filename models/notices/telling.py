"""How it is written down who is told of what: one function for each event; and the circles of readers."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from models.base import Instant, Value
from models.case import Arrangement, Case, GateName, Seat
from models.ladder_subjects import SubjectKind
from models.posts import SECRETARIAT, Capacity, Post, desk_of
from models.visibility import Sight, sight


class Notice(Value):
    """One notice to one post. ``due``: what the reader has to keep; ``facts``: texts for the template.

    ``part`` tells several of a kind apart that one event causes for one post.
    """

    kind: str
    to: Post
    capacity: Capacity = Capacity.HOLDER
    due: Instant | None = None
    facts: Mapping[str, str] = {}
    part: str = ""


NoticeRule = Callable[[Case, Any], Iterable[Notice]]
"""The notices of one event; the case is the one after it."""

NOTICE_RULES: dict[type[Value], NoticeRule] = {}
"""Who is told, by kind of event."""


def notices_on(kind: type[Value]) -> Callable[[NoticeRule], NoticeRule]:
    """Registers a function that says who is told of an event."""

    def register(tell: NoticeRule) -> NoticeRule:
        NOTICE_RULES[kind] = tell
        return tell

    return register


def notify(
    kind: str,
    posts: Iterable[Post],
    *,
    due: datetime | None = None,
    capacity: Capacity = Capacity.HOLDER,
    facts: Mapping[str, object] | None = None,
    own: Callable[[Post], Mapping[str, object]] | None = None,
    part: str = "",
    **more: object,
) -> Iterable[Notice]:
    """The same notice to several posts; ``own``: the facts of one of them. Facts that say nothing are left out."""
    plain = _said({**(facts or {}), **more})

    def facts_for(post: Post) -> dict[str, str]:
        return {**plain, **_said(own(post))} if own else plain

    return [Notice(kind=kind, to=post, due=due, capacity=capacity, part=part, facts=facts_for(post)) for post in posts]


def _said(facts: Mapping[str, object]) -> dict[str, str]:
    return {name: str(fact) for name, fact in facts.items() if fact not in (None, "")}


# circles of readers -----------------------------------------------------------------------------------------


def requester_posts(case: Case) -> list[Post]:
    """The focal points of those who submit the request."""
    return [desk_of(code) for code in case.requesters]


def co_chair_posts(case: Case) -> list[Post]:
    """Both Co-Chairs."""
    return list(case.directory.co_chairs)


def group_posts(case: Case) -> list[Post]:
    """The focal points of participants and observers."""
    return [desk_of(code) for code in case.taking_part()]


def everybody_concerned(case: Case) -> list[Post]:
    """Requesters, Co-Chairs, secretariat, and whoever takes part or is invited."""
    seated = [desk_of(one.member) for one in case.participants.values() if one.has_a_seat]
    return [*requester_posts(case), *co_chair_posts(case), SECRETARIAT, *seated]


def text_for(case: Case, post: Post, text: str) -> str:
    """What somebody said with an act that concerns the whole case; nothing for a post that sees only its own part."""
    return text if sight(case, post) is Sight.CASE else ""


def called_to_meetings(case: Case) -> list[Post]:
    """Whoever is called to the meetings of the group, and told when one is not held."""
    return [*group_posts(case), *co_chair_posts(case)]


def ladder_due(case: Case, kind: SubjectKind, about: str = "") -> datetime | None:
    """The date that is to be kept for a thing that waits."""
    ladder = case.ladder(kind, about)
    return ladder.due if ladder else None


def owner_and_supporters(case: Case, title: str) -> list[Post]:
    """The focal points of those who work on an outcome."""
    outcome = case.outcomes[title]
    return [desk_of(code) for code in (outcome.owner, *outcome.supporting)]


def participant_posts(case: Case) -> list[Post]:
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
