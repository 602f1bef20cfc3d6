"""Fewer faults that still fail: the schedule again and again with a half of the faults left out."""

from collections.abc import Awaitable, Callable

from tests.chaos.schedule import Fault

Fails = Callable[[tuple[Fault, ...]], Awaitable[bool]]


async def shrunk(faults: tuple[Fault, ...], fails: Fails, runs: int = 6) -> tuple[Fault, ...]:
    """The fewest faults found that ``fails`` holds for, in so many runs at most. What fails by chance may be missed."""
    while runs > 0 and len(faults) > 1:
        middle = len(faults) // 2
        for half in (faults[:middle], faults[middle:]):
            runs -= 1
            if await fails(half):
                faults = half
                break
            if not runs:
                return faults
        else:
            return faults
    return faults
