"""For every kind of notice: a reader and facts, as previews have them (``notifications.preview``)."""

from email.message import EmailMessage

from notifications.preview import ABOUT, AT, DUE, FACTS, LINKS, NAMES, mail_shown, reader_of
from notifications.preview import sample_mail as mail

__all__ = ["ABOUT", "AT", "DUE", "FACTS", "LINKS", "NAMES", "mail", "parts", "reader_of"]


def parts(message: EmailMessage) -> tuple[str, str]:
    """The plain text and the HTML of a mail."""
    shown = mail_shown(message)
    assert shown.text
    assert shown.html
    return shown.text, shown.html
