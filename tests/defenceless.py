"""The database as its administrator has it: what the record is kept by can be taken away."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import APPEND_ONLY


async def defenceless(connection: AsyncConnection) -> None:
    """Take the triggers away that refuse to change or delete rows of the record, as whoever owns the tables can."""
    for table in APPEND_ONLY:
        if connection.dialect.name == "postgresql":
            await connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_kept ON {table}"))
        else:
            for act in ("update", "delete"):
                await connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_kept_{act}"))
