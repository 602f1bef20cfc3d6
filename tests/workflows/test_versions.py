"""Two versions of the workers beside each other: cases go over to the new one, and nothing is lost on the way.

What ``ahg deploy`` does beside that is in ``tests/ops/test_deploy.py``.
"""

import asyncio
import os
import shlex
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode
from typer.testing import CliRunner, Result

import cli
import worker
from models.case import Case
from models.refusal import Refused
from ops.catcher import Catcher
from ops.processes import free_port
from ops.replay import nudge_all
from ops.temporal_server import find_temporal
from ops.verify import runs_of, verify_records
from records import ledger
from tests.rig import REQUEST, Rig, rig
from tests.waiting import until
from workflows import deployments
from workflows.names import DELIVERY_ID

_RESCUE = {"grounds": [{"ground": "rescue"}]}


@pytest_asyncio.fixture
async def catcher(tmp_path: Path) -> AsyncIterator[Catcher]:
    """Where mails go, in the tests that let them go anywhere."""
    async with Catcher(tmp_path / "mail") as caught:
        yield caught


@pytest_asyncio.fixture
async def parts(tmp_path: Path, catcher: Catcher, database_url: str) -> AsyncIterator[Rig]:
    """The parts without a worker."""
    async with rig(tmp_path / "rig", database_url=database_url, smtp_port=catcher.port) as made:
        yield made


@asynccontextmanager
async def workers(parts: Rig, build: str) -> AsyncIterator[None]:
    """The workers of a version, as a deployment runs them; the server knows them."""
    settings = parts.settings.model_copy(update={"worker_build": build})
    async with worker.running(settings, parts.client, parts.engine):
        while f" {build} " not in await temporal(parts, "worker deployment describe --name ahg", fails=True):
            pass  # the server hears of a version when its workers ask it for work
        yield


async def temporal(parts: Rig, command: str, *, fails: bool = False) -> str:
    """What Temporal's own command line says; ``command`` is what follows ``temporal``."""
    process = await asyncio.create_subprocess_exec(
        find_temporal(parts.settings),
        *shlex.split(command.replace("\\\n", " ")),
        env={**os.environ, "TEMPORAL_ADDRESS": f"127.0.0.1:{parts.settings.temporal_port}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode()
    assert fails or process.returncode == 0, said
    return said


async def make_current(parts: Rig, build: str) -> None:
    """New cases begin on this version, and others are to go over to it."""

    async def is_current() -> bool:
        try:
            await deployments.make_current(parts.client, build)
        except RPCError as error:  # the server hears of each queue of a version when its workers ask it for work
            if error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
                raise
            return False
        return True

    await until(is_current)


async def ahg(parts: Rig, *words: str) -> Result:
    """`ahg` as a shell would run it."""
    return await asyncio.to_thread(CliRunner().invoke, cli.app, words, env=parts.settings.environment())


async def build_of(parts: Rig, workflow_id: str) -> str:
    """The version that a workflow's newest run is pinned to."""
    described = await parts.client.get_workflow_handle(workflow_id).describe()
    versioning = described.raw_description.workflow_execution_info.versioning_info
    return str(versioning.deployment_version.build_id)


async def on_version(parts: Rig, workflow_id: str, build: str) -> None:
    """Until the workflow is pinned to this version."""

    async def pinned() -> bool:
        return await build_of(parts, workflow_id) == build

    await until(pinned)


async def left_on(parts: Rig, build: str) -> list[str]:
    """The open workflows of a version, as Temporal lists them."""
    return [run.id for run in await deployments.open_runs(parts.client) if run.build == build]


async def listed(parts: Rig, *workflow_ids: str) -> None:
    """Until Temporal's index has these among the open workflows: it follows a moment later."""
    query = "ExecutionStatus = 'Running'"
    while not set(workflow_ids) <= {one.id async for one in parts.client.list_workflows(query)}:
        pass


async def all_told(parts: Rig) -> None:
    """Until no notice waits and the delivery has ended."""
    delivery = parts.client.get_workflow_handle(DELIVERY_ID)
    while True:
        async with parts.engine.connect() as connection:
            waits = await ledger.any_waiting(connection)
        if not waits and (await delivery.describe()).status is WorkflowExecutionStatus.COMPLETED:
            return


async def faults(parts: Rig) -> list[str]:
    return [str(fault) async for fault in verify_records(parts.engine, parts.client)]


async def states(parts: Rig, references: list[str]) -> list[Case]:
    return [await parts.desk.state(reference) for reference in references]


async def test_a_deployment_takes_every_idle_case_over_with_its_state(parts: Rig) -> None:
    async with AsyncExitStack() as old, AsyncExitStack() as new:
        await old.enter_async_context(workers(parts, "v1"))
        await make_current(parts, "v1")
        cases = [(await parts.submit(title=f"Case {number}")).reference for number in range(3)]
        await parts.act("RSO/secretariat", "accept")
        await listed(parts, *cases)
        before = await states(parts, cases)

        replayed = await ahg(parts, "replay")
        assert replayed.exit_code == 0, replayed.output
        await new.enter_async_context(workers(parts, "v2"))
        await make_current(parts, "v2")
        nudged = await ahg(parts, "nudge")
        assert (nudged.exit_code, nudged.stdout.split()[0] >= "3") == (0, True), nudged.output
        for case in cases:
            await on_version(parts, case, "v2")
        await all_told(parts)
        while await left_on(parts, "v1"):
            pass  # Temporal's index follows a moment later

        await old.aclose()
        assert await states(parts, cases) == before
        assert [len(await runs_of(parts.client, case)) for case in cases] == [2, 2, 2]
        for case, done in zip(cases, ("accept", "accept", "join"), strict=True):
            parts.reference = case
            await parts.act(
                {"accept": "RSO/secretariat", "join": "BD/focal-point"}[done], done, _RESCUE if done == "join" else {}
            )
            assert (await parts.row()).stage == "co_chair_review"
        assert await faults(parts) == []


async def test_a_case_that_gets_a_command_goes_over_without_a_nudge(parts: Rig) -> None:
    async with AsyncExitStack() as old, AsyncExitStack() as new:
        await old.enter_async_context(workers(parts, "v1"))
        await make_current(parts, "v1")
        await parts.submit()
        await new.enter_async_context(workers(parts, "v2"))
        await make_current(parts, "v2")

        first = await parts.act("RSO/secretariat", "accept", command_id="c1")
        others = iter(("BD", "NZ", "LA", "PH", "VN", "NP", "PK", "IR", "KH", "MM"))
        while await build_of(parts, parts.reference) != "v2":  # the server tells its parts of a version one by one
            await asyncio.sleep(0.2)
            await parts.act(f"{next(others)}/focal-point", "join", _RESCUE)
        await old.aclose()

        again = await parts.act("RSO/secretariat", "accept", command_id="c1")
        assert again.seq == first.seq
        await parts.act("AU/co-chair", "decide", {"position": "approve"})
        done = await parts.act("ID/co-chair", "decide", {"position": "approve"})
        assert done.stage == "participant_selection"
        assert await faults(parts) == []


async def test_commands_given_while_a_case_goes_over_are_all_taken_once(parts: Rig) -> None:
    async with AsyncExitStack() as old, workers(parts, "v2"):
        await old.enter_async_context(workers(parts, "v1"))
        await make_current(parts, "v1")
        await parts.submit()
        await listed(parts, parts.reference)
        await make_current(parts, "v2")
        members = ("BD", "NZ", "LA", "PH", "VN", "NP", "PK", "IR", "KH", "MM")

        async def join(member: str) -> int:
            return (await parts.act(f"{member}/focal-point", "join", _RESCUE, command_id=f"join-{member}")).seq

        seqs = await asyncio.gather(*map(join, members), nudge_all(parts.client))
        await on_version(parts, parts.reference, "v2")
        await old.aclose()

        assert len(set(seqs[:-1])) == len(members)
        joined = [str(entry.by) for entry in await parts.entries() if entry.type == "joined"]
        assert sorted(joined) == sorted(f"{member}/focal-point" for member in members)
        assert [await join(member) for member in members] == list(seqs[:-1])
        assert await faults(parts) == []


async def test_a_delivery_that_waits_for_the_mail_server_goes_over(tmp_path: Path) -> None:
    port = free_port()
    async with rig(tmp_path / "rig", smtp_port=port) as parts, AsyncExitStack() as old, AsyncExitStack() as new:
        await old.enter_async_context(workers(parts, "v1"))
        await make_current(parts, "v1")
        await parts.submit()
        while not any(notice.reply for notice in await parts.notices()):
            pass  # until the delivery has found no mail server
        await listed(parts, DELIVERY_ID)

        await new.enter_async_context(workers(parts, "v2"))
        await make_current(parts, "v2")
        await nudge_all(parts.client)
        await on_version(parts, DELIVERY_ID, "v2")
        await on_version(parts, parts.reference, "v2")
        await old.aclose()

        async with Catcher(tmp_path / "mail", port=port) as catcher:
            await parts.act("RSO/secretariat", "accept")
            while "sent" not in {notice.state for notice in await parts.notices()}:
                pass
            assert catcher.messages()


async def test_a_case_that_ended_on_a_version_that_is_gone_has_ended(parts: Rig) -> None:
    async with workers(parts, "v1"):
        await make_current(parts, "v1")
        await parts.act("LK/focal-point", "submit", REQUEST)
        await parts.act("LK/focal-point", "withdraw", command_id="w1")
        await parts.client.get_workflow_handle(parts.reference).result()

    async with workers(parts, "v2"):
        await make_current(parts, "v2")
        with pytest.raises(Refused, match="does not change any more"):
            await parts.act("LK/focal-point", "withdraw", command_id="w2")
        assert (await parts.act("LK/focal-point", "withdraw", command_id="w1")).stage == "withdrawn"
