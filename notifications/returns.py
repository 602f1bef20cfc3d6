"""What mail servers and mail programs send back for a notice: delivery reports and automatic replies.

Read are delivery reports (RFC 3464, and RFC 6533 for addresses beyond ASCII) in the form of RFC 6522, and automatic
replies (RFC 3834, and the fields that older programs use), and what mail servers say in words alone
(``notifications.plain_returns``). Everything in such a mail is foreign text, and anybody can
send one: here it is only read, and ``records.returns`` decides what of it is proven. Any other mail, and one that cannot
be read, says nothing.
"""

import email
import re
from collections.abc import Iterator
from email.policy import compat32
from email.utils import parseaddr

from models.returns import Fate, RecipientReport, ReturnedMail
from notifications.plain_returns import told_in_words
from notifications.returned_parts import (
    LONGEST_READ,
    ForeignMail,
    bounded_text,
    decoded_subject,
    fields_named,
    fingerprint_of_return,
    first_field,
    message_ids_in,
    octets_inside,
    parts_inside,
    plain_address,
)

_MOST = 50
"""Recipients of one report that are looked at."""

_MOST_PARTS = 20
"""Parts of a mail in which a report is looked for."""

_ADDRESS_TYPES = ("rfc822", "utf-8")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")  # RFC 3463
_ONE_ADDRESS = re.compile(r"[^\s<>@/=;,]{1,64}@[^\s<>@/=;,]{1,255}")
_UTF8_HEX = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")  # RFC 6533, section 3
_HEADERS_ONLY = ("text/rfc822-headers", "message/global-headers")
_WHOLE = ("message/rfc822", "message/global")
_ANSWERED_BY_A_PROGRAM = ("auto-replied", "auto-generated", "auto-notified")


def read_return(octets: bytes) -> ReturnedMail | None:
    """What a mail says of a notice that was sent; None when it says nothing or cannot be understood.

    Looks at the first ``LONGEST_READ`` bytes. Never raises for what the mail holds.
    """
    try:
        message = email.message_from_bytes(octets[:LONGEST_READ], policy=compat32)
        if message.get_content_type() == "multipart/report":
            return _report(message, octets) or told_in_words(message, octets)
        return (
            _report_in_another_form(message, octets) or told_in_words(message, octets) or _auto_reply(message, octets)
        )
    except Exception:  # noqa: BLE001 - the standard library's parser trips over some forged mails; they say nothing
        return None


# delivery reports -----------------------------------------------------------------------------------------------------


def _report(message: ForeignMail, octets: bytes) -> ReturnedMail | None:
    """A delivery report (RFC 6522) whose parts are those of ``message``; None where there is none.

    The third part, which holds the Message-ID, may be left out; the mail is known by its envelope id as well, which is
    the Message-ID without its brackets (``notifications.transport``). A report that has neither names no mail.
    """
    blocks: list[ForeignMail] = []
    ids: tuple[str, ...] = ()
    for part in parts_inside(message):
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status") and not blocks:
            blocks = list(_blocks(part))
        elif kind in (*_HEADERS_ONLY, *_WHOLE) and not ids:
            ids = message_ids_in(fields_named(_headers(part), "Message-ID"))
    reports = tuple(filter(None, map(_of_recipient, blocks[1 : _MOST + 1])))
    if not reports:
        return None
    envelope = message_ids_in([f"<{first_field(blocks[0], 'Original-Envelope-Id').strip()}>"])
    named = tuple(dict.fromkeys((*ids[:1], *envelope)))
    return ReturnedMail(fingerprint=fingerprint_of_return(message, octets), message_ids=named, reports=reports)


def _report_in_another_form(message: ForeignMail, octets: bytes) -> ReturnedMail | None:
    """A report whose parts stand in a mail of another form, or that a gateway has put, whole, into one of its own."""
    if message.get_content_maintype() != "multipart":
        return None
    inside = (one for one in parts_inside(message)[:_MOST_PARTS] if one.get_content_type() == "multipart/report")
    found = next(filter(None, (_report(one, octets) for one in (message, *inside))), None)
    if found is None:
        return None
    doubtful = tuple(one.model_copy(update={"regular": False}) for one in found.reports)
    return found.model_copy(update={"reports": doubtful, "fingerprint": fingerprint_of_return(message, octets)})


def _blocks(part: ForeignMail) -> Iterator[ForeignMail]:
    """The groups of fields of a delivery report: of the mail, then of each recipient (RFC 3464, section 2.1)."""
    groups = parts_inside(part)
    yield from groups
    if part.get_content_type() == "message/global-delivery-status" and groups:
        # Python takes it for a mail: its fields are the first group, its text the others.
        for group in re.split(rb"\r?\n\r?\n", octets_inside(groups[0])):
            if group.strip():
                yield email.message_from_bytes(group, policy=compat32)


def _headers(part: ForeignMail) -> ForeignMail:
    """The fields of the mail that is sent back, whether it is there whole or not."""
    inside = parts_inside(part)
    return inside[0] if inside else email.message_from_bytes(octets_inside(part), policy=compat32)


def _of_recipient(block: ForeignMail) -> RecipientReport | None:
    """One group of fields; None when it names no address, or an action that is none of RFC 3464, 2.3.3."""
    fate = _fate(first_field(block, "Action").lower())
    fields = [first_field(block, name) for name in _RECIPIENT]
    typed = frozenset(filter(None, map(_address, fields)))
    addresses = typed or frozenset(filter(None, map(_untyped, fields)))
    if fate is None or not addresses:
        return None
    status = _STATUS.match(first_field(block, "Status"))
    diagnostic = first_field(block, "Diagnostic-Code")
    kind, separator, text = diagnostic.partition(";")
    said = text if separator and " " not in kind.strip() else diagnostic
    return RecipientReport(
        fate=fate, addresses=addresses, status=status[0] if status else "", text=bounded_text(said), regular=bool(typed)
    )


_RECIPIENT = ("Original-Recipient", "Final-Recipient")


def _fate(action: str) -> Fate | None:
    """What became of the mail, by the action alone: a server that gives up after days of status 4.x says "failed"."""
    match action:
        case "failed":
            return Fate.FAILED
        case "delayed":
            return Fate.DELAYED
        case "delivered" | "relayed" | "expanded":
            return Fate.DELIVERED
        case _:
            return None


def _address(field: str) -> str:
    """The address in ``rfc822; desk@example.org``; empty when it is of another type (RFC 3464, section 2.3.1)."""
    kind, _, written = field.partition(";")
    if kind.strip().lower() not in _ADDRESS_TYPES:
        return ""
    written = _UTF8_HEX.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)), written)
    return plain_address(written)


def _untyped(field: str) -> str:
    """The address in a field that gives no type, or one that nobody knows, as some gateways write it; else empty."""
    kind, separator, written = field.partition(";")
    found = plain_address(written if separator else kind)
    return found if _ONE_ADDRESS.fullmatch(found) else ""


# automatic replies ----------------------------------------------------------------------------------------------------


def _auto_reply(message: ForeignMail, octets: bytes) -> ReturnedMail | None:
    """A reply that a program wrote to one of our mails, which it names in ``In-Reply-To`` or ``References``."""
    if not _by_a_program(message):
        return None
    ids = message_ids_in((*fields_named(message, "In-Reply-To"), *fields_named(message, "References")))
    sender = plain_address(parseaddr(first_field(message, "From"))[1])
    if not ids or not sender:
        return None
    said = RecipientReport(
        fate=Fate.AUTO_REPLY, addresses=frozenset({sender}), text=bounded_text(decoded_subject(message))
    )
    return ReturnedMail(fingerprint=fingerprint_of_return(message, octets), message_ids=ids, reports=(said,))


def _by_a_program(message: ForeignMail) -> bool:
    """Whether a program answered (RFC 3834, section 5; before it, programs had fields of their own)."""
    submitted = first_field(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted in _ANSWERED_BY_A_PROGRAM
        or first_field(message, "Precedence").lower() == "auto_reply"
        or any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder"))
    )
