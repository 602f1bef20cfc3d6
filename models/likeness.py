"""What makes a past case like a request that is being written: routes, members affected, and words."""

from models.members import Directory
from models.request import Request
from models.search_words import searchable_words

ENOUGH = 4.0
"""From here on cases are alike: a place and a word of the title or of where, or several words."""

_PLACE, _TITLE, _WORD = 3.0, 2.0, 1.0
_SHORT = 4
"""Shorter words say little by themselves."""


def likeness(request: Request, directory: Directory) -> dict[str, float]:
    """How much each word of a request counts when cases are compared; empty while it says nothing yet.

    The words of one place share what a place counts.
    """
    weights = dict.fromkeys((word for word in searchable_words(request.situation)[:60] if len(word) >= _SHORT), _WORD)
    weights |= dict.fromkeys((word for word in searchable_words(request.where) if len(word) >= _SHORT), _TITLE)
    weights |= dict.fromkeys((word for word in searchable_words(request.title) if len(word) >= _SHORT), _TITLE)
    for place in dict.fromkeys((*request.named_as_affected, *request.on_route)):
        words = [word for word in searchable_words(directory.name(place)) if len(word) > 1]
        weights |= dict.fromkeys(words, _PLACE / max(1, len(words)))
    return weights
