"""The gate: positions of Co-Chairs, and answers to what they ask."""

from typing import Any, Literal

from pydantic import Field, field_validator

from models.base import Prose
from models.case import GateName, PositionKind
from models.commands.body import Body, also

_SAID = {
    "approved": "approve",
    "approved with conditions": "approve with conditions",
    "declined": "decline",
    "asked": "ask",
    "ask for information": "ask",
    "recused": "recuse",
}
"""Other words for a position."""


class Decide(Body):
    """Take a position at a gate."""

    do: Literal["decide"] = "decide"
    gate: GateName | None = None
    position: PositionKind

    @field_validator("position", mode="before")
    @classmethod
    def _words(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        plain = " ".join(given.replace("_", " ").replace("-", " ").split()).lower()
        return _SAID.get(plain, plain)


class Answer(Body):
    """Answer what a Co-Chair asked."""

    do: Literal["answer"] = "answer"
    gate: GateName | None = None
    text: Prose = Field(min_length=1, validation_alias=also("text", "answer", "message", "note"))
