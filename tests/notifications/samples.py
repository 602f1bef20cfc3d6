"""For every kind of notice: a reader and facts, as previews have them (``notifications.preview``)."""

from collections.abc import Mapping
from email.message import EmailMessage
from typing import Literal, NamedTuple

from notifications.preview import mail_shown


class Pictured(NamedTuple):
    """How a mail is shown in the documents: in which language, on a screen of which scheme."""

    language: str = "en"
    scheme: Literal["light", "dark"] = "light"


PICTURED: Mapping[str, Pictured] = {
    "review_requested": Pictured(),
    "invited": Pictured(),
    "meeting_called": Pictured(scheme="dark"),
    "consent_requested": Pictured(language="id"),
    "circulated": Pictured(),
}
"""The kinds of which ``docs/notices.md`` has a picture (``make pictures``)."""


def parts(message: EmailMessage) -> tuple[str, str]:
    """The plain text and the HTML of a mail."""
    shown = mail_shown(message)
    assert shown.text
    assert shown.html
    return shown.text, shown.html
