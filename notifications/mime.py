"""A message put together from parts that need no parsing.

``email`` parses, checks and lays out every field that is assigned, which took most of the time of a mail. Here fields are
``headers.HeaderField`` and texts are octets already. The standard library builds files, and texts with lines that are too
long for a mail.
"""

from collections.abc import Iterable
from email.message import Message, MIMEPart
from email.policy import EmailPolicy
from functools import lru_cache
from typing import Any

from notifications.headers import HeaderField

_LONGEST_LINE = 990
"""Octets; RFC 5322 (2.1.1) allows 998."""


_BOUNDARY = 'boundary="'


class _Form(EmailPolicy):
    """Lines end with CRLF. ``email`` does not check how often a field stands in a mail: this code puts each in once."""

    def header_max_count(self, name: str) -> int | None:
        return None


FORM = _Form(linesep="\r\n")


def text_part(content: str, subtype: str, *, filename: str = "", method: str = "") -> MIMEPart:
    """A part of text in UTF-8. ``method`` is that of a calendar (RFC 5546); with ``filename`` the part is a file.

    It is encoded as 8bit, which the transport turns into 7bit for old servers, or as quoted-printable where a line is too
    long for a mail.
    """
    part = MIMEPart(policy=FORM)
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    octets = (content if content.endswith("\n") else f"{content}\n").encode()
    more = f'; method="{method}"' if method else ""
    if max(map(len, octets.split(b"\n"))) > _LONGEST_LINE:
        part.set_content(content, subtype=subtype, cte="quoted-printable", params={"method": method} if method else {})
    else:
        set_header(part, "Content-Type", f'text/{subtype}; charset="utf-8"{more}')
        set_header(part, "Content-Transfer-Encoding", "8bit")
        part.set_payload(octets.decode("ascii", "surrogateescape"))
    if filename:
        set_header(part, "Content-Disposition", f'attachment; filename="{filename}"')
    return part


def file_part(content: bytes, maintype: str, subtype: str, filename: str) -> MIMEPart:
    """A part that is a file, in Base64."""
    part = MIMEPart(policy=FORM)
    part.set_content(content, maintype=maintype, subtype=subtype, filename=filename)
    return part


def add_part(whole: MIMEPart, subtype: str, parts: Iterable[MIMEPart], boundary: str) -> None:
    """Make a multipart (RFC 2046, 5.1) of a message or part that has no content yet."""
    set_header(whole, "Content-Type", f'multipart/{subtype}; {_BOUNDARY}{boundary}"')
    whole.set_payload(list(parts))


def set_header(part: MIMEPart, name: str, value: str) -> None:
    """Put a field in: one line of ASCII, or one of the fields of ``headers``."""
    part.set_raw(name, value if isinstance(value, HeaderField) else _field(name, value))


_field = lru_cache(maxsize=1024)(HeaderField)


def octets(part: "Message[Any, Any]", policy: "EmailPolicy[Any]") -> bytes:
    """A message or part of it in 8 bits, as ``email.generator`` writes it; its lines end with CRLF."""
    head = b"".join(
        [
            value.octets(policy) if isinstance(value, HeaderField) else policy.fold_binary(name, value)
            for name, value in part.raw_items()
        ]
    )
    if not part.is_multipart():
        is_plain = part["Content-Transfer-Encoding"] == "8bit"
        content: Any = part.get_payload(decode=is_plain)
        written: bytes = content if is_plain else content.encode("ascii")
        return head + b"\r\n" + written.replace(b"\n", b"\r\n")
    boundary = str(part["Content-Type"]).partition(_BOUNDARY)[2].rstrip('"')
    between = f"--{boundary}".encode()
    parts: Any = part.get_payload()
    inside = b"".join([between + b"\r\n" + octets(one, policy) + b"\r\n" for one in parts])
    return head + b"\r\n" + inside + between + b"--\r\n"
