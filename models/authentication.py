"""How the person behind a command was known, and what each command asks for."""

from enum import StrEnum


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
