"""Shows on the supervisor's console, shortened, what its children write to their logs, and keeps the logs small."""

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path

FOLLOW_SECONDS = 0.3
LINE_LIMIT = 200  # characters of a line shown on the console; the log has all of it
LOG_LIMIT = 20 * 1024 * 1024  # bytes, after which a log is moved to NAME.log.1

Write = Callable[[str], None]


class LogFollower:
    """Shows new lines of several log files, each with the name of its child before it.

    A log that passes ``LOG_LIMIT`` bytes is copied to NAME.log.1 and emptied.
    """

    def __init__(self, logs: Mapping[str, Path], write: Write) -> None:
        self._logs = logs
        self._write = write
        self._width = max((len(name) for name in logs), default=0)
        self._seen = {name: path.stat().st_size if path.exists() else 0 for name, path in logs.items()}
        self._rest = dict.fromkeys(logs, b"")

    async def follow(self) -> None:
        """Follow until cancelled."""
        while True:
            self.show_new()
            await asyncio.sleep(FOLLOW_SECONDS)

    def show_new(self) -> None:
        """Show what was written since the last call."""
        for name, path in self._logs.items():
            if path.exists():
                self._show(name, path)

    def _show(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(min(self._seen[name], size))
            *lines, self._rest[name] = (self._rest[name] + file.read()).split(b"\n")
            self._seen[name] = file.tell()
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip()
            shown = text if len(text) <= LINE_LIMIT else text[: LINE_LIMIT - 1] + "…"
            self._write(f"{name:<{self._width}} | {shown}")
        if self._seen[name] > LOG_LIMIT:
            # The child has the file open to append: it is copied and emptied, not renamed.
            path.with_name(path.name + ".1").write_bytes(path.read_bytes())
            os.truncate(path, 0)
            self._seen[name] = 0
