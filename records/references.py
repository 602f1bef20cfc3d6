"""References (``AHG-2026-003``) and drafts: what a request has before its case exists."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import lock_table, write_transaction
from models.projection import Row
from models.recorded_request import recorded_fields
from models.tables import TABLES
from records.projected import write_rows

_REFERENCES, _DRAFTS = TABLES.tables["references_given"], TABLES.tables["drafts"]


async def given_for(connection: AsyncConnection, command: str) -> str | None:
    """The reference that was given for a command id; None when none was."""
    c = _REFERENCES.c
    given = (await connection.execute(select(c.year, c.number).where(c.command == command))).first()
    return _written(given.year, given.number) if given else None


async def reference_for(engine: AsyncEngine, command: str, year: int) -> str:
    """The reference for a submission: the next number of the year, or the same again for the same command id."""
    async with write_transaction(engine) as connection:
        await lock_table(connection, "references_given")
        known = await given_for(connection, command)
        if known is not None:
            return known
        newest = select(func.max(_REFERENCES.c.number)).where(_REFERENCES.c.year == year)
        number = int((await connection.execute(newest)).scalar() or 0) + 1
        await connection.execute(_REFERENCES.insert(), {"year": year, "number": number, "command": command})
    return _written(year, number)


def _written(year: int, number: int) -> str:
    return f"AHG-{year}-{number:03d}"


async def store_draft(engine: AsyncEngine, member: str, name: str, content: dict[str, Any], at: datetime) -> None:
    """Keep a member's draft under a name of its choice, over the one kept before."""
    columns = {"member": member, "name": name, "content": content, "updated_at": at}
    async with write_transaction(engine) as connection:
        await write_rows(connection, [Row(table="drafts", columns=columns)])


async def change_draft(
    engine: AsyncEngine, member: str, name: str, change: Callable[[dict[str, Any]], dict[str, Any]], at: datetime
) -> None:
    """Keep what ``change`` makes of a member's draft (empty where there is none); one change waits for another.

    An exception of ``change`` is passed on, and the draft stays as it was.
    """
    mine = (_DRAFTS.c.member == member, _DRAFTS.c.name == name)
    async with write_transaction(engine) as connection:
        await lock_table(connection, "drafts")
        before = (await connection.execute(select(_DRAFTS.c.content).where(*mine))).scalar()
        columns = {"member": member, "name": name, "content": change(recorded_fields(before or {})), "updated_at": at}
        await write_rows(connection, [Row(table="drafts", columns=columns)])


async def read_draft(connection: AsyncConnection, member: str, name: str) -> dict[str, Any] | None:
    """A draft's content, or None."""
    query = select(_DRAFTS.c.content).where(_DRAFTS.c.member == member, _DRAFTS.c.name == name)
    content = (await connection.execute(query)).scalar()
    return None if content is None else recorded_fields(content)


async def drop_draft(engine: AsyncEngine, member: str, name: str) -> None:
    """Forget a draft that has been submitted."""
    async with write_transaction(engine) as connection:
        await connection.execute(_DRAFTS.delete().where(_DRAFTS.c.member == member, _DRAFTS.c.name == name))
