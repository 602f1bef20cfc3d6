"""Other programs as processes: started, waited for until they are ready, stopped and killed.

A process writes its output straight into its log file, so that it never blocks on whoever started it. It gets
a session of its own (Ctrl-C at the terminal reaches the supervisor, which then stops its children in order),
and it dies with the process that started it (`ops.die_with_parent`). Nothing here belongs to one event loop: a process
may be started in one and stopped in another, or from plain code.
"""

import asyncio
import errno
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

DIE_WITH_PARENT = Path(__file__).with_name("die_with_parent.py")
POLL_SECONDS = 0.05
LOG_TAIL_LINES = 15

Ready = Callable[[], Awaitable[bool]]


class ProcessError(Exception):
    """A program did not start, did not become ready, or died. The text ends with its last words."""


@dataclass(frozen=True)
class Child:
    """What to run.

    `ready` says whether the program answers; None means that running is ready. Times are in seconds.
    """

    name: str
    command: tuple[str, ...]
    log: Path
    env: Mapping[str, str] | None = None
    ready: Ready | None = None
    ready_timeout: float = 60.0
    grace: float = 10.0


class ManagedProcess:
    """Runs a `Child`, again and again if it is started again."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the current or last run; it is also the id of its process group."""
        return None if self._process is None else self._process.pid

    @property
    def returncode(self) -> int | None:
        """Exit code of the last run (negative: the signal that ended it); None while it runs or before."""
        return None if self._process is None else self._process.poll()

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it. Call this from the main thread: Linux ties the child to the thread that started it."""
        if self.running:
            raise ProcessError(f"{self.child.name} is running already")
        self.child.log.parent.mkdir(parents=True, exist_ok=True)
        wrapper = (sys.executable, "-I", "-S", str(DIE_WITH_PARENT), str(os.getpid()))
        with self.child.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - tuples of ours, and no shell
                (*wrapper, *self.child.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.child.env,
                start_new_session=True,
            )

    async def wait_ready(self) -> None:
        """Return when it answers. Raises ProcessError when it dies before, or the time is over."""
        deadline = time.monotonic() + self.child.ready_timeout
        while True:
            if not self.running:
                raise ProcessError(f"{self.child.name} ended with {self._ending()}.{self._last_words()}")
            if self.child.ready is None or await self.child.ready():
                return
            if time.monotonic() > deadline:
                raise ProcessError(
                    f"{self.child.name} was not ready in {self.child.ready_timeout:g} s.{self._last_words()}"
                )
            await asyncio.sleep(POLL_SECONDS)

    async def wait(self, timeout: float | None = None) -> int:
        """Return its exit code once it ended. Raises TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            while (code := self.returncode) is None:
                if self._process is None:
                    raise ProcessError(f"{self.child.name} was never started")
                await asyncio.sleep(POLL_SECONDS)
        return code

    async def stop(self) -> None:
        """End it and everything in its process group: SIGTERM, and SIGKILL after its grace time."""
        self._signal(signal.SIGTERM)
        with suppress(TimeoutError, ProcessError):
            await self.wait(self.child.grace)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to it and to everything in its process group, at once."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        # The group, not the process: it may have ended and left a child of its own behind.
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _ending(self) -> str:
        code = self.returncode
        if code is None:
            return "no exit code"
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = self.child.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]
            return "\n" + "\n".join(f"  {line}" for line in lines)
        return ""


def port_ready(host: str, port: int) -> Ready:
    """A readiness check: something listens on this TCP port."""

    async def check() -> bool:
        try:
            async with asyncio.timeout(2):
                _, writer = await asyncio.open_connection(host, port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return True

    return check


def free_port() -> int:
    """A TCP port on 127.0.0.1 that was free a moment ago, and that no client is given meanwhile.

    Clients get their ports from a range that begins at 32768 or higher (Linux, macOS, Windows): a port of that range
    may be taken by any connection before the server for which it was found listens there.
    """
    while True:
        port = random.randrange(10_000, 32_768)  # noqa: S311 - nothing secret
        if port_is_free("127.0.0.1", port):
            return port


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now. Raises OSError when the host is not this machine."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True
