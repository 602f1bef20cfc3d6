"""Pauses of all mail: one at a time, who and why, kept on record."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from models.tables import TABLES
from records.mail_pauses import current_pause, pause_mail, resume_mail

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


async def test_a_pause_holds_until_somebody_resumes_and_stays_on_record(engine: AsyncEngine) -> None:
    assert not await resume_mail(engine, "nobody", NOW)
    assert await pause_mail(engine, "RSO/secretariat", "the mail server moves", NOW)
    assert not await pause_mail(engine, "somebody else", "another reason", NOW + timedelta(hours=1))
    async with engine.connect() as connection:
        holds = await current_pause(connection)
    assert holds is not None
    assert (holds.paused_at, holds.paused_by, holds.why) == (NOW, "RSO/secretariat", "the mail server moves")

    assert await resume_mail(engine, "RSO/secretariat", NOW + timedelta(hours=2))
    async with engine.connect() as connection:
        assert await current_pause(connection) is None
    assert await pause_mail(engine, "RSO/secretariat", "once more", NOW + timedelta(hours=3))
    async with engine.connect() as connection:
        rows = await connection.execute(select(func.count()).select_from(TABLES.tables["mail_pauses"]))
        assert rows.scalar_one() == 2
