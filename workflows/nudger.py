"""Sends nudges to the delivery from a process that queues notices, in the background and until Temporal takes them."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from temporalio.client import Client

from workflows.client import TemporalAway, nudge_delivery

_LOG = structlog.get_logger(__name__)
_RETRY_SECONDS = 1.0


class Nudger:
    """Tells the delivery that something was queued: at most one signal is under way, and nobody waits for it.

    ``client`` gives the way to Temporal, each time it is needed; it raises ``TemporalAway`` while no server answers.
    A signal that Temporal does not take is tried again until it does. One that is lost with this process is made up for
    by the worker, which looks whether anything waits (``worker.running``).
    """

    def __init__(self, client: Callable[[], Awaitable[Client]], queue: str) -> None:
        self._client = client
        self._queue = queue
        self._wanted = asyncio.Event()

    def nudge(self) -> None:
        """Have the delivery nudged soon: something was queued."""
        self._wanted.set()

    async def run(self) -> None:
        """Pass nudges on until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await nudge_delivery(await self._client(), self._queue)
            except TemporalAway as error:
                _LOG.warning("the delivery could not be nudged", error=str(error))
                self._wanted.set()
                await asyncio.sleep(_RETRY_SECONDS)
