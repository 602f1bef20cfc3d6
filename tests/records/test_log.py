"""The log of both databases: each step once, in its place, whatever is sent again."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from db import write_transaction
from models.log import Entry, broken_at
from models.projection import Recorded, Step, step_of
from models.tables import TABLES
from records import queries
from records.directory import seed_if_empty
from records.log import LogIsBehind, append, heads, notice_key
from records.notices import notices_of_case
from tests.tabletop import REQUEST, Tabletop


async def record(engine: AsyncEngine, *steps: Step) -> list[Recorded]:
    async with write_transaction(engine) as connection:
        return await connection.run_sync(append, steps)


async def counted(engine: AsyncEngine, table: str) -> int:
    async with engine.connect() as connection:
        query = select(func.count()).select_from(TABLES.tables[table])
        return int((await connection.execute(query)).scalar_one())


def submitted(table: Tabletop) -> Step:
    return step_of(table.do("LK/focal-point", "submit", REQUEST))


async def test_a_step_writes_entries_projection_and_notices_together(engine: AsyncEngine) -> None:
    table = Tabletop()

    (recorded,) = await record(engine, submitted(table))

    assert (recorded.seq, recorded.head, recorded.ahead) == (table.case.seq, table.case.head, ())
    async with engine.connect() as connection:
        entries = await queries.entries(connection, "AHG-2026-001")
        row = await queries.case_row(connection, "AHG-2026-001")
        notices = await notices_of_case(connection, "AHG-2026-001")
    assert entries == table.entries
    assert broken_at(entries) is None
    assert row is not None
    assert (row.stage, row.seq, row.head) == ("submitted", table.case.seq, table.case.head)
    assert {notice.kind for notice in notices} == {"request_received", "completeness_requested"}


async def test_the_same_step_again_changes_nothing_and_gets_the_same_answer(engine: AsyncEngine) -> None:
    step = submitted(Tabletop())
    first = await record(engine, step)
    entries, notices = await counted(engine, "entries"), await counted(engine, "notices")

    assert await record(engine, step) == first
    assert (await counted(engine, "entries"), await counted(engine, "notices")) == (entries, notices)


async def test_an_older_step_again_changes_nothing_though_others_followed(engine: AsyncEngine) -> None:
    table = Tabletop()
    first = submitted(table)
    await record(engine, first)
    await record(engine, step_of(table.do("RSO/secretariat", "accept")))
    entries = await counted(engine, "entries")

    (answer,) = await record(engine, first)

    assert await counted(engine, "entries") == entries
    assert answer.seq == table.case.seq


async def test_another_step_in_the_same_place_is_told_what_stands_there(engine: AsyncEngine) -> None:
    table, other = Tabletop(), Tabletop()
    await record(engine, submitted(table))
    submitted(other)
    stands = table.do("RSO/secretariat", "accept").entries
    await record(engine, step_of_last(table, stands))
    late = step_of(other.do("BD/focal-point", "join"))

    (answer,) = await record(engine, late)

    assert answer.ahead == stands
    assert (answer.seq, answer.head) == (stands[-1].seq, stands[-1].hash)
    async with engine.connect() as connection:
        assert await queries.entries(connection, "AHG-2026-001") == table.entries


def step_of_last(table: Tabletop, entries: tuple[Entry, ...]) -> Step:
    """The step of a table's newest entries, without its projection."""
    return Step.model_construct(stream=table.case.reference, entries=entries, rows=(), notices=())


async def test_a_step_beyond_the_end_of_the_log_is_refused_and_nothing_is_written(engine: AsyncEngine) -> None:
    table = Tabletop()
    submitted(table)

    with pytest.raises(LogIsBehind, match="ends at 0; the workflow has seen 3 recorded"):
        await record(engine, step_of(table.do("RSO/secretariat", "accept")))

    assert await counted(engine, "entries") == 0


async def test_steps_of_several_cases_share_a_transaction(engine: AsyncEngine) -> None:
    one, two = Tabletop(), Tabletop()
    two.case = two.case.model_copy(update={"reference": "AHG-2026-002"})

    answers = await record(engine, submitted(one), submitted(two))

    assert [answer.head for answer in answers] == [one.case.head, two.case.head]


NAMES = {
    "diacritics": "Türkiye – Nguyễn Thị Ánh, São Tomé, Łódź, ʻOkina",
    "right to left": "وزارة الخارجية – المنظمة الدولية للهجرة ‏(IOM)‏",
    "other scripts": "กระทรวงการต่างประเทศ 外务省 🚢",
    "200 characters": "Ministry " * 22 + "ok",
    "quotes": """O'Brien "the 'first'"; DROP TABLE cases; -- \\ %s {0}""",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
async def test_a_name_comes_back_as_it_was_from_log_projection_and_ledger(name: str, engine: AsyncEngine) -> None:
    table = Tabletop()
    await record(engine, step_of(table.do("LK/focal-point", "submit", {**REQUEST, "title": name})))
    await record(engine, step_of(table.do("LK/focal-point", "hand_over", {"to": {"name": name}})))

    async with engine.connect() as connection:
        entries = await queries.entries(connection, "AHG-2026-001")
        row = await queries.case_row(connection, "AHG-2026-001")
        holders = TABLES.tables["holders"]
        holder = await connection.execute(select(holders.c.name).where(holders.c.post == "LK/focal-point"))
    assert broken_at(entries) is None
    assert entries[0].event["request"]["title"] == name
    assert row is not None
    assert row.title == name
    assert holder.scalar_one() == name


def test_the_key_of_a_notice_tells_event_kind_post_and_capacity_apart() -> None:
    holder = notice_key("AHG-2026-001", 7, "review_escalated", "ID/co-chair", "holder")
    alternate = notice_key("AHG-2026-001", 7, "review_escalated", "ID/co-chair", "alternate")

    assert holder == "AHG-2026-001#7:review_escalated:ID/co-chair"
    assert alternate == "AHG-2026-001#7:review_escalated:ID/co-chair:alternate"


async def test_the_directory_is_seeded_once(engine: AsyncEngine) -> None:
    assert await seed_if_empty(engine) == 49
    assert await seed_if_empty(engine) == 0


async def test_the_heads_of_thousands_of_logs_are_found(engine: AsyncEngine) -> None:
    table = Tabletop()
    await record(engine, submitted(table))
    asked = [f"AHG-2026-{number:03d}" for number in range(1, 2502)]

    async with engine.connect() as connection:
        found = await heads(connection, asked)

    assert len(found) == len(asked)
    assert {stream: seq for stream, seq in found.items() if seq} == {"AHG-2026-001": table.case.seq}
