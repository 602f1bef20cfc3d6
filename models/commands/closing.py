"""Closing: why a term of reference is not covered, and the end of the case."""

from typing import Any, Literal

from pydantic import Field, field_validator

from models.case import Term
from models.commands.body import Body, also


class Waive(Body):
    """State why a term of reference is not covered."""

    do: Literal["waive"] = "waive"
    term: tuple[Term, ...] = Field(
        min_length=1,
        validation_alias=also(
            "term", "terms", "terms_of_reference", "item", "items", "what", "which", "letter", "reference"
        ),
    )

    @field_validator("term", mode="before")
    @classmethod
    def _lists(cls, given: Any) -> Any:
        many = given if isinstance(given, list | tuple) else (given,)
        return tuple(str(one).strip("() ").lower() for one in many)


class Close(Body):
    """Propose to close the case."""

    do: Literal["close"] = "close"
