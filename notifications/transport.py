"""Hands mails to the mail server over connections that are kept open, and gives its answers as typed results."""

import asyncio
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType
from typing import Literal, Self

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException

from notifications.smtp_envelope import UnfitError, fitted
from notifications.smtp_session import LostError, RejectedError, Reply, SmtpSession, UnansweredError

Security = Literal["none", "starttls", "tls"]

_CLOSING = 421  # the service closes the connection
_NO_LOGIN = 530  # RFC 4954, RFC 3207: a login or encryption is wanted first; no word about this mail


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """What became of one attempt; ``reply`` is the server's code and text, or a sentence saying what failed.

    ``sent``: the server took it over. ``retry``: it did not, and may later. ``refused``: it never will.
    ``ambiguous``: it has the whole message, but its answer was lost; the mail may have arrived. ``away``: no connection
    could be had, or the server does not take our sender, which says nothing about this mail. ``lost``: the connection
    that carried it broke, or is of no use.
    """

    state: Literal["sent", "retry", "refused", "ambiguous", "away"]
    reply: str
    lost: bool = False


class _LostError(Exception):
    """The connection broke before the server could have taken the message over. ``closing``: the server closed it."""

    def __init__(self, reply: str, closing: bool = False) -> None:
        super().__init__(reply)
        self._state: Literal["away", "retry"] = "away" if closing else "retry"

    @property
    def as_result(self) -> AttemptResult:
        """What became of the attempt."""
        return AttemptResult(self._state, str(self), lost=True)


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
        self._idle: list[SmtpSession] = []
        self._own_name: str | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        while self._idle:
            await self._idle.pop().leave()

    async def send(self, message: EmailMessage, to: str) -> AttemptResult:
        """Hand one mail to the server for one recipient. The sender is the message's ``From``.

        Never raises for what the server or the network does; a cancelled call drops its connection.
        """
        opened = await self.open(message, to)
        return opened if isinstance(opened, AttemptResult) else await opened.send()

    async def open(self, message: EmailMessage, to: str) -> "OpenedMail | AttemptResult":
        """Begin a mail without sending its message; a mail that was opened must be sent or dropped.

        Never raises for what the server or the network does; a cancelled call drops its connection.
        """
        await self._places.acquire()
        opened: OpenedMail | AttemptResult | None = None
        try:
            opened = await self._open(message, to)
        finally:
            if not isinstance(opened, OpenedMail):
                self._places.release()
        return opened

    async def _open(self, message: EmailMessage, to: str) -> "OpenedMail | AttemptResult":
        while self._idle:
            kept = self._idle.pop()
            if not kept.in_order:
                kept.abort()
                continue
            try:
                return await self._begin(kept, message, to, kept=True)
            except _LostError:
                break  # the server had tired of the connection: a new one shows whether it is there
        return await self._open_new(message, to)

    async def _open_new(self, message: EmailMessage, to: str) -> "OpenedMail | AttemptResult":
        try:
            session = await self._connect()
        except SMTPResponseException as error:
            return AttemptResult("away", f"{error.code} {error.message}", lost=True)
        except (SMTPException, OSError, LostError) as error:
            return AttemptResult("away", str(error) or type(error).__name__, lost=True)
        try:
            return await self._begin(session, message, to, kept=False)
        except _LostError as error:
            return error.as_result

    async def _connect(self) -> SmtpSession:
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
            return SmtpSession(connection, timeout=self._timeout, final_timeout=self._final_timeout)
        except BaseException:
            connection.close()
            raise

    async def _begin(
        self, session: SmtpSession, message: EmailMessage, to: str, *, kept: bool
    ) -> "OpenedMail | AttemptResult":
        """Begin a mail transaction (RFC 5321, section 3.3) over this session, which is kept if it ends in order.

        Raises:
            _LostError: the connection is gone.
        """
        opened: OpenedMail | None = None
        try:
            try:
                envelope = fitted(session, message, to)
            except UnfitError as unfit:
                return AttemptResult("refused", str(unfit))
            try:
                await session.begin(
                    envelope.sender, envelope.to, envelope.options, envelope.encoding, envelope.of_recipient
                )
            except RejectedError as error:
                if error.of_sender and error.reply.code // 100 == 5 and "SMTPUTF8" not in envelope.options:
                    session.abort()  # all mails have this sender: a fault of ours, whoever the recipient is
                    return AttemptResult("away", str(error.reply), lost=True)
                return await self._rejected(session, error.reply)
            except LostError as error:
                raise _LostError(str(error)) from error
            opened = OpenedMail(self, session, message, to, envelope.content, kept=kept)
        finally:
            if opened is None:
                self._leave_or_keep(session)
        return opened

    async def _end(self, session: SmtpSession, content: bytes) -> AttemptResult:
        """Send the message and end the mail transaction.

        Raises:
            _LostError: the connection is gone and the mail was not taken over.
        """
        try:
            return AttemptResult("sent", str(await session.end(content)))
        except RejectedError as error:
            return await self._rejected(session, error.reply)
        except LostError as error:
            raise _LostError(str(error)) from error
        except UnansweredError as error:
            sentence = f"The whole message was sent, but no answer came back: {error}."
            return AttemptResult("ambiguous", sentence, lost=True)
        finally:
            self._leave_or_keep(session)

    def _leave_or_keep(self, session: SmtpSession) -> None:
        if session.in_order and not self._closed:
            self._idle.append(session)
        else:
            session.abort()

    async def _rejected(self, session: SmtpSession, reply: Reply) -> AttemptResult:
        """The result of a rejection: final for 5xx, unless that is about the session; for now otherwise."""
        if reply.code in (_CLOSING, _NO_LOGIN) or reply.code // 100 not in (4, 5):
            session.abort()  # over, or out of step
        elif session.in_order:
            await session.reset()
        if reply.code == _CLOSING:
            raise _LostError(str(reply), closing=True)
        if reply.code == _NO_LOGIN:
            return AttemptResult("away", str(reply), lost=True)
        return AttemptResult("refused" if reply.code // 100 == 5 else "retry", str(reply))


class OpenedMail:
    """A mail whose message the server waits for. Call ``send`` or ``drop``, once."""

    def __init__(
        self, transport: Transport, session: SmtpSession, message: EmailMessage, to: str, content: bytes, *, kept: bool
    ) -> None:
        self._transport, self._session, self._content = transport, session, content
        self._mail = message, to
        self._kept = kept

    async def send(self) -> AttemptResult:
        """Send the message.

        Never raises for what the server or the network does; a cancelled call drops its connection.
        """
        try:
            return await self._end()
        finally:
            self._transport._places.release()

    async def _end(self) -> AttemptResult:
        try:
            return await self._transport._end(self._session, self._content)
        except _LostError as error:
            if not self._kept:
                return error.as_result
        again = await self._transport._open_new(*self._mail)
        return again if isinstance(again, AttemptResult) else await again._end()

    def drop(self) -> None:
        """Give the mail and its connection up: the server waits for a message that does not come."""
        self._session.abort()
        self._transport._places.release()


async def _greet(connection: aiosmtplib.SMTP) -> None:
    """Ask what the server offers, unless a login has done so already."""
    if connection.is_ehlo_or_helo_needed:
        try:
            await connection.ehlo()
        except aiosmtplib.SMTPHeloError:
            if not connection.is_connected:
                raise
            await connection.helo()  # a server of before 1995 (RFC 1869)
