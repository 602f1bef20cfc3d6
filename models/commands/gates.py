"""The gate: positions of Co-Chairs, and answers to what they ask."""

from typing import Literal

from pydantic import Field

from models.base import Prose
from models.case import GateName, PositionKind
from models.commands.body import Body


class Decide(Body):
    """Take a position at a gate."""

    do: Literal["decide"] = "decide"
    gate: GateName | None = None
    position: PositionKind


class Answer(Body):
    """Answer what a Co-Chair asked."""

    do: Literal["answer"] = "answer"
    gate: GateName | None = None
    text: Prose = Field(min_length=1, description="the answer")
