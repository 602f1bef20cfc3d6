"""Who read confidential sections, downloaded files or took a case away: once for each reader, thing and day (UTC)."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import insert_for, write_transaction
from models.readings import WhatWasRead
from models.tables import ReadingRow
from records.rows import fetch_rows

_READINGS: Table = ReadingRow.__table__  # type: ignore[attr-defined]


READINGS_SHOWN = 1000
"""Readings of a case that are shown at once."""


async def note_readings(
    engine: AsyncEngine, reference: str, read: Collection[WhatWasRead], *, post: str, email: str, at: datetime
) -> None:
    """Write down what somebody is about to be shown of a case; what is written already for the day costs one look."""
    if not read:
        return
    c, day = _READINGS.c, at.astimezone(UTC).date().isoformat()
    who = {"reference": reference, "day": day, "post": post, "email": email}
    same = [c[name] == value for name, value in who.items()]
    async with engine.connect() as connection:
        query = select(c.what, c.about).where(
            *same, tuple_(c.what, c.about).in_([tuple(map(str, one)) for one in read])
        )
        known = {tuple(row) for row in await connection.execute(query)}
    rows = [{**who, "what": one.what.value, "about": one.about, "at": at} for one in read if tuple(one) not in known]
    if rows:
        async with write_transaction(engine) as connection:
            await connection.execute(insert_for(connection)(_READINGS).on_conflict_do_nothing(), rows)


async def readings_of_case(connection: AsyncConnection, reference: str, limit: int) -> list[ReadingRow]:
    """Who read what of a case, the newest first."""
    c = _READINGS.c
    query = select(ReadingRow).where(c.reference == reference).order_by(c.at.desc(), c.post, c.what, c.about)
    return await fetch_rows(connection, query.limit(limit))
