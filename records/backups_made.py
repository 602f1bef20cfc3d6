"""When backups were made, so that a missing one is seen."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.tables import TABLES

_BACKUPS = TABLES.tables["backups"]


async def note_backup(engine: AsyncEngine, made_at: datetime, logs: int) -> None:
    """Note a backup that is whole: the moment that it holds (aware), and how many logs."""
    async with write_transaction(engine) as connection:
        await connection.execute(_BACKUPS.insert(), {"made_at": made_at, "logs": logs})


async def last_backup(connection: AsyncConnection) -> datetime | None:
    """The moment that the newest backup holds; None where none was made."""
    query = select(_BACKUPS.c.made_at).order_by(_BACKUPS.c.made_at.desc()).limit(1)
    found: datetime | None = await connection.scalar(query)
    return found
