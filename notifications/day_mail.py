"""The mail that asks another person of the secretariat to confirm announced days of an office."""

from collections.abc import Mapping
from datetime import date, datetime
from email.message import EmailMessage
from typing import Any

from models.base import N_
from models.notices import DAY_ENTERED
from notifications.addresses import days_address
from notifications.correspondents import MailReader, Sender
from notifications.environment import language_of, mail_translations
from notifications.of_no_case import mail_of_no_case, seen_of_no_case
from notifications.texts import prose
from notifications.words import Words

_ABOUT = N_("The calendars of offices")


def compose_day(
    facts: Mapping[str, str], *, names: Mapping[str, str], reader: MailReader, at: datetime, key: str, sender: Sender
) -> EmailMessage:
    """The mail to one person. The same arguments give the same mail.

    ``facts``: ``member`` (whose office), ``by`` (the person that entered them), ``first`` and ``last`` (ISO dates),
    ``closed`` (closed, open), ``why``. ``names`` are those of members by code. The other arguments are those of
    ``compose``.

    Raises:
        KeyError: a fact is missing.
        ValueError: a date is none, or the sender's ``mail_from`` or ``reply_to`` holds no address.
    """
    language = language_of(reader.language)
    catalogue = mail_translations(language)
    say = Words(names, language=language, zone=reader.zone, translations=catalogue)
    first, last = (say.when(date.fromisoformat(facts[name])) for name in ("first", "last"))
    own: dict[str, Any] = {
        "as_named": True,
        "asks": True,
        "facts": {
            "by": prose(facts["by"]),
            "closed": facts["closed"] == "closed",
            "days": first if first == last else "",
            "first": first,
            "last": last,
            "member": say.member(facts["member"]),
            "why": prose(facts["why"]),
        },
        "where": "page",
        "url": sender.public_url + days_address(facts["member"]),
    }
    context = seen_of_no_case(reader, say, _ABOUT, **own)
    return mail_of_no_case(DAY_ENTERED, context, reader=reader, at=at, key=key, sender=sender)
