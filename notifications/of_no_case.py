"""A mail that belongs to no case (``models.notices.OF_NO_CASE``): what it says is rendered for its reader alone."""

from collections.abc import Iterable, Mapping
from email.message import EmailMessage
from typing import Any

from notifications import mime
from notifications.compose import MailReader
from notifications.envelope import header_digest, reply_field
from notifications.environment import template_set
from notifications.message import forms_of, message_of
from notifications.texts import shortened
from notifications.wording import LONGEST_SUBJECT, in_one_line


def mail_of_no_case(
    kind: str,
    context: Mapping[str, Any],
    *,
    reader: MailReader,
    key: str,
    fields: Iterable[tuple[str, str]],
    mail_from: str,
    reply_to: str,
) -> EmailMessage:
    """The mail, from the templates of its kind, which see ``context``: its ``language`` is one of the catalogues.

    ``fields`` hold no text from outside; the other arguments are those of ``compose``.

    Raises:
        ValueError: ``mail_from`` or ``reply_to`` holds no address.
    """
    seen = {**context, "subject": shortened(f"[AHG] {in_one_line(kind, context)}", LONGEST_SUBJECT)}
    message = message_of(
        reader.name, reader.address, seen["subject"], fields, mail_from=mail_from, replies_to=reply_field(reply_to, "")
    )
    text = template_set(seen["language"], html=False).template(f"{kind}/body.txt").render(seen)
    page = template_set(seen["language"], html=True).template(f"{kind}/body.html").render(seen)
    mime.add_part(message, "alternative", forms_of(text, page), f"=_{header_digest('alternative', key)}")
    return message
