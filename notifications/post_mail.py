"""The mail that tells who holds a post or stands in, or is to, by the directory (decision 44)."""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from models.base import N_
from models.directory_changes import DIRECTORY_ROLES
from models.notices import POST_CHANGED
from notifications.addresses import OFFERS, announced_address
from notifications.correspondents import MailReader, Sender
from notifications.environment import language_of, mail_translations
from notifications.of_no_case import mail_of_no_case, seen_of_no_case
from notifications.texts import line, prose
from notifications.words import Words

_ABOUT = N_("The directory of posts")
_HAS_A_PAGE = ("announced", "untold", "stopped", "overtaken")


def compose_post_mail(
    facts: Mapping[str, str],
    *,
    names: Mapping[str, str],
    reader: MailReader,
    at: datetime,
    key: str,
    sender: Sender,
    record: str = "",
) -> EmailMessage:
    """The mail to one reader. The same arguments give the same mail.

    ``facts`` are those of ``records.post_mails``, ``names`` those of members by code. The other arguments are those of
    ``compose``; a change that was not made in a case has no ``record``.

    Raises:
        KeyError: a fact is missing.
        ValueError: a date is none, or the sender's ``mail_from`` or ``reply_to`` holds no address.
    """
    language = language_of(reader.language)
    catalogue = mail_translations(language)
    say = Words(names, language=language, zone=reader.zone, translations=catalogue)
    has_page = facts["what"] in _HAS_A_PAGE
    offered = facts["what"] == "offered" and facts.get("to_email") == facts["email"]
    own: dict[str, Any] = {
        "as_named": "to_email" in facts,
        "asks": facts["what"] in ("announced", "untold") or offered,
        "facts": {**_said(facts, say), "offered": offered},
        "record": line(record),
        "where": "announced" if has_page else "page" if offered else "pages",
        "url": sender.public_url + (announced_address(facts["number"]) if has_page else OFFERS if offered else "/"),
    }
    context = seen_of_no_case(reader, say, _ABOUT, **own)
    return mail_of_no_case(
        POST_CHANGED, context, reader=reader, at=at, key=key, sender=sender, marks=[record] if record else []
    )


def _said(facts: Mapping[str, str], say: Words) -> dict[str, str]:
    when, until, about = facts["takes_effect_at"], facts["last_day"], facts["about"]
    return {
        **{name: facts[name] for name in ("what", "kind")},
        **{name: prose(facts[name]) for name in ("name", "person", "email")},
        "by": say.post(facts["by"]),
        "about": "" if about == DIRECTORY_ROLES else say.post(about),
        "co_chairs": say.members(tuple(filter(None, facts["co_chairs"].split(",")))),
        "until": say.when(until) if until else "",
        "when": say.moment(datetime.fromisoformat(when)) if when else "",
    }
