"""A mail server whose answers a test gives, on the loopback interface."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Server:
    """An aiosmtpd server whose answers a test gives; it counts connections and keeps what it took.

    ``groups``: whether it offers to take commands in groups (RFC 2920), as aiosmtpd can. ``reports``: whether it offers
    delivery reports (RFC 3461); ``asked`` is what it is then asked for, by their names.
    """

    groups = False
    reports = False

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.connections = 0
        self.taken: list[tuple[str, bytes]] = []
        self.rcpt: Callable[[str], str | None] = lambda address: None
        self.data: Callable[[SMTP], Awaitable[str]] | None = None
        self.mail: Callable[[SMTP], str | None] = lambda smtp: None
        self.open: set[asyncio.BaseTransport] = set()
        self.asked: dict[str, str] = {}

    def connection(self) -> asyncio.Protocol:
        self.connections += 1
        server = self

        class Counted(SMTP):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                server.open.add(transport)
                super().connection_made(transport)

            async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
                await super().smtp_MAIL(server.without_reports(arg))

            async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
                await super().smtp_RCPT(server.without_reports(arg))

        return Counted(self, hostname="mx.example.org", **self.options)

    def without_reports(self, arg: str | None) -> str | None:
        """The argument of a command without what aiosmtpd knows nothing of."""
        if not self.reports or not arg:
            return arg
        options = dict(one.split("=", 1) for one in arg.split() if one.startswith(("ENVID=", "ORCPT=")))
        self.asked |= options
        return " ".join(one for one in arg.split() if not one.startswith(tuple(options) or "-"))

    def drop(self) -> None:
        for transport in self.open:
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()

    async def handle_EHLO(  # noqa: N802 - the name that aiosmtpd calls
        self, smtp: SMTP, session: Session, envelope: Envelope, hostname: str, offers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        more = [name for name, offered in (("PIPELINING", self.groups), ("DSN", self.reports)) if offered]
        return [*offers[:-1], *(f"250-{name}" for name in more), offers[-1]]

    async def handle_MAIL(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.mail(smtp)
        if reply is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.rcpt(address)
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content: Any = envelope.content
        self.taken.append((envelope.rcpt_tos[0], content.encode() if isinstance(content, str) else content))
        return "250 kept" if self.data is None else await self.data(smtp)


@asynccontextmanager
async def listening(server: Server, tls: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[int]:
    """The server on the loopback interface; its port. ``tls``: it is encrypted from the first byte."""
    listener = await asyncio.get_running_loop().create_server(server.connection, "127.0.0.1", port, ssl=tls)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        server.drop()
