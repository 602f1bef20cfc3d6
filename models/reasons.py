"""Why a member stands on the list of participants, in the words that the list keeps; and what a reader may know of it.

A reason tells of the section of the request that it was read from: who may not read the section may not read the reason.
"""

from collections.abc import Collection

REQUESTER = "requester"
AFFECTED = "named as affected"
ON_ROUTE = "on the route"
MANDATE_ALWAYS = "its mandate covers every case"
MANDATE = "its mandate: "
"""Followed by the word of the mandate that the request says in its title, its situation or what it asks."""

TOOK_PART = "took part in 2009"

_AND = "; "


def joined(reasons: Collection[str]) -> str:
    """Several reasons as one text."""
    return _AND.join(reasons)


def readable_reason(why: str, closed: Collection[str]) -> str:
    """A member's reasons without those that come from sections that are closed to the reader.

    A mandate's word may stand in the title, which is never closed; with the situation or the asks closed nobody can tell
    from where it came, so it is left out then.
    """
    if not closed:
        return why
    return joined([one for one in why.split(_AND) if not _tells(one, closed)])


def _tells(reason: str, closed: Collection[str]) -> bool:
    if reason == AFFECTED:
        return "affected" in closed
    if reason == ON_ROUTE:
        return "routes" in closed
    return reason.startswith(MANDATE) and ("situation" in closed or "asks" in closed)
