"""`ahg rebuild` makes the projection anew from the log, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from sqlalchemy import func, select

from db import write_transaction
from models.posts import Post
from models.tables import TABLES
from ops.rebuild import cases_without_texts, rebuild_cases
from ops.verify import verify_records
from records.lists import Filters, cases_seen
from records.queries import PARTS
from records.rows import table_of
from records.search import find_texts
from tests.defenceless import defenceless
from tests.rig import Rig, rig, working


@pytest_asyncio.fixture
async def played(tmp_path: Path, database_url: str) -> AsyncIterator[Rig]:
    """A case at work, with an outcome."""
    async with rig(tmp_path / "rig", database_url=database_url) as parts, working(parts):
        await parts.to_work()
        await parts.act("RSO/secretariat", "add_outcome", {"title": "Patrols", "owner": "TH"})
        yield parts


async def faults(parts: Rig) -> list[str]:
    return [str(fault) async for fault in verify_records(parts.engine, parts.client)]


async def emptied(parts: Rig) -> None:
    """As if the case had been recorded before these tables were there."""
    async with write_transaction(parts.engine) as connection:
        for name in ("cases", *(table_of(kind).name for kind in PARTS)):
            await connection.execute(TABLES.tables[name].delete())


async def test_rows_that_are_absent_changed_or_invented_are_made_anew(played: Rig) -> None:
    texts, outcomes = TABLES.tables["search_texts"], TABLES.tables["outcomes"]
    async with write_transaction(played.engine) as connection:
        await connection.execute(TABLES.tables["readers"].delete())
        await connection.execute(outcomes.update().values(state="verified"))
        await connection.execute(texts.update().values(readers=" @pk/focal-point "))
        extra = {"reference": played.reference, "title": "Invented", "starts": "2026-01-01", "body": {}}
        await connection.execute(TABLES.tables["meetings"].insert(), extra)
    assert len(await faults(played)) > 3
    told: list[tuple[int, int]] = []

    assert await rebuild_cases(played.engine, progress=lambda *at: told.append(at)) == []

    assert told == [(0, 1), (1, 1)]
    assert await faults(played) == []
    async with played.engine.connect() as connection:
        assert await find_texts(connection, Post("PK/focal-point"), "boats") == []


async def test_a_case_that_was_recorded_before_is_found_and_listed_afterwards(played: Rig) -> None:
    await emptied(played)

    assert await rebuild_cases(played.engine, [played.reference]) == []

    assert await cases_without_texts(played.engine) == []
    assert await faults(played) == []
    async with played.engine.connect() as connection:
        assert [hit.kind for hit in await find_texts(connection, Post("AU/co-chair"), "patrols")] == ["outcome"]
        (case,) = await cases_seen(connection, Post("AU/co-chair"), Filters(open=True))
    assert case.reference == played.reference


async def test_only_cases_without_texts_are_lacking(played: Rig) -> None:
    assert await cases_without_texts(played.engine) == []
    async with write_transaction(played.engine) as connection:
        await connection.execute(TABLES.tables["search_texts"].delete())

    assert await cases_without_texts(played.engine) == [played.reference]


async def test_a_broken_log_is_named_and_its_rows_stay(played: Rig) -> None:
    entries, cases = TABLES.tables["entries"], TABLES.tables["cases"]
    async with write_transaction(played.engine) as connection:
        await defenceless(connection)
        await connection.execute(entries.update().where(entries.c.seq == 3).values(by="TH/focal-point"))

    assert await rebuild_cases(played.engine, [played.reference, "AHG-2026-999"]) == [played.reference, "AHG-2026-999"]

    async with played.engine.connect() as connection:
        assert (await connection.execute(select(func.count()).select_from(cases))).scalar() == 1


async def test_it_is_safe_while_cases_go_on(played: Rig) -> None:
    async def report() -> None:
        for number in range(12):
            await played.act("RSO/secretariat", "add_outcome", {"title": f"Outcome {number}", "owner": "TH"})

    working_on = asyncio.create_task(report())
    while not working_on.done():
        assert await rebuild_cases(played.engine) == []
        await asyncio.sleep(0)
    await working_on

    assert await faults(played) == []
