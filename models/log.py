"""The decision log: a case's events, chained by hashes so that they verify without the database."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, field_serializer

from models.authentication import Signed
from models.base import Instant, Value
from models.events import AnyEvent, Event
from models.posts import Post

CLOCK = Post("RSO/secretariat")
"""The post in whose name the clock acts."""

CLOCK_COMMAND = "clock:"
"""Begins the id of a command that the clock gave itself."""

_EVENT: TypeAdapter[AnyEvent] = TypeAdapter(Event)


class ActedFor(Value):
    """The secretariat recorded what the post said by telephone or letter: how, and why."""

    by: Post
    how: str
    why: str


class Entry(Value):
    """One event in its place.

    ``seq`` counts from 1 in each case; ``at`` is case time (UTC); ``command`` is the id of the command that
    caused it; ``signed`` says by what its sender was known, and stands in the first entry of each signed command.
    ``previous`` and ``hash`` are SHA-256 in hex, ``hash`` over everything else in the entry.
    """

    case: str
    seq: int
    at: Instant
    by: Post
    acted_for: ActedFor | None = None
    command: str
    event: dict[str, Any]
    signed: Signed | None = None
    previous: str
    hash: str

    @field_serializer("at", when_used="json")
    def _as_hashed(self, at: datetime) -> str:
        # Exported entries carry the very text that the hash is over.
        return at.isoformat()

    @property
    def by_clock(self) -> bool:
        """Whether the clock acted, nobody else."""
        return self.command.startswith(CLOCK_COMMAND)

    @property
    def type(self) -> str:
        """The event's type."""
        return str(self.event["type"])


def digest(
    case: str, seq: int, at: str, by: str, acted_for: Any, command: str, event: Any, previous: str, signed: Any = None
) -> str:
    """The hash of an entry: SHA-256 of ``[previous, case, seq, at, by, acted_for, command, event]`` as JSON.

    Where ``signed`` is not null it is the last part.

    Each part is the entry's field as its exported JSON has it. The text hashed has no blanks between tokens,
    sorted keys, and no escapes beyond those that JSON needs (UTF-8); the hash is hex in lower case.
    """
    parts = [previous, case, seq, at, by, acted_for, command, event, *([signed] if signed else [])]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal(
    case: str,
    seq: int,
    at: Instant,
    by: Post,
    acted_for: ActedFor | None,
    command: str,
    event: Value,
    previous: str,
    signed: Signed | None = None,
) -> Entry:
    """The entry for an event, chained to the one before (``previous``: its hash, empty for the first).

    Every field of the event is written, also those that have their default.
    """
    body = event.model_dump(mode="json", by_alias=True)  # defaults too: a later default changes no old entry
    body["type"] = type(event).model_fields["type"].default
    acted = acted_for.model_dump(mode="json") if acted_for else None
    known = signed.model_dump(mode="json") if signed else None
    stamped = at.isoformat()
    return Entry.model_construct(
        case=case,
        seq=seq,
        at=at,
        by=by,
        acted_for=acted_for,
        command=command,
        event=body,
        signed=signed,
        previous=previous,
        hash=digest(case, seq, stamped, by, acted, command, body, previous, known),
    )


def event_of(entry: Entry) -> AnyEvent:
    """The event that an entry holds."""
    return _EVENT.validate_python(entry.event)


def broken_at(entries: Iterable[Entry], first: int = 1) -> int | None:
    """The number of the first entry that does not follow from the one before; None for a whole chain.

    ``first``: the number of the first of these entries. What it follows is not here where that is not 1.
    """
    previous = ""
    for seq, entry in enumerate(entries, start=first):
        previous = entry.previous if seq == first > 1 else previous
        acted = entry.acted_for.model_dump(mode="json") if entry.acted_for else None
        known = entry.signed.model_dump(mode="json") if entry.signed else None
        stamped = entry.at.isoformat()
        right = digest(entry.case, seq, stamped, entry.by, acted, entry.command, entry.event, previous, known)
        if entry.seq != seq or entry.previous != previous or entry.hash != right:
            return entry.seq
        previous = entry.hash
    return None
