"""Work in a thread with an event loop of its own."""

import asyncio
from contextvars import ContextVar
from threading import Event, current_thread

import pytest

from activities.own_loop import OwnLoop
from tests.waiting import PATIENCE

WHO: ContextVar[str] = ContextVar("WHO")


async def _nothing() -> None:
    pass


async def test_work_is_done_elsewhere_in_the_context_of_its_caller() -> None:
    async def work() -> tuple[str, str]:
        await asyncio.sleep(0)
        return current_thread().name, WHO.get()

    own = OwnLoop("elsewhere")
    WHO.set("the caller")
    assert await own.run(work) == ("elsewhere", "the caller")
    assert await own.run(work) == ("elsewhere", "the caller")
    own.close(_nothing)


async def test_the_caller_s_loop_goes_on_while_the_other_one_is_held_up() -> None:
    held, let_go = Event(), Event()

    async def work() -> bool:
        held.set()
        return let_go.wait(PATIENCE)

    own = OwnLoop("elsewhere")
    task = asyncio.create_task(own.run(work))
    assert await asyncio.to_thread(held.wait, PATIENCE)
    let_go.set()  # nobody could, if this loop were held up too
    assert await task
    own.close(_nothing)


async def test_a_fault_reaches_the_caller() -> None:
    async def work() -> None:
        raise LookupError("nobody")

    own = OwnLoop("elsewhere")
    with pytest.raises(LookupError, match="nobody"):
        await own.run(work)
    own.close(_nothing)


async def test_a_caller_that_is_cancelled_waits_until_the_work_has_ended() -> None:
    begun, ended = Event(), []

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("tidied up")

    own = OwnLoop("elsewhere")
    task = asyncio.create_task(own.run(work))
    assert await asyncio.to_thread(begun.wait, PATIENCE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["tidied up"]
    own.close(_nothing)


async def test_the_last_work_is_done_there_before_the_thread_ends() -> None:
    done: list[str] = []

    async def work() -> None:
        done.append(current_thread().name)

    own = OwnLoop("elsewhere")
    await own.run(work)
    own.close(work)
    assert done == ["elsewhere", "elsewhere"]


def test_what_never_ran_is_closed() -> None:
    OwnLoop("elsewhere").close(_nothing)
