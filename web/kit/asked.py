"""Numbers and instants in addresses, within what a database and a time zone can be asked for."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator

from models.base import Instant

LARGEST_NUMBER = 999_999_999
"""No entry, notice or page has a larger number."""

AskedNumber = Annotated[int, Query(ge=0, le=LARGEST_NUMBER)]
"""A number in the query of an address."""

NumberInPath = Annotated[int, Path(ge=0, le=LARGEST_NUMBER)]
"""A number in the path of an address."""


def _with_neighbours(at: datetime) -> datetime:
    """The instant, not so near to an end of the calendar that it has no counterpart in another zone."""
    if at.year == MINYEAR:
        return datetime(MINYEAR + 1, 1, 1, tzinfo=UTC)
    return datetime(MAXYEAR - 1, 12, 31, tzinfo=UTC) if at.year == MAXYEAR else at


AskedInstant = Annotated[Instant, AfterValidator(_with_neighbours)]
"""An instant by which a list is narrowed down; there is nothing near the ends of the calendar to leave out."""
