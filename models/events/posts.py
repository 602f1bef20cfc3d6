"""Who holds a post, or stands in for it."""

from datetime import date
from typing import Literal

from models.base import Value
from models.commands.posts import Person
from models.posts import Post


class Delegated(Value):
    type: Literal["delegated"] = "delegated"
    post: Post
    to: Person
    until: date | None = None


class HandedOver(Value):
    type: Literal["handed_over"] = "handed_over"
    post: Post
    to: Person
