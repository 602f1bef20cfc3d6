"""How long the group is active."""

from typing import Literal

from pydantic import Field

from models.base import Day, Instant, Value


class Extended(Value):
    """``day``: the last day, as the office names it that asked; none in cases of before 30 November 2026."""

    type: Literal["extended"] = "extended"
    active_until: Instant
    day: Day | None = Field(default=None, exclude_if=lambda day: day is None)
