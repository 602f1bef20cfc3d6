"""What runs beside the work that a process is there for: loops that never end, and that nobody waits for.

A fault must not end one of them unseen: mail would stay queued, or a case be told nothing, and everything else look well.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

import structlog

_log = structlog.get_logger(__name__)
_FIRST_SECONDS, _LONGEST_SECONDS = 1.0, 60.0
_WELL_AFTER_SECONDS = 60.0

Work = Callable[[], Coroutine[object, object, None]]
"""Gives one run of a loop; it is asked again for each run."""


class Background:
    """Runs loops by their names while the context is open, and begins each again that ends or fails.

    The first time at once, then after 1, 2, 4 and at last every 60 seconds; one that has run for a minute counts as well
    again. ``pause`` waits for so many seconds. ``told`` hears how often which one was begun again, once at the start.
    """

    def __init__(
        self,
        works: Mapping[str, Work],
        pause: Callable[[float], Coroutine[object, object, None]] = asyncio.sleep,
        told: Callable[[str, int], None] = lambda name, times: None,
    ) -> None:
        self._works = dict(works)
        self._pause = pause
        self._told = told
        self._tasks: list[asyncio.Task[None]] = []
        self._failed: dict[str, float] = {}
        self.restarts = dict.fromkeys(self._works, 0)
        """How often each was begun again."""

    async def __aenter__(self) -> Self:
        for name in self._works:
            self._told(name, 0)
        self._tasks = [asyncio.create_task(self._keep(name, work), name=name) for name, work in self._works.items()]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def failing(self) -> tuple[str, ...]:
        """The loops that failed less than a minute ago."""
        return tuple(name for name, at in self._failed.items() if time.monotonic() - at < _WELL_AFTER_SECONDS)

    async def _keep(self, name: str, work: Work) -> None:
        wait = 0.0
        while True:
            begun = time.monotonic()
            error: Exception | None = None
            try:
                await work()
            except Exception as fault:  # noqa: BLE001 - whatever it is, the loop must go on
                error = fault
            self._failed[name] = time.monotonic()
            self.restarts[name] += 1
            self._told(name, self.restarts[name])
            with suppress(Exception):  # the disk of the log may be what is full
                _log.error("a loop has ended, and is begun again", loop=name, exc_info=error)
            if time.monotonic() - begun > _WELL_AFTER_SECONDS:
                wait = 0.0
            await self._pause(wait)
            wait = min(2 * wait, _LONGEST_SECONDS) or _FIRST_SECONDS
