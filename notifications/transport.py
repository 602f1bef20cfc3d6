"""Mails are handed to the mail server over connections that are kept open; the answer becomes a typed result.

The one moment that matters lies between the end of the message and the server's answer to it (RFC 5321,
sections 4.1.1.4 and 6.1): before it nothing has been taken over and another attempt is safe; after it,
without an answer, the mail may have arrived. So the DATA command is driven here step by step instead of by
the client library.
"""

import asyncio
import re
import ssl
from dataclasses import dataclass
from email.generator import BytesGenerator
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from io import BytesIO
from types import TracebackType
from typing import Literal, Self

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException

from notifications import mime
from notifications.headers import ascii_address, mailbox

__all__ = ["Delivery", "Security", "Transport"]

Security = Literal["none", "starttls", "tls"]

_GO_AHEAD = 354
_CLOSING = 421  # the service closes the connection
_NO_LOGIN = 530  # RFC 4954, RFC 3207: a login or encryption is wanted first; no word about this mail

_LINE_STARTS_WITH_DOT = re.compile(rb"(?m)^\.")
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one attempt; ``reply`` is the server's code and text, or a sentence saying what failed.

    ``sent``: the server took it over. ``retry``: it did not, and may later. ``refused``: it never will.
    ``ambiguous``: it has the whole message, but its answer was lost; the mail may have arrived. ``away``: no connection
    could be had, which says nothing about this mail. ``lost``: the connection that carried it broke.
    """

    state: Literal["sent", "retry", "refused", "ambiguous", "away"]
    reply: str
    lost: bool = False


class _LostError(Exception):
    """The connection broke before the server could have taken the message over; ``closing``: the server said so."""

    def __init__(self, reply: str, closing: bool = False) -> None:
        super().__init__(reply)
        self.closing = closing


class Transport:
    """A pool of connections to one mail server; an asynchronous context manager.

    ``connections`` bounds how many mails are on their way at once. ``timeout`` is in seconds and holds for
    connecting and for each reply; ``final_timeout`` for the reply to the whole message, for which RFC 5321
    (section 4.5.3.2.6) asks to wait long, since giving up leaves a mail ambiguous. Certificates are
    verified against ``tls_context``, by default the system's authorities; there is no way to send in clear
    what should be encrypted.
    """

    def __init__(
        self,
        host: str,
        port: int,
        security: Security = "none",
        username: str | None = None,
        password: str | None = None,
        connections: int = 4,
        timeout: float = 60.0,
        *,
        final_timeout: float | None = None,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._host, self._port, self._security = host, port, security
        self._username, self._password = username, password
        self._timeout = timeout
        self._final_timeout = max(timeout, 300.0) if final_timeout is None else final_timeout
        self._tls = tls_context
        self._places = asyncio.Semaphore(connections)
        self._idle: list[aiosmtplib.SMTP] = []
        self._own_name: str | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        while self._idle:
            await _leave(self._idle.pop())

    async def send(self, message: EmailMessage, to: str) -> Delivery:
        """Hand one mail to the server for one recipient. The sender is the message's ``From``.

        Never raises for what the server or the network does; a cancelled call drops its connection.
        """
        async with self._places:
            while self._idle:
                kept = self._idle.pop()
                if not kept.is_connected:
                    continue
                try:
                    return await self._over(kept, message, to)
                except _LostError:
                    break  # the server had tired of the connection: a new one shows whether it is there
            return await self._over_new(message, to)

    async def _over_new(self, message: EmailMessage, to: str) -> Delivery:
        try:
            connection = await self._connect()
        except SMTPResponseException as error:
            return Delivery("away", f"{error.code} {error.message}", lost=True)
        except (SMTPException, OSError) as error:
            return Delivery("away", str(error) or type(error).__name__, lost=True)
        try:
            return await self._over(connection, message, to)
        except _LostError as error:
            return Delivery("away" if error.closing else "retry", str(error), lost=True)

    async def _connect(self) -> aiosmtplib.SMTP:
        if self._security != "none" and self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        connection = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password,
            local_hostname=self._own_name,
            timeout=self._timeout,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=self._tls,
        )
        await connection.connect()
        self._own_name = connection.local_hostname  # found out once; that may take a look-up
        try:
            await _greet(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _over(self, connection: aiosmtplib.SMTP, message: EmailMessage, to: str) -> Delivery:
        """Send over this connection, and keep it for the next mail if it is still in order."""
        in_order = False
        try:
            delivery = await self._transaction(connection, message, to)
            in_order = connection.is_connected
        finally:
            if in_order and not self._closed:
                self._idle.append(connection)
            else:
                connection.close()
        return delivery

    async def _transaction(self, connection: aiosmtplib.SMTP, message: EmailMessage, to: str) -> Delivery:
        """One mail transaction (RFC 5321, section 3.3).

        Raises:
            _LostError: the connection is gone and the mail was not taken over.
        """
        try:
            envelope = _fitted(connection, message, to)
            if isinstance(envelope, Delivery):
                return envelope
            await connection.mail(envelope.sender, options=envelope.options, encoding=envelope.encoding)
            await connection.rcpt(envelope.to, encoding=envelope.encoding)
            reply = await connection.execute_command(b"DATA")
            if reply.code != _GO_AHEAD:
                raise SMTPResponseException(reply.code, reply.message)
            await self._pour(connection, envelope.content)
        except SMTPResponseException as error:
            return await self._rejected(connection, error)
        except (SMTPException, OSError) as error:
            raise _LostError(str(error) or type(error).__name__) from error
        return await self._end(connection)

    async def _pour(self, connection: aiosmtplib.SMTP, content: bytes) -> None:
        """Write the message without its end, and wait until the operating system has all of it."""
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or not isinstance(transport, asyncio.WriteTransport):
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        transport.set_write_buffer_limits(high=1, low=0)
        protocol.write(content)
        async with asyncio.timeout(self._timeout):
            # The name is private, but it is what asyncio's streams call: the interface of flow control.
            await protocol._drain_helper()

    async def _end(self, connection: aiosmtplib.SMTP) -> Delivery:
        """Send the final dot and read the answer: what is lost from here on is ambiguous."""
        protocol = connection.protocol
        if protocol is None or not protocol.is_connected:
            raise _LostError("Connection lost before the end of the message")
        protocol.write(b".\r\n")
        try:
            reply = await protocol.read_response(timeout=self._final_timeout)
        except (SMTPException, OSError) as error:
            connection.close()
            text = error.message if isinstance(error, SMTPResponseException) else str(error)
            sentence = f"The whole message was sent, but no answer came back: {text}."
            return Delivery("ambiguous", sentence, lost=True)
        if reply.code // 100 == 2:
            return Delivery("sent", f"{reply.code} {reply.message}")
        return await self._rejected(connection, SMTPResponseException(reply.code, reply.message))

    async def _rejected(self, connection: aiosmtplib.SMTP, error: SMTPResponseException) -> Delivery:
        """The server said no: 5xx for good, unless that is about the session; anything else for now."""
        if error.code in (_CLOSING, _NO_LOGIN) or error.code // 100 not in (4, 5):
            connection.close()  # over, or out of step
        else:
            try:
                await connection.rset()  # the next mail begins with a clean envelope
            except (SMTPException, OSError):
                connection.close()
        reply = f"{error.code} {error.message}"
        if error.code == _CLOSING:
            raise _LostError(reply, closing=True)
        if error.code == _NO_LOGIN:
            return Delivery("away", reply, lost=True)
        return Delivery("refused" if error.code // 100 == 5 else "retry", reply)


@dataclass(frozen=True, slots=True)
class _Envelope:
    sender: str
    to: str
    encoding: str
    options: list[str]
    content: bytes


def _fitted(connection: aiosmtplib.SMTP, message: EmailMessage, to: str) -> _Envelope | Delivery:
    """The mail in the form that this server takes, or why there is none."""
    sender = message["From"].addresses[0].addr_spec
    options = ["BODY=8BITMIME"] if connection.supports_extension("8bitmime") else []
    policy, encoding = SMTP, "ascii"
    try:
        mailbox("", to)
    except ValueError:
        return Delivery("refused", f"{to!r} is not one mail address.")
    try:
        sender, to = ascii_address(sender), ascii_address(to)
    except UnicodeError:
        if not connection.supports_extension("smtputf8"):
            wanting = next(one for one in (to, sender) if not one.isascii())
            return Delivery(
                "refused",
                f"The address {wanting} cannot be written in ASCII, and the mail server does not offer "
                "SMTPUTF8 (RFC 6531).",
            )
        policy, encoding = SMTPUTF8, "utf-8"
        options.append("SMTPUTF8")
    if not connection.supports_extension("8bitmime"):
        policy = policy.clone(cte_type="7bit")
    try:
        content = _content(message, policy)
    except UnicodeError:
        return Delivery("refused", "The mail's own headers hold an address that cannot be written in ASCII.")
    return _Envelope(sender, to, encoding, options, content)


def _content(message: EmailMessage, policy: "EmailPolicy[EmailMessage]") -> bytes:
    """The message as DATA carries it: CRLF line ends, leading dots doubled, without the final dot."""
    if message.policy is mime.FORM and policy.cte_type == "8bit":
        content = mime.octets(message, policy)
    else:
        buffer = BytesIO()
        BytesGenerator(buffer, policy=policy).flatten(message)
        content = _BARE_LINE_END.sub(b"\r\n", buffer.getvalue())
        if not content.endswith(b"\r\n"):
            content += b"\r\n"
    return _LINE_STARTS_WITH_DOT.sub(b"..", content) if b"\n." in content else content


async def _greet(connection: aiosmtplib.SMTP) -> None:
    """Learn what the server offers; a login has done so already."""
    if connection.is_ehlo_or_helo_needed:
        try:
            await connection.ehlo()
        except aiosmtplib.SMTPHeloError:
            if not connection.is_connected:
                raise
            await connection.helo()  # a server of before 1995 (RFC 1869)


async def _leave(connection: aiosmtplib.SMTP) -> None:
    """Say goodbye; a server that does not answer is left all the same."""
    try:
        await connection.quit(timeout=5)
    except (SMTPException, OSError):
        pass
    finally:
        connection.close()
