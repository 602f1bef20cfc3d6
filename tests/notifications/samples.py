"""For every kind of notice: a reader and facts, as previews have them (``notifications.preview``)."""

from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any, Literal, NamedTuple

from models.notices import facts_of_row
from notifications.preview import mail_shown, sample_mail
from notifications.sample_facts import SAMPLE_FACTS


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


def mail(kind: str, **changes: Any) -> EmailMessage:
    """The mail of a kind with its sample facts; ``changes`` as in ``sample_mail``, ``facts`` as the ledger holds them."""
    if isinstance(facts := changes.get("facts"), Mapping):
        changes["facts"] = facts_of_row(facts)
    return sample_mail(kind, **changes)


def with_facts(kind: str, **facts: Any) -> dict[str, Any]:
    """The sample facts of a kind as the ledger holds them, some of them others; texts are then somebody's own words."""
    own: dict[str, Any] = {"matter": []} if "about" in facts else {}
    own |= {"reasons": []} if {"text", "why"} & facts.keys() else {}
    return {**SAMPLE_FACTS[kind].model_dump(mode="json"), **own, **facts}


def parts(message: EmailMessage) -> tuple[str, str]:
    """The plain text and the HTML of a mail."""
    shown = mail_shown(message)
    assert shown.text
    assert shown.html
    return shown.text, shown.html
