"""The same work for many things: few at once, in their order, and nothing goes on that nobody waits for."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.waiting import until
from workflows.few_at_once import few_at_once


async def test_few_are_under_way_at_once_and_answers_keep_the_order_of_the_things() -> None:
    under_way, most = 0, 0

    async def work(number: int) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(10 - number % 10):  # the later ones would be answered first
            await asyncio.sleep(0)
        under_way -= 1
        return number

    async def things() -> AsyncIterator[int]:
        for number in range(50):
            yield number

    assert [one async for one in few_at_once(things(), work, 4)] == list(range(50))
    assert [one async for one in few_at_once(range(50), work, 4)] == list(range(50))
    assert most == 4


async def test_what_is_under_way_is_cancelled_when_one_fails() -> None:
    begun, cancelled = 0, 0

    async def work(number: int) -> None:
        nonlocal begun, cancelled
        begun += 1
        try:
            if number == 0:
                await until(lambda: begun == 3)
                raise LookupError
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled += 1
            raise

    with pytest.raises(LookupError):
        [None async for _ in few_at_once(range(9), work, 3)]
    assert (begun, cancelled) == (3, 2)
