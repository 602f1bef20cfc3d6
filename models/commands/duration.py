"""How long the group is at work: extension and early end, and the suspension of the clock."""

from typing import Literal

from pydantic import Field

from models.base import Day, Line
from models.commands.body import Body
from models.policy import Span


class Extend(Body):
    """Ask for a longer activation."""

    do: Literal["extend"] = "extend"
    until: Day | None = Field(default=None, description="the new end")
    by: Span | None = Field(default=None, description="so much longer")


class Terminate(Body):
    """Ask for an early end of the activation."""

    do: Literal["terminate"] = "terminate"


class Suspend(Body):
    """Stop the clock of the whole case, with a reason; of one that stands, say when it is looked at again."""

    do: Literal["suspend"] = "suspend"
    review: Day | None = Field(
        default=None, description="when it is looked at again; left out: by the policy's `suspension`"
    )


class AnnounceDay(Body):
    """Have the case count a day, or several, on which an office is closed after all, or open."""

    do: Literal["announce_day"] = "announce_day"
    office: Line = Field(min_length=1, description="the member whose office it is")
    first: Day = Field(description="the day")
    last: Day | None = Field(default=None, description="the last day, where there are several")
    closed: bool = Field(default=True, description="whether the office is closed then; else it is open")


class Resume(Body):
    """Start the clock again."""

    do: Literal["resume"] = "resume"
