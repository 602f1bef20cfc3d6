"""The product in one test's hands: a Temporal server in memory, records in a file, workers, and the way in."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.worker import Worker

import db
import worker
from activities.record import Recorder
from casework import Casework, CommandResult
from models.authentication import Means, PasskeyTouch
from models.command_signing import CommandKeys, CommandSigner
from models.log import Entry
from models.tables.cases import CaseRow
from ops.temporal_server import start_dev_server
from records import ledger, queries
from records.directory import seed_if_empty
from records.notices import LedgerNotice, notices_of_case
from settings import Settings, ensure_keys
from tests.newest_schema import newest_file
from tests.waiting import ANSWERED
from worker import trust_of
from workflows.activation import Activation
from workflows.client import CaseClient
from workflows.code_version import code_version
from workflows.recommendation import RecommendationFollowUp
from workflows.signed_commands import SignedCommands

REQUEST: Mapping[str, Any] = {
    "title": "Boats in the strait of many names",
    "situation": "Boats leave by night and transit three members.",
    "affected": ["MY", "TH"],
    "grounds": [{"ground": "landing"}],
}

_APPROVE = {"position": "approve"}
TO_WORK: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("RSO/secretariat", "accept", {}),
    ("AU/co-chair", "decide", {"gate": "activation", **_APPROVE}),
    ("ID/co-chair", "decide", {"gate": "activation", **_APPROVE}),
    ("AU/co-chair", "decide", {"gate": "participants", **_APPROVE}),
    ("ID/co-chair", "decide", {"gate": "participants", **_APPROVE}),
    ("TH/focal-point", "respond", {"answer": "accept"}),
    ("MY/focal-point", "respond", {"answer": "accept"}),
    ("IOM/focal-point", "respond", {"answer": "accept"}),
    ("ID/co-chair", "convene", {}),
)
"""What brings a case of Sri Lanka from its submission to the group's work: post, command, fields."""


@dataclass
class Rig:
    """The parts; ``act`` gives a command to the case that was submitted last."""

    settings: Settings
    client: Client
    engine: AsyncEngine
    desk: CaseClient
    casework: Casework
    reference: str = ""

    async def act(
        self,
        by: str,
        do: str,
        fields: Mapping[str, Any] | None = None,
        *,
        command_id: str | None = None,
        seen: int | None = None,
        means: Means = Means.SECOND_FACTOR,
        touch: PasskeyTouch | None = None,
    ) -> CommandResult:
        """Give a command; raises Refused."""
        reference = None if do in ("submit", "draft") else self.reference
        done = await self.casework.act(
            do,
            fields or {},
            by=by,
            means=means,
            command_id=command_id or uuid4().hex,
            reference=reference,
            seen=seen,
            touch=touch,
        )
        self.reference = done.reference or self.reference
        return done

    async def submit(self, **fields: Any) -> CommandResult:
        """A request of Sri Lanka, submitted."""
        return await self.act("LK/focal-point", "submit", {**REQUEST, **fields})

    async def to_work(self) -> None:
        """A request of Sri Lanka, brought to the group's work."""
        await self.submit()
        for by, do, fields in TO_WORK:
            await self.act(by, do, fields)

    async def entries(self, stream: str | None = None) -> list[Entry]:
        """The log of the case."""
        async with self.engine.connect() as connection:
            return await queries.entries(connection, stream or self.reference)

    async def row(self) -> CaseRow:
        """The case as lists show it."""
        async with self.engine.connect() as connection:
            row = await queries.case_row(connection, self.reference)
        assert row is not None
        return row

    async def all_sent(self) -> bool:
        """Whether no notice waits to be sent."""
        async with self.engine.connect() as connection:
            return not await ledger.any_waiting(connection)

    async def notices(self) -> list[LedgerNotice]:
        """The ledger of the case."""
        async with self.engine.connect() as connection:
            return await notices_of_case(connection, self.reference)


@asynccontextmanager
async def rig(folder: Path, *, database_url: str | None = None, **chosen: Any) -> AsyncIterator[Rig]:
    """The parts without a worker; ``chosen`` are settings. References begin at a number of this rig's own."""
    folder.mkdir(exist_ok=True)
    settings = Settings(data_dir=folder, database_url=database_url, **chosen)
    ensure_keys(settings)
    async with AsyncExitStack() as stack:
        server = await start_dev_server(settings, folder, in_memory=True)
        stack.callback(server.process.kill)
        settings = settings.model_copy(update={"temporal_port": server.port})
        if database_url is None and not (folder / "ahg.db").exists():
            shutil.copyfile(newest_file(), folder / "ahg.db")
        else:
            await db.migrate(settings.database)
        engine = db.make_engine(settings)
        stack.push_async_callback(engine.dispose)
        await seed_if_empty(engine)
        client = await worker.connect(settings)
        desk = CaseClient(
            client,
            settings.task_queue,
            signer=CommandSigner(settings.command_seed),
            history_limit=settings.history_limit,
            patience=ANSWERED,
        )
        yield Rig(settings, client, engine, desk, Casework(engine, desk))


@asynccontextmanager
async def working(
    parts: Rig, *, recorder: Recorder | None = None, cached: int = 1000, code: str | None = None
) -> AsyncIterator[Worker]:
    """A worker for cases alone, with a recorder of the test's; ``cached`` 0: no step finds its case in memory; ``code``:
    which version of the code it says that it is.
    """
    recorder = recorder or Recorder(parts.engine, trust_of(parts.settings))
    try:
        async with Worker(
            parts.client,
            task_queue=parts.settings.task_queue,
            workflows=[Activation, RecommendationFollowUp],
            activities=[recorder.record, recorder.read_ahead, recorder.read_told, recorder.read_left_out],
            workflow_runner=worker.sandbox(),
            build_id=code or code_version(),
            max_cached_workflows=cached,
            interceptors=[SignedCommands(CommandKeys(parts.settings.command_publics))],
        ) as cases:
            yield cases
    finally:
        recorder.close()


@asynccontextmanager
async def again(parts: Rig) -> AsyncIterator[Rig]:
    """The same parts as another process sees them: a client of its own, with the keys as they are now."""
    client = await worker.connect(parts.settings)
    desk = CaseClient(
        client,
        parts.settings.task_queue,
        signer=CommandSigner(parts.settings.command_seed),
        history_limit=parts.settings.history_limit,
        patience=ANSWERED,
    )
    yield replace(parts, client=client, desk=desk, casework=Casework(parts.engine, desk))
