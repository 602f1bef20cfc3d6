"""Information-sharing arrangements (b): proposed, agreed, used, reviewed."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from models.base import Day, Line, Prose
from models.commands.body import AS_SENT, Body, Codes

Marking = Literal["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"]
"""A label of the Traffic Light Protocol 2.0 (FIRST)."""


class _OnArrangement(Body):
    arrangement: Line = Field(description="its title")


class AddArrangement(Body):
    """Propose an information-sharing arrangement to its parties."""

    do: Literal["add_arrangement"] = "add_arrangement"
    title: Line = Field(min_length=1)
    parties: Codes = Field(min_length=1)
    kind: Line = Field(default="", description="what kind of information")
    every: Line = Field(
        default="", description="how often: `weekly`, `every 2 weeks`, `10d`; other words remind nobody"
    )
    marking: Marking = "TLP:AMBER"
    contacts: Codes = ()
    begins: Day | None = Field(default=None, description="from when it is in force")
    review: Day | None = Field(default=None, description="when it is reviewed")


class Agree(_OnArrangement):
    """A party agrees to an arrangement."""

    do: Literal["agree"] = "agree"


class LogExchange(_OnArrangement):
    """Note that information was exchanged: what kind, when, who gave and who received; never the content."""

    do: Literal["log_exchange"] = "log_exchange"
    kind: Line = Field(default="", description="what kind of information")
    on: Day | None = Field(default=None, description="the day")
    gave: Line | None = Field(default=None, description="the party that gave it; left out: the one that notes it")
    received: Codes = Field(default=(), description="the parties that received it; left out: all others")

    @field_validator("text")
    @classmethod
    def _says_no_content(cls, given: str, info: ValidationInfo) -> str:
        if given and info.context == AS_SENT:
            raise ValueError("an exchange is noted without words, so that nothing of its content is kept; leave it out")
        return given


class ReviewArrangement(_OnArrangement):
    """Review an arrangement and set the next review."""

    do: Literal["review_arrangement"] = "review_arrangement"
    review: Day | None = Field(default=None, description="the next review")


class AmendArrangement(_OnArrangement):
    """Propose other terms of an arrangement; they hold when every party has agreed to them. What is left out stays."""

    do: Literal["amend_arrangement"] = "amend_arrangement"
    parties: Codes = Field(default=(), description="all of them, those that stay included")
    kind: Line | None = Field(default=None, description="what kind of information")
    every: Line | None = Field(default=None, description="how often")
    marking: Marking | None = None
    contacts: Codes = ()
    review: Day | None = Field(default=None, description="when it is reviewed")
    text: Prose = Field(min_length=1, description="why")


class JoinArrangement(_OnArrangement):
    """Ask to be a party to an arrangement; it is one when every party has agreed."""

    do: Literal["join_arrangement"] = "join_arrangement"


class LeaveArrangement(_OnArrangement):
    """Be a party to an arrangement no more, from now on."""

    do: Literal["leave_arrangement"] = "leave_arrangement"


class EndArrangement(_OnArrangement):
    """End an arrangement: in force, it ends when every party has agreed to that; else it is taken back."""

    do: Literal["end_arrangement"] = "end_arrangement"
    text: Prose = Field(min_length=1, description="why")
