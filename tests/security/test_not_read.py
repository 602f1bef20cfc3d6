"""Who asks for an answer and does not read it is cut off; who reads it slowly but steadily gets it whole."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response, StreamingResponse

from settings import Settings
from tests.waiting import patience, until
from web.serve import Punctual, configuration

SIZE = 8_000_000
"""More than the machine's own buffers take."""


class _Hasty(Punctual):
    grace = 0.3
    least_rate = SIZE
    look_every = 0.05


class _Calm(_Hasty):
    least_rate = 5_000  # no load makes a reader as slow as this


@pytest_asyncio.fixture(params=[_Hasty])
async def server(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[tuple[int, uvicorn.Server]]:
    """A server with large answers; its port."""
    app = FastAPI()

    @app.get("/whole")
    async def whole() -> Response:
        return Response(b"x" * SIZE)

    @app.get("/bit-by-bit")
    async def bit_by_bit() -> Response:
        async def bits() -> AsyncIterator[bytes]:
            for _ in range(SIZE // 50_000):
                yield b"x" * 50_000

        return StreamingResponse(bits())

    server = uvicorn.Server(configuration(settings, app=app, factory=False, http=request.param, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = asyncio.create_task(server.serve(sockets=[listening]))
        yield listening.getsockname()[1], server
        server.should_exit = True
        await running


async def _asked(port: int, path: str, ending: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1000)
    writer.write(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" + ending + b"\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    return reader, writer


@pytest.mark.parametrize("ending", [b"", b"Connection: close\r\n"], ids=["kept open", "to be closed"])
@pytest.mark.parametrize("path", ["/whole", "/bit-by-bit"])
async def test_an_answer_that_nobody_reads_is_cut_off(
    server: tuple[int, uvicorn.Server], path: str, ending: bytes
) -> None:
    port, serving = server
    _, writer = await _asked(port, path, ending)

    await until(lambda: not serving.server_state.connections)

    writer.close()


@pytest.mark.parametrize("server", [_Calm], indirect=True)
@pytest.mark.parametrize("path", ["/whole", "/bit-by-bit"])
async def test_an_answer_that_is_read_comes_whole(server: tuple[int, uvicorn.Server], path: str) -> None:
    reader, writer = await _asked(server[0], path, b"Connection: close\r\n")
    async with patience():
        whole = await reader.read()
    assert whole.count(b"x") >= SIZE
    writer.close()
