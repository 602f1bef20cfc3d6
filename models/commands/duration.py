"""How long the group is at work: extension and early end, and the suspension of the clock."""

from typing import Any, Literal

from pydantic import Field, field_validator

from models.base import Day
from models.commands.body import Body, also
from models.policy import Span


class Extend(Body):
    """Ask for a longer activation."""

    do: Literal["extend"] = "extend"
    until: Day | None = None
    by: Span | None = Field(default=None, validation_alias=also("by", "for", "months", "duration"))

    @field_validator("by", mode="before")
    @classmethod
    def _months(cls, given: Any) -> Any:
        if isinstance(given, int):
            return f"{given}mo"
        return given.replace("months", "mo").replace("month", "mo") if isinstance(given, str) else given


class Terminate(Body):
    """Ask for an early end of the activation."""

    do: Literal["terminate"] = "terminate"


class Suspend(Body):
    """Stop the clock of the whole case, with a reason."""

    do: Literal["suspend"] = "suspend"


class Resume(Body):
    """Start the clock again."""

    do: Literal["resume"] = "resume"
