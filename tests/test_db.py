"""The engine on both databases: what SQLite is told, how writers queue, and migrations."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

import db
from migrations.made_by_hand import is_described
from settings import Settings


async def pragma(engine: AsyncEngine, name: str) -> object:
    async with engine.connect() as connection:
        return (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()


@pytest.mark.parametrize(("setting", "value"), [("FULL", 2), ("NORMAL", 1)])
async def test_sqlite_is_told_what_it_needs(settings: Settings, setting: str, value: int) -> None:
    engine = db.make_engine(settings.model_copy(update={"sqlite_synchronous": setting}))

    assert await pragma(engine, "journal_mode") == "wal"
    assert await pragma(engine, "synchronous") == value
    assert await pragma(engine, "foreign_keys") == 1
    assert await pragma(engine, "busy_timeout") == 10_000

    await engine.dispose()


async def test_writers_that_read_first_queue_and_lose_nothing(database_url: str) -> None:
    engine = db.make_engine(database_url)
    other = db.make_engine(database_url)  # stands for a second process
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE counter (id INTEGER PRIMARY KEY, n INTEGER)"))
        await connection.execute(text("INSERT INTO counter VALUES (1, 0)"))
    reads = {
        "postgresql": text("SELECT n FROM counter WHERE id = 1 FOR UPDATE"),
        "sqlite": text("SELECT n FROM counter WHERE id = 1"),
    }
    read = reads[engine.dialect.name]

    async def add(engine: AsyncEngine) -> None:
        for _ in range(10):
            async with db.write_transaction(engine) as connection:
                n = (await connection.execute(read)).scalar_one()
                await connection.execute(text("UPDATE counter SET n = :n WHERE id = 1"), {"n": n + 1})

    await asyncio.gather(*(add(one) for one in (engine, other, engine, other)))

    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT n FROM counter"))).scalar_one() == 40
    await engine.dispose()
    await other.dispose()


async def test_a_failed_write_leaves_nothing(database_url: str) -> None:
    engine = db.make_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE thing (n INTEGER)"))

    async def fail() -> None:
        async with db.write_transaction(engine) as connection:
            await connection.execute(text("INSERT INTO thing VALUES (1)"))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM thing"))).scalar_one() == 0
    await engine.dispose()


async def test_an_insert_that_meets_its_twin_does_nothing(database_url: str) -> None:
    from sqlalchemy import Column, Integer, MetaData, Table

    table = Table("twin", MetaData(), Column("id", Integer, primary_key=True))
    engine = db.make_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(table.create)

    for _ in range(2):
        async with db.write_transaction(engine) as connection:
            insert = db.insert_for(connection)
            await connection.execute(insert(table).values(id=1).on_conflict_do_nothing())

    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM twin"))).scalar_one() == 1
    await engine.dispose()


async def test_it_is_a_real_postgresql(postgres_url: Callable[[], str]) -> None:
    engine = db.make_engine(postgres_url())

    async with engine.connect() as connection:
        version = (await connection.execute(text("SHOW server_version"))).scalar_one()
    await engine.dispose()

    assert int(version.split(".")[0]) >= 16


async def test_the_migrations_make_exactly_the_tables_of_the_models(database_url: str) -> None:
    await db.migrate(database_url)
    engine = db.make_engine(database_url)

    def differences(connection: Connection) -> list[object]:
        opts = {"include_object": is_described}
        return list(compare_metadata(MigrationContext.configure(connection, opts=opts), SQLModel.metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_several_processes_may_migrate_at_once(database_url: str) -> None:
    code = "import asyncio, sys, db; asyncio.run(db.migrate(sys.argv[1]))"
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", code, database_url, cwd=db.MIGRATIONS.parent)
        for _ in range(3)
    ]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    engine = db.make_engine(database_url)
    await db.migrate(engine)

    def version(connection: Connection) -> tuple[str, ...]:
        return MigrationContext.configure(connection).get_current_heads()

    async with engine.connect() as connection:
        found = await connection.run_sync(version)
    await engine.dispose()

    assert list(found) == ScriptDirectory.from_config(db.alembic_config()).get_heads()


def test_the_versions_form_one_line() -> None:
    assert len(ScriptDirectory(Path(db.MIGRATIONS)).get_heads()) <= 1
