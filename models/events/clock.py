"""What the clock does, and what stops it."""

from typing import Literal

from pydantic import Field

from models.base import Instant, Prose, Value
from models.ladder import ClockAct, Ladder


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
    type: Literal["resumed"] = "resumed"
    text: Prose = ""
