"""A message put together from parts that need no parsing.

What ``email`` does to a field that is assigned, it does for every part of every mail: it parses, checks and lays out what
these modules have just written. Most of the time of a mail went there. Fields are ``headers.Field`` here, texts are octets
already; a part that is neither (a file, a line too long for a mail) still goes the standard library's way.
"""

from collections.abc import Iterable
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy

from notifications.headers import Field

__all__ = ["FORM", "add", "file", "put_in", "text"]

_LONGEST_LINE = 990
"""Octets; RFC 5322 (2.1.1) allows 998."""


class _Form(EmailPolicy):
    """The lines end as in a mail (CRLF); each field is put in once, by code that knows that it does."""

    def header_max_count(self, name: str) -> int | None:
        return None


FORM = _Form(linesep="\r\n")


def text(content: str, subtype: str, *, filename: str = "", method: str = "") -> MIMEPart:
    """A part of text in UTF-8. ``method``: of a calendar (RFC 5546); with ``filename`` it is a file.

    8bit, which the transport turns into 7bit for old servers, unless a line is too long for a mail.
    """
    part = MIMEPart(policy=FORM)
    octets = (content if content.endswith("\n") else f"{content}\n").encode()
    more = f'; method="{method}"' if method else ""
    if any(len(line) > _LONGEST_LINE for line in octets.splitlines()):
        part.set_content(content, subtype=subtype, cte="quoted-printable", params={"method": method} if method else {})
    else:
        put_in(part, "Content-Type", f'text/{subtype}; charset="utf-8"{more}')
        put_in(part, "Content-Transfer-Encoding", "8bit")
        part.set_payload(octets.decode("ascii", "surrogateescape"))
    if filename:
        put_in(part, "Content-Disposition", f'attachment; filename="{filename}"')
    return part


def file(content: bytes, maintype: str, subtype: str, filename: str) -> MIMEPart:
    """A part that is a file, in Base64."""
    part = MIMEPart(policy=FORM)
    part.set_content(content, maintype=maintype, subtype=subtype, filename=filename)
    return part


def add(whole: MIMEPart, subtype: str, parts: Iterable[MIMEPart], boundary: str) -> None:
    """Make a multipart (RFC 2046, 5.1) of a message or part that has no content yet."""
    put_in(whole, "Content-Type", f'multipart/{subtype}; boundary="{boundary}"')
    whole.set_payload(list(parts))


def put_in(part: MIMEPart, name: str, value: str) -> None:
    """Put a field in: one line of ASCII, or one of the fields of ``headers``."""
    part[name] = value if isinstance(value, Field) else Field(name, value)
