"""Migrations that move data: rows that stood before are what the product writes since, on both databases."""

from collections.abc import Mapping
from typing import Any

import pytest
import pytest_asyncio
from alembic import command
from sqlalchemy import column, insert, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import db
from models.log import Entry
from models.posts import Role
from models.tables import TABLES
from models.visibility import readers
from records.from_log import rebuilt
from records.log import _entry_columns
from tests.tabletop import Tabletop
from tests.web.whole_case import played

BEFORE_DIRECTORY_CHANGES = "5af442098993"
BEFORE_OWNERS_OF_FOLLOW_UPS = "3c9d1f0a77e2"
BEFORE_READERS_ARE_POSTS = "8924e57d96d4"


async def bring_to(engine: AsyncEngine, revision: str) -> None:
    """The schema as of a revision."""
    other = db.make_engine(engine.url.render_as_string(False), migrating=True)
    async with other.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(db.alembic_config(sync), revision))
    await other.dispose()


@pytest_asyncio.fixture
async def engine(database_url: str) -> Any:
    """An engine on a database of each kind that has no schema yet."""
    engine = db.make_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="module")
def handed() -> Tabletop:
    """A case with something of everything, in which two posts changed hands."""
    case = played()
    case.do("RSO/secretariat", "hand_over", {"post": "TH/focal-point", "to": {"name": "Đỗ", "email": "do@th.example"}})
    to = {"name": "Ari", "email": "ari@id.example"}
    case.do("ID/co-chair", "delegate", {"post": "ID/co-chair", "to": to, "until": "2026-12-01"})
    return case


async def keep_log(connection: AsyncConnection, entries: list[Entry]) -> None:
    """As a version kept it that knew no signatures yet."""
    columns = [{name: value for name, value in _entry_columns(one).items() if name != "signed"} for one in entries]
    await connection.execute(TABLES.tables["entries"].insert(), columns)


async def rows(engine: AsyncEngine, name: str) -> list[Mapping[str, Any]]:
    kept = TABLES.tables[name]
    async with engine.connect() as connection:
        found = await connection.execute(select(kept).order_by(*kept.primary_key))
    return [dict(row) for row in found.mappings()]


def given_by_the_log(of: Tabletop, name: str) -> list[Mapping[str, Any]]:
    found = rebuilt(of.case.reference, of.entries)
    return [found[name, key] for key in sorted(key for kept, key in found if kept == name)]


async def test_readers_become_posts_and_the_insiders_of_each_case_are_among_them(
    engine: AsyncEngine, handed: Tabletop
) -> None:
    await bring_to(engine, BEFORE_READERS_ARE_POSTS)
    async with engine.begin() as connection:
        await keep_log(connection, handed.entries)
        for post, sight in readers(handed.case).items():
            if post.role is Role.FOCAL_POINT:
                await connection.execute(
                    text("INSERT INTO readers VALUES (:reference, :member, :sight, NULL)"),
                    {"reference": handed.case.reference, "member": post.member, "sight": int(sight)},
                )

    await db.migrate(engine)

    wanted = given_by_the_log(handed, "readers")
    found = await rows(engine, "readers")
    assert {row["post"] for row in found} >= {"AU/co-chair", "UNHCR/steering-group", "FJ/focal-point"}
    assert [(row["post"], row["sight"]) for row in found] == [(row["post"], row["sight"]) for row in wanted]
    assert {row["opened_at"] for row in found if "focal" not in row["post"]} == {handed.case.opened_at}


async def test_a_follow_up_gets_the_owner_of_its_recommendation(engine: AsyncEngine) -> None:
    await bring_to(engine, BEFORE_OWNERS_OF_FOLLOW_UPS)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO recommendations (reference, number, text, owner, addressees, report) "
                "VALUES ('AHG-2026-001', 1, 'Share routes', 'TH', '[]', 1), ('AHG-2026-001', 2, 'Meet', '', '[]', 1)"
            )
        )
        followed = "INSERT INTO follow_ups (reference, number, state) VALUES ('AHG-2026-001', :number, 'open')"
        await connection.execute(text(followed), [{"number": number} for number in (1, 2, 3)])

    await db.migrate(engine)

    found = await rows(engine, "follow_ups")
    assert [(row["number"], row["owner"]) for row in found] == [(1, "TH"), (2, ""), (3, "")]


async def test_changes_of_hands_that_logs_hold_come_into_the_directorys_history(
    engine: AsyncEngine, handed: Tabletop
) -> None:
    await bring_to(engine, BEFORE_DIRECTORY_CHANGES)
    async with engine.begin() as connection:
        await keep_log(connection, handed.entries)

    await db.migrate(engine)

    found = await rows(engine, "directory_changes")
    assert [row["kind"] for row in found] == ["handed_over", "delegated"]
    assert found == given_by_the_log(handed, "directory_changes")


async def test_notices_that_were_queued_before_the_ledger_had_reasons_are_still_sent(engine: AsyncEngine) -> None:
    await bring_to(engine, "fd1646f98619")
    notices = TABLES.tables["notices"]
    added = {"instead_of", "reason", "settled_by"}
    old = {
        "key": "AHG-2026-001#1:submitted:AU/co-chair",
        "reference": "AHG-2026-001",
        "seq": 1,
        "kind": "submitted",
        "post": "AU/co-chair",
        "facts": {},
        "state": "queued",
    }
    async with engine.begin() as connection:
        known = set((await connection.execute(text("SELECT * FROM notices"))).keys())
        assert not known & added
        there = table("notices", *(column(name, notices.c[name].type) for name in sorted(known)))
        filled = {c.name: "" for c in notices.c if c.name in known and not c.nullable and not c.primary_key}
        await connection.execute(insert(there).values({**filled, "attempts": 0, "queued_at": played().now, **old}))

    await db.migrate(engine)

    (row,) = await rows(engine, "notices")
    assert {name: row[name] for name in added} == dict.fromkeys(added, "")
    assert row["state"] == "queued"
