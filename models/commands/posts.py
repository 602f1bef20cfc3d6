"""Posts change hands: an alternate for a time, or a new holder."""

from typing import Literal

from pydantic import Field

from models.base import Day, Line, Value
from models.commands.body import Body
from models.posts import Post


class Person(Value):
    """Who holds a post, or stands in for its holder."""

    name: Line = Field(min_length=1)
    email: Line = Field(default="", pattern=r"^$|^[^@\s<>(),:;\"\[\]\\]+@[^@\s<>(),:;\"\[\]\\]+$")
    language: Line = Field(default="en", pattern=r"^[a-z]{2,3}([_-][A-Za-z]{2,4})?$")


class _ToPerson(Body):
    post: Post | None = None
    to: Person


class Delegate(_ToPerson):
    """Name an alternate for a post for a time; the post keeps its holder."""

    do: Literal["delegate"] = "delegate"
    until: Day | None = None


class HandOver(_ToPerson):
    """Hand a post to another person; its pending tasks stay with the post."""

    do: Literal["hand_over"] = "hand_over"
