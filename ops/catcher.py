"""A mail server that keeps every mail in an .eml file and sends none.

For a laptop, the tests and rehearsals. The envelope, which says who really gets a mail, is written before
the message as X-Catcher-From and X-Catcher-To. Run as ``python -m ops.catcher``.
"""

import asyncio
import itertools
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from weakref import WeakSet

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from log_lines import refuse_to_start, set_up_logs
from settings import SettingsError, asked_for_json, load_settings
from surroundings import close_to_others

_log = structlog.get_logger("mail")
SIZE_LIMIT = 32 * 1024 * 1024  # bytes; what large providers take
FROM, TO = "X-Catcher-From", "X-Catcher-To"

# An SMTP reply ("550 no such user") for a recipient, or None to take the mail.
RecipientCheck = Callable[[str], str | None]


@dataclass(frozen=True)
class CaughtMail:
    """A mail as it arrived: its file, the envelope, and the message, whose text parts have plain line ends."""

    path: Path
    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        """The message, parsed when somebody asks for it."""
        return BytesParser(policy=policy.default.clone(utf8=True)).parsebytes(self.content)


class Catcher:
    """A mail catcher that runs in the caller's event loop, without threads.

    `port` 0 takes a free one; read `port` after `start`. `answer` lets a test refuse or put off a recipient.
    """

    def __init__(
        self, folder: Path, *, host: str = "127.0.0.1", port: int = 0, answer: RecipientCheck | None = None
    ) -> None:
        self.folder = folder
        self.host = host
        self.port = port
        self.answer = answer
        self._counter = itertools.count(1)
        self._read = cache(read_mail)  # of its own folder, where no mail changes
        self._server: asyncio.Server | None = None
        self._connections: WeakSet[SMTP] = WeakSet()

    async def __aenter__(self) -> "Catcher":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and drop the connections. The mails stay."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in self._connections:
            if isinstance(connection.transport, asyncio.Transport):
                connection.transport.abort()
        self._connections.clear()

    def _connection(self) -> SMTP:
        smtp = SMTP(self, enable_SMTPUTF8=True, data_size_limit=SIZE_LIMIT, ident="AHG mail catcher")
        self._connections.add(smtp)
        return smtp

    def messages(self) -> list[CaughtMail]:
        """All mails in the folder, oldest first."""
        return [self._read(path) for path in mail_files(self.folder)]

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, unless `answer` says otherwise."""
        reply = self.answer(address) if self.answer is not None else None
        if reply is None:
            envelope.rcpt_tos.append(address)
            reply = "250 OK"
        return reply

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Write the mail to a file and only then acknowledge it."""
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%S}{now.microsecond:06d}Z-{next(self._counter):06d}.eml"
        head = f"{FROM}: {envelope.mail_from or ''}\r\n{TO}: {', '.join(envelope.rcpt_tos)}\r\n"
        content: Any = envelope.content  # bytes: decode_data is off
        hidden = self.folder / f".{name}.part"
        try:
            hidden.write_bytes(head.encode() + content)
            hidden.replace(self.folder / name)  # nobody ever reads half a mail
        except OSError as error:
            with suppress(OSError):
                hidden.unlink(missing_ok=True)
            return f"452 4.3.1 not kept, send it again later: {error.strerror}"  # RFC 5321, 4.2.3: storage
        return f"250 OK kept as {name}"


def mail_files(folder: Path) -> list[Path]:
    """The mails in a folder, oldest first: their names begin with the time."""
    return sorted(path for path in folder.glob("*.eml") if not path.name.startswith("."))


def read_mail(path: Path) -> CaughtMail:
    """The mail in a file. Raises FileNotFoundError."""
    content = path.read_bytes().replace(b"\r\n", b"\n")
    sender, recipients = (line.decode().partition(": ")[2] for line in content.split(b"\n", 2)[:2])
    return CaughtMail(path, sender, tuple(part for part in recipients.split(", ") if part), content)


async def serve() -> None:
    """Catch mail on the settings' port until SIGTERM or SIGINT."""
    close_to_others()
    settings = load_settings()
    set_up_logs(settings)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Catcher(settings.mail_dir, host=settings.smtp_host, port=settings.smtp_port) as catcher:
        _log.info("mail is caught", host=catcher.host, port=catcher.port, folder=str(catcher.folder))
        await stop.wait()


if __name__ == "__main__":
    try:
        asyncio.run(serve())
    except SettingsError as error:
        refuse_to_start(error, asked_for_json())
