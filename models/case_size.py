"""How large a case is: the bytes of JSON that travel when its workflow goes on as a new run, before they are compressed.

To measure a case costs more than a step of it. So a step is told from what was measured once and from what has been
recorded since, which is more than the case has grown by, and a case is measured anew only where that comes to a bound.
"""

import zlib
from collections.abc import Iterable

from pydantic_core import to_json

from models.case import Case
from models.limits import FULL, TEMPORAL_CARRIES
from models.log import Entry

_TIMES_SAID = 4
"""What an entry says stands at most so often in the case: a title also names what waits and what was last changed."""

_OF_AN_ENTRY = 500
"""Bytes by which an entry lets a case grow beside what it says: gates with their deciders, ladders, numbers, moments."""

_BESIDE = 20_000
"""Bytes that are kept for what goes with a case on its way."""


def size_of(case: Case) -> int:
    """The bytes of a case as JSON (UTF-8), as they travel."""
    return len(to_json(case))


def travels(case: Case) -> bool:
    """Whether Temporal carries a case to a new run, compressed as it is on its way (``workflows.payloads``)."""
    text = to_json(case)
    return len(text) <= FULL or len(zlib.compress(text, 1)) <= TEMPORAL_CARRIES - _BESIDE


def most_after(before: Case, entries: Iterable[Entry]) -> int | None:
    """The bytes that a case has at most after these entries; None where nothing is known of it before."""
    if before.at_most is None:
        return None
    return before.at_most + sum(_OF_AN_ENTRY + _TIMES_SAID * len(to_json(entry.event)) for entry in entries)
