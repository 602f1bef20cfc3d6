"""Closing: why a term of reference is not covered, and the end of the case."""

from typing import Literal

from pydantic import Field

from models.case import Term
from models.commands.body import Body


class Waive(Body):
    """State why a term of reference is not covered."""

    do: Literal["waive"] = "waive"
    term: tuple[Term, ...] = Field(min_length=1)


class Close(Body):
    """Propose to close the case."""

    do: Literal["close"] = "close"
