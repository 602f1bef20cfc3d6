"""Practical outcomes (a): set, advanced, blocked, done, verified."""

from typing import Literal

from pydantic import Field

from models.base import Day, Line, Prose
from models.commands.body import Body, Codes


class _OnOutcome(Body):
    outcome: Line = Field(description="its title")


class AddOutcome(Body):
    """Set a practical outcome with its indicator."""

    do: Literal["add_outcome"] = "add_outcome"
    title: Line = Field(min_length=1)
    owner: Line | None = None
    supporting: Codes = ()
    indicator: Line = ""
    baseline: float | None = None
    target: float | None = None
    unit: Line = ""
    due: Day | None = None


class AmendOutcome(_OnOutcome):
    """Change what an outcome is to reach, by when, or who works on it; what is left out stays."""

    do: Literal["amend_outcome"] = "amend_outcome"
    owner: Line | None = None
    supporting: Codes = Field(default=(), description="all of them, those that stay included")
    indicator: Line | None = None
    target: float | None = None
    unit: Line | None = None
    due: Day | None = None
    text: Prose = Field(min_length=1, description="why")


class TakeOn(_OnOutcome):
    """Say whether one's member takes on an outcome that names it as owner or supporter."""

    do: Literal["take_on"] = "take_on"
    answer: Literal["accept", "decline"] = "accept"


class Progress(_OnOutcome):
    """Note progress on an outcome; a blocked one is open again."""

    do: Literal["progress"] = "progress"
    value: float | None = Field(default=None, description="of the indicator, now")


class Block(_OnOutcome):
    """Say that an outcome cannot go on, and why."""

    do: Literal["block"] = "block"


class Done(_OnOutcome):
    """Report an outcome as done."""

    do: Literal["done"] = "done"


class Verify(_OnOutcome):
    """A Co-Chair verifies an outcome that is done."""

    do: Literal["verify"] = "verify"
