"""The ledger of notices: reserve, send, mark.

A row is reserved in a transaction of its own before its mail is handed to the server. A worker that dies in between
leaves it reserved: nobody can know whether the server took it, so it becomes ``ambiguous``, is shown, and is not sent
again by itself. A row is never reserved twice at once, whatever the number of workers.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.notices.state import STUCK, WAITING
from models.tables import TABLES

__all__ = [
    "MOST_ATTEMPTS", "acknowledge", "mark", "next_attempt", "notice_of", "orphaned", "reserve", "retry_delay", "stuck",
    "told", "waiting",
]  # fmt: skip

_NOTICES = TABLES.tables["notices"]

_FIRST_DELAY = timedelta(seconds=30)
_LONGEST_DELAY = timedelta(hours=4)
MOST_ATTEMPTS = 38
"""How often a notice is tried: with the delays above, for five days (RFC 5321, section 4.5.4.1: at least 4 to 5)."""


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, at most four hours."""
    return min(_FIRST_DELAY * int(2 ** max(attempts - 1, 0)), _LONGEST_DELAY)


async def reserve(engine: AsyncEngine, worker: str, now: datetime, limit: int) -> list[dict[str, Any]]:
    """Take up to ``limit`` notices that are due for an attempt; they are this worker's until marked."""
    c = _NOTICES.c
    async with write_transaction(engine) as connection:
        ready = (
            select(c.id)
            .where(c.state == "queued", or_(c.next_attempt_at.is_(None), c.next_attempt_at <= now))
            .order_by(c.id)
            .limit(limit)
        )
        if connection.dialect.name == "postgresql":
            ready = ready.with_for_update(skip_locked=True)
        ids = [row[0] for row in await connection.execute(ready)]
        if not ids:
            return []
        taken = update(_NOTICES).where(c.id.in_(ids)).values(
            state="reserved", reserved_by=worker, attempts=c.attempts + 1
        )  # fmt: skip
        await connection.execute(taken)
        rows = await connection.execute(select(_NOTICES).where(c.id.in_(ids)).order_by(c.id))
        return [dict(row) for row in rows.mappings()]


async def mark(engine: AsyncEngine, marks: Sequence[dict[str, Any]]) -> None:
    """Write what became of reserved notices: each mark has ``id`` and the columns to set."""
    async with write_transaction(engine) as connection:
        for columns in marks:
            values = {name: value for name, value in columns.items() if name != "id"}
            await connection.execute(update(_NOTICES).where(_NOTICES.c.id == columns["id"]).values(**values))


async def orphaned(engine: AsyncEngine, workers_alive: Sequence[str], now: datetime) -> int:
    """Mark as ambiguous what workers that are gone had reserved; returns how many."""
    c = _NOTICES.c
    async with write_transaction(engine) as connection:
        lost = (
            update(_NOTICES)
            .where(c.state == "reserved", c.reserved_by.notin_(list(workers_alive)))
            .values(
                state="ambiguous",
                settled_at=now,
                reply="the worker stopped before the server's answer was recorded",
            )
        )
        return int((await connection.execute(lost)).rowcount)


async def next_attempt(connection: AsyncConnection) -> datetime | None:
    """When the next notice that was put off is due; None when none waits."""
    c = _NOTICES.c
    waits = c.state == "queued", c.next_attempt_at.is_not(None)
    query = select(c.next_attempt_at).where(*waits).order_by(c.next_attempt_at).limit(1)
    return (await connection.execute(query)).scalar()


async def waiting(connection: AsyncConnection) -> bool:
    """Whether any notice is queued or reserved."""
    query = select(_NOTICES.c.id).where(_NOTICES.c.state.in_(WAITING)).limit(1)
    return (await connection.execute(query)).first() is not None


# who was told -----------------------------------------------------------------------------------------------------


async def notice_of(connection: AsyncConnection, key: str) -> dict[str, Any] | None:
    """The notice with that key; None when there is none."""
    row = (await connection.execute(select(_NOTICES).where(_NOTICES.c.key == key))).mappings().first()
    return dict(row) if row else None


async def acknowledge(engine: AsyncEngine, key: str, at: datetime) -> bool:
    """Note that a notice reached its reader, by its key; False when that was noted before, or there is none."""
    c = _NOTICES.c
    noted = update(_NOTICES).where(c.key == key, c.acknowledged_at.is_(None)).values(acknowledged_at=at)
    async with write_transaction(engine) as connection:
        return bool((await connection.execute(noted)).rowcount)


async def told(
    connection: AsyncConnection, reference: str, *, after: int = 0, limit: int | None = None
) -> list[dict[str, Any]]:
    """The notices of a case in the order in which they were queued, after a number (keyset paging)."""
    c = _NOTICES.c
    query = select(_NOTICES).where(c.reference == reference, c.id > after).order_by(c.id).limit(limit)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def stuck(
    connection: AsyncConnection, *, after: int = 0, limit: int | None = None
) -> list[dict[str, Any]]:
    """What the secretariat has to look at, oldest first, after a number (keyset paging): nothing more happens by itself.

    ``alternate_state`` is the state of the notice that went to the alternate instead; None when nobody could be told
    instead.
    """
    c, instead = _NOTICES.c, _NOTICES.alias("instead")
    query = (
        select(_NOTICES, instead.c.state.label("alternate_state"))
        .outerjoin(instead, instead.c.instead_of == c.key)
        .where(c.state.in_(STUCK), c.id > after)
        .order_by(c.id)
        .limit(limit)
    )
    return [dict(row) for row in (await connection.execute(query)).mappings()]
