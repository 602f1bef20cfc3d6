"""The form in which one mail server takes a mail: addresses, options of its commands, and the octets of DATA."""

import re
from dataclasses import dataclass
from email.generator import BytesGenerator
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from io import BytesIO

from models.mail_addresses import with_ascii_domain
from notifications import mime
from notifications.headers import mailbox
from notifications.smtp_session import SmtpSession

_LINE_STARTS_WITH_DOT = re.compile(rb"(?m)^\.")
_LONGEST_ENVELOPE_ID = 100  # RFC 3461, section 5.4
_NOT_IN_XTEXT = re.compile(r"[\x00- +=\x7f]")
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")


class UnfitError(Exception):
    """The mail has no form that the server takes; the text says why."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail in the form that one server takes: its commands' arguments, and ``content`` as DATA carries it."""

    sender: str
    to: str
    encoding: str
    options: list[str]
    of_recipient: list[str]
    content: bytes


def fitted(session: SmtpSession, message: EmailMessage, to: str) -> Envelope:
    """The mail in the form that this server takes.

    Raises:
        UnfitError: the server takes the mail in no form.
    """
    sender = message["From"].addresses[0].addr_spec
    options = ["BODY=8BITMIME"] if session.offers("8bitmime") else []
    policy, encoding = SMTP, "ascii"
    try:
        mailbox("", to)
    except ValueError:
        raise UnfitError(f"{to!r} is not one mail address.") from None
    try:  # no server is left to find out which domain is meant: some still read it as IDNA 2003 does
        sender, to = with_ascii_domain(sender), with_ascii_domain(to)
    except UnicodeError as error:
        raise UnfitError(f"{error}.") from None
    if not (sender + to).isascii():
        if not session.offers("smtputf8"):
            wanting = next(one for one in (to, sender) if not one.isascii())
            raise UnfitError(
                f"The address {wanting} cannot be written in ASCII, and the mail server does not offer "
                "SMTPUTF8 (RFC 6531)."
            )
        policy, encoding = SMTPUTF8, "utf-8"
        options.append("SMTPUTF8")
    if not session.offers("8bitmime"):
        policy = policy.clone(cte_type="7bit")
    try:
        content = _content(message, policy)
    except UnicodeError:
        raise UnfitError("The mail's own headers hold an address that cannot be written in ASCII.") from None
    of_recipient: list[str] = []
    if session.offers("dsn"):
        options += _envelope_id(message)
        of_recipient += [f"ORCPT=rfc822;{_xtext(to)}"] if to.isascii() else []
    return Envelope(sender, to, encoding, options, of_recipient, content)


def _envelope_id(message: EmailMessage) -> list[str]:
    """The option by which a delivery report names the mail (RFC 3461, 4.4): its Message-ID without the brackets."""
    written = _xtext(str(message["Message-ID"] or "").strip("<> "))
    return [f"ENVID={written}"] if 0 < len(written) <= _LONGEST_ENVELOPE_ID and written.isascii() else []


def _xtext(text: str) -> str:
    """A text as the value of an option (RFC 3461, section 4)."""
    return _NOT_IN_XTEXT.sub(lambda found: f"+{ord(found[0]):02X}", text)


def _content(message: EmailMessage, policy: "EmailPolicy[EmailMessage]") -> bytes:
    """The message as DATA carries it: CRLF line ends, leading dots doubled, and the final dot."""
    if message.policy is mime.FORM and policy.cte_type == "8bit":
        content = mime.octets(message, policy)
    else:
        buffer = BytesIO()
        BytesGenerator(buffer, policy=policy).flatten(message)
        content = _BARE_LINE_END.sub(b"\r\n", buffer.getvalue())
        if not content.endswith(b"\r\n"):
            content += b"\r\n"
    return (_LINE_STARTS_WITH_DOT.sub(b"..", content) if b"\n." in content else content) + b".\r\n"
