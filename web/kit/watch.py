"""Watches the cases that have feeds open: one query a second for all of them."""

import asyncio
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from records.log import heads

MOST_FEEDS = 200
"""Feeds that one process serves at a time."""

MOST_FEEDS_EACH = 10
"""Of these, for one reader."""

_LOG = structlog.get_logger(__name__)


class Watch:
    """The feeds that are open, by case, and the newest entry of each case. Times are in seconds.

    ``interval``: between two looks. ``recheck``: after which a reader is looked up again even though nothing has
    happened. ``heartbeat``: after which a comment is sent when nothing else was, so that proxies keep the connection.
    """

    def __init__(
        self, engine: AsyncEngine, *, interval: float = 1.0, recheck: float = 5.0, heartbeat: float = 15.0
    ) -> None:
        self._engine = engine
        self.recheck = recheck
        self.heartbeat = heartbeat
        self._interval = interval
        self._watched: Counter[str] = Counter()
        self._readers: Counter[str] = Counter()
        self._newest: dict[str, int] = {}
        self._tick = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self.ended = False

    @property
    def open(self) -> int:
        """How many feeds are open."""
        return self._watched.total()

    def full(self, reader: str) -> bool:
        """Whether this reader, or the process, has as many feeds as it may."""
        return self.ended or self.open >= MOST_FEEDS or self._readers[reader] >= MOST_FEEDS_EACH

    @contextmanager
    def seat(self, reference: str, reader: str) -> Iterator[None]:
        """Counts a feed as open for as long as the context is."""
        self._watched[reference] += 1
        self._readers[reader] += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            for counted, name in ((self._watched, reference), (self._readers, reader)):
                counted[name] -= 1
                if not counted[name]:
                    del counted[name]
            if reference not in self._watched:
                self._newest.pop(reference, None)

    def newest(self, reference: str) -> int:
        """The number of the newest entry as of the last look; 0 before the first."""
        return self._newest.get(reference, 0)

    async def next_look(self) -> None:
        """Wait for the next query, or for the end of all feeds."""
        if not self.ended:
            await self._tick.wait()

    def end(self) -> None:
        """End every feed; no new one begins."""
        self.ended = True
        self._tick.set()

    async def _look(self) -> None:
        while self._watched and not self.ended:
            try:
                async with self._engine.connect() as connection:
                    self._newest.update(await heads(connection, list(self._watched)))
            except (SQLAlchemyError, OSError) as error:
                _LOG.warning("feeds cannot look at the logs", error=type(error).__name__)
            looked, self._tick = self._tick, asyncio.Event()
            looked.set()
            await asyncio.sleep(self._interval)


@contextmanager
def when_asked_to_end(then: Callable[[], None]) -> Iterator[None]:
    """While the context is open, call ``then`` in the event loop on SIGINT or SIGTERM, before uvicorn waits for answers.

    uvicorn ends the application when every answer is finished, and a feed does not finish by itself. The handlers that
    were set before are called as well. Outside the main thread there are no signals, and nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {}

    def asked(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(then)
        if callable(before[number]):
            before[number](number, frame)

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, asked)
    try:
        yield
    finally:
        for kept, handler in before.items():
            signal.signal(kept, handler)
