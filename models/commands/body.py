"""What the bodies of all commands have in common."""

from pydantic import Field

from models.base import Line, Prose, Value

Codes = tuple[Line, ...]
"""A list of codes, such as those of members."""


AS_SENT = "as sent"
"""The context in which a command is read as somebody sends it. What a case was once told is read again without it, so
that a rule that came later refuses nothing that was done."""


class Body(Value):
    """What all commands have in common."""

    text: Prose = Field(default="", description="what the post says with it")
