"""The same work for many things, a few at once: however many they are, only those few are in memory."""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable
from typing import Any, TypeVar

_Thing = TypeVar("_Thing")
_Answer = TypeVar("_Answer")


async def few_at_once(
    things: Iterable[_Thing] | AsyncIterable[_Thing],
    work: Callable[[_Thing], Coroutine[Any, Any, _Answer]],
    at_once: int,
) -> AsyncIterator[_Answer]:
    """What ``work`` answers for each thing, in the order of the things; at most ``at_once`` are under way.

    What is under way when the caller stops, or one fails, is cancelled.
    """
    under_way: deque[asyncio.Task[_Answer]] = deque()
    try:
        async for thing in _each(things):
            under_way.append(asyncio.create_task(work(thing)))
            if len(under_way) >= at_once:
                yield await under_way[0]
                under_way.popleft()
        while under_way:
            yield await under_way[0]
            under_way.popleft()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _each(things: Iterable[_Thing] | AsyncIterable[_Thing]) -> AsyncIterator[_Thing]:
    if isinstance(things, AsyncIterable):
        async for thing in things:
            yield thing
    else:
        for thing in things:
            yield thing
