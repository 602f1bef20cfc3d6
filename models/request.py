"""The request of an affected member, its versions and their differences."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args

from pydantic import ConfigDict, Field

from models.base import Line, Prose, Value, is_empty
from models.grounds import Ground, StatedGround
from models.limits import MOST_GROUNDS
from models.policy import Urgency

Section = Literal["situation", "where", "since", "routes", "figures", "affected", "done", "asks", "attachments"]
"""A section of a request that can be marked confidential."""

SECTIONS: tuple[Section, ...] = get_args(Section)

FIELD_WORDS: Mapping[str, str] = {
    "situation": "the situation",
    "where": "where it happens",
    "since": "since when",
    "routes": "routes",
    "figures": "figures",
    "affected": "members affected",
    "grounds": "how each is affected",
    "done": "what has been done",
    "asks": "what is asked",
    "attachments": "attachments",
    "title": "title",
    "urgency": "urgency",
    "confidential": "what is confidential",
}
"""The fields of a request as people say them, to be translated where they are shown."""


def fingerprint(*parts: Any) -> str:
    """A SHA-256 (hex) over the parts as canonical JSON: what a position is bound to."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class Route(Value):
    """A route of movement: member codes or place names."""

    origin: Line = Field(alias="from", default="")
    via: tuple[Line, ...] = ()
    to: Line = ""
    by: Line = ""

    model_config = ConfigDict(populate_by_name=True)

    @property
    def stops(self) -> tuple[str, ...]:
        """Every place on the route, in order."""
        return tuple(place for place in (self.origin, *self.via, self.to) if place)

    def grounds_of(self, member: str) -> tuple[Ground, ...]:
        """What the route says of a member: that persons leave it, pass through it or are bound for it."""
        places = {Ground.ORIGIN: (self.origin,), Ground.TRANSIT: self.via, Ground.DESTINATION: (self.to,)}
        return tuple(ground for ground, named in places.items() if member in named)


class Figure(Value):
    """A number with its date and source. Counts of persons only; never data of a person."""

    what: Line
    number: float
    as_of: date | None = None
    source: Line = ""


class Attachment(Value):
    """A file by the hash of its content; the content is kept elsewhere."""

    name: Line
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    kind: Line = "application/octet-stream"


class Request(Value):
    """What a requester says and asks.

    ``where`` is the place in words (written only where it is given, so that requests from before there was this
    field read and hash as they did). ``since`` is a date as far as known. ``affected`` holds the codes of the
    members affected, ``grounds`` how each is (written as ``where`` is). ``asks`` is what is asked of the group.
    ``confidential`` names sections and, for each, the posts or members that may read it besides the requesters, the
    Co-Chairs and the secretariat.
    """

    title: Line = ""
    situation: Prose = ""
    where: Line = Field(default="", exclude_if=is_empty)
    since: date | None = None
    urgency: Urgency = Urgency.ROUTINE
    routes: tuple[Route, ...] = Field(default=(), max_length=100)
    figures: tuple[Figure, ...] = Field(default=(), max_length=200)
    affected: tuple[Line, ...] = Field(default=(), max_length=100, description="codes of members")
    grounds: tuple[StatedGround, ...] = Field(
        default=(), max_length=MOST_GROUNDS, exclude_if=is_empty, description="how each is affected"
    )
    done: Prose = Field(default="", description="what has been done")
    asks: tuple[Prose, ...] = Field(default=(), max_length=50, description="what is asked of the group")
    confidential: Mapping[Section, tuple[Line, ...]] = Field(
        default={}, description="each section with those who may read it besides"
    )
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=50)

    @property
    def on_route(self) -> tuple[str, ...]:
        """The places on its routes, each once, in order."""
        return tuple(dict.fromkeys(stop for route in self.routes for stop in route.stops))

    @property
    def named_as_affected(self) -> tuple[str, ...]:
        """Who is named as affected or with a ground, each once, in order: members by their codes, and places."""
        return tuple(dict.fromkeys((*self.affected, *(one.member for one in self.grounds))))

    def grounds_of(self, member: str) -> tuple[StatedGround, ...]:
        """On what grounds a member is affected: those stated for it, and what its place on a route says."""
        stated = [one for one in self.grounds if one.member == member]
        known = {one.ground for one in stated}
        found = [ground for route in self.routes for ground in route.grounds_of(member)]
        more = (StatedGround(member=member, ground=ground) for ground in dict.fromkeys(found) if ground not in known)
        return (*stated, *more)

    @property
    def how_affected(self) -> tuple[tuple[str, StatedGround | None], ...]:
        """Everybody who is named as affected or lies on a route, with each ground; None where no ground is known."""
        named = dict.fromkeys((*self.named_as_affected, *self.on_route))
        return tuple((code, ground) for code in named for ground in self.grounds_of(code) or (None,))

    def missing(self) -> tuple[str, ...]:
        """What a request cannot be submitted without, and this one lacks."""
        needed = {"a title": self.title, "the situation": self.situation}
        return tuple(what for what, given in needed.items() if not given)

    def changes(self, earlier: "Request") -> dict[str, tuple[Any, Any]]:
        """The fields that differ from an earlier version: name -> (before, now), as JSON values."""
        before, now = (earlier.model_dump(mode="json", by_alias=True), self.model_dump(mode="json", by_alias=True))
        pairs = {name: (before.get(name, ""), now.get(name, "")) for name in type(self).model_fields}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
