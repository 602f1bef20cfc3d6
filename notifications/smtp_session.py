"""An open session with a mail server: one mail transaction after the other (RFC 5321, section 3.3).

``aiosmtplib`` connects, encrypts, logs in and learns what the server offers. The transactions are driven here, for two
reasons. The moment that matters lies between the end of the message and the server's answer to it (sections 4.1.1.4 and
6.1): before it nothing has been taken over and another attempt is safe; after it, without an answer, the mail may have
arrived. And a server that takes commands in groups (RFC 2920, PIPELINING) is asked once for a mail instead of three
times, which counts on a slow line.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import SupportsIndex

import aiosmtplib

from notifications.texts import prose

_GO_AHEAD = 354
_CLOSING = 421  # the service closes the connection
_LONGEST_REPLY = 1000
"""Most lines of an answer. ``asyncio`` reads lines of up to 64 KiB (RFC 5321, 4.5.3.1.5, allows 512 octets)."""

_GOODBYE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered: its code, and its text without the codes."""

    code: int
    text: str

    @property
    def well(self) -> bool:
        """Whether the server did what it was asked."""
        return self.code // 100 == 2

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class RejectedError(Exception):
    """The server rejected the sender (``of_sender``), the recipient or the message."""

    def __init__(self, reply: Reply, *, of_sender: bool = False) -> None:
        super().__init__(str(reply))
        self.reply = reply
        self.of_sender = of_sender


class LostError(Exception):
    """The connection broke, or the answers made no sense, before the server could have taken a message over."""


class UnansweredError(Exception):
    """The server has the whole message, and its answer was lost: the mail may have arrived."""


class _Answers(asyncio.StreamReader):
    """Reads what the server sends. ``awaited`` counts the answers that are due; ``unasked``: it sent something else."""

    awaited = 0
    unasked = False

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        self.unasked = self.unasked or not self.awaited
        super().feed_data(data)


class SmtpSession:
    """A session over a connection that ``aiosmtplib`` has opened, and that nothing else uses from now on.

    ``timeout`` is in seconds and holds for writing and for the replies to what is asked at once; ``final_timeout`` for
    the reply to the whole message.
    """

    def __init__(self, opened: aiosmtplib.SMTP, *, timeout: float, final_timeout: float) -> None:
        transport = opened.transport
        if not isinstance(transport, asyncio.WriteTransport):
            raise LostError("Connection lost")
        self._opened = opened
        self._timeout, self._final_timeout = timeout, final_timeout
        self._answers = _Answers()
        protocol = asyncio.StreamReaderProtocol(self._answers)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # what is drained is with the operating system
        self._transport = transport
        self._writer = asyncio.StreamWriter(transport, protocol, self._answers, asyncio.get_running_loop())
        self._groups = opened.supports_extension("pipelining")

    def offers(self, extension: str) -> bool:
        """Whether the server offers an extension, by the name in its greeting, in small letters."""
        return self._opened.supports_extension(extension)

    @property
    def in_order(self) -> bool:
        """Whether another mail may go over it: it is open, and the server has said nothing unasked."""
        answers = self._answers
        return not (self._transport.is_closing() or answers.unasked or answers.awaited or answers.at_eof())

    async def begin(
        self,
        sender: str,
        to: str,
        options: Sequence[str] = (),
        encoding: str = "ascii",
        of_recipient: Sequence[str] = (),
    ) -> None:
        """Begin a mail for one recipient: the server waits for the message now. Nothing is taken over yet.

        ``options`` go with the sender, ``of_recipient`` with the recipient.

        Raises:
            RejectedError: the server does not take it.
            LostError: the connection is gone.
            ValueError: an address that would be more than an argument.
        """
        commands = [
            _command(" ".join([f"MAIL FROM:<{sender}>", *options]), encoding),
            _command(" ".join([f"RCPT TO:<{to}>", *of_recipient]), encoding),
            _command("DATA", encoding),
        ]
        if self._groups:
            await self._group(commands)
            return
        for command in commands:
            if not _goes_along(command, reply := await self._ask(command)):
                raise RejectedError(reply, of_sender=command is commands[0])

    async def end(self, content: bytes) -> Reply:
        """Send the message, in the form of DATA with its final dot; returns the server's answer.

        Raises:
            RejectedError: the server does not take it.
            LostError: the connection is gone, and the mail was not taken over.
            UnansweredError: the server has the message, and nobody knows what became of it.
        """
        if not self.in_order:
            raise LostError("Connection lost before the message")
        await self._pour(content)
        return await self._answer_to_all()

    async def _group(self, commands: Sequence[bytes]) -> None:
        """Send commands at once. The first refusal is raised, after all answers were read, so that they stay in step."""
        self._write(b"".join(commands), answers=len(commands))
        refused: RejectedError | None = None
        reply: Reply | None = None
        try:
            async with asyncio.timeout(self._timeout):
                for command in commands:
                    reply = await self._reply()
                    if refused is None and not _goes_along(command, reply):
                        refused = RejectedError(reply, of_sender=command is commands[0])
                    if reply.code == _CLOSING:
                        break
        except (LostError, TimeoutError) as error:
            if refused is None:
                raise _lost(error) from error
        if refused is None:
            return
        if reply and reply.code == _GO_AHEAD:
            self.abort()  # it waits for a message that there is none of; RFC 2920 (3.1) would give it an empty one
        raise refused

    async def reset(self) -> None:
        """Make the next mail begin with a clean envelope; close the connection if the server cannot do so."""
        try:
            await self._ask(b"RSET\r\n")
        except LostError:
            self.abort()

    async def leave(self) -> None:
        """Say goodbye and close the connection, whether or not the server answers."""
        with suppress(LostError, TimeoutError):
            self._write(b"QUIT\r\n")
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._reply()
        self.abort()

    def abort(self) -> None:
        """Close the connection at once; data that still waits here is not sent."""
        self._transport.abort()
        self._opened.close()

    # reading and writing ------------------------------------------------------------------------------------

    def _write(self, data: bytes, answers: int = 1) -> None:
        if self._transport.is_closing():
            raise LostError("Connection lost")
        self._answers.awaited += answers
        self._transport.write(data)

    async def _ask(self, command: bytes) -> Reply:
        self._write(command)
        try:
            async with asyncio.timeout(self._timeout):
                return await self._reply()
        except TimeoutError as error:
            raise _lost(error) from error

    async def _pour(self, content: bytes) -> None:
        """Write the message and wait until the operating system has all of it: until then the server lacks its end."""
        self._write(content)
        if self._transport.is_closing():
            raise LostError("Connection lost before the end of the message")
        if self._transport.get_write_buffer_size():
            try:
                async with asyncio.timeout(self._timeout):
                    await self._writer.drain()
            except OSError as error:
                raise LostError(str(error) or "The server stopped reading") from error

    async def _answer_to_all(self) -> Reply:
        """The answer to the whole message."""
        try:
            async with asyncio.timeout(self._final_timeout):
                reply = await self._reply()
        except (LostError, TimeoutError) as error:
            raise UnansweredError(str(_lost(error))) from error
        if not reply.well:
            raise RejectedError(reply)
        return reply

    async def _reply(self) -> Reply:
        """The next answer (RFC 5321, section 4.2).

        Raises:
            LostError: there is none, or it makes no sense.
        """
        texts: list[bytes] = []
        try:
            while True:
                line = await self._answers.readline()
                if not line.endswith(b"\n"):
                    raise LostError("Connection lost")
                texts.append(line[4:].strip())
                if line[3:4] != b"-":
                    break
                if len(texts) >= _LONGEST_REPLY:
                    raise LostError("An answer without end")
        except (OSError, ValueError) as error:
            raise LostError(str(error) or type(error).__name__) from error
        if not line[:3].isdigit():
            raise LostError(f"Malformed SMTP response line: {line.decode(errors='replace').strip()}")
        self._answers.awaited -= 1
        return Reply(int(line[:3]), prose(b"\n".join(texts).decode(errors="replace")))


def _lost(error: Exception) -> LostError:
    return error if isinstance(error, LostError) else LostError("Timed out waiting for server response")


def _command(text: str, encoding: str) -> bytes:
    if not text.isprintable():
        raise ValueError(f"{text!r} is not one command")
    return f"{text}\r\n".encode(encoding)


def _goes_along(command: bytes, reply: Reply) -> bool:
    """Whether this answer lets the mail go on after the command."""
    return reply.code == _GO_AHEAD if command == b"DATA\r\n" else reply.well
