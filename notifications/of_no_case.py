"""A mail that belongs to no case (``models.notices.OF_NO_CASE``). It is rendered for its reader alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from babel import Locale

from models.notices import DIGEST
from models.posts import Capacity
from notifications import mime
from notifications.compose import off_fields
from notifications.correspondents import MailReader, Sender
from notifications.envelope import fixed_fields, header_digest, reply_field
from notifications.environment import language_of, mail_translations, template_set
from notifications.message import forms_of, message_of
from notifications.texts import shortened
from notifications.wording import LONGEST_SUBJECT, in_one_line
from notifications.words import Words


def seen_of_no_case(reader: MailReader, say: Words, about: str, **own: Any) -> dict[str, Any]:
    """What the templates of a mail see that cannot be switched off: its reader, what it is ``about``, and its ``own``."""
    language = language_of(reader.language)
    return {
        "case": mail_translations(language).gettext(about),
        "confirm_url": "",
        "deadline": "none",
        "default_policy": False,
        "direction": Locale.parse(language).text_direction,
        "due": "",
        "is_alternate": reader.capacity is Capacity.ALTERNATE,
        "language": language,
        "mandatory": True,
        "post": say.post(reader.post),
        "say": say,
        **own,
    }


def mail_of_no_case(
    kind: str,
    context: Mapping[str, Any],
    *,
    reader: MailReader,
    at: datetime,
    key: str,
    sender: Sender,
    marks: Sequence[str] = (),
) -> EmailMessage:
    """The mail from the templates of its kind. They see ``context``, whose ``language`` is one of the catalogues.

    A digest can be switched off and counts as bulk mail; ``marks`` are those of the entries that it tells of. The
    other arguments are those of ``compose``.

    Raises:
        ValueError: the sender's ``mail_from`` or ``reply_to`` holds no address.
    """
    seen = {"record": "", **context, "subject": shortened(f"[AHG] {in_one_line(kind, context)}", LONGEST_SUBJECT)}
    optional, mail_from = kind == DIGEST, sender.mail_from
    stamped = {"message_id": sender.ids.of(key, mail_from), "mail_from": mail_from}
    fields = list(fixed_fields(kind, reader.post, "", at=at, bulk=optional, marks=marks, **stamped))
    if optional:
        fields += off_fields(kind, "", reader, sender)
    replies_to = reply_field(sender.reply_to, "")
    message = message_of(reader, seen["subject"], fields, mail_from=mail_from, replies_to=replies_to)
    text = template_set(seen["language"], html=False).template(f"{kind}/body.txt").render(seen)
    page = template_set(seen["language"], html=True).template(f"{kind}/body.html").render(seen)
    mime.add_part(message, "alternative", forms_of(text, page), f"=_{header_digest('alternative', key)}")
    return message
