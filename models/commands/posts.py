"""Posts change hands: an alternate for a time, or a new holder. And what was recorded in a post's name is contested."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from models.base import Day, Line, Prose, Value, is_empty
from models.commands.body import AS_SENT, Body
from models.mail_addresses import check_address
from models.posts import Post


class Person(Value):
    """Who holds a post, or stands in for its holder."""

    name: Line = Field(min_length=1)
    email: Line = Field(default="", pattern=r"^$|^[^@\s<>(),:;\"\[\]\\]+@[^@\s<>(),:;\"\[\]\\]+$")
    language: Line = Field(default="en", pattern=r"^[a-z]{2,3}([_-][A-Za-z]{2,4})?$")


class _ToPerson(Body):
    post: Post | None = None
    to: Person

    @field_validator("to")
    @classmethod
    def _can_be_written_to(cls, given: Person, info: ValidationInfo) -> Person:
        if info.context == AS_SENT:
            check_address(given.email)
        return given


class Delegate(_ToPerson):
    """Name an alternate for a post for a time; the post keeps its holder."""

    do: Literal["delegate"] = "delegate"
    until: Day | None = None


class HandOver(_ToPerson):
    """Hand a post to another person; its pending tasks stay with the post."""

    do: Literal["hand_over"] = "hand_over"


class TakeOver(Body):
    """Take over a post that its holder hands over: said by the person who is named, not by the holder."""

    do: Literal["take_over"] = "take_over"
    email: Line = Field(min_length=1, description="the mail address of the person to whom the post is offered")


class Contest(Body):
    """Say that the post never said what was recorded in its name."""

    do: Literal["contest"] = "contest"
    entry: int | None = Field(default=None, ge=1, le=999_999_999, description="the entry of the log that recorded it")
    recommendation: Prose = Field(
        default="", exclude_if=is_empty, description="the recommendation to which an answer was recorded, by its text"
    )
    text: Prose = Field(min_length=1, description="what is wrong with it")
