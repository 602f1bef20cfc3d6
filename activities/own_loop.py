"""A thread with its own event loop, so that long work and the worker's own loop do not keep each other waiting."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread
from typing import Any, TypeVar

_T = TypeVar("_T")


class OwnLoop:
    """Runs coroutines in its own thread, which starts with the first of them and ends with ``close``."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, work: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """Run ``work`` in the thread, in the caller's context (``contextvars``), and return its result.

        If the caller is cancelled, the work is cancelled too, and the caller waits for its end.
        """
        there, here = self._begun(), asyncio.get_running_loop()
        ended = asyncio.Event()
        task: Future[asyncio.Task[_T]] = Future()

        def begin() -> None:
            begun = there.create_task(work())
            begun.add_done_callback(lambda _: here.call_soon_threadsafe(ended.set))
            task.set_result(begun)

        there.call_soon_threadsafe(begin, context=copy_context())
        try:
            await ended.wait()
        except asyncio.CancelledError:
            there.call_soon_threadsafe(lambda: task.result().cancel())
            await ended.wait()
            raise
        return task.result().result()

    def close(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run the last work in the thread, and end it."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(last(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _begun(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = Thread(target=self._loop.run_forever, name=self._name, daemon=True)
            self._thread.start()
        return self._loop
