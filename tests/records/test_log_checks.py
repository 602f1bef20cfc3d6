"""Whose turn it is to be compared with its log, on both databases; and the notices that were queued with an entry."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from db import write_transaction
from models.projection import step_of
from models.tables import TABLES
from records.directory import seed_if_empty
from records.from_log import notice_faults
from records.log import append
from records.log_checks import DifferenceKind, check_figures, differences_of, note_check, take_next
from tests.tabletop import REQUEST, Tabletop

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LOGS = [f"AHG-2026-{number:03d}" for number in range(1, 5)]


async def taken(engine: AsyncEngine, minutes: int, *, count: int = 1) -> list[str]:
    async with write_transaction(engine) as connection:
        return await take_next(connection, LOGS[:3], count, NOON + timedelta(minutes=minutes))


async def test_open_logs_have_their_turn_and_what_differs_is_looked_at_again(engine: AsyncEngine) -> None:
    async with write_transaction(engine) as connection:
        ended = {
            "reference": LOGS[3],
            "stage": "withdrawn",
            "title": "",
            "requesters": [],
            "waiting_on": [],
            "terms": {},
        }
        rest = {"urgency": "routine", "clock": "running", "version": 1, "seq": 1, "head": ""}
        await connection.execute(TABLES.tables["cases"].insert(), {**ended, **rest})

    assert await taken(engine, 0, count=2) == [LOGS[0], LOGS[1], LOGS[3]]
    assert await taken(engine, 1) == [LOGS[2], LOGS[3]]  # another worker takes others
    found = {DifferenceKind.NOTICES: "2 were queued"}
    async with write_transaction(engine) as connection:
        await note_check(connection, LOGS[2], found, 0, NOON + timedelta(minutes=1))
        await note_check(connection, LOGS[0], {}, 1, NOON)
    assert await taken(engine, 2) == [LOGS[0], LOGS[3]]
    assert await taken(engine, 4) == [LOGS[2], LOGS[1], LOGS[3]]
    async with engine.connect() as connection:
        assert await differences_of(connection, LOGS[2]) == found
        assert await differences_of(connection, LOGS[1]) == {}
        told = await check_figures(connection)
    assert (told.checked, told.mended, told.oldest) == (2, 1, None)
    assert {kind: number for kind, number in told.differing.items() if number} == {DifferenceKind.NOTICES: 1}


async def test_the_ledger_has_the_notices_that_were_queued_with_an_entry(engine: AsyncEngine) -> None:
    await seed_if_empty(engine)
    table, notices, entries = Tabletop(), TABLES.tables["notices"], TABLES.tables["entries"]
    stream = table.case.reference

    async def found() -> list[str]:
        async with engine.connect() as connection:
            return (await notice_faults(connection, [stream, "AHG-2026-999"])).get(stream, [])

    async with write_transaction(engine) as connection:
        await connection.run_sync(append, [step_of(table.do("LK/focal-point", "submit", REQUEST))])
    assert await found() == []
    async with write_transaction(engine) as connection:
        await connection.execute(
            notices.update().where(notices.c.kind == "request_received").values(post="TH/focal-point")
        )
    assert await found() == ["a notice of entry 1 is not what its key says"]
    async with write_transaction(engine) as connection:
        await connection.execute(notices.delete().where(notices.c.kind == "request_received"))
    assert await found() == ["2 notices were queued with entry 1, the ledger has 1"]
    async with write_transaction(engine) as connection:  # as it was recorded before that number was kept
        if connection.dialect.name == "postgresql":
            await connection.exec_driver_sql("ALTER TABLE entries DISABLE TRIGGER USER")
        else:
            await connection.exec_driver_sql("DROP TRIGGER entries_kept_update")
        await connection.execute(entries.update().values(notices=None))
    assert await found() == []
