"""Pauses of all mail: one at a time, who and why, kept on record."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from models.tables import TABLES
from records.mail_pauses import pause, pause_now, resume

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


async def test_a_pause_holds_until_somebody_resumes_and_stays_on_record(engine: AsyncEngine) -> None:
    assert not await resume(engine, "nobody", NOW)
    assert await pause(engine, "RSO/secretariat", "the mail server moves", NOW)
    assert not await pause(engine, "somebody else", "another reason", NOW + timedelta(hours=1))
    async with engine.connect() as connection:
        holds = await pause_now(connection)
    assert holds is not None
    assert (holds.paused_at, holds.paused_by, holds.why) == (NOW, "RSO/secretariat", "the mail server moves")

    assert await resume(engine, "RSO/secretariat", NOW + timedelta(hours=2))
    async with engine.connect() as connection:
        assert await pause_now(connection) is None
    assert await pause(engine, "RSO/secretariat", "once more", NOW + timedelta(hours=3))
    async with engine.connect() as connection:
        rows = await connection.execute(select(func.count()).select_from(TABLES.tables["mail_pauses"]))
        assert rows.scalar_one() == 2
