"""Loops beside the work of a process: none ends for good, and what fails is seen."""

import asyncio

import pytest
import structlog

import background
from background import Background
from tests.waiting import patience


async def test_a_loop_that_fails_is_begun_again_and_the_others_do_not_notice() -> None:
    steady, third = asyncio.Event(), asyncio.Event()
    runs: list[int] = []
    pauses: list[float] = []

    async def failing() -> None:
        runs.append(len(runs))
        if len(runs) == 3:
            third.set()
            await asyncio.Event().wait()
        raise OSError(28, "No space left on device")

    async def going_on() -> None:
        await steady.wait()
        steady.clear()
        await asyncio.Event().wait()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async with patience(), Background({"failing": failing, "steady": going_on}, pause) as beside:
        await third.wait()
        assert beside.restarts == {"failing": 2, "steady": 0}
        assert beside.failing == ("failing",)
        assert pauses == [0.0, 1.0]
        steady.set()
    assert len(runs) == 3


async def test_a_log_that_cannot_be_written_ends_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk:
        def error(self, *_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(background, "_log", FullDisk())
    twice = asyncio.Event()
    runs: list[int] = []

    async def failing() -> None:
        runs.append(1)
        if len(runs) > 1:
            twice.set()
            await asyncio.Event().wait()
        raise ValueError

    async with patience(), Background({"failing": failing}):
        await twice.wait()


async def test_what_ends_without_a_fault_is_begun_again_too() -> None:
    twice = asyncio.Event()
    runs: list[int] = []

    async def ends() -> None:
        runs.append(1)
        if len(runs) > 1:
            twice.set()
            await asyncio.Event().wait()

    with structlog.testing.capture_logs() as logs:
        async with patience(), Background({"ends": ends}):
            await twice.wait()
    assert [(line["log_level"], line["loop"]) for line in logs] == [("error", "ends")]
