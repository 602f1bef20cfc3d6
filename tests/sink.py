"""A mail server in a process of its own: ``python -m tests.sink FILE`` takes every mail and keeps its Message-ID.

A line of the file is a mail, written before the answer: what is in the file has arrived. The port is printed when it
listens.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Keeps one line a mail: recipient and Message-ID. Takes commands in groups (RFC 2920), as servers in use do."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8", buffering=1)

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, offers: list[str]
    ) -> list[str]:
        """Offer it."""
        session.host_name = hostname
        return [*offers[:-1], "250-PIPELINING", offers[-1]]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Note the mail, then acknowledge it."""
        content: Any = envelope.content
        head = content.partition(b"\r\n\r\n")[0]
        own = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"message-id:"))
        self._file.write(f"{envelope.rcpt_tos[0]} {own.decode()[11:].strip()}\n")
        return "250 kept"


async def main(file: Path) -> None:
    """Listen until killed."""
    sink = Sink(file)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(sink, enable_SMTPUTF8=True, hostname="sink"), "127.0.0.1", 0
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
