"""The product of some commit on a folder: started, given commands, stopped; and what has been done so far."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from ops.processes import free_port
from tests.journeys.folders.stories import Step

PATIENCE = 90.0  # seconds


def say(text: str) -> None:
    """On the console, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Notes:
    """What has been done, in a file: references by title, secrets of second factors by post, parts that are through."""

    def __init__(self, path: Path) -> None:
        self._path = path
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self.references: dict[str, str] = kept.get("references", {})
        self.secrets: dict[str, str] = kept.get("secrets", {})
        self.done: list[str] = kept.get("done", [])

    def keep(self) -> None:
        """Write them down."""
        kept = {"references": self.references, "secrets": self.secrets, "done": self.done}
        self._path.write_text(json.dumps(kept), encoding="utf-8")


class Product:
    """The product on a folder, with its command line beside it."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        self.folder = folder
        ports = {name: free_port() for name in ("WEB_PORT", "SMTP_PORT", "TEMPORAL_PORT")}
        self.address = f"http://127.0.0.1:{ports['WEB_PORT']}"
        settings = {"DATA_DIR": folder, **ports}
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AHG_", "TEMPORAL_"))}
        self.environment = {**own, **{f"AHG_{name}": str(value) for name, value in settings.items()}, "COLUMNS": "200"}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start it; afterwards stop it as Ctrl-C does."""
        console = self.folder.with_suffix(".console")
        with console.open("w") as out:
            process = subprocess.Popen(
                (self.program, "up"), cwd=self.folder.parent, env=self.environment, stdout=out, stderr=out
            )
        try:
            until = time.monotonic() + PATIENCE
            while "pages are at" not in console.read_text():
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(console.read_text())
                time.sleep(0.1)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)

    def ahg(self, *words: str) -> str:
        """What a command writes. Raises SystemExit where it fails."""
        done = subprocess.run(
            (self.program, *words),
            cwd=self.folder.parent,  # its programs import what is beside them, not what is here
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def do(self, step: Step, number: str, reference: str = "") -> str:
        """Give a command; the reference of its case."""
        by, command, fields = step
        case = ("--case", reference) if reference else ()
        given = json.dumps(fields, ensure_ascii=False)
        said = self.ahg("case", "do", command, *case, "--by", by, "--with", given, "--id", number)
        say(said.strip())
        return said.split()[0]

    def mails(self) -> list[EmailMessage]:
        """What was caught, oldest first."""
        read = BytesParser(policy=policy.default.clone(utf8=True))
        return [read.parsebytes(path.read_bytes()) for path in sorted((self.folder / "mail").glob("[0-9]*.eml"))]
