"""Serves the pages: ``python -m web.serve``. Requests that come half and no further are cut off, and so is who does not
read an answer.

Uvicorn waits without end for the rest of a request, and until an answer is taken. Whoever begins requests and does not
finish them, or asks and does not read, would fill up the connections that the machine has, with hardly any work of
their own.
"""

import asyncio
import logging
import sys
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from log_lines import refuse_to_start, set_up_logs
from settings import Settings, SettingsError, asked_for_json, load_settings
from surroundings import close_to_others, exit_without_teardown
from tracing import set_up_traces
from workflows.runtime import set_up_runtime

GRACE_SECONDS = 20.0
"""A request that is not there whole after so long must have come at ``LEAST_RATE`` since."""

LEAST_RATE = 5_000
"""Bytes in a second: of the slowest line on which files are sent and taken."""

LOOK_SECONDS = 2.0
_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_LOG = logging.getLogger("web.serve")


class Punctual(H11Protocol):
    """A connection that is closed when a request does not come to its end, or an answer is not taken.

    Seconds are of the loop's clock. What an answer has beyond the buffers of the machine waits here until it is read.
    """

    grace = GRACE_SECONDS
    least_rate = LEAST_RATE
    look_every = LOOK_SECONDS
    _since = 0.0
    _bytes = 0
    _unread_since = 0.0
    _unread = 0
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

    def resume_writing(self) -> None:
        """Count anew: what waited has been read."""
        self._unread = 0
        super().resume_writing()

    def _begin_anew(self) -> None:
        self._since, self._bytes = self.loop.time(), 0

    def _look(self) -> None:
        self._looking = self.loop.call_later(self.look_every, self._look)
        if self._is_not_read():
            _LOG.warning("an answer that nobody read was cut off, to %s", self.client[0] if self.client else "nowhere")
            self.transport.abort()  # to close it would wait until all is read
        elif not self.transport.is_closing() and self._comes_too_late():
            self._cut_off()

    def _is_not_read(self) -> bool:
        """Whether what waits to be read has waited too long. It only grows less until ``resume_writing``."""
        waiting = self.transport.get_write_buffer_size()
        if not waiting or not self._unread:
            self._unread, self._unread_since = waiting, self.loop.time()
        return self.loop.time() - self._unread_since > self.grace + self._unread / self.least_rate

    def _comes_too_late(self) -> bool:
        if self.flow.read_paused:  # it is we who do not read on
            self._since = self.loop.time()
        awaited = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        return awaited and self.loop.time() - self._since > self.grace + self._bytes / self.least_rate

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


def main() -> None:
    """Serve until SIGINT or SIGTERM; ends with 3 when it could not begin."""
    close_to_others()
    try:
        settings = load_settings()
    except SettingsError as error:
        refuse_to_start(error, asked_for_json())
    set_up_logs(settings)
    set_up_runtime()
    try:
        set_up_traces(settings, "web")
    except SettingsError as error:
        refuse_to_start(error, asked_for_json())
    server = uvicorn.Server(configuration(settings))
    server.run()
    if not server.started:
        sys.exit(3)


if __name__ == "__main__":
    exit_without_teardown(main)
