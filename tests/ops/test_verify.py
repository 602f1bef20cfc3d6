"""`ahg verify` finds what was changed behind the product's back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from sqlalchemy import ColumnElement, Table

from db import write_transaction
from models.tables import TABLES
from ops.verify import verify_records
from tests.defenceless import defenceless
from tests.rig import Rig, rig, working
from workflows.client import temporal_client


@pytest_asyncio.fixture
async def played(tmp_path: Path, database_url: str) -> AsyncIterator[Rig]:
    """A case at work, with an outcome."""
    async with rig(tmp_path / "rig", database_url=database_url) as parts, working(parts):
        await parts.to_work()
        await parts.act("RSO/secretariat", "add_outcome", {"title": "Patrols", "owner": "TH"})
        yield parts


async def faults(parts: Rig) -> list[str]:
    return [str(fault) async for fault in verify_records(parts.engine, parts.client)]


def table(name: str) -> Table:
    return TABLES.tables[name]


async def changed(parts: Rig, name: str, where: ColumnElement[bool], **values: Any) -> None:
    async with write_transaction(parts.engine) as connection:
        await defenceless(connection)
        await connection.execute(table(name).update().where(where).values(**values))


async def removed(parts: Rig, name: str, where: ColumnElement[bool]) -> None:
    async with write_transaction(parts.engine) as connection:
        await defenceless(connection)
        await connection.execute(table(name).delete().where(where))


async def test_an_untouched_case_has_no_fault_and_progress_is_told(played: Rig) -> None:
    told: list[tuple[int, int]] = []

    found = [fault async for fault in verify_records(played.engine, played.client, lambda *at: told.append(at))]

    assert found == []
    assert told == [(0, 1), (1, 1)]


async def test_a_changed_entry_breaks_the_chain_where_it_stands(played: Rig) -> None:
    await changed(played, "entries", table("entries").c.seq == 5, by="TH/focal-point")

    assert f"{played.reference}: the chain of the log breaks at entry 5" in await faults(played)


async def test_a_removed_entry_breaks_the_chain(played: Rig) -> None:
    await removed(played, "entries", table("entries").c.seq == 5)

    assert f"{played.reference}: the chain of the log breaks at entry 6" in await faults(played)


async def test_a_changed_row_of_the_projection_is_named_with_its_column(played: Rig) -> None:
    await changed(played, "outcomes", table("outcomes").c.title == "Patrols", state="verified")

    (fault,) = await faults(played)

    assert "outcomes" in fault
    assert "'Patrols'" in fault
    assert "state is 'verified', the log gives 'open'" in fault


async def test_a_missing_row_of_the_projection_is_named(played: Rig) -> None:
    await removed(played, "participants", table("participants").c.member == "TH")

    (fault,) = await faults(played)

    assert "participants lacks" in fault
    assert "'TH'" in fault


async def test_a_row_that_the_log_does_not_give_is_named(played: Rig) -> None:
    async with write_transaction(played.engine) as connection:
        extra = {"reference": played.reference, "title": "Invented", "starts": "2026-01-01", "body": {}}
        await connection.execute(table("meetings").insert(), extra)

    (fault,) = await faults(played)

    assert "meetings has" in fault
    assert "'Invented'" in fault


async def test_entries_that_temporal_saw_and_the_log_lacks_are_found(played: Rig) -> None:
    """The database was restored from an older copy."""
    entries = await played.entries()
    last = entries[-1].seq
    await removed(played, "entries", table("entries").c.seq == last)

    found = await faults(played)

    assert any(f"Temporal saw entry {last} recorded" in fault and "no such" in fault for fault in found)


async def test_a_case_that_only_temporal_knows_is_not_mistaken_for_a_whole_one(played: Rig) -> None:
    await removed(played, "entries", table("entries").c.seq > 0)

    assert await faults(played) != []


async def test_a_history_that_cannot_be_read_for_want_of_its_key_is_told(played: Rig) -> None:
    other = await temporal_client(played.settings.temporal_connect_config(), {"k2": b"2" * 32})

    told = [str(fault) async for fault in verify_records(played.engine, other)]

    assert any("cannot be read, so it proves nothing" in fault and "has no key 'k1'" in fault for fault in told)
