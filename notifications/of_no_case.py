"""A mail that belongs to no case (``models.notices.OF_NO_CASE``): what it says is rendered for its reader alone."""

from collections.abc import Iterable, Mapping
from email.message import EmailMessage
from typing import Any

from notifications import mime
from notifications.compose import Reader
from notifications.envelope import digest, reply_field
from notifications.environment import form
from notifications.message import forms_of, message_of
from notifications.texts import shortened
from notifications.wording import SUBJECT, said_shortly


def mail_of_no_case(
    kind: str,
    context: Mapping[str, Any],
    *,
    reader: Reader,
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
    seen = {**context, "subject": shortened(f"[AHG] {said_shortly(kind, context)}", SUBJECT)}
    message = message_of(
        reader.name, reader.address, seen["subject"], fields, mail_from=mail_from, replies_to=reply_field(reply_to, "")
    )
    text = form(seen["language"], html=False).template(f"{kind}/body.txt").render(seen)
    page = form(seen["language"], html=True).template(f"{kind}/body.html").render(seen)
    mime.add(message, "alternative", forms_of(text, page), f"=_{digest('alternative', key)}")
    return message
