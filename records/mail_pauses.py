"""Pauses of all mail: what is queued stays queued until somebody resumes. Each pause stays on record."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.base import Instant, Value
from models.tables import TABLES

_PAUSES = TABLES.tables["mail_pauses"]


class Pause(Value):
    """A pause that holds: since when (UTC), who made it, and why."""

    paused_at: Instant
    paused_by: str
    why: str


async def current_pause(connection: AsyncConnection) -> Pause | None:
    """The pause that holds now; None while mail goes out."""
    c = _PAUSES.c
    query = select(c.paused_at, c.paused_by, c.why).where(c.resumed_at.is_(None)).order_by(c.id).limit(1)
    row = (await connection.execute(query)).mappings().first()
    return Pause(**row) if row else None


async def pause_mail(engine: AsyncEngine, by: str, why: str, at: datetime) -> bool:
    """Pause all mail; False when it was paused already, and that pause stays as it is."""
    async with write_transaction(engine) as connection:
        if await current_pause(connection):
            return False
        values = {"paused_at": at, "paused_by": by, "why": why, "resumed_by": ""}
        await connection.execute(_PAUSES.insert(), values)
        return True


async def resume_mail(engine: AsyncEngine, by: str, at: datetime) -> bool:
    """Let mail go out again; False when it was not paused. Whoever resumes nudges the delivery afterwards."""
    over = update(_PAUSES).where(_PAUSES.c.resumed_at.is_(None)).values(resumed_at=at, resumed_by=by)
    async with write_transaction(engine) as connection:
        return bool((await connection.execute(over)).rowcount)
