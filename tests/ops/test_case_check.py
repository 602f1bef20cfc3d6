"""The check that never sleeps finds one difference of each kind at its turn, and mends what the log can mend."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
import structlog
from pydantic import SecretStr
from sqlalchemy import ColumnElement, Table, select

from case_check import CaseCheck
from db import write_transaction
from models.tables import TABLES
from ops.doctor import examine
from ops.verify import verify_records
from records.log_checks import DifferenceKind, check_figures, differing_logs
from tests.defenceless import defenceless
from tests.rig import Rig, rig, working
from tests.web.test_metrics import figures
from web.app import create_app
from worker import trust_of
from workflows.client import CaseClient
from workflows.lifesigns import Known

TOKEN = "a-long-secret"


@pytest_asyncio.fixture
async def played(tmp_path: Path, database_url: str) -> AsyncIterator[Rig]:
    """A case at work, with an outcome, and one that has ended."""
    chosen = {"metrics_token": SecretStr(TOKEN)}
    async with rig(tmp_path / "rig", database_url=database_url, **chosen) as parts, working(parts):
        await parts.submit()
        await parts.act("LK/focal-point", "withdraw", {"text": "It is settled."})
        await parts.to_work()
        await parts.act("RSO/secretariat", "add_outcome", {"title": "Patrols", "owner": "TH"})
        yield parts


async def at_once(seconds: float) -> None:
    """No pause between what is compared."""


def table(name: str) -> Table:
    return TABLES.tables[name]


def check_of(parts: Rig, desk: CaseClient | None = None) -> CaseCheck:
    return CaseCheck(parts.engine, desk or parts.desk, trust_of(parts.settings), pause=at_once)


async def changed(parts: Rig, name: str, where: ColumnElement[bool], **values: Any) -> None:
    async with write_transaction(parts.engine) as connection:
        await defenceless(connection)
        await connection.execute(table(name).update().where(where).values(**values))


async def removed(parts: Rig, name: str, where: ColumnElement[bool]) -> None:
    async with write_transaction(parts.engine) as connection:
        await defenceless(connection)
        await connection.execute(table(name).delete().where(where))


async def turn(parts: Rig, desk: CaseClient | None = None) -> tuple[dict[DifferenceKind, str], list[str]]:
    """A turn of the rotation: what differs of the open case afterwards, and the kinds that were found."""
    with structlog.testing.capture_logs() as lines:
        await check_of(parts, desk).turn()
    async with parts.engine.connect() as connection:
        found = await differing_logs(connection)
    assert set(found) <= {parts.reference}
    return dict(found.get(parts.reference, {})), [line["kind"] for line in lines if "kind" in line]


async def faults(parts: Rig) -> list[str]:
    return [str(fault) async for fault in verify_records(parts.engine, parts.client)]


async def seen(parts: Rig) -> tuple[str, dict[str, str], dict[tuple[str, ...], float]]:
    """What doctor, readiness and metrics say."""
    (finding,) = [one async for one in examine(parts.settings) if one.what == "What follows from the logs"]
    transport = httpx.ASGITransport(create_app(parts.settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        ready = await http.get("/readyz")
        counted = await http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert ready.status_code == 200
    assert finding.well is ("records" not in ready.json())
    return finding.seen, ready.json(), figures(counted.text)


async def test_each_log_has_its_turn_and_where_all_is_equal_nothing_is_said_and_rows_are_made_right(
    played: Rig,
) -> None:
    for _ in range(2):
        assert await turn(played) == ({}, [])

    async with played.engine.connect() as connection:
        told = await check_figures(connection)
        compared = dict(
            (await connection.execute(select(table("log_checks").c.stream, table("log_checks").c.times))).all()
        )
    assert (told.checked, told.mended, set(told.differing.values())) == (4, 0, {0})
    assert sorted(compared.values()) == [2, 2]
    said, ready, counted = await seen(played)
    assert said.startswith("logs were compared 4 times, each open case since ")
    assert (ready["status"], counted["ahg_cases_checked_total",]) == ("ready", 4)
    assert 0 <= counted["ahg_oldest_case_check_seconds",] < 3600
    assert (counted["ahg_workers_up",], counted["ahg_stuck_cases",]) == (1, 0)

    # Rows that the log does not give are made right at once.
    await changed(played, "outcomes", table("outcomes").c.title == "Patrols", state="verified")
    await removed(played, "readers", table("readers").c.reference == played.reference)
    assert await turn(played) == ({}, [])
    assert await faults(played) == []
    assert (await seen(played))[2]["ahg_case_differences_mended_total",] == 1


async def test_a_notice_that_is_lost_is_reported_and_none_is_sent_again(played: Rig) -> None:
    last = max(await played.notices(), key=lambda one: one.id)
    await removed(played, "notices", table("notices").c.id == last.id)
    before = await played.notices()

    found, kinds = await turn(played)

    assert (set(found), kinds) == ({DifferenceKind.NOTICES}, ["notices"])
    assert f"queued with entry {last.seq}, the ledger has" in found[DifferenceKind.NOTICES]
    assert [fault for fault in await faults(played) if "the ledger has" in fault]
    said, ready, counted = await seen(played)
    assert said.startswith(f"1 differ: {played.reference}: ")
    assert ready["status"] == "ready, but a case needs an operator"
    assert ready["records"].startswith("1 logs differ")
    assert counted["ahg_case_differences", "notices"] == 1
    assert counted["ahg_case_differences", "rows"] == 0
    assert await played.notices() == before


class Late(CaseClient):
    """A case that is asked between a commit and its answer, and has gone on when it is asked again."""

    asked = 0

    async def known(self, stream: str) -> Known | None:
        """First the entry before the newest; then one that came after the log was read."""
        now = await super().known(stream)
        assert now is not None
        self.asked += 1
        return self.first if self.asked == 1 else Known(now.seq + 1, "f" * 64)

    first = Known(0, "")


class Deaf(CaseClient):
    """Nudges that come to nothing."""

    async def nudge(self, stream: str) -> None:
        """Nobody hears of it."""


async def test_a_workflow_that_was_set_back_is_nudged_and_at_the_next_turn_begun_again(played: Rig) -> None:
    early = await played.desk.state(played.reference)
    await played.act("RSO/secretariat", "add_outcome", {"title": "Radios", "owner": "MY"})
    logged = len(await played.entries())
    deaf = Deaf(played.client, played.settings.task_queue)

    async def set_back() -> None:
        await played.client.get_workflow_handle(played.reference).terminate()
        await played.desk.begin_again(early)

    late = Late(played.client, played.settings.task_queue)
    late.first = Known(logged - 1, (await played.entries())[-2].hash)
    assert await turn(played, late) == ({}, [])
    assert late.asked == 2

    for desk in (None, deaf):
        await set_back()
        found, kinds = await turn(played, desk)
        assert (set(found), kinds) == ({DifferenceKind.WORKFLOW}, ["workflow"])
        if desk is deaf:
            assert (await played.desk.state(played.reference)).seq == early.seq
            await turn(played, desk)  # begun again
        assert await turn(played, desk) == ({}, [])
        assert (await played.desk.state(played.reference)).seq == logged
    async with played.engine.connect() as connection:
        assert (await check_figures(connection)).mended == 2


async def test_a_log_that_is_not_to_be_believed_is_only_reported(played: Rig) -> None:
    ours, seq = table("entries").c.stream == played.reference, table("entries").c.seq
    entries = await played.entries()
    last = entries[-1].seq
    await changed(played, "cases", table("cases").c.reference == played.reference, title="Forged")

    async def reported(said: str) -> None:
        found, kinds = await turn(played)
        assert (set(found), kinds) == ({DifferenceKind.LOG}, ["log"])
        assert said in found[DifferenceKind.LOG]
        assert (await played.row()).title == "Forged"
        assert (await played.desk.state(played.reference)).seq == last

    await changed(played, "entries", ours & (seq == 5), by="TH/focal-point")
    await reported("the chain of the log breaks at entry 5")
    await changed(played, "entries", ours & (seq == 5), by=str(entries[4].by))
    await changed(played, "entries", ours & (seq == last), stamp="k1:forged")
    await reported(f"entry {last} is not to be believed: its stamp is not that of a worker")
    await removed(played, "entries", ours & (seq == last))
    await reported(f"the log ends with entry {last - 1}")

    # The records, their tree with them, are an older copy.
    await removed(played, "entries", ours & (table("entries").c.command == entries[-1].command))
    leaves = table("record_leaves").c
    await removed(played, "record_leaves", (leaves.stream == played.reference) & (leaves.seq == last))
    found, _ = await turn(played)
    assert set(found) == {DifferenceKind.ROWS, DifferenceKind.WORKFLOW}
    assert f"its workflow knows entry {last}" in found[DifferenceKind.WORKFLOW]
    assert (await played.row()).title == "Forged"
