"""Information-sharing arrangements (b): proposed, agreed, used, reviewed."""

from typing import Literal

from pydantic import Field

from models.base import Day, Line
from models.commands.body import Body, Codes


class _OnArrangement(Body):
    arrangement: Line = Field(description="its title")


class AddArrangement(Body):
    """Propose an information-sharing arrangement to its parties."""

    do: Literal["add_arrangement"] = "add_arrangement"
    title: Line = Field(min_length=1)
    parties: Codes = Field(min_length=1)
    kind: Line = Field(default="", description="what kind of information")
    every: Line = Field(default="", description="how often")
    marking: Literal["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"] = "TLP:AMBER"
    contacts: Codes = ()
    begins: Day | None = Field(default=None, description="from when it is in force")
    review: Day | None = Field(default=None, description="when it is reviewed")


class Agree(_OnArrangement):
    """A party agrees to an arrangement."""

    do: Literal["agree"] = "agree"


class LogExchange(_OnArrangement):
    """Note that information was exchanged: what kind and when, never the content."""

    do: Literal["log_exchange"] = "log_exchange"
    kind: Line = Field(default="", description="what kind of information")
    on: Day | None = Field(default=None, description="the day")


class ReviewArrangement(_OnArrangement):
    """Review an arrangement and set the next review."""

    do: Literal["review_arrangement"] = "review_arrangement"
    review: Day | None = Field(default=None, description="the next review")
