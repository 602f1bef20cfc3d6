"""A database file with the newest schema and nothing in it, made once in a process: tests copy it."""

import asyncio
import atexit
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import db


def bring_to_newest(address: str) -> None:
    """Migrate a database, on a loop of its own, whatever loop the caller has."""
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, db.migrate(address)).result()


@cache
def newest_file() -> Path:
    """The file of SQLite to copy."""
    folder = tempfile.mkdtemp(prefix="ahg-newest-schema-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "ahg.db"
    bring_to_newest(f"sqlite+aiosqlite:///{path}")
    return path
