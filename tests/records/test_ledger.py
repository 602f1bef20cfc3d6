"""The ledger: reserve, send, record the outcome; nobody reserves a notice twice."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.attempts import put_back
from db import write_transaction
from models.notices.state import NoticeState
from models.projection import step_of
from models.tables import TABLES
from records import ledger
from records.mail_pauses import pause_mail
from records.notices import LedgerNotice, NoticeUpdate, alternate_notice, notices_of_case
from tests.records.test_log import record
from tests.tabletop import REQUEST, Tabletop

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


async def queued(engine: AsyncEngine) -> list[int]:
    """Two queued notices; their ids."""
    await record(engine, step_of(Tabletop().do("LK/focal-point", "submit", REQUEST)))
    async with engine.connect() as connection:
        return [notice.id for notice in await notices_of_case(connection, "AHG-2026-001")]


async def write(engine: AsyncEngine, worker: str, **batch: Any) -> frozenset[int] | None:
    async with write_transaction(engine) as connection:
        return await connection.run_sync(ledger.write_batch, worker, ledger.LedgerBatch(**batch))


async def ready(engine: AsyncEngine, now: datetime = NOW, limit: int = 9) -> list[LedgerNotice]:
    async with engine.connect() as connection:
        return await ledger.due_notices(connection, now, limit)


def outcome(notice: LedgerNotice, state: NoticeState, **columns: Any) -> NoticeUpdate:
    return replace(put_back(notice), state=state, attempts=notice.attempts + 1, **columns)


async def test_two_workers_at_once_never_reserve_the_same_notice(engine: AsyncEngine) -> None:
    ids = await queued(engine)

    taken = await asyncio.gather(*(write(engine, f"w{n}", wanted=ids) for n in range(4)))

    assert sorted(id_ for one in taken for id_ in one or ()) == ids


async def test_a_batch_that_is_written_twice_reserves_the_same_and_changes_nothing_more(engine: AsyncEngine) -> None:
    ids = await queued(engine)

    assert await write(engine, "w", wanted=ids) == await write(engine, "w", wanted=ids) == frozenset(ids)


async def test_since_when_mail_waits_is_told_of_the_oldest_that_is_due(engine: AsyncEngine) -> None:
    async def since(now: datetime) -> datetime | None:
        async with engine.connect() as connection:
            return await ledger.waiting_since(connection, now)

    assert await since(NOW) is None
    first, second = await ready(engine) if await queued(engine) else []
    later = first.queued_at + timedelta(hours=1)
    await write(engine, "w", wanted=[first.id])
    await write(engine, "w", outcomes=[outcome(first, NoticeState.QUEUED, next_attempt_at=later)])

    assert await since(first.queued_at - timedelta(seconds=1)) is None  # a young mail is no late one
    assert await since(later) == second.queued_at
    await write(engine, "w", settled=[outcome(second, NoticeState.SENT, settled_at=NOW)])
    assert await since(later - timedelta(seconds=1)) is None
    assert await since(later + timedelta(hours=1)) == later


async def test_what_was_put_off_is_not_ready_before_its_time_and_then_comes_first(engine: AsyncEngine) -> None:
    first, second = await ready(engine) if await queued(engine) else []
    later = NOW + timedelta(minutes=1)
    await write(engine, "w", wanted=[second.id])
    await write(engine, "w", outcomes=[outcome(second, NoticeState.QUEUED, next_attempt_at=later)])

    assert [row.id for row in await ready(engine)] == [first.id]
    async with engine.connect() as connection:
        assert await ledger.next_attempt(connection) == later
    assert [row.id for row in await ready(engine, later)] == [second.id, first.id]
    assert [row.id for row in await ready(engine, later, limit=1)] == [second.id]


async def test_what_a_dead_worker_had_reserved_is_ambiguous_and_never_reserved_again(engine: AsyncEngine) -> None:
    first, second = await queued(engine)
    await write(engine, "dead", wanted=[first])

    assert await ledger.mark_orphaned(engine, "alive", NOW, lambda key: f"<{key}@example.org>") == 1
    assert await write(engine, "alive", wanted=[first, second]) == frozenset([second])
    assert await ledger.mark_orphaned(engine, "alive", NOW) == 0
    async with engine.connect() as connection:
        lost, _ = await notices_of_case(connection, "AHG-2026-001")
    assert (lost.state, lost.attempts) == ("ambiguous", 1)
    assert "stopped before the server's answer" in lost.reply
    assert lost.message_id == f"<{lost.key}@example.org>"  # what an operator looks for in the mail server's log


async def test_a_worker_that_was_taken_for_dead_still_knows_what_it_sent_unless_it_was_sent_again(
    engine: AsyncEngine,
) -> None:
    await queued(engine)
    first, second = await ready(engine)
    await write(engine, "slow", wanted=[first.id, second.id])
    await ledger.mark_orphaned(engine, "other", NOW)
    again = {"state": "queued", "attempts": 0}
    async with write_transaction(engine) as connection:  # as the board sends it again
        notices = TABLES.tables["notices"]
        await connection.execute(notices.update().where(notices.c.id == second.id).values(**again))
    await write(engine, "other", wanted=[second.id])

    sent = [outcome(one, NoticeState.SENT, reply="250 slow") for one in (first, second)]
    await write(engine, "slow", outcomes=sent)

    async with engine.connect() as connection:
        states = [row.state for row in await notices_of_case(connection, "AHG-2026-001")]
    assert states == ["sent", "reserved"]


async def test_while_mail_is_paused_nothing_is_reserved_and_what_was_sent_is_recorded(engine: AsyncEngine) -> None:
    await queued(engine)
    first, second = await ready(engine)
    await write(engine, "w", wanted=[first.id])
    await pause_mail(engine, "RSO/secretariat", "the server moves", NOW)

    assert await write(engine, "w", outcomes=[outcome(first, NoticeState.SENT)], wanted=[second.id]) is None

    async with engine.connect() as connection:
        states = [row.state for row in await notices_of_case(connection, "AHG-2026-001")]
    assert states == ["sent", "queued"]


async def test_the_notice_for_the_alternate_is_queued_once_and_has_none_of_its_own(engine: AsyncEngine) -> None:
    await queued(engine)
    first, _ = await ready(engine)
    instead = alternate_notice(first, NOW)
    assert instead is not None
    await write(engine, "w", instead=[instead])
    await write(engine, "w", instead=[instead])

    *_, third = await ready(engine)
    assert (third.key, third.instead_of) == (f"{first.key}:alternate", first.key)
    assert (third.capacity, third.kind, third.facts) == ("alternate", first.kind, first.facts)
    assert alternate_notice(third, NOW) is None


def test_delays_double_up_to_four_hours_and_reach_five_days() -> None:
    delays = [ledger.retry_delay(attempt) for attempt in range(1, ledger.MOST_ATTEMPTS)]

    assert delays[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert max(delays) == timedelta(hours=4)
    assert timedelta(days=4) < sum(delays, timedelta(0)) < timedelta(days=6)
