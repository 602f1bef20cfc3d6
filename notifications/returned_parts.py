"""What is read of a mail that came back, whatever its form: parts, fields, addresses and Message-IDs."""

import email.header
import hashlib
import re
from collections.abc import Iterable, Iterator
from email.message import Message
from typing import Any, TypeAlias, cast

from notifications.texts import line, shortened

ForeignMail: TypeAlias = "Message[Any, Any]"

LONGEST_READ = 256 * 1024
"""Bytes of a returned mail that are read. A report stands at its beginning; a server may send our whole mail after it."""

_TEXT = 500
"""Characters of a diagnostic text that are kept."""

_SUBJECT = 2_000
"""Characters of a subject that are decoded: the decoder of the standard library takes time by the square of them."""

_MOST_IDS = 50
_MESSAGE_ID = re.compile(r"<[^\s<>@]{1,250}@[^\s<>@]{1,250}>")


def parts_inside(part: ForeignMail) -> list[ForeignMail]:
    """The parts of a part, as the parser took it apart; none of one that is text."""
    found = part.get_payload()
    return cast("list[ForeignMail]", found) if isinstance(found, list) else []


def octets_inside(part: ForeignMail) -> bytes:
    """The text of a part, decoded from Base64 and the like."""
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def fields_named(fields: ForeignMail, name: str) -> Iterator[str]:
    """Every field of that name, unfolded. Octets beyond ASCII are UTF-8 (RFC 6532); what is none becomes U+FFFD."""
    for one, value in fields.raw_items():
        if one.lower() == name.lower():
            yield line(str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def first_field(fields: ForeignMail, name: str) -> str:
    """The first field of that name; empty when there is none."""
    return next(fields_named(fields, name), "")


def message_ids_in(fields: Iterable[str]) -> tuple[str, ...]:
    """The Message-IDs in these fields, each once, at most fifty."""
    return tuple(dict.fromkeys(found for field in fields for found in _MESSAGE_ID.findall(field)))[:_MOST_IDS]


def plain_address(address: str) -> str:
    """An address without brackets and blanks, lower case: reports often write it in another case."""
    return line(address).strip("<> ").lower()


def bounded_text(text: str) -> str:
    """One line of what was said, as much of it as is kept."""
    return shortened(" ".join(line(text).split()), _TEXT)


def fingerprint_of_return(message: ForeignMail, octets: bytes) -> str:
    """The mail's own Message-ID, since copies of it differ on their way; without one, all of it."""
    own = message_ids_in(fields_named(message, "Message-ID"))
    return hashlib.sha256(own[0].encode(errors="replace") if own else octets[:LONGEST_READ]).hexdigest()


def decoded_subject(message: ForeignMail) -> str:
    """The subject, decoded as far as it can be (RFC 2047)."""
    written = first_field(message, "Subject")[:_SUBJECT]
    try:
        return str(email.header.make_header(email.header.decode_header(written)))
    except (LookupError, ValueError):  # a character set that nobody knows, or Base64 that is none
        return written
