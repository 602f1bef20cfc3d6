"""(state, event) -> state. What an event means for a case, and nothing else: no rule is decided here.

A state is never changed in place: what an event does not touch is the very same object afterwards, by which
the projection sees what to write. ``handlers`` is the table of all events, which importing the parts fills. Each part of
the procedure has its module, named as in ``models.events``: ``request``, ``gates``, ``participants``, ``outcomes``,
``arrangements``, ``meetings``, ``duration``, ``reporting``, ``circulation``, ``closing``, ``posts``, ``clock`` and
``stage``.
"""

from datetime import datetime

from models.case import Case
from models.events import EVENTS, AnyEvent
from models.evolve import (
    arrangements,
    circulation,
    clock,
    closing,
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
from models.evolve.handlers import HANDLERS
from models.posts import Post

_MISSING = set(EVENTS.values()) - set(HANDLERS)
if _MISSING:  # a new event without a meaning is a fault of the code, found at import
    raise RuntimeError(f"evolve has no handler for {', '.join(kind.__name__ for kind in _MISSING)}")


def evolve(case: Case, event: AnyEvent, at: datetime, by: Post) -> Case:
    """The case after an event that ``by`` caused at ``at`` (case time)."""
    return HANDLERS[type(event)](case, event, at, by)
