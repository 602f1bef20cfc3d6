"""The database is away for a while: no case ends by it, nobody is told what is not so, and each step comes once."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.testservice.v1 import SleepRequest
from temporalio.client import WorkflowExecutionStatus

import db
from casework import Casework
from db import write_transaction
from models.authentication import Means
from models.case import Case
from models.command_signing import CommandSigner
from models.commands import parse
from models.log import Entry
from models.projection import step_of
from models.rules import apply_command
from models.stamps import Stamps
from ops.scenarios.file import Scenario
from ops.scenarios.on_server import Simulation
from ops.scenarios.simulation import simulation
from ops.verify import verify_records
from records import queries
from records.log import append
from tests.postgres import postgres_in, start
from tests.rig import REQUEST, Rig, rig, working
from tests.waiting import ANSWERED, until
from tests.workflows.conftest import Way
from workflows.client import CaseClient, NotAnswered, NotRecorded

SHORTLY = timedelta(seconds=1)


@pytest.fixture(params=[1000, 0], ids=["warm", "cold"])
def way(request: pytest.FixtureRequest) -> Way:
    """These tests lock, replace and change the file of SQLite."""
    return Way("sqlite", request.param)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says sooner that the file is locked."""
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 100)


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[None]:
    """Another program holds the write lock of the file; readers go on."""
    # In a thread: who holds the lock now may need this loop to let it go.
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        await asyncio.to_thread(other.execute, "BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


async def restored(file: Path, copy: Path) -> None:
    """The contents of the copy in the place of the file's, as a backup is put back."""

    def put_back() -> None:
        with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(file)) as target:
            source.backup(target)

    await asyncio.to_thread(put_back)


@pytest.fixture
def failures(caplog: pytest.LogCaptureFixture) -> Callable[[], int]:
    """How many attempts at recording have failed so far, by what the worker logs."""
    caplog.set_level(logging.WARNING, logger="temporalio.activity")
    return lambda: sum("activity as failed" in record.getMessage() for record in caplog.records)


def impatient(parts: Rig) -> Casework:
    """The way in of somebody who waits a second for an answer."""
    return Casework(
        parts.engine,
        CaseClient(
            parts.client, parts.settings.task_queue, signer=CommandSigner(parts.settings.command_seed), patience=SHORTLY
        ),
    )


async def sound(parts: Rig) -> None:
    entries = await parts.entries()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert [str(fault) async for fault in verify_records(parts.engine, parts.client)] == []


# commands ---------------------------------------------------------------------------------------------------


async def test_a_command_while_the_database_is_locked_is_not_answered_and_sent_again_is_taken_once(
    played: Rig, failures: Callable[[], int]
) -> None:
    await played.submit()
    before = await played.entries()

    async with locked(played.settings.data_dir / "ahg.db"):
        for _ in range(2):
            with pytest.raises(NotAnswered):
                await impatient(played).act(
                    "accept", {}, by="RSO/secretariat", means=Means.SESSION, command_id="c1", reference=played.reference
                )
        await until(lambda: failures() >= 3)
        assert await played.entries() == before

    done = await played.act("RSO/secretariat", "accept", command_id="c1")
    assert done.stage == "co_chair_review"
    assert [entry.type for entry in await played.entries()].count("found_complete") == 1
    await sound(played)


async def test_a_submission_while_the_database_is_locked_is_not_answered_and_sent_again_is_one_case(
    played: Rig,
) -> None:
    async def submit(casework: Casework) -> str:
        return (
            await casework.act("submit", REQUEST, by="LK/focal-point", means=Means.SESSION, command_id="s1")
        ).reference

    async with locked(played.settings.data_dir / "ahg.db"):
        with pytest.raises(NotAnswered, match="records do not answer"):
            await submit(impatient(played))

    played.reference = await submit(played.casework)
    assert await submit(played.casework) == played.reference
    async with played.engine.connect() as connection:
        assert len(await queries.case_rows(connection)) == 1
    await sound(played)


async def test_a_command_while_postgresql_is_stopped_is_taken_once_it_runs_again(
    tmp_path: Path, failures: Callable[[], int]
) -> None:
    server = postgres_in(tmp_path / "postgres")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        async with rig(tmp_path / "rig", database_url=url) as parts, working(parts):
            await parts.submit()
            command = parse("accept", {}, by="RSO/secretariat", command_id="c1")

            server.stop()
            with pytest.raises(NotAnswered, match="records do not answer"):
                await parts.act("RSO/secretariat", "accept", command_id="c1")
            waiting = asyncio.create_task(parts.desk.submit_command(parts.reference, command, Means.SESSION))
            await until(lambda: failures() >= 2)
            start(server)

            receipt = await waiting
            assert (await parts.act("RSO/secretariat", "accept", command_id="c1")).seq == receipt.seq
            assert [entry.type for entry in await parts.entries()].count("found_complete") == 1
            await sound(parts)
    finally:
        server.cleanup()


async def test_a_command_on_a_database_restored_from_an_older_copy_says_that_somebody_must_look(
    played: Rig, tmp_path: Path
) -> None:
    file, older = played.settings.data_dir / "ahg.db", tmp_path / "older.db"
    await played.submit()
    await restored(older, file)
    await played.act("RSO/secretariat", "accept")
    await restored(file, older)

    with pytest.raises(NotRecorded, match=r"the log of .* ends at \d+; the workflow has seen \d+ recorded"):
        await played.act("AU/co-chair", "decide", {"position": "approve"})

    described = await played.client.get_workflow_handle(played.reference).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING


async def test_a_follow_up_without_a_worker_is_not_answered(parts: Rig) -> None:
    await parts.client.start_workflow("Recommendation", id="AHG-2026-001/R1", task_queue=parts.settings.task_queue)
    desk = CaseClient(
        parts.client, parts.settings.task_queue, signer=CommandSigner(parts.settings.command_seed), patience=SHORTLY
    )

    command = parse("adopt", {"state": "adopted"}, by="LK/focal-point", command_id="a1")

    with pytest.raises(NotAnswered):
        await desk.submit_resolution("AHG-2026-001", 1, command, Means.SESSION)


# the clock --------------------------------------------------------------------------------------------------

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


@asynccontextmanager
async def submitted(tmp_path: Path) -> AsyncIterator[tuple[Simulation, str]]:
    """An urgent case that waits for its completeness check, on a server whose time the test moves."""
    scenario = Scenario.model_validate({"title": "Away", "start": START, "acts": []})
    url = f"sqlite+aiosqlite:///{tmp_path / 'ahg.db'}"
    async with simulation(scenario, lambda line: None, database_url=url) as play:
        request = {**REQUEST, "urgency": "urgent"}
        done = await Casework(play.engine, play.desk).act(
            "submit", request, by="LK/focal-point", means=Means.SESSION, command_id="s1", at=START
        )
        await play.settled()  # else it waits for the database, and the server's clock for it
        yield play, done.reference


async def until_next_act(play: Simulation, reference: str) -> None:
    """Move the server's clock past the case's next act."""
    async with play.engine.connect() as connection:
        row = await queries.case_row(connection, reference)
    assert row is not None
    assert row.next_act is not None
    left = datetime.fromisoformat(row.next_act["at"]) - START + timedelta(minutes=1)
    await pass_by(play, left)


async def pass_by(play: Simulation, span: timedelta) -> None:
    duration = Duration()
    duration.FromTimedelta(span)
    await play.client.test_service.unlock_time_skipping_with_sleep(SleepRequest(duration=duration), timeout=ANSWERED)


async def acts_of_the_clock(play: Simulation, reference: str) -> list[Entry]:
    async with play.engine.connect() as connection:
        entries = await queries.entries(connection, reference)
    return [entry for entry in entries if entry.type == "rung_passed"]


async def the_clock_acts(play: Simulation, reference: str) -> None:
    """Wait until it has acted."""

    async def has_acted() -> bool:
        return bool(await acts_of_the_clock(play, reference))

    await until(has_acted)


async def goes_on(play: Simulation, reference: str) -> None:
    """The case runs, takes a command, and its log is whole."""
    described = await play.client.get_workflow_handle(reference).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
    done = await Casework(play.engine, play.desk).act(
        "accept", {}, by="RSO/secretariat", means=Means.SESSION, command_id="c1", reference=reference
    )
    assert done.stage == "co_chair_review"
    assert [str(fault) async for fault in verify_records(play.engine, None)] == []


async def test_a_request_that_only_the_log_knows_is_not_taken_for_one_that_nobody_made(tmp_path: Path) -> None:
    """A worker died between the commit and its answer, and nobody has sent the request again for ten minutes."""
    async with submitted(tmp_path) as (play, reference):
        other = await play.desk.state(reference)
        blank = Case(
            reference="AHG-2026-777", directory=other.directory, calendars=other.calendars, policy=other.policy
        )
        await play.desk.begin_again(blank)
        taken = apply_command(blank, parse("submit", dict(REQUEST), by="LK/focal-point", command_id="s2"), START)
        async with write_transaction(play.engine) as connection:
            await connection.run_sync(append, [step_of(taken)], Stamps(play.settings.keyring))

        await pass_by(play, timedelta(minutes=11))

        async def known() -> bool:
            return (await play.desk.state(blank.reference)).seq == taken.entries[-1].seq

        await until(known)
        await goes_on(play, blank.reference)


async def test_the_clock_acts_once_when_the_database_that_was_locked_at_its_hour_is_back(
    tmp_path: Path, failures: Callable[[], int]
) -> None:
    async with submitted(tmp_path) as (play, reference):
        async with locked(tmp_path / "ahg.db"):
            # The server's clock stands at the act while the step is being tried: nobody waits for it here.
            moving = asyncio.create_task(until_next_act(play, reference))
            await until(lambda: failures() >= 3)
            described = await play.client.get_workflow_handle(reference).describe()
            assert described.status is WorkflowExecutionStatus.RUNNING
            assert await acts_of_the_clock(play, reference) == []

        await moving
        await the_clock_acts(play, reference)
        await goes_on(play, reference)
        assert len(await acts_of_the_clock(play, reference)) == 1


async def test_the_clock_tries_again_each_minute_while_the_log_lacks_entries_and_acts_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with submitted(tmp_path) as (play, reference):
        lost = await asyncio.to_thread(entries_taken_out, tmp_path / "ahg.db")

        def misses() -> int:
            return sum("the clock could not act" in record.getMessage() for record in caplog.records)

        await until_next_act(play, reference)
        await until(lambda: misses() >= 1)
        await pass_by(play, timedelta(minutes=1))
        await until(lambda: misses() >= 2)
        command = parse("return", {"missing": ["figures"]}, by="RSO/secretariat", command_id="r1")
        with pytest.raises(NotRecorded):  # at once, not after the clock's minute
            await play.desk.submit_command(reference, command, Means.SESSION)

        await asyncio.to_thread(entries_put_back, tmp_path / "ahg.db", lost)
        await pass_by(play, timedelta(minutes=1))
        await the_clock_acts(play, reference)
        await goes_on(play, reference)
        assert len(await acts_of_the_clock(play, reference)) == 1


def entries_taken_out(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as other, other:
        rows = other.execute("SELECT * FROM entries").fetchall()
        other.execute("DROP TRIGGER entries_kept_delete")
        other.execute("DELETE FROM entries")
    return rows


def entries_put_back(file: Path, rows: list[tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(file)) as other, other:
        places = ", ".join("?" for _ in rows[0])
        other.executemany(f"INSERT INTO entries VALUES ({places})", rows)  # noqa: S608 - only marks
