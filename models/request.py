"""The request of an affected member, its versions and their differences."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args

from pydantic import ConfigDict, Field

from models.base import Line, Prose, Value
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


def _is_empty(text: str) -> bool:
    return not text


class Request(Value):
    """What a requester says and asks.

    ``where`` is the place in words (written only where it is given, so that requests from before there was this
    field read and hash as they did). ``since`` is a date as far as known. ``affected`` holds the codes of the
    members affected. ``asks`` is what is asked of the group. ``confidential`` names sections and,
    for each, the posts or members that may read it besides the requesters, the Co-Chairs and the secretariat.
    """

    title: Line = ""
    situation: Prose = ""
    where: Line = Field(default="", exclude_if=_is_empty)
    since: date | None = None
    urgency: Urgency = Urgency.ROUTINE
    routes: tuple[Route, ...] = Field(default=(), max_length=100)
    figures: tuple[Figure, ...] = Field(default=(), max_length=200)
    affected: tuple[Line, ...] = Field(default=(), max_length=100, description="codes of members")
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

    def missing(self) -> tuple[str, ...]:
        """What a request cannot be submitted without, and this one lacks."""
        needed = {"a title": self.title, "the situation": self.situation}
        return tuple(what for what, given in needed.items() if not given)

    def changes(self, earlier: "Request") -> dict[str, tuple[Any, Any]]:
        """The fields that differ from an earlier version: name -> (before, now), as JSON values."""
        before, now = (earlier.model_dump(mode="json", by_alias=True), self.model_dump(mode="json", by_alias=True))
        pairs = {name: (before.get(name, ""), now.get(name, "")) for name in type(self).model_fields}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
