"""The sender and the reader of a mail."""

from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from models.base import Value
from models.posts import Capacity, Post
from notifications.answer_links import AnswerLinks
from notifications.headers import mailbox
from notifications.message_ids import MessageIds
from notifications.off_links import OffLinks


class Sender(NamedTuple):
    """In whose name mails go out, and where their links lead.

    ``mail_from`` and ``reply_to`` are written as name <address>; ``public_url`` is where the pages are. ``ids`` makes the
    Message-IDs. ``links`` signs the links by which a reader answers without signing in, ``off`` those by which a holder
    switches optional mails off;
    without them a mail has no such links.
    """

    mail_from: str
    reply_to: str
    public_url: str
    ids: MessageIds
    links: AnswerLinks | None = None
    off: OffLinks | None = None


def _one_mailbox(address: str) -> str:
    return mailbox("", address).addr_spec


class MailReader(Value):
    """Who gets the mail. ``zone`` is an IANA time zone.

    Raises:
        ValueError: ``address`` is not exactly one mail address.
    """

    name: str
    address: Annotated[str, AfterValidator(_one_mailbox)]
    post: Post
    language: str = "en"
    zone: str = "UTC"
    capacity: Capacity = Capacity.HOLDER
