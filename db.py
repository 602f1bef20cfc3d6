"""Engine, sessions and migrations of the records: SQLite or PostgreSQL.

Both are used through SQLAlchemy's asynchronous engine. What SQLite needs to behave under several processes
(WAL, a busy time-out, writers that queue at BEGIN) is set here and nowhere else.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config

Synchronous = Literal["FULL", "NORMAL"]

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 10_000
_TELLS_LITTLE: dict[str, Any] = {"hide_parameters": True}
"""What a statement was given stands in no message of a fault: it may be an address or a text."""
POOL_SIZE = 10
POOL_OVERFLOW = 10
# Any constants will do, as long as nothing else in the database takes them: "AHG" and a number.
MIGRATION_LOCK = 0x41484701
TREE_LOCK = 0x41484702
_WRITES = "ahg_writes"
_SYNCHRONOUS = "ahg_synchronous"
_T = TypeVar("_T")


class UnknownSchema(Exception):
    """A version of the schema that this version of the product does not know."""


class NameLock(Enum):
    """What names are held for (``lock_by_name``); PostgreSQL keeps these apart from the locks without a name."""

    LINKS = 1
    """Links to sign in by: the mail address."""
    MAIL_PREFERENCES = 2
    """Whose preferences: the post and the mail address."""


def make_engine(
    settings_or_url: Settings | str, *, synchronous: Synchronous = "FULL", migrating: bool = False
) -> AsyncEngine:
    """An engine for the records; dispose of it when done.

    `settings_or_url`: settings (whose `sqlite_synchronous` is taken), or a SQLAlchemy address with an
    asynchronous driver. `migrating` leaves SQLite's foreign keys unchecked, since changing a table there
    means making it anew, and keeps no connections.
    """
    if isinstance(settings_or_url, Settings):
        address, synchronous = settings_or_url.database, settings_or_url.sqlite_synchronous
    else:
        address = settings_or_url
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(url, **_TELLS_LITTLE, **({"poolclass": NullPool} if migrating else {}))
        engine.update_execution_options(**{_SYNCHRONOUS: synchronous})
        _prepare_sqlite(engine.sync_engine, synchronous, foreign_keys=not migrating)
        return engine
    if migrating:
        return create_async_engine(url, **_TELLS_LITTLE, poolclass=NullPool)
    # pre_ping: a database that was restarted costs one round trip, not one failed request a connection.
    pool: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW, "pool_pre_ping": True}
    return create_async_engine(url, **_TELLS_LITTLE, **pool)


@asynccontextmanager
async def open_engine(settings: Settings, *, owning: bool = False) -> AsyncIterator[AsyncEngine]:
    """The engine of the settings' records while the context is open; its connections are closed on exit.

    ``owning``: as the role that owns the tables.
    """
    if owning:
        engine = make_engine(settings.owned_database, synchronous=settings.sqlite_synchronous)
    else:
        engine = make_engine(settings)
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def write_transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction that will write: commits at the end, rolls back on an exception.

    On SQLite it takes the write lock at BEGIN and waits for it. A transaction that reads first and then
    writes would otherwise be refused at once, whatever the busy time-out, when another writer came between.
    """
    async with engine.connect() as connection:
        await connection.execution_options(**{_WRITES: True})
        async with connection.begin():
            yield connection


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection that sees the database as it is at one moment, while others write."""
    async with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def engine_like(engine: AsyncEngine) -> AsyncEngine:
    """A second engine for the same records, for another event loop: connections belong to the loop that opened them."""
    url = engine.url.render_as_string(hide_password=False)
    if engine.url.get_backend_name() == "sqlite":
        return make_engine(url, synchronous=engine.get_execution_options()[_SYNCHRONOUS])
    return make_engine(url)


class Writer:
    """One connection for whole transactions in the thread that calls, without a turn of an event loop between.

    The asynchronous drivers hand every statement to a thread and back; a short transaction of five statements
    spends most of its time so. This is for the two paths where that counts: recording a step, and the
    batches of a delivery.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        url = engine.url
        if url.get_backend_name() == "sqlite":
            self._engine = create_engine(url.set(drivername="sqlite"), pool_size=1, max_overflow=0, **_TELLS_LITTLE)
            _prepare_sqlite(self._engine, engine.get_execution_options()[_SYNCHRONOUS], foreign_keys=True)
        else:
            self._engine = create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True, **_TELLS_LITTLE)
        self._engine.update_execution_options(**{_WRITES: True})

    def write(self, work: Callable[[Connection], _T]) -> _T:
        """Run ``work`` in a transaction that takes the write lock at its beginning; answers after the commit."""
        with self._engine.begin() as connection:
            return work(connection)

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()


class WriterThread:
    """A ``Writer`` in a thread of its own: the caller's loop goes on meanwhile."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._writer = Writer(engine)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahg-writer")

    async def write(self, work: Callable[[Connection], _T]) -> _T:
        """Run ``work`` in a transaction that takes the write lock at its beginning; answers after the commit."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._writer.write, work)

    def close(self) -> None:
        """End the thread after what it has begun, and close its connection."""
        self._thread.shutdown(wait=True)
        self._writer.close()


async def lock_table(connection: AsyncConnection, table: str, mode: str = "EXCLUSIVE") -> None:
    """Let other writers of a table wait until the end of this transaction: of two at once the second sees the first.

    Only PostgreSQL needs this; SQLite has one writer at a time anyway. Readers do not wait.
    """
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql(f"LOCK TABLE {table} IN {mode} MODE")


def insert_for(connection: Connection | AsyncConnection) -> Callable[..., Any]:
    """The `insert` with `on_conflict_do_nothing` and `on_conflict_do_update` for this connection's database."""
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert


async def migrate(engine_or_url: AsyncEngine | str, to: str = "head") -> None:
    """Bring the schema to the newest version, or up to an older one. Several processes may call it at once; one does it.

    Opens connections of its own (an in-memory database would not see the result). All or nothing on both
    databases. Raises ``UnknownSchema``, and what the database raises when it cannot be reached.
    """
    url = engine_or_url if isinstance(engine_or_url, str) else engine_or_url.url.render_as_string(False)
    engine = make_engine(url, migrating=True)
    try:
        async with engine.connect() as connection:
            await connection.execution_options(**{_WRITES: True})
            async with connection.begin():
                await _upgrade(connection, to)
    finally:
        await engine.dispose()


async def lock_by_name(connection: AsyncConnection, kind: NameLock, name: str) -> None:
    """Wait until no other transaction holds this name, and hold it until the caller's ends.

    On SQLite nothing waits here: it has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(:kind, hashtext(:name))")
        await connection.execute(lock, {"kind": kind.value, "name": name})


def alembic_config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration, made here so that an installed product needs no file beside it."""
    from alembic.config import Config  # here, as below: a sixth of the start of every program, and few migrate

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def schema_versions(connection: Connection) -> tuple[str | None, str | None]:
    """The version of the schema that a database has, None without any, and the newest one."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision(), newest


async def _upgrade(connection: AsyncConnection, to: str) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    from alembic import command
    from alembic.util import CommandError

    try:
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), to))
    except CommandError as error:
        raise UnknownSchema(str(error)) from None
    if connection.dialect.name == "sqlite":
        broken = (await connection.execute(text("PRAGMA foreign_key_check"))).first()
        if broken is not None:
            raise RuntimeError(f"the migration would leave a dangling reference in table {broken[0]}")


def _prepare_sqlite(engine: Engine, synchronous: Synchronous, *, foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: it would begin them without the lock, and commit
        # before a change of the schema.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
