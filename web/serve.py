"""Serves the pages: ``python -m web.serve``. Requests that come half and no further are cut off.

Uvicorn waits without end for the rest of a request. Whoever begins requests and does not finish them would fill up the
connections that the machine has, with hardly any work of their own.
"""

import asyncio
import logging
import sys
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from settings import Settings, SettingsError, load_settings
from surroundings import close_to_others, set_up_logs

GRACE_SECONDS = 20.0
"""A request that is not there whole after so long must have come at ``LEAST_RATE`` since."""

LEAST_RATE = 5_000
"""Bytes in a second: of the slowest line on which files are sent."""

LOOK_SECONDS = 2.0
_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_LOG = logging.getLogger("web.serve")


class Punctual(H11Protocol):
    """A connection that is closed when a request does not come to its end. Seconds are of the loop's clock."""

    grace = GRACE_SECONDS
    look_every = LOOK_SECONDS
    _since = 0.0
    _bytes = 0
    _looking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch the connection."""
        super().connection_made(transport)
        self._begin_anew()
        self._looking = self.loop.call_later(self.look_every, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Watch it no more."""
        if self._looking is not None:
            self._looking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes; the time of a request begins with its first byte."""
        if not self._bytes:
            self._since = self.loop.time()
        self._bytes += len(data)
        super().data_received(data)

    def on_response_complete(self) -> None:
        """Begin anew for the next request of the connection."""
        self._begin_anew()
        super().on_response_complete()

    def _begin_anew(self) -> None:
        self._since, self._bytes = self.loop.time(), 0

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        if self.flow.read_paused:  # it is we who do not read on
            self._since = self.loop.time()
        awaited = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        if awaited and self.loop.time() - self._since > self.grace + self._bytes / LEAST_RATE:
            self._cut_off()
            return
        self._looking = self.loop.call_later(self.look_every, self._look)

    def _cut_off(self) -> None:
        _LOG.warning("a request that came half was cut off, from %s", self.client[0] if self.client else "nowhere")
        cycle: RequestResponseCycle | None = self.cycle  # there is none before the first request
        answering = cycle is not None and cycle.response_started and not cycle.response_complete
        if self._bytes and not answering:
            self.transport.write(_TOO_LATE)
        self.transport.close()


def configuration(settings: Settings, **own: Any) -> uvicorn.Config:
    """How the pages are served; ``own`` goes before the settings."""
    served = {
        "factory": True,
        "host": settings.web_host,
        "port": settings.web_port,
        "http": Punctual,
        "ws": "none",
        "log_config": None,
        "log_level": settings.log_level.lower(),
        "access_log": False,
        "server_header": False,
        "forwarded_allow_ips": settings.forwarded_allow_ips,
        "timeout_graceful_shutdown": 8,  # somebody who does not read the rest of an answer holds nothing up
    }
    return uvicorn.Config(**{"app": "web.app:create_app", **served, **own})


def main() -> int:
    """Serve until SIGINT or SIGTERM."""
    close_to_others()
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    set_up_logs(settings)
    server = uvicorn.Server(configuration(settings))
    server.run()
    return 0 if server.started else 3


if __name__ == "__main__":
    sys.exit(main())
