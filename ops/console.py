"""What the supervisor's console shows: sentences, and shortened what its children write to their logs. Keeps these small.

Where log lines are JSON, so is each line of the console, and none is shortened.
"""

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from settings import asked_for_json

FOLLOW_SECONDS = 0.3
LINE_LIMIT = 200  # characters of a line shown on the console; the log has all of it
LOG_LIMIT = 20 * 1024 * 1024  # bytes, after which a log is moved to NAME.log.1

Write = Callable[[str], None]
_log = structlog.get_logger("ahg")


def announce(text: str) -> None:
    """Say something to whoever started the product."""
    if asked_for_json():
        _log.info(" ".join(text.split()))
    else:
        print(text, flush=True)


class LogFollower:
    """Shows new lines of several log files, each with the name of its child before it.

    A log that passes ``LOG_LIMIT`` bytes is copied to NAME.log.1 and emptied. ``json_lines``: each is shown as JSON.
    """

    def __init__(self, logs: Mapping[str, Path], write: Write, *, json_lines: bool = False) -> None:
        self._logs = logs
        self._json = json_lines
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
            self._write(_as_json(name, text) if self._json else f"{name:<{self._width}} | {_shortened(text)}")
        if self._seen[name] > LOG_LIMIT:
            # The child has the file open to append: it is copied and emptied, not renamed.
            path.with_name(path.name + ".1").write_bytes(path.read_bytes())
            os.truncate(path, 0)
            self._seen[name] = 0


def _shortened(text: str) -> str:
    return text if len(text) <= LINE_LIMIT else text[: LINE_LIMIT - 1] + "…"


def _as_json(name: str, text: str) -> str:
    """A line with the name of its process in it. What is no JSON, as the first words of another program, becomes it."""
    try:
        line = json.loads(text)
    except ValueError:
        line = None
    return json.dumps({**(line if isinstance(line, dict) else {"event": text}), "process": name})
