"""On PostgreSQL the product works with a role that can add to the record, and neither change nor delete it."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import db
from models.projection import step_of
from ops.prepare import prepare_data_folder
from ops.rebuild import rebuild_cases
from records.log import append
from records.roles import changeable
from records.tree import newest_frontier
from settings import Settings
from tests.tabletop import REQUEST, Tabletop


async def test_the_products_role_adds_to_the_record_and_changes_nothing_of_it(
    postgres_url: Callable[..., str], postgres_server: str, tmp_path: Path
) -> None:
    owned = postgres_url()
    role = "ahg_product"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP ROLE IF EXISTS {role}")
        connection.execute(f"CREATE ROLE {role} LOGIN")
    own = owned.replace("postgresql+psycopg://postgres", f"postgresql+psycopg://{role}", 1)
    assert own != owned
    settings = Settings(data_dir=tmp_path / "data", database_url=own, migration_database_url=owned)
    table = Tabletop()

    for _ in range(2):
        await prepare_data_folder(settings)
    async with db.open_engine(settings) as engine:
        async with db.write_transaction(engine) as connection:
            await connection.run_sync(append, [step_of(table.do("LK/focal-point", "submit", REQUEST))])
            assert (await newest_frontier(connection)).size == 1
            assert await changeable(connection) == []
        for attack in (
            "UPDATE entries SET by = 'TH/focal-point'",
            "DELETE FROM entries",
            "TRUNCATE entries",
            "DROP TRIGGER entries_kept ON entries",
            "ALTER TABLE entries DISABLE TRIGGER ALL",
            "DROP TABLE record_leaves",
            "DELETE FROM record_leaves",
            "UPDATE checkpoints SET text = ''",
            "DELETE FROM readings",
            "UPDATE alembic_version SET version_num = 'x'",
            "CREATE OR REPLACE FUNCTION refuse_to_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        ):
            with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
                async with db.write_transaction(engine) as connection:
                    await connection.execute(text(attack))
    async with db.open_engine(settings, owning=True) as engine:
        assert await rebuild_cases(engine) == []
        async with engine.connect() as connection:
            assert await changeable(connection) != []
