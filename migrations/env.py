"""What Alembic runs: on the connection that db.migrate() hands over, else on the database of the settings."""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, TypeDecorator
from sqlmodel import SQLModel

import models.tables  # noqa: F401 - registers the tables
from db import make_engine
from migrations.made_by_hand import is_described
from settings import load_settings


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write a decorated type as what the database stores: old versions depend on no class of today."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run(connection: Connection) -> None:
    """Migrate on a connection; the caller owns its transaction if one is open."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        include_object=is_described,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_on_settings() -> None:
    """Migrate the database that the environment names."""
    engine = make_engine(load_settings().database, migrating=True)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


given = context.config.attributes.get("connection")
if context.is_offline_mode():
    raise SystemExit("write SQL by hand from the versions: this schema is migrated on a connection")
if given is not None:
    run(given)
else:
    asyncio.run(run_on_settings())
