"""Nudges reach the delivery however often Temporal does not answer, and nobody waits for them."""

import asyncio
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from tests.waiting import patience
from workflows import nudger as module
from workflows.client import TemporalAway
from workflows.names import DELIVERY_ID
from workflows.nudger import Nudger

GONE = RPCError("connection refused", RPCStatusCode.UNAVAILABLE, b"")


class Server:
    """Fails as ``answers`` say, in turn; then it takes everything."""

    def __init__(self, *answers: Exception) -> None:
        self.answers = list(answers)
        self.taken = asyncio.Semaphore(0)
        self.asked = 0

    async def connect(self) -> Any:
        """The way to it; there is none while it would raise TemporalAway."""
        if self.answers and isinstance(error := self.answers[0], TemporalAway):
            self.asked += 1
            del self.answers[0]
            raise error
        return self

    async def start_workflow(self, _run: Any, **how: Any) -> None:
        """What ``Client`` has under this name."""
        self.asked += 1
        if self.answers:
            raise self.answers.pop(0)
        assert (how["id"], how["start_signal"]) == (DELIVERY_ID, "nudge")
        self.taken.release()

    def get_workflow_handle(self, _id: str) -> Any:
        """The same; what runs under the id is not to be seen."""
        return self

    async def describe(self) -> Any:
        """What a handle has under this name."""
        raise RPCError("not found", RPCStatusCode.NOT_FOUND, b"")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RETRY_SECONDS", 0.0)


async def test_a_nudge_is_passed_on_until_temporal_takes_it_and_then_no_more() -> None:
    server = Server(TemporalAway("Failed client connect"), GONE, GONE)
    nudger = Nudger(server.connect, "queue")
    nudger.nudge()
    running = asyncio.create_task(nudger.run())
    async with patience():
        await server.taken.acquire()
        assert server.asked == 4
        nudger.nudge()
        await server.taken.acquire()
    assert server.asked == 5
    running.cancel()


async def test_many_nudges_at_once_are_one_signal() -> None:
    server = Server()
    nudger = Nudger(server.connect, "queue")
    for _ in range(100):
        nudger.nudge()
    running = asyncio.create_task(nudger.run())
    async with patience():
        await server.taken.acquire()
    assert server.asked == 1
    running.cancel()
