"""Posts change hands: an alternate for a time, or a new holder."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from models.base import Day, Line, Value
from models.commands.body import Body
from models.posts import Post


class Person(Value):
    """Who holds a post, or stands in for its holder."""

    name: Line = Field(min_length=1)
    email: Line = Field(default="", pattern=r"^$|^[^@\s<>(),:;\"\[\]\\]+@[^@\s<>(),:;\"\[\]\\]+$")
    language: Line = Field(default="en", pattern=r"^[a-z]{2,3}([_-][A-Za-z]{2,4})?$")


class _ToPerson(Body):
    """A post, and the person that ``to`` names; name, address and language may also stand beside each other."""

    post: Post | None = None
    to: Person

    @model_validator(mode="before")
    @classmethod
    def _person(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        rest = dict(given)
        called = next(
            (word for word in ("to", "name", "holder", "new_holder", "alternate", "person") if word in rest), None
        )
        if called is None:
            return given
        person = rest.pop(called)
        beside = {word: rest.pop(word) for word in ("email", "language") if word in rest}
        return {**rest, "to": {"name": person, **beside} if isinstance(person, str) else person}


class Delegate(_ToPerson):
    """Name an alternate for a post for a time; the post keeps its holder."""

    do: Literal["delegate"] = "delegate"
    until: Day | None = None


class HandOver(_ToPerson):
    """Hand a post to another person; its pending tasks stay with the post."""

    do: Literal["hand_over"] = "hand_over"
