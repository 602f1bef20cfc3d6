"""A mail as it is sent: sender, reader, subject, header fields, and the text in plain form and in HTML."""

import re
from collections.abc import Iterable
from email.message import EmailMessage, MIMEPart
from functools import lru_cache

from notifications import mime
from notifications.correspondents import MailReader
from notifications.envelope import from_field
from notifications.headers import MailboxField, TextField, mailbox
from notifications.texts import line, shortened


def message_of(
    reader: MailReader, subject: str, fields: Iterable[tuple[str, str]], *, mail_from: str, replies_to: MailboxField
) -> EmailMessage:
    """The mail to a reader with all its header fields and no content yet. ``fields`` hold no text from outside.

    Raises:
        ValueError: ``mail_from`` holds no address.
    """
    message = EmailMessage(policy=mime.FORM)
    mime.set_header(message, "From", from_field(mail_from))
    mime.set_header(message, "To", MailboxField("To", mailbox(shortened(line(reader.name), 250), reader.address)))
    mime.set_header(message, "Reply-To", replies_to)
    mime.set_header(message, "Subject", _subject_field(subject))
    for field, value in (*fields, ("MIME-Version", "1.0")):
        mime.set_header(message, field, value)
    return message


@lru_cache(maxsize=64)
def _subject_field(subject: str) -> TextField:
    return TextField("Subject", subject)


def forms_of(text: str, page: str) -> list[MIMEPart]:
    """The two parts in which a mail says the same: plain text, and ``page`` in HTML. Blank lines in a row become one."""
    return [mime.text_part(re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", "plain"), mime.text_part(page, "html")]
