"""The ledger: reserve, send, mark; nobody reserves a notice twice."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from models.projection import step_of
from records import ledger, queries
from tests.records.test_log import record
from tests.tabletop import REQUEST, Tabletop

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


async def queued(engine: AsyncEngine) -> list[int]:
    """Two queued notices; their ids."""
    await record(engine, step_of(Tabletop().do("LK/focal-point", "submit", REQUEST)))
    async with engine.connect() as connection:
        return [notice["id"] for notice in await queries.notices(connection, "AHG-2026-001")]


async def test_two_workers_at_once_never_reserve_the_same_notice(engine: AsyncEngine) -> None:
    ids = await queued(engine)

    taken = await asyncio.gather(*(ledger.reserve(engine, f"w{n}", NOW, 1) for n in range(4)))

    assert sorted(row["id"] for rows in taken for row in rows) == ids
    assert {row["attempts"] for rows in taken for row in rows} == {1}


async def test_what_was_put_off_is_not_reserved_before_its_time(engine: AsyncEngine) -> None:
    first, second = await queued(engine)
    later = NOW + timedelta(minutes=1)
    await ledger.mark(engine, [{"id": first, "next_attempt_at": later}])

    assert [row["id"] for row in await ledger.reserve(engine, "w", NOW, 9)] == [second]
    async with engine.connect() as connection:
        assert await ledger.next_attempt(connection) == later
    assert [row["id"] for row in await ledger.reserve(engine, "w", later, 9)] == [first]


async def test_what_a_dead_worker_had_reserved_is_ambiguous_and_never_reserved_again(
    engine: AsyncEngine,
) -> None:
    ids = await queued(engine)
    await ledger.reserve(engine, "dead", NOW, 1)

    assert await ledger.orphaned(engine, ["alive"], NOW) == 1
    assert [row["id"] for row in await ledger.reserve(engine, "alive", NOW, 9)] == ids[1:]
    assert await ledger.orphaned(engine, ["alive"], NOW) == 0
    async with engine.connect() as connection:
        lost, _ = await queries.notices(connection, "AHG-2026-001")
    assert lost["state"] == "ambiguous"
    assert "stopped before the server's answer" in lost["reply"]


def test_delays_double_up_to_four_hours_and_reach_five_days() -> None:
    delays = [ledger.retry_delay(attempt) for attempt in range(1, ledger.MOST_ATTEMPTS)]

    assert delays[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert max(delays) == timedelta(hours=4)
    assert timedelta(days=4) < sum(delays, timedelta(0)) < timedelta(days=6)
