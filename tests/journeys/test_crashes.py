"""Worker and Temporal killed with -9 at random points of a case: nothing lost, nothing doubled."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import db
import worker
from casework import Casework
from models.command_signing import CommandSigner
from models.tables.cases import OutcomeRow
from notifications.registry import REGISTRY, Pace
from ops.catcher import Catcher
from ops.processes import Child, ManagedProcess, free_port
from ops.temporal_server import start_dev_server, worker_ready
from ops.verify import verify_records
from records import queries
from records.directory import seed_if_empty
from records.notices import LedgerNotice
from settings import Settings, ensure_keys
from tests.rig import REQUEST, TO_WORK, Rig
from tests.waiting import patience, until
from workflows.client import CaseClient, NotAnswered

KILLS = 5
SOON = 0.06
"""Seconds after a command was sent within which a kill falls: some before the commit, some after."""

STEPS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("LK/focal-point", "submit", REQUEST),
    *TO_WORK,
    ("TH/focal-point", "add_outcome", {"title": "Patrols", "owner": "TH"}),
    *(("TH/focal-point", "progress", {"outcome": "Patrols", "value": value}) for value in range(15)),
    ("TH/focal-point", "done", {"outcome": "Patrols"}),
    ("AU/co-chair", "verify", {"outcome": "Patrols"}),
)


@dataclass
class Machine:
    """A rig whose Temporal server and worker are processes that can be killed; its mails go to a catcher."""

    parts: Rig
    catcher: Catcher
    processes: dict[str, ManagedProcess]
    acknowledged: dict[str, int] = field(default_factory=dict)

    async def kill(self, victim: str) -> None:
        """Kill with -9, and start again what was killed; Temporal before the worker."""
        victims = [name for name in self.processes if victim in (name, "both")]
        for name in victims:
            self.processes[name].kill()
        for name in victims:
            self.processes[name].start()
            await self.processes[name].wait_ready()

    async def act(self, number: int) -> None:
        """Give a step's command until it is acknowledged, always with the same id."""
        by, do, fields = STEPS[number]
        async with patience():
            while f"step-{number}" not in self.acknowledged:
                with suppress(NotAnswered):
                    done = await self.parts.act(by, do, fields, command_id=f"step-{number}")
                    self.acknowledged[f"step-{number}"] = done.seq

    async def all_told(self) -> None:
        """Until no notice waits any more."""
        await until(self.parts.all_sent)


@asynccontextmanager
async def machine(folder: Path, database_url: str | None) -> AsyncIterator[Machine]:
    """Everything started, and stopped at the end."""
    folder.mkdir()
    async with AsyncExitStack() as stack:
        catcher = await stack.enter_async_context(Catcher(folder / "mail"))
        settings = Settings(
            data_dir=folder,
            database_url=database_url,
            temporal_port=free_port(),
            smtp_port=catcher.port,
            history_limit=100,
        )
        ensure_keys(settings)
        await db.migrate(settings.database)
        engine = db.make_engine(settings)
        stack.push_async_callback(engine.dispose)
        await seed_if_empty(engine)
        server = await start_dev_server(settings, folder, port=settings.temporal_port)
        stack.callback(server.process.kill)
        works = ManagedProcess(
            Child(
                "worker",
                (sys.executable, "-m", "worker"),
                folder / "worker.log",
                env=settings.environment(),
                ready=worker_ready(server.connect_config, settings.task_queue),
            )
        )
        works.start()
        stack.callback(works.kill)
        await works.wait_ready()
        client = await worker.connect(settings)
        desk = CaseClient(
            client,
            settings.task_queue,
            signer=CommandSigner(settings.command_seed),
            history_limit=settings.history_limit,
        )
        parts = Rig(settings, client, engine, desk, Casework(engine, desk))
        yield Machine(parts, catcher, {"temporal": server.process, "worker": works})


@pytest.mark.slow
@pytest.mark.journey
@pytest.mark.parametrize(("seed", "kind"), [pytest.param(1, "sqlite", marks=pytest.mark.long), (2, "postgresql")])
async def test_nothing_is_lost_or_doubled_when_worker_and_server_are_killed(
    seed: int, kind: str, tmp_path: Path, database_of: Callable[[str], str | None]
) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same kills in every run
    kills = {number: dice.choice(["worker", "temporal", "both"]) for number in dice.sample(range(len(STEPS)), KILLS)}
    async with machine(tmp_path / "machine", database_of(kind)) as under_fire:
        for number in range(len(STEPS)):
            step = asyncio.create_task(under_fire.act(number))
            if number in kills:
                await asyncio.sleep(dice.uniform(0, SOON))
                await under_fire.kill(kills[number])
            await step
        await under_fire.all_told()

        parts = under_fire.parts
        entries = await parts.entries()
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        newest = {entry.command: entry.seq for entry in entries}
        assert newest == under_fire.acknowledged
        assert [str(fault) async for fault in verify_records(parts.engine, parts.client)] == []

        async with parts.engine.connect() as connection:
            (outcome,) = await queries.parts(connection, parts.reference, OutcomeRow)
        assert (outcome.state, outcome.body["entries"]) == ("verified", 15)
        assert (await parts.row()).stage == "operational"
        _each_told_once(under_fire.catcher, await parts.notices())


def _each_told_once(catcher: Catcher, notices: list[LedgerNotice]) -> None:
    """Each mail once; a notice without a mail is one that the ledger calls ambiguous, or waits for a digest as it may."""
    arrived = [str(mail.message["Message-ID"]) for mail in catcher.messages()]
    assert len(set(arrived)) == len(arrived)
    held = [notice for notice in notices if notice.state == "digest"]
    assert all(REGISTRY[notice.kind].pace is Pace.DIGEST and not notice.message_id for notice in held)
    assert {notice.state for notice in notices} <= {"sent", "ambiguous", "digest"}
    sent = {notice.message_id for notice in notices if notice.state == "sent"}
    assert sent <= set(arrived)
    assert len(arrived) <= len(notices)
