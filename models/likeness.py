"""What makes a past case like a request that is being written: routes, members affected, and words."""

from models.members import Directory
from models.request import Request
from models.search_words import words_of

__all__ = ["likeness"]

_PLACE, _TITLE, _WORD = 3.0, 2.0, 1.0
_SHORT = 4
"""Shorter words say little by themselves."""


def likeness(request: Request, directory: Directory) -> dict[str, float]:
    """How much each word of a request counts when cases are compared; empty while it says nothing yet."""
    places = " ".join(directory.name(place) for place in (*request.affected, *request.on_route))
    weights = dict.fromkeys((word for word in words_of(request.situation)[:60] if len(word) >= _SHORT), _WORD)
    weights |= dict.fromkeys((word for word in words_of(request.title) if len(word) >= _SHORT), _TITLE)
    return weights | dict.fromkeys((word for word in words_of(places) if len(word) > 1), _PLACE)
