"""Grounds: in what way a member is affected, by whose statement, with what is known in figures."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from models.base import Line, Prose, Value
from models.posts import Post


class Ground(StrEnum):
    """In what way a state or territory is affected by a movement."""

    ORIGIN = "origin"
    TRANSIT = "transit"
    DESTINATION = "destination"
    LANDING = "landing"
    RESCUE = "rescue"
    FLAG = "flag"


class StatedGround(Value):
    """One ground of one member: ``number`` persons ``of`` so many in all, ``since`` a day, by ``sources``.

    Counts of persons only; never data of a person. A place outside the membership may be named as well.
    """

    member: Line = Field(default="", description="its code, or a place; left out: the member of the post")
    ground: Ground
    number: float | None = Field(default=None, ge=0, description="persons")
    of: float | None = Field(default=None, ge=0, description="so many in all")
    since: date | None = None
    sources: tuple[Line, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _not_more_than_all(self) -> Self:
        if self.of is not None and (self.number is None or self.number > self.of):
            raise ValueError("of is the whole that number is a part of")
        return self

    @property
    def has_figures(self) -> bool:
        """Whether it says more than the ground itself."""
        return self.number is not None or self.since is not None or bool(self.sources)

    def without_figures(self) -> "StatedGround":
        """The ground alone."""
        return StatedGround(member=self.member, ground=self.ground)


class GroundReview(Value):
    """What a Steering Group member said of a member's ground: that it holds, or that it does not, and why."""

    member: str
    ground: Ground
    disputed: bool = False
    by: Post
    text: Prose = ""


def written_number(number: float | None) -> str:
    """A number as facts of reasons hold it; empty where it is not known."""
    return "" if number is None else f"{number:.12g}"
