"""Waiting for what must come about: until a condition holds, however busy the machine is.

Nothing else in the tests has an end in seconds (``test_waiting.py``), so that load is no reason to fail.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

PATIENCE = 300.0
"""Seconds after which a test gives up: more than the busiest machine needs, and less than pytest's own limit
(``pyproject.toml``), so that the failure shows what was waited for."""

ANSWERED = timedelta(seconds=PATIENCE)
"""The same for an answer of Temporal."""

_LOOK_AGAIN = 0.02


def patience() -> asyncio.Timeout:
    """As long as this is open, what is awaited may take."""
    return asyncio.timeout(PATIENCE)


async def until(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until it holds; asked again and again, for a database or another program tells nobody."""
    async with patience():
        while not (found if isinstance(found := holds(), bool) else await found):  # noqa: ASYNC110 - so it is
            await asyncio.sleep(_LOOK_AGAIN)


def block_until(holds: Callable[[], bool]) -> None:
    """The same where no loop runs."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "this did not come about"
        time.sleep(_LOOK_AGAIN)
