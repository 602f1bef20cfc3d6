"""Whoever reaches Temporal takes away what must be there beside the cases: it is noticed, and mended where it can be."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import typer
from sqlalchemy import text
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion, WorkflowIDConflictPolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig

import worker
from ops.commands.terminal import NOT_ANSWERED, as_command
from ops.doctor import examine
from ops.verify import verify_records
from tests.rig import Rig, rig
from tests.security.test_temporal_without_keys import temporal
from tests.waiting import until
from web.app import create_app
from web.kit.site import Site
from web.monitoring.health import look_at_work
from workflows import upkeep
from workflows.client import CaseClient, nudge_delivery
from workflows.delivery import NoticeDelivery
from workflows.upkeep import Watched


@pytest_asyncio.fixture
async def product(tmp_path: Path) -> AsyncIterator[Rig]:
    """The parts with all workers that a deployment has."""
    async with rig(tmp_path / "rig") as parts, worker.running(parts.settings, parts.client, parts.engine):
        await until(lambda: _well(parts))
        yield parts


async def _flaws(parts: Rig) -> list[str]:
    found = await parts.casework.flaws(parts.settings.delivery_queue, mailbox=False)
    return [flaw.said for flaw in found]


async def _well(parts: Rig) -> bool:
    return await _flaws(parts) == []


async def _noticed(parts: Rig) -> tuple[bool, bool]:
    """Whether the doctor finds workers and delivery well, and whether readiness says that commands are taken."""
    (finding,) = [one async for one in examine(parts.settings) if one.what.startswith("Workers")]
    seen = await look_at_work(Site(parts.settings, parts.engine, desk=parts.desk))
    return finding.well, not seen.stopped


async def test_search_attributes_that_are_removed_are_noticed_and_made_again(product: Rig) -> None:
    await product.submit()
    assert await _noticed(product) == (True, True)

    await temporal(product, "operator", "search-attribute", "remove", "--name", "AhgStage", "--name", "AhgDue", "--yes")

    assert await _flaws(product) == ["Temporal has lost the search attributes AhgStage, AhgDue"]
    assert await _noticed(product) == (False, False)
    await worker.mend_flaws(product.casework, product.settings)
    assert await _flaws(product) == []
    assert (await product.act("RSO/secretariat", "accept")).stage == "co_chair_review"


async def test_a_strange_deployment_that_takes_the_work_is_noticed_and_loses_it(product: Rig) -> None:
    plain = await Client.connect(**product.settings.temporal_connect_config())
    version = WorkerDeploymentVersion(deployment_name="strange", build_id="b1")
    versioned = WorkerDeploymentConfig(
        version=version, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.PINNED
    )
    queue = product.settings.task_queue
    async with Worker(
        plain,
        task_queue=queue,
        workflows=[NoticeDelivery],
        workflow_runner=UnsandboxedWorkflowRunner(),
        deployment_config=versioned,
    ):
        how = ["--deployment-name", "strange", "--build-id", "b1", "--ignore-missing-task-queues", "--yes"]

        async def set_current() -> bool:
            return not (await temporal(product, "worker", "deployment", "set-current-version", *how))[0]

        await until(set_current)
        await until(lambda: _said(product, f"new work of {queue} (workflows) goes to strange.b1"))
        assert await _noticed(product) == (False, False)

        await worker.mend_flaws(product.casework, product.settings)

        await until(lambda: _well(product))
        assert (await product.submit()).stage == "submitted"


async def _said(parts: Rig, begin: str) -> bool:
    return any(one.startswith(begin) for one in await _flaws(parts))


async def _occupy(parts: Rig, reference: str, **how: Any) -> None:
    plain = await Client.connect(**parts.settings.temporal_connect_config())
    await plain.start_workflow(**{"workflow": "Anything", "task_queue": "nobody", **how}, id=reference)


async def test_a_reference_that_a_strange_workflow_occupies_is_taken_all_the_same(product: Rig) -> None:
    first = (await product.submit()).reference
    year, queue = first.rpartition("-")[0], product.settings.task_queue
    following = [f"{year}-{int(first[-3:]) + more:03}" for more in (1, 2, 3)]
    delayed: dict[str, Any] = {"workflow": "Activation", "task_queue": queue, "start_delay": timedelta(days=1)}
    hows: list[dict[str, Any]] = [{}, delayed, {"workflow": "Activation"}]
    for reference, how in zip(following, hows, strict=True):
        await _occupy(product, reference, **how)

    for reference in following:
        assert (await product.submit()).reference == reference
        assert (await product.act("RSO/secretariat", "accept")).stage == "co_chair_review"


async def test_strange_workflows_under_ids_of_cases_to_come_are_named_and_ended(product: Rig) -> None:
    first = (await product.submit()).reference
    strange = "AHG-2031-001", f"{first}/R7"
    for one in strange:
        await _occupy(product, one)
    await _occupy(product, "AHG-of-others")

    await until(lambda: _said(product, "2 strange workflows stand under ids of cases or follow-ups"))

    assert (await _noticed(product)) == (False, True)
    seen = await look_at_work(Site(product.settings, product.engine, desk=product.desk))
    assert all(one in seen.strange[0] for one in strange)
    told = [str(one) async for one in verify_records(product.engine, product.client, queue=product.settings.task_queue)]
    assert len(told) == 1
    assert "2 strange workflows" in told[0]
    await worker.mend_flaws(product.casework, product.settings)

    await until(lambda: _well(product))
    assert (await product.act("RSO/secretariat", "accept")).stage == "co_chair_review"


async def test_a_strange_workflow_in_the_place_of_delivery_or_mailbox_is_named_and_ended(product: Rig) -> None:
    delivery, returns = map(product.client.get_workflow_handle, ("delivery", "returns"))

    async def runs() -> bool:
        return (await delivery.describe()).workflow_type == "Delivery"

    await until(runs)
    for one in ("delivery", "returns"):
        await _occupy(product, one, id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING)

    assert await _flaws(product) == [
        f"the workflow {one!r}: another workflow runs in its place" for one in ("delivery", "returns")
    ]
    assert await _noticed(product) == (False, True)
    await nudge_delivery(product.client, product.settings.delivery_queue)
    assert (await delivery.describe()).workflow_type == "Delivery"
    await worker.mend_flaws(product.casework, product.settings)
    assert (await returns.describe()).status is WorkflowExecutionStatus.TERMINATED  # no mailbox is set


@pytest.mark.parametrize("attack", ["terminated", "another in its place"])
async def test_a_delivery_that_is_held_up_is_noticed_and_begins_again(product: Rig, attack: str) -> None:
    await product.submit()
    delivery = product.client.get_workflow_handle("delivery")
    await delivery.terminate()
    async with product.engine.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        await connection.execute(
            text("UPDATE notices SET state = 'queued', next_attempt_at = NULL, queued_at = :then"), {"then": long_ago}
        )
    if attack != "terminated":
        plain = await Client.connect(**product.settings.temporal_connect_config())
        await plain.start_workflow("Anything", id="delivery", task_queue="nobody")

    assert await _said(product, "the workflow 'delivery': ")
    well, taken = await _noticed(product)
    assert (well, taken) == (False, True)  # cases go on; a page that is up is not cut off for it
    await worker.mend_flaws(product.casework, product.settings)

    told = await delivery.describe()
    assert (told.workflow_type, told.task_queue) == ("Delivery", product.settings.delivery_queue)
    assert not await _said(product, "the workflow")


async def test_a_delivery_whose_work_is_paused_is_noticed_and_goes_on(tmp_path: Path) -> None:
    async with rig(tmp_path / "rig") as parts:
        queue = parts.settings.delivery_queue
        runner = UnsandboxedWorkflowRunner()
        async with Worker(parts.client, task_queue=queue, workflows=[NoticeDelivery], workflow_runner=runner):
            await nudge_delivery(parts.client, queue)
            delivery = parts.client.get_workflow_handle("delivery")

            async def paused() -> list[bool]:
                return [one.paused for one in (await delivery.describe()).raw_description.pending_activities]

            async def scheduled() -> bool:
                return await paused() == [False]

            await until(scheduled)
            await temporal(parts, "activity", "pause", "--workflow-id", "delivery", "--activity-id", "1")
            assert await _said(parts, "the workflow 'delivery': its workflow is paused")

            await worker.mend_flaws(parts.casework, parts.settings)
            assert await paused() == [False]


async def test_a_namespace_that_was_deleted_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with rig(tmp_path / "rig") as parts:
        config = parts.settings.temporal_connect_config()
        config["namespace"] = "deleted"
        client = await Client.connect(**config)
        desk = CaseClient(client, parts.settings.task_queue)

        seen = await look_at_work(Site(parts.settings, parts.engine, desk=desk))
        assert seen.stopped == ("Temporal does not do what it is asked: Namespace deleted is not found.",)

        async def verified() -> None:
            assert [one async for one in verify_records(parts.engine, client)] == []

        with pytest.raises(typer.Exit) as ended:
            await asyncio.to_thread(as_command(verified))
        assert ended.value.exit_code == NOT_ANSWERED
        assert "Namespace deleted is not found" in " ".join(capsys.readouterr().err.split())


async def test_whether_workers_take_commands_is_known_to_readiness_and_the_doctor(tmp_path: Path) -> None:
    async with rig(tmp_path / "rig") as parts:

        async def ready() -> httpx.Response:
            transport = httpx.ASGITransport(create_app(parts.settings))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
                return await http.get("/readyz")

        nobody = await ready()
        assert nobody.status_code == 503
        assert nobody.json()["reasons"]["workers"] == "no worker takes the work of ahg-cases (workflows)"
        assert await _noticed(parts) == (False, False)

        async with worker.running(parts.settings, parts.client, parts.engine):
            await until(lambda: _well(parts))
            assert (await ready()).json()["status"] == "ready"

        # A worker that stands still or is gone asks for nothing any more; Temporal lists it for five minutes.
        watched = Watched(parts.settings.task_queue, parts.settings.delivery_queue)
        later = await upkeep.flaws(parts.client, watched, datetime.now(UTC) + timedelta(minutes=2))
        assert [flaw.stops for flaw in later] == [True, False, False]
        assert all(re.search(r"the last asked for it 1\d\d seconds ago", flaw.said) for flaw in later)
