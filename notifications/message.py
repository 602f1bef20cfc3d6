"""A mail as it is sent: whom it is from and to, its subject, its fields, and what it says in plain text and HTML."""

import re
from collections.abc import Iterable
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart

from notifications import mime
from notifications.envelope import sender
from notifications.headers import MailboxField, TextField, mailbox
from notifications.texts import line, shortened

__all__ = ["forms_of", "message_of"]


def message_of(
    name: str, address: str, subject: str, fields: Iterable[tuple[str, str]], *, mail_from: str, replies_to: Address
) -> EmailMessage:  # fmt: skip
    """The mail to ``name`` at ``address``, without what it says. ``fields`` hold no text from outside.

    Raises:
        ValueError: ``mail_from`` or ``address`` is no address.
    """
    message = EmailMessage(policy=mime.FORM)
    message["From"] = MailboxField("From", sender(mail_from)[0])
    message["To"] = MailboxField("To", mailbox(shortened(line(name), 250), address))
    message["Reply-To"] = MailboxField("Reply-To", replies_to)
    message["Subject"] = TextField("Subject", subject)
    for field, value in (*fields, ("MIME-Version", "1.0")):
        mime.put_in(message, field, value)
    return message


def forms_of(text: str, page: str) -> list[MIMEPart]:
    """The two forms of what a mail says; ``page`` is ``text`` in HTML."""
    return [mime.text(re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", "plain"), mime.text(page, "html")]
