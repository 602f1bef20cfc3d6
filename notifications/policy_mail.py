"""The mails about a proposed policy (decision 25): a Co-Chair is to answer it; what has become of it. About no case."""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from babel import Locale

from models.base import N_
from models.notices import POLICY_PROPOSED
from models.posts import Capacity
from notifications.addresses import POLICY, PROPOSED_POLICY
from notifications.compose import MailReader
from notifications.envelope import fixed_fields
from notifications.environment import language_of, mail_translations
from notifications.of_no_case import mail_of_no_case
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
    mail_from: str,
    reply_to: str,
    public_url: str,
) -> EmailMessage:
    """The mail to one post; the other arguments are those of ``compose``. The same arguments give the same mail.

    ``facts``: ``by`` (the post that proposed), ``why``, ``version`` (that in force). Of ``POLICY_PROPOSED`` also
    ``changes``, how many values differ from it; of ``POLICY_SETTLED`` ``outcome`` (in_force, refused, withdrawn) and
    ``who`` ended it so. ``names`` are those of members by code.

    Raises:
        KeyError: a fact is missing.
        ValueError: ``changes`` is no number, or ``mail_from`` or ``reply_to`` holds no address.
    """
    return mail_of_no_case(
        kind,
        _context(kind, facts, names, reader, public_url),
        reader=reader,
        key=key,
        fields=fixed_fields(kind, reader.post, "", at=at, key=key, mail_from=mail_from, bulk=False),
        mail_from=mail_from,
        reply_to=reply_to,
    )


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
    return {
        "asks": asks,
        "case": catalogue.gettext(_ABOUT),
        "confirm_url": "",
        "deadline": "none",
        "default_policy": False,
        "direction": Locale.parse(language).text_direction,
        "due": "",
        "facts": seen,
        "is_alternate": reader.capacity is Capacity.ALTERNATE,
        "language": language,
        "mandatory": True,
        "post": say.post(reader.post),
        "say": say,
        "where": "page" if asks else "policy",
        "url": public_url + (PROPOSED_POLICY if asks else POLICY),
    }
