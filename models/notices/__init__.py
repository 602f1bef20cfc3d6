"""Who is told of what: for each event, the notices it causes and the posts they go to.

Kinds are listed in ``KINDS``. ``telling`` has the circles of readers, ``state`` the states of the ledger, ``still_due``
late reminders; each other module holds who is told of one part of the procedure. Only a post that may learn of the case
(``visibility``) is ever told of it.
"""

from models import events as e
from models.case import Case
from models.notices import clock, gates, group, posts, reporting, request, work
from models.notices.kinds import (
    DIGEST,
    NOTICE_KINDS,
    OF_NO_CASE,
    POLICY_PROPOSED,
    POLICY_SETTLED,
    NoticeKind,
    summary_of,
)
from models.notices.telling import NOTICE_RULES, Notice
from models.posts import Capacity, Post
from models.visibility import may_see

__all__ = [
    "DIGEST",
    "NOTICE_KINDS",
    "NOTICE_RULES",
    "OF_NO_CASE",
    "POLICY_PROPOSED",
    "POLICY_SETTLED",
    "Notice",
    "NoticeKind",
    "notices_of",
    "summary_of",
]

_PARTS = (clock, gates, group, posts, reporting, request, work)
"""Importing them has filled ``TOLD``."""


def notices_of(case: Case, event: e.AnyEvent) -> tuple[Notice, ...]:
    """The notices that an event causes, one per post, capacity and part; ``case``: the state after the step."""
    tell = NOTICE_RULES.get(type(event))
    if tell is None:
        return ()
    told: dict[tuple[str, Post, Capacity, str], Notice] = {}
    for notice in tell(case, event):
        if may_see(case, notice.to):
            told.setdefault((notice.kind, notice.to, notice.capacity, notice.part), notice)
    return tuple(told.values())
