"""What the bodies of all commands have in common."""

from pydantic import Field

from models.base import Line, Prose, Value

Codes = tuple[Line, ...]
"""A list of codes, such as those of members."""


class Body(Value):
    """What all commands have in common."""

    text: Prose = Field(default="", description="what the post says with it")
