"""The fixed header fields of a mail: its sender, its thread, and how programs are to treat it."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from models.evidence import MARK_FIELD
from models.mail_addresses import ascii_domain
from models.posts import Post
from notifications.headers import MailboxField, mailbox
from notifications.texts import line, shortened

_LIST_NAME = "Bali Process Ad Hoc Group"


def header_digest(what: str, of: str) -> str:
    """Forty hexadecimal characters that follow from the text alone."""
    return hashlib.sha256(f"{what}\n{of}".encode(errors="backslashreplace")).hexdigest()[:40]


@lru_cache(maxsize=64)
def written_mailbox(written: str) -> tuple[Address, str]:
    """A mailbox written as name <address>, and its domain in ASCII.

    Raises:
        ValueError: it holds no address.
    """
    name, address = parseaddr(written)
    found = mailbox(name, address)
    return found, ascii_domain(found.domain)


@lru_cache(maxsize=64)
def replies_to(written: str, address: str) -> str:
    """A mailbox with the name in ``written`` and this address; ``written`` itself where the address is none."""
    try:
        return str(mailbox(written_mailbox(written)[0].display_name, address))
    except ValueError:
        return written


@lru_cache(maxsize=64)
def from_field(mail_from: str) -> MailboxField:
    """The field From, made once for each sender.

    Raises:
        ValueError: it holds no address.
    """
    return MailboxField("From", written_mailbox(mail_from)[0])


@lru_cache(maxsize=256)
def reply_field(reply_to: str, reference: str) -> MailboxField:
    """Where an answer goes: the secretariat's address, with the case's reference in its name.

    Not in the address (``name+reference@``): a ministry's own server may not deliver what has a plus in it.
    """
    address = written_mailbox(reply_to)[0]
    if reference:
        name = f"{line(address.display_name)} ({reference})".strip()
        address = Address(shortened(name, 250), address.username, address.domain)
    return MailboxField("Reply-To", address)


def fixed_fields(
    kind: str,
    post: Post,
    reference: str,
    *,
    at: datetime,
    message_id: str,
    mail_from: str,
    bulk: bool,
    marks: Sequence[str] = (),
) -> Iterator[tuple[str, str]]:
    """The fields that hold no text from outside, by name.

    ``marks``: those of the log's entries that the mail tells of. ``bulk``: nobody waits for the mail; programs that
    answer while a person is away leave it alone (RFC 3834, section 2).
    """
    domain = written_mailbox(mail_from)[1]
    yield "Date", format_datetime(at)
    yield "Message-ID", message_id
    if reference:
        # One root for each case and reader, which nobody has: programs that show threads gather under it what refers
        # to it (RFC 5256, 3), whichever mail comes first, and two posts of one mailbox stay apart.
        thread = header_digest("thread", f"{reference}\n{post}")
        root = f"<{thread}@{domain}>"
        yield "In-Reply-To", root
        yield "References", root
        yield "X-Ahg-Case", _ascii(reference)
    yield "List-Id", f"{_LIST_NAME} <ahg.{domain}>"  # RFC 2919
    yield "Auto-Submitted", "auto-generated"  # RFC 3834, 5: answered by no robot
    yield "X-Auto-Response-Suppress", "OOF, AutoReply"  # the same for Exchange, which knows no RFC 3834
    if bulk:
        yield "Precedence", "bulk"
    for mark in marks:
        yield MARK_FIELD, _ascii(mark)
    yield "X-Ahg-Kind", kind
    yield "X-Ahg-Post", _ascii(post)


def unsubscribe_fields(url: str) -> Iterator[tuple[str, str]]:
    """How a mail program switches mails of this kind off by one click (RFC 2369; RFC 8058, section 3.1).

    One click is offered over HTTPS alone, as RFC 8058 demands; the link works in a browser without it too.
    """
    yield "List-Unsubscribe", f"<{url}>"
    if url.startswith("https://"):
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def _ascii(text: str) -> str:
    return line(text).encode("ascii", "backslashreplace").decode("ascii")
