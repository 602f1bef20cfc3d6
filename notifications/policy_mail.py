"""The mails about a proposed policy (decision 25): one asks a Co-Chair to answer, the other tells how it was settled."""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from models.base import N_
from models.notices import POLICY_PROPOSED
from notifications.addresses import POLICY, PROPOSED_POLICY
from notifications.correspondents import MailReader, Sender
from notifications.environment import language_of, mail_translations
from notifications.of_no_case import mail_of_no_case, seen_of_no_case
from notifications.texts import prose
from notifications.words import Words

_ABOUT = N_("The policy for new cases")


def compose_policy(
    kind: str,
    facts: Mapping[str, str],
    *,
    names: Mapping[str, str],
    reader: MailReader,
    at: datetime,
    key: str,
    sender: Sender,
) -> EmailMessage:
    """The mail to one post. The same arguments give the same mail.

    ``facts``: ``by`` (the post that proposed), ``why``, ``version`` (that in force). ``POLICY_PROPOSED`` has also
    ``changes``, the number of values that differ from that version; ``POLICY_SETTLED`` has ``outcome`` (in_force,
    refused, withdrawn) and ``who`` (the post that settled it). ``names`` are those of members by code. The other
    arguments are those of ``compose``.

    Raises:
        KeyError: a fact is missing.
        ValueError: ``changes`` is no number, or the sender's ``mail_from`` or ``reply_to`` holds no address.
    """
    context = _context(kind, facts, names, reader, sender.public_url)
    return mail_of_no_case(kind, context, reader=reader, at=at, key=key, sender=sender)


def _context(
    kind: str, facts: Mapping[str, str], names: Mapping[str, str], reader: MailReader, public_url: str
) -> dict[str, Any]:
    language = language_of(reader.language)
    catalogue = mail_translations(language)
    asks = kind == POLICY_PROPOSED
    seen: dict[str, Any] = {
        name: prose(facts[name]) for name in ("by", "version", "why", *(() if asks else ("outcome", "who")))
    }
    if asks:
        seen["changes"] = int(facts["changes"])
    say = Words(names, language=language, zone=reader.zone, translations=catalogue)
    own: dict[str, Any] = {
        "asks": asks,
        "facts": seen,
        "where": "page" if asks else "policy",
        "url": public_url + (PROPOSED_POLICY if asks else POLICY),
    }
    return seen_of_no_case(reader, say, _ABOUT, **own)
