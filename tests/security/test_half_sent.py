"""Requests that are begun and not finished are cut off; those that come slowly but steadily are answered."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI, Request

from settings import Settings
from tests.waiting import patience
from web.serve import Punctual, configuration

HEAD = b"POST /whole HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n"


class _Hasty(Punctual):
    grace = 0.3
    look_every = 0.05


@pytest_asyncio.fixture
async def port(settings: Settings) -> AsyncIterator[int]:
    """The port of a server that has little patience."""
    app = FastAPI()

    @app.post("/whole")
    async def whole(request: Request) -> int:
        return len(await request.body())

    server = uvicorn.Server(configuration(settings, app=app, factory=False, http=_Hasty, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = asyncio.create_task(server.serve(sockets=[listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await running


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", b""),
        (b"GET / HT", b"HTTP/1.1 408"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-Never: ", b"HTTP/1.1 408"),
        (HEAD, b"HTTP/1.1 408"),
        (HEAD + b"four", b"HTTP/1.1 408"),
        (HEAD + b"ten bytes." + HEAD + b"four", b"HTTP/1.1 200"),
    ],
)
async def test_a_request_that_comes_half_is_cut_off(port: int, sent: bytes, answer: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with patience():
        got = await reader.read()  # until the server closes the connection

    assert got.startswith(answer)
    writer.close()


async def test_a_request_that_drips_is_cut_off(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD.replace(b"10", b"100000"))
    async with patience():
        ended = asyncio.create_task(reader.read())
        while not ended.done():
            writer.write(b".")
            await asyncio.wait((ended,), timeout=0.02)

    with suppress(ConnectionError):  # what was sent meanwhile is not read any more
        assert (await ended).startswith(b"HTTP/1.1 408")
    writer.close()


async def test_a_request_that_comes_whole_is_answered_and_the_connection_serves_the_next(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(HEAD + b"ten bytes.")
        async with patience():
            assert b"200" in await reader.readline()
            assert (await reader.readuntil(b"\r\n\r\n10")).endswith(b"10")
    writer.close()
