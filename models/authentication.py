"""How the person behind a command was known, and what each command asks for."""

import json
from datetime import datetime
from enum import StrEnum

from pydantic import Field, field_serializer

from models.base import Instant, Value
from models.posts import Post


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
    COMMAND_LINE = "command_line"
    """The command line of the deployment: whoever operates it, not the post's holder."""


class Touch(Value):
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
    """

    means: Means
    at: Instant
    key: str = Field(max_length=64)
    body: str = Field(max_length=64)
    signature: str = Field(max_length=128)
    touch: Touch | None = None

    @field_serializer("at", when_used="json")
    def _as_signed(self, at: datetime) -> str:
        return at.isoformat()


def signed_text(stream: str, command_id: str, by: Post, signed: Signed) -> bytes:
    """What the signature is over: JSON without blanks, of every part that says who asked for what, where and when."""
    parts = ["ahg command 1", stream, command_id, by, signed.body, signed.means.value, signed.at.isoformat()]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
