"""Who is told of what: for each event, the notices it causes and the posts they go to.

Only a post that may learn of the case (``visibility``) is ever told of it.

``kinds``      every kind of notice, with its causes and its readers
``notice``     one notice, and the table of who is told of which event, which importing the parts below fills
``facts``      what a notice tells; ``dates``: when what a post has to do is due
``circles``    who is meant by the requesters, the group, everybody concerned
``state``      what becomes of a notice on its way (the ledger)
``still_due``  whether a reminder that waited is to be sent still

Who is told stands in a module for each part of the procedure, named as in ``events``: ``request``, ``stage``, ``gates``,
``participants``, ``outcomes``, ``arrangements``, ``meetings``, ``duration``, ``reporting``, ``circulation``, ``posts``,
``clock``; and ``closing``: what the end of a case takes from its readers.
"""

from models import events as e
from models.case import Case
from models.notices import (
    arrangements,
    circulation,
    clock,
    duration,
    gates,
    meetings,
    outcomes,
    participants,
    posts,
    reporting,
    request,
    stage,
)
from models.notices.facts import NoticeFacts, facts_of_row
from models.notices.kinds import (
    DAY_ENTERED,
    DIGEST,
    NOTICE_KINDS,
    OF_NO_CASE,
    POLICY_PROPOSED,
    POLICY_SETTLED,
    POST_CHANGED,
    POST_PASSED_ON,
    UNDELAYED,
    summary_of,
)
from models.notices.notice import NOTICE_RULES, Notice, notify
from models.notices.posts import recorded_in_name
from models.posts import Capacity, Post
from models.visibility import may_see


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
