"""How the person behind a command was known, and what each command asks for."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field, field_serializer

from models.base import Instant, Value
from models.policy import Policy, TermsCovered
from models.posts import Capacity, Post


class Means(StrEnum):
    """By what a person was known who gave a command. It is signed with the command and stands in the log."""

    PASSKEY = "passkey"
    """A page, and a touch of the holder's passkey over exactly what is decided."""
    SECOND_FACTOR = "second_factor"
    """A page, and the second factor shown a moment ago."""
    SESSION = "session"
    """A page, signed in by a link in a mail or by an identity provider."""
    MAIL_LINK = "mail_link"
    """The link of a mail to the post, without signing in."""
    API_TOKEN = "api_token"  # noqa: S105 - a word of the log
    """A program with a token of the holder's."""
    DIRECTORY = "directory"
    """Nobody: somebody changed the directory by a means that sufficed, and a case hears of it."""
    COMMAND_LINE = "command_line"
    """The command line of the deployment: whoever operates it, not the post's holder."""


class Standing(StrEnum):
    """As whom a person gives a command for a post. It is signed with the command and stands in the log."""

    HOLDER = "holder"
    ALTERNATE = "alternate"
    POST = "post"
    """Which of them is not known: a program, the link of a mail, the command line."""
    NAMED = "named"
    """The person to whom the post is offered, and who does not hold it yet."""
    DIRECTORY = "directory"
    """Nobody: the change stands in the directory, and a case only hears of it."""


class PasskeyTouch(Value):
    """A passkey's answer over a statement (``models.passkeys``); everything but the statement in base64.

    ``credential``: the id of the passkey. ``public_key``: as X.509 has it (DER). ``authenticator``, ``client`` and
    ``signature``: its data, what the browser told it, and its signature over both.
    """

    statement: str = Field(max_length=80_000)
    credential: str = Field(max_length=2_000)
    public_key: str = Field(max_length=2_000)
    authenticator: str = Field(max_length=2_000)
    client: str = Field(max_length=4_000)
    signature: str = Field(max_length=2_000)


class Signed(Value):
    """That a part of the deployment knew the person behind a command, and by what: it stands in the log with the command.

    ``at``: when it was signed, by that part's own clock (UTC). ``key``: the id of its key. ``body``: SHA-256 of what was
    asked, in hex. ``signature``: Ed25519 over ``signed_text``, in base64. ``touch``: the holder's own signature, if any.
    ``standing``: None in what was signed before decision 49, and then no part of the entry that its hash is over.
    ``asked``: in the log, with what says a post's word, the very text whose SHA-256 is ``body``.
    """

    means: Means
    at: Instant
    key: str = Field(max_length=64)
    body: str = Field(max_length=64)
    signature: str = Field(max_length=128)
    touch: PasskeyTouch | None = None
    standing: Standing | None = Field(default=None, exclude_if=lambda standing: standing is None)
    asked: str | None = Field(default=None, max_length=100_000, exclude_if=lambda asked: asked is None)

    @field_serializer("at", when_used="json")
    def _as_signed(self, at: datetime) -> str:
        return at.isoformat()


def signed_text(stream: str, command_id: str, by: Post, signed: Signed) -> bytes:
    """What the signature is over: JSON without blanks, of every part that says who asked for what, where and when.

    What was signed before decision 49 ends with the instant. A passkey's answer is the last part: its SHA-256 in hex,
    over its fields as JSON with sorted keys and no blanks.
    """
    parts = ["ahg command 1", stream, command_id, by, signed.body, signed.means.value, signed.at.isoformat()]
    if signed.standing is not None:
        parts.append(signed.standing.value)
        if signed.touch is not None:
            parts.append(hashlib.sha256(_json(signed.touch.model_dump(), sort_keys=True)).hexdigest())
    return _json(parts)


def _json(value: object, *, sort_keys: bool = False) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":")).encode()


FRESH = timedelta(minutes=10)
"""So long a second factor that was shown counts as shown at this moment."""

_IN_PERSON = frozenset(("decide", "hand_over", "delegate", "act_for", "contest", "take_over"))
"""What stands for a post, or says who speaks for it: only a person gives it who proves at that moment who it is."""

_ENDS = frozenset(("waive", "withdraw"))
"""What by itself ends a case, or waives a duty: given like that where the case's policy covers the terms by substance."""

NEVER_FOR_OTHERS = frozenset(("hand_over", "delegate", "contest", "take_over", "announce_day"))
"""What nobody records in another post's name."""

_PROVES = frozenset((Means.PASSKEY, Means.SECOND_FACTOR, Means.COMMAND_LINE))

_HEARD = frozenset(("hand_over", "delegate", "announce_day"))
"""What a case hears of when the directory was changed."""

_WHAT_IT_IS: Mapping[Means, str] = {
    Means.SESSION: "Show your second factor for it; the session alone is not enough",
    Means.MAIL_LINK: "The link of a mail is not enough; sign in, and show your second factor",
    Means.DIRECTORY: "The directory says who holds a post, who stands in and which days are announced, and nothing else",
    Means.API_TOKEN: "A program never does this, whatever its token; it is done on the pages, with the second factor",
}


def needs_proof(do: str, policy: Policy | None = None) -> bool:
    """Whether a command is given only by a person who proves at that moment who it is; ``policy``: of its case."""
    by_substance = policy is not None and policy.terms_covered is TermsCovered.SUBSTANCE
    return do in _IN_PERSON or (by_substance and do in _ENDS)


def suffices(do: str, post: Post, means: Means, policy: Policy | None = None) -> str | None:
    """Why the command ``do`` of ``post`` may not be given by these means; None when it may.

    ``policy``: of its case; without it only what holds in every case is asked.
    """
    in_person = not needs_proof(do, policy) or means in _PROVES
    if do in _HEARD if means is Means.DIRECTORY else in_person:
        return None
    return f"The command {do!r} of {post} is not taken like this. {_WHAT_IT_IS[means]}."


def means_of_session(shown_at: datetime | None, now: datetime) -> Means:
    """By what a person is known on a page; ``shown_at``: when the second factor was last shown in the session."""
    fresh = shown_at is not None and timedelta(0) <= now - shown_at <= FRESH
    return Means.SECOND_FACTOR if fresh else Means.SESSION


def standing_of(capacity: Capacity | None, *, heard: bool = False) -> Standing:
    """As whom somebody gives a command: ``capacity``, None where it is not known. ``heard``: a case only hears of it."""
    if heard:
        return Standing.DIRECTORY
    return Standing.POST if capacity is None else Standing(capacity.value)
