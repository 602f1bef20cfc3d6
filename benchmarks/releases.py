"""A release of the product: its code in a folder, perhaps changed, with workers and a command line of its own."""

import asyncio
import os
import shutil
import sys
import tomllib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from settings import Settings

ROOT = Path(__file__).parents[1]
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.po", "*.pyc")


@dataclass(frozen=True)
class Change:
    """In a file, what stands once in it is replaced."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Said:
    """What a command wrote, and its exit code."""

    code: int
    text: str


@dataclass(frozen=True)
class ReleasedCode:
    """The code in ``folder`` as the version ``build``, on the data and the server of ``settings``."""

    build: str
    folder: Path
    settings: Settings

    @property
    def environment(self) -> Mapping[str, str]:
        """What its processes are started with."""
        own = {
            name: value for name, value in os.environ.items() if not name.startswith(("AHG_", "TEMPORAL_", "PYTHON"))
        }
        return {**own, **self.settings.environment(), "AHG_WORKER_BUILD": self.build, "COLUMNS": "200"}

    @asynccontextmanager
    async def workers(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """A worker process of it, which is stopped in the end as a deployment does."""
        with (self.settings.data_dir / f"worker-{self.build}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "worker"), cwd=self.folder, env=self.environment, stderr=log
            )
        try:
            yield process
        finally:
            process.terminate()
            await process.wait()

    async def ahg(self, *words: str) -> Said:
        """What a command of it says."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli", *words),
            cwd=self.folder,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = (await process.communicate())[0].decode()
        return Said(process.returncode or 0, said)


def make_release(build: str, folder: Path, settings: Settings, changes: Sequence[Change] = ()) -> ReleasedCode:
    """A copy of the code here with these changes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    for pattern in project["packages"]["find"]["include"]:
        name = pattern.rstrip("*")
        shutil.copytree(ROOT / name, folder / name, ignore=_LEFT_OUT)
    for name in project["py-modules"]:
        shutil.copyfile(ROOT / f"{name}.py", folder / f"{name}.py")
    for change in changes:
        path = folder / change.file
        text = path.read_text(encoding="utf-8")
        assert text.count(change.old) == 1, (change.file, change.old, text.count(change.old))
        path.write_text(text.replace(change.old, change.new), encoding="utf-8")
    return ReleasedCode(build, folder, settings)
