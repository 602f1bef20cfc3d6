"""What is recorded on a page is not undone or held up by a Temporal that does not answer; mail goes when it does."""

import asyncio
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from tests.waiting import patience
from tests.web.place import Place, address_of
from tests.web.test_my_mails import filled, stands
from workflows import nudger


class Away:
    """A Temporal server that answers nothing until it is ``back``."""

    def __init__(self) -> None:
        self.asked, self.back, self.taken = asyncio.Event(), False, asyncio.Event()

    async def start_workflow(self, *_: Any, **__: Any) -> None:
        """What ``Client`` has under this name."""
        self.asked.set()
        if not self.back:
            raise RPCError("connection refused", RPCStatusCode.UNAVAILABLE, b"")
        self.taken.set()

    def get_workflow_handle(self, _name: str) -> "Away":
        """The same: what runs there cannot be seen."""
        return self

    async def describe(self, **_: Any) -> None:
        """What a handle has under this name."""
        raise RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")


async def test_a_nudge_that_temporal_does_not_take_harms_nobody_and_is_passed_on_later(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudger, "_RETRY_SECONDS", 0.01)
    server = Away()
    place.site._client = server  # type: ignore[assignment]
    async with place.app.router.lifespan_context(place.app), patience():
        async with place.browser() as http:
            await place.as_post(http, "LK/focal-point")
            page = (await http.get("/my-mails")).text
            answer = await http.post("/my-mails", data=filled(page, digest="weekly"))
            assert (answer.status_code, answer.headers["Location"]) == (303, "/my-mails?kept=yes")
            assert (await stands(place)).changed_by == address_of("LK/focal-point")
            await server.asked.wait()
        server.back = True
        await server.taken.wait()
