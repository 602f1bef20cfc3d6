"""A notice, and the table of who is told of what: one function for each event."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from models.base import Instant, Value
from models.case import Case
from models.ladder_subjects import SubjectKind
from models.notices.facts import NO_FACTS, NoticeFacts
from models.posts import Capacity, Post


class Notice(Value):
    """One notice to one post. ``due``: what the reader has to keep.

    ``part`` tells several of a kind apart that one event causes for one post.
    """

    kind: str
    to: Post
    capacity: Capacity = Capacity.HOLDER
    due: Instant | None = None
    facts: NoticeFacts = NO_FACTS
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
    facts: NoticeFacts = NO_FACTS,
    *,
    due: datetime | None = None,
    capacity: Capacity = Capacity.HOLDER,
    own: Callable[[Post], Mapping[str, Any]] | None = None,
    part: str = "",
) -> list[Notice]:
    """The same notice to several posts; ``own``: further facts, which are one post's own."""
    told = ((post, facts.also(**own(post)) if own else facts) for post in posts)
    return [Notice(kind=kind, to=post, due=due, capacity=capacity, part=part, facts=its) for post, its in told]


def ladder_due(case: Case, kind: SubjectKind, about: str = "") -> datetime | None:
    """The date that is to be kept for a thing that waits."""
    ladder = case.ladder(kind, about)
    return ladder.due if ladder else None
