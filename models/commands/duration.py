"""How long the group is at work: extension and early end, and the suspension of the clock."""

from typing import Literal

from pydantic import Field

from models.base import Day
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


class Resume(Body):
    """Start the clock again."""

    do: Literal["resume"] = "resume"
