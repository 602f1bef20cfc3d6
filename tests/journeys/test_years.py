"""Cases outlive their code: a step is added over parked cases, and the oldest case goes on through three versions."""

import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

import db
import worker
from benchmarks.releases import ReleasedCode, make_release
from benchmarks.years import ONE_FIELD_MORE, ONE_STEP_MORE, TURNS, add_a_step
from casework import Casework
from models.authentication import Means
from models.command_signing import CommandSigner
from models.log import Entry
from models.refusal import Refused
from models.tables import TABLES
from models.tables.cases import CaseRow
from ops.deployments import Ways, drain, promote
from ops.prepare import prepare_data_folder
from ops.processes import free_port
from ops.temporal_server import start_dev_server
from ops.verify import verify_records
from records import queries
from settings import Settings
from tests.journeys.folders.stories import AU, ID, REVIEW, RSO, SELECTION, TOLD_NOTHING, WORK, Step, decided
from tests.rig import rig
from tests.waiting import ANSWERED, PATIENCE, until
from workflows.client import CaseClient
from workflows.deployments import open_runs, run_of

FOLDERS = Path(__file__).with_name("folders").glob("*.tar.xz")
WAIVED = {"term": ["a", "b", "c"], "text": "Nothing of it was needed."}
EACH_TURN = len(TURNS) + sum(len(turn) > 1 for turn in TURNS)


@dataclass
class Posts:
    """The posts of one case of a folder, whatever workers run."""

    settings: Settings
    client: Client
    engine: AsyncEngine
    reference: str
    given: int = 0
    casework: Casework = field(init=False)

    def __post_init__(self) -> None:
        signer = CommandSigner(self.settings.command_seed)
        desk = CaseClient(self.client, self.settings.task_queue, signer=signer, patience=ANSWERED)
        self.casework = Casework(self.engine, desk)

    async def act(self, *steps: Step) -> None:
        """Give these commands, one after the other."""
        for by, do, fields in steps:
            self.given += 1
            await self.casework.act(
                do, fields, by=by, means=Means.SECOND_FACTOR, command_id=f"years-{self.given}", reference=self.reference
            )

    async def log(self) -> list[Entry]:
        """The log of the case."""
        async with self.engine.connect() as connection:
            return await queries.entries(connection, self.reference)

    async def row(self) -> CaseRow:
        """The case as lists show it."""
        async with self.engine.connect() as connection:
            row = await queries.case_row(connection, self.reference)
        assert row is not None
        return row

    async def build(self) -> str:
        """The version that the case runs on."""
        run = await run_of(self.client, self.reference)
        assert run is not None
        return run.build

    async def all_left(self, build: str) -> None:
        """Until nothing is left on a version; none has the empty name."""
        if not build:

            async def all_have_one() -> bool:
                return all(run.build for run in await open_runs(self.client))

            return await until(all_have_one)
        left = await drain(Ways.of(self.settings, self.client, self.engine), build, PATIENCE)
        assert left == []
        return None


async def deployed(release: ReleasedCode) -> None:
    """Make a release the current one by its own command."""
    said = await release.ahg("deploy", "promote", "--wait", str(PATIENCE))
    assert said.code == 0, said.text


async def reference_of(engine: AsyncEngine, title: str) -> str:
    """The reference of the case with this title."""
    cases = TABLES.tables["cases"]
    async with engine.connect() as connection:
        return str((await connection.execute(select(cases.c.reference).where(cases.c.title == title))).scalar_one())


def unpack(archive: Path, folder: Path) -> None:
    """A data folder as it was kept."""
    with tarfile.open(archive) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)  # since 3.11.4
        tar.extractall(folder)  # noqa: S202 - it is ours


@pytest.mark.long
@pytest.mark.journey
async def test_a_step_is_added_over_cases_at_every_turn_and_all_finish_with_it(tmp_path: Path) -> None:
    async with rig(tmp_path / "rig", smtp_port=1) as parts:
        found = await add_a_step(parts.settings, parts.client, parts.engine, EACH_TURN, PATIENCE)

    assert (found.closed, found.unclosed, found.skipped, found.faults) == (EACH_TURN, (), (), ())
    assert found.while_deployed > 0


@pytest.mark.long
@pytest.mark.journey
async def test_a_case_of_the_first_folder_that_was_kept_finishes_on_the_third_version_of_the_workers(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    unpack(min(FOLDERS), folder)
    settings = Settings(data_dir=folder, smtp_port=free_port())
    await prepare_data_folder(settings)
    server = await start_dev_server(settings, folder)
    try:
        settings = settings.model_copy(update={"temporal_port": server.port})
        client = await worker.connect(settings)
        async with db.open_engine(settings) as engine:
            posts = Posts(settings, client, engine, await reference_of(engine, "submitted"))
            second = make_release("v2", tmp_path / "v2", settings, ONE_STEP_MORE)
            third = make_release("v3", tmp_path / "v3", settings, (*ONE_STEP_MORE, ONE_FIELD_MORE))
            logged = await posts.log()
            async with second.workers():
                async with worker.running(settings.model_copy(update={"worker_build": "v1"}), client, engine):
                    await promote(Ways.of(settings, client, engine), "v1", PATIENCE, lambda _done, _of: None)
                    await posts.all_left("")
                    await posts.act(*REVIEW, *decided("activation", AU))
                    assert await posts.build() == "v1"

                    await deployed(second)
                    await posts.all_left("v1")
                async with third.workers():
                    await posts.act(*decided("activation", ID), *WORK[len(SELECTION) :])
                    assert await posts.build() == "v2"

                    await deployed(third)
                    await posts.all_left("v2")
                    await posts.act((RSO, "open_report", {"kind": "final"}), (AU, "waive", WAIVED), *TOLD_NOTHING)
                    assert await posts.build() == "v3"
                    with pytest.raises(Refused, match="last word"):
                        await posts.act((RSO, "close", {}))
                    await posts.act(
                        (RSO, "situation_update", {"text": "Tidak ada kapal."}), (RSO, "close", {}), *decided("closure")
                    )
                    entries = await posts.log()
            assert (await posts.row()).stage == "closed"
            assert entries[: len(logged)] == logged
            assert [str(fault) async for fault in verify_records(engine, client)] == []
    finally:
        await server.process.stop()
