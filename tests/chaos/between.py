"""A TCP proxy between two parts, whose connections can be cut and delayed."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress

Connected = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """Listens on the loopback interface and passes on to what ``target`` connects to.

    ``delay``: seconds that everything is held back; ``closed``: connections are broken off as they come.
    """

    def __init__(self, target: Callable[[], Awaitable[Connected]], port: int) -> None:
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = port
        self.delay = 0.0
        self.closed = False

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    def stop(self) -> None:
        """Listen no more, and break off what is open."""
        if self._server is not None:
            self._server.close()
        self.cut()

    def cut(self) -> None:
        """Break off all connections."""
        for writer in list(self._open):
            _reset(writer)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.closed:
            _reset(writer)
            return
        self._open.add(writer)
        try:
            onward_reader, onward = await self._target()
        except OSError:
            self._open.discard(writer)
            writer.transport.abort()
            return
        self._open.add(onward)
        try:
            await asyncio.gather(self._pass(reader, onward), self._pass(onward_reader, writer))
        finally:
            for one in (writer, onward):
                self._open.discard(one)
                one.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break a connection off as a network does: with a reset, and not with an end that could be meant."""
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def to_port(port: int) -> Callable[[], Awaitable[Connected]]:
    """Connects to a port of this machine."""
    return lambda: asyncio.open_connection("127.0.0.1", port)


def to_socket(path: str) -> Callable[[], Awaitable[Connected]]:
    """Connects to a socket in the file system."""
    return lambda: asyncio.open_unix_connection(path)
