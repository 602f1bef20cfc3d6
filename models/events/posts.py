"""Who holds a post, or stands in for it; and what a post contests."""

from datetime import date
from typing import Literal

from pydantic import Field

from models.base import Instant, Prose, Value, is_empty
from models.case.closing import Term
from models.case.gates import GateName, PositionKind
from models.commands.posts import Person
from models.posts import Post


class Delegated(Value):
    type: Literal["delegated"] = "delegated"
    post: Post
    to: Person
    until: date | None = None
    text: Prose = Field(default="", exclude_if=is_empty)


class HandOverOffered(Value):
    """The holder of a post hands it over to a person, who has yet to take it over."""

    type: Literal["hand_over_offered"] = "hand_over_offered"
    post: Post
    to: Person
    text: Prose = Field(default="", exclude_if=is_empty)


class HandedOver(Value):
    type: Literal["handed_over"] = "handed_over"
    post: Post
    to: Person
    text: Prose = Field(default="", exclude_if=is_empty)


class Contested(Value):
    """A post says that it never said what was recorded in its name, as the entry ``entry`` and those with it.

    ``gate`` and ``position``: the position that was recorded, if it was one. ``anew``: it held, and the post is asked
    anew; ``stands``: a decision rests on it, and stands. ``outcomes`` and ``waivers``: what it had said of these
    outcomes, by title, and its waivers of these terms hold no more.
    """

    type: Literal["contested"] = "contested"
    post: Post
    entry: int
    recorded_at: Instant
    recorded_by: Post
    gate: GateName | None = None
    position: PositionKind | None = None
    anew: bool = False
    stands: bool = False
    outcomes: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    waivers: tuple[Term, ...] = Field(default=(), exclude_if=is_empty)
    text: Prose
