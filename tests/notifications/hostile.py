"""Texts that try to be more than text, and a mail as the other end reads it."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Any

HOSTILE = [
    "Name\r\nBcc: thief@example.net",
    "Name\nTo: thief@example.net\n\nbody",
    "=?utf-8?q?Name=0D=0ABcc=3A_thief=40example=2Enet?=",
    "=?utf-8?b?TmFtZQ0KQmNjOiB0aGllZkBleGFtcGxlLm5ldA==?=",
    '"quoted, name" <thief@example.net>, "b',
    "a, thief@example.net",
    "x" * 70 + ", thief@example.net, " + "y" * 70,
    "Name\x85Bcc: thief@example.net\u2028Cc: thief@example.net\x0b\x00\x1f",
    "<script>alert(1)</script> & {{ 7 * 7 }} {% raw %} %(x)s %s",
    "</title></style><a href='https://example.net'>x</a><!-- ]]> <?php &lt;",
    '"><img src=x onerror=alert(1)> https://example.net/ javascript:alert(1)',
    "END:VEVENT\r\nEND:VCALENDAR\r\nATTENDEE:mailto:thief@example.net",
    "\x01url\x01 and \x01post\x01 \x1f",
    "\ud800 half",
    "\ufffe \U0001fffe \ufdd0 no characters",
]


def received(message: EmailMessage, policy: Any = SMTP) -> EmailMessage:
    """The mail as the other end reads it."""
    octets = message.as_bytes(policy=policy)
    assert all(len(one) <= 998 for one in octets.split(b"\r\n"))
    assert b"\r" not in octets.replace(b"\r\n", b"")
    assert b"\n" not in octets.replace(b"\r\n", b"")
    read = message_from_bytes(octets, policy=default)
    assert isinstance(read, EmailMessage)
    return read
