"""References (``AHG-2026-003``) and drafts: what a request has before its case exists."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.projection import Row
from models.tables import TABLES
from records.log import write_rows

__all__ = ["drop_draft", "keep_draft", "read_draft", "reference_for"]

_REFERENCES, _DRAFTS = TABLES.tables["references_given"], TABLES.tables["drafts"]


async def reference_for(engine: AsyncEngine, command: str, year: int) -> str:
    """The reference for a submission: the next number of the year, or the same again for the same command id."""
    async with write_transaction(engine) as connection:
        if connection.dialect.name == "postgresql":  # numbers have no gaps: one submission at a time is given one
            await connection.exec_driver_sql("LOCK TABLE references_given IN EXCLUSIVE MODE")
        c = _REFERENCES.c
        given = (await connection.execute(select(c.year, c.number).where(c.command == command))).first()
        if given is None:
            last = (await connection.execute(select(func.max(c.number)).where(c.year == year))).scalar() or 0
            given = (year, last + 1)
            await connection.execute(_REFERENCES.insert(), {"year": year, "number": last + 1, "command": command})
    return f"AHG-{given[0]}-{given[1]:03d}"


async def keep_draft(engine: AsyncEngine, member: str, name: str, content: dict[str, Any], at: datetime) -> None:
    """Keep a member's draft under a name of its choice, over the one kept before."""
    columns = {"member": member, "name": name, "content": content, "updated_at": at}
    async with write_transaction(engine) as connection:
        await write_rows(connection, [Row(table="drafts", columns=columns)])


async def read_draft(connection: AsyncConnection, member: str, name: str) -> dict[str, Any] | None:
    """A draft's content, or None."""
    query = select(_DRAFTS.c.content).where(_DRAFTS.c.member == member, _DRAFTS.c.name == name)
    return (await connection.execute(query)).scalar()


async def drop_draft(engine: AsyncEngine, member: str, name: str) -> None:
    """Forget a draft that has been submitted."""
    async with write_transaction(engine) as connection:
        await connection.execute(_DRAFTS.delete().where(_DRAFTS.c.member == member, _DRAFTS.c.name == name))
