"""What the clock does, and what stops it."""

from typing import Literal

from pydantic import Field

from models.base import Day, Instant, Prose, Value
from models.ladder import ClockAct, Ladder, MovedDeadline


def _is_empty(given: object) -> bool:
    return not given


class LadderSet(Value):
    type: Literal["ladder_set"] = "ladder_set"
    subject: str
    ladder: Ladder


class LadderCleared(Value):
    type: Literal["ladder_cleared"] = "ladder_cleared"
    subject: str


class RungPassed(Value):
    """The clock acted; ``due`` is the deadline the ladder belongs to."""

    type: Literal["rung_passed"] = "rung_passed"
    subject: str
    act: ClockAct
    due: Instant


class Suspended(Value):
    """The clock stands; of a case whose clock stands already, it is looked at again at another time (``review``)."""

    type: Literal["suspended"] = "suspended"
    text: Prose = ""
    review: Instant | None = Field(default=None, exclude_if=lambda review: review is None)


class Resumed(Value):
    """``moved``: the deadlines that are later for it; not told in cases of before 30 November 2026."""

    type: Literal["resumed"] = "resumed"
    text: Prose = ""
    moved: tuple[MovedDeadline, ...] = Field(default=(), exclude_if=_is_empty)


class DeadlinesMoved(Value):
    """The clock of a gate runs again, and its deadline is later than it was."""

    type: Literal["deadlines_moved"] = "deadlines_moved"
    moved: tuple[MovedDeadline, ...]


class DayAnnounced(Value):
    """An office is closed, or open, on days on which its calendar in this case said otherwise: from first to last."""

    type: Literal["day_announced"] = "day_announced"
    office: str
    first: Day
    last: Day
    closed: bool
    text: Prose = ""
    moved: tuple[MovedDeadline, ...] = ()
