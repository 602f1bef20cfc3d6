"""What mail servers and mail programs send back for a notice: delivery reports and automatic replies.

Read are delivery reports (RFC 3464, and RFC 6533 for addresses beyond ASCII) in the form of RFC 6522, and automatic
replies (RFC 3834, and the fields that older programs use). Everything in such a mail is foreign text, and anybody can
send one: here it is only read, and ``records.returns`` decides what of it is proven. Any other mail, and one that cannot
be read, says nothing.
"""

import email
import email.header
import hashlib
import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr
from typing import Any, TypeAlias, cast

from models.returns import Fate, RecipientReport, ReturnedMail
from notifications.texts import line, shortened

_Mail: TypeAlias = "Message[Any, Any]"

LONGEST_READ = 256 * 1024
"""Bytes of a returned mail that are read. A report stands at its beginning; a server may send our whole mail after it."""

_TEXT = 500
"""Characters of a diagnostic text that are kept."""

_MOST = 50
"""Recipients of one report, and Message-IDs of one reply, that are looked at."""

_MOST_PARTS = 20
"""Parts of a mail in which a report is looked for."""

_ADDRESS_TYPES = ("rfc822", "utf-8")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")  # RFC 3463
_MESSAGE_ID = re.compile(r"<[^\s<>@]{1,250}@[^\s<>@]{1,250}>")
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
            return _report(message, octets)
        return _report_in_another_form(message, octets) or _auto_reply(message, octets)
    except Exception:  # noqa: BLE001 - the standard library's parser trips over some forged mails; they say nothing
        return None


# delivery reports -----------------------------------------------------------------------------------------------------


def _report(message: _Mail, octets: bytes) -> ReturnedMail | None:
    """A delivery report (RFC 6522) whose parts are those of ``message``; None where there is none.

    The third part, which holds the Message-ID, may be left out; the mail is known by its envelope id as well, which is
    the Message-ID without its brackets (``notifications.transport``). A report that has neither names no mail.
    """
    blocks: list[_Mail] = []
    ids: tuple[str, ...] = ()
    for part in _inside(message):
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status") and not blocks:
            blocks = list(_blocks(part))
        elif kind in (*_HEADERS_ONLY, *_WHOLE) and not ids:
            ids = _ids(_all(_headers(part), "Message-ID"))
    reports = tuple(filter(None, map(_of_recipient, blocks[1 : _MOST + 1])))
    if not reports:
        return None
    envelope = _ids([f"<{_said(blocks[0], 'Original-Envelope-Id').strip()}>"])
    named = tuple(dict.fromkeys((*ids[:1], *envelope)))
    return ReturnedMail(fingerprint=_fingerprint(message, octets), message_ids=named, reports=reports)


def _report_in_another_form(message: _Mail, octets: bytes) -> ReturnedMail | None:
    """A report whose parts stand in a mail of another form, or that a gateway has put, whole, into one of its own."""
    if message.get_content_maintype() != "multipart":
        return None
    inside = (one for one in _inside(message)[:_MOST_PARTS] if one.get_content_type() == "multipart/report")
    found = next(filter(None, (_report(one, octets) for one in (message, *inside))), None)
    if found is None:
        return None
    doubtful = tuple(one.model_copy(update={"regular": False}) for one in found.reports)
    return found.model_copy(update={"reports": doubtful, "fingerprint": _fingerprint(message, octets)})


def _blocks(part: _Mail) -> Iterator[_Mail]:
    """The groups of fields of a delivery report: of the mail, then of each recipient (RFC 3464, section 2.1)."""
    groups = _inside(part)
    yield from groups
    if part.get_content_type() == "message/global-delivery-status" and groups:
        # Python takes it for a mail: its fields are the first group, its text the others.
        for group in re.split(rb"\r?\n\r?\n", _octets(groups[0])):
            if group.strip():
                yield email.message_from_bytes(group, policy=compat32)


def _headers(part: _Mail) -> _Mail:
    """The fields of the mail that is sent back, whether it is there whole or not."""
    inside = _inside(part)
    return inside[0] if inside else email.message_from_bytes(_octets(part), policy=compat32)


def _of_recipient(block: _Mail) -> RecipientReport | None:
    """One group of fields; None when it names no address, or an action that is none of RFC 3464, 2.3.3."""
    fate = _fate(_said(block, "Action").lower())
    fields = [_said(block, name) for name in _RECIPIENT]
    typed = frozenset(filter(None, map(_address, fields)))
    addresses = typed or frozenset(filter(None, map(_untyped, fields)))
    if fate is None or not addresses:
        return None
    status = _STATUS.match(_said(block, "Status"))
    diagnostic = _said(block, "Diagnostic-Code")
    kind, separator, text = diagnostic.partition(";")
    said = text if separator and " " not in kind.strip() else diagnostic
    return RecipientReport(
        fate=fate, addresses=addresses, status=status[0] if status else "", text=_bounded(said), regular=bool(typed)
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
    return _plain(written)


def _untyped(field: str) -> str:
    """The address in a field that gives no type, or one that nobody knows, as some gateways write it; else empty."""
    kind, separator, written = field.partition(";")
    found = _plain(written if separator else kind)
    return found if _ONE_ADDRESS.fullmatch(found) else ""


# automatic replies ----------------------------------------------------------------------------------------------------


def _auto_reply(message: _Mail, octets: bytes) -> ReturnedMail | None:
    """A reply that a program wrote to one of our mails, which it names in ``In-Reply-To`` or ``References``."""
    if not _by_a_program(message):
        return None
    ids = _ids((*_all(message, "In-Reply-To"), *_all(message, "References")))
    sender = _plain(parseaddr(_said(message, "From"))[1])
    if not ids or not sender:
        return None
    said = RecipientReport(fate=Fate.AUTO_REPLY, addresses=frozenset({sender}), text=_bounded(_subject(message)))
    return ReturnedMail(fingerprint=_fingerprint(message, octets), message_ids=ids, reports=(said,))


def _by_a_program(message: _Mail) -> bool:
    """Whether a program answered (RFC 3834, section 5; before it, programs had fields of their own)."""
    submitted = _said(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted in _ANSWERED_BY_A_PROGRAM
        or _said(message, "Precedence").lower() == "auto_reply"
        or any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder"))
    )


def _subject(message: _Mail) -> str:
    """The subject, decoded as far as it can be (RFC 2047)."""
    written = _said(message, "Subject")
    try:
        return str(email.header.make_header(email.header.decode_header(written)))
    except (LookupError, ValueError):  # a character set that nobody knows, or Base64 that is none
        return written


# what both need -------------------------------------------------------------------------------------------------------


def _inside(part: _Mail) -> list[_Mail]:
    """The parts of a part, as the parser took it apart; none of one that is text."""
    found = part.get_payload()
    return cast("list[_Mail]", found) if isinstance(found, list) else []


def _octets(part: _Mail) -> bytes:
    """The text of a part, decoded from Base64 and the like."""
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _all(fields: _Mail, name: str) -> Iterator[str]:
    """Every field of that name, unfolded. Octets beyond ASCII are UTF-8 (RFC 6532); what is none becomes U+FFFD."""
    for one, value in fields.raw_items():
        if one.lower() == name.lower():
            yield line(str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _said(fields: _Mail, name: str) -> str:
    """The first field of that name; empty when there is none."""
    return next(_all(fields, name), "")


def _ids(fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for field in fields for found in _MESSAGE_ID.findall(field)))[:_MOST]


def _plain(address: str) -> str:
    """An address without brackets and blanks, lower case: reports often write it in another case."""
    return line(address).strip("<> ").lower()


def _bounded(text: str) -> str:
    return shortened(" ".join(line(text).split()), _TEXT)


def _fingerprint(message: _Mail, octets: bytes) -> str:
    """The mail's own Message-ID, since copies of it differ on their way; without one, all of it."""
    own = _ids(_all(message, "Message-ID"))
    return hashlib.sha256(own[0].encode(errors="replace") if own else octets[:LONGEST_READ]).hexdigest()
