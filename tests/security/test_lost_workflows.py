"""Whoever reaches Temporal can stop or delete a workflow: it is noticed everywhere, and healed from the log."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import text
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker

import worker
from activities.record import Recorder
from casework import Casework
from models.refusal import Refused
from ops.doctor import examine
from ops.scenarios.reading import read_scenario
from ops.scenarios.simulation import simulation
from ops.temporal_server import start_dev_server
from ops.verify import verify_records
from records import queries
from tests.defenceless import defenceless
from tests.rig import Rig, again, rig, working
from tests.waiting import until
from tests.workflows.changed import Changed
from web.kit.site import Site
from web.monitoring.health import look_at_work
from worker import trust_of
from workflows.client import NotAnswered
from workflows.lifesigns import Stranded
from workflows.recommendation import RecommendationFollowUp
from workflows.signed_commands import SignedCommands

SCENARIO = Path(__file__).parents[1] / "scenarios" / "two-reports.yaml"
APPROVE = {"gate": "activation", "position": "approve"}


async def terminate(parts: Rig, stream: str) -> None:
    await parts.client.get_workflow_handle(stream).terminate("by whoever reaches the port")


async def delete(parts: Rig, stream: str) -> None:
    request = DeleteWorkflowExecutionRequest(
        namespace=parts.client.namespace, workflow_execution=WorkflowExecution(workflow_id=stream)
    )
    await parts.client.workflow_service.delete_workflow_execution(request)

    async def gone() -> bool:
        return (await parts.casework.stranded()).get(stream) is Stranded.MISSING

    await until(gone)


async def noticed(parts: Rig, stream: str) -> list[str]:
    """What the three places say of it: verify, doctor, readiness."""
    faults = [str(fault) async for fault in verify_records(parts.engine, parts.client)]
    findings = [finding async for finding in examine(parts.settings) if finding.what == "Cases" and not finding.well]
    ready = await look_at_work(Site(parts.settings, parts.engine, desk=parts.desk))
    return [
        *[fault for fault in faults if stream in fault],
        *[finding.seen for finding in findings if stream in finding.seen],
        *([f"{ready.lost} lost"] if ready.lost else []),
    ]


@pytest.mark.parametrize(
    ("attack", "matter"), [(terminate, Stranded.STOPPED), (delete, Stranded.MISSING)], ids=["terminated", "deleted"]
)
async def test_a_case_whose_workflow_is_gone_is_noticed_and_goes_on_from_its_log(
    played: Rig, attack: Callable[..., object], matter: Stranded
) -> None:
    await played.submit()
    await played.act("RSO/secretariat", "accept")
    await played.act("AU/co-chair", "decide", APPROVE, command_id="Australia")
    assert await noticed(played, played.reference) == []
    before = await played.entries()

    await attack(played, played.reference)  # type: ignore[misc]

    assert len(await noticed(played, played.reference)) == 3
    assert await played.casework.stranded() == {played.reference: matter}
    with pytest.raises(NotAnswered, match="begins again from its log"):  # neither "has ended" nor "there is none"
        await played.act("ID/co-chair", "decide", APPROVE)
    await played.casework.revive(played.reference)
    assert await noticed(played, played.reference) == []
    # The state is that of the log: the position stands, what comes twice is done once, and the case goes on.
    same = await played.act("AU/co-chair", "decide", APPROVE, command_id="Australia")
    assert same.seq <= before[-1].seq
    assert await played.entries() == before
    assert (await played.act("ID/co-chair", "decide", APPROVE)).stage == "participant_selection"
    assert [str(fault) async for fault in verify_records(played.engine, played.client)] == []


async def test_a_follow_up_whose_workflow_is_gone_goes_on_from_its_log() -> None:
    async with simulation(read_scenario(SCENARIO), lambda line: None) as play:
        await play.play()
        casework = Casework(play.engine, play.desk)
        assert await casework.stranded() == {}
        async with play.engine.connect() as connection:
            stream = next(one for one in await queries.open_logs(connection) if "/R" in one)
            before = await queries.entries(connection, stream)
        await play.client.get_workflow_handle(stream).terminate()

        assert await casework.stranded() == {stream: Stranded.STOPPED}
        await casework.revive(stream)

        assert await casework.stranded() == {}
        state = await play.client.get_workflow_handle(stream).query(RecommendationFollowUp.state)
        assert (state.seq, state.head) == (before[-1].seq, before[-1].hash)

        # Another one stood under its id before it could begin: then it has no log.
        async with play.engine.begin() as connection:
            await defenceless(connection)
            await connection.execute(text("DELETE FROM entries WHERE stream = :stream"), {"stream": stream})
            await connection.execute(text("DELETE FROM follow_ups WHERE state NOT IN ('declined', 'done')"))
            await connection.execute(text("DELETE FROM record_leaves"))
        anew = WorkflowIDConflictPolicy.TERMINATE_EXISTING
        await play.client.start_workflow("Anything", id=stream, task_queue="nobody", id_conflict_policy=anew)

        assert await casework.stranded() == {stream: Stranded.FOREIGN}
        await worker.bring_back_lost(casework)

        async def begun() -> bool:
            async with play.engine.connect() as connection:
                return bool(await queries.entries(connection, stream))

        await until(begun)


async def test_a_case_that_a_new_version_cannot_go_on_with_is_noticed_and_begun_again(tmp_path: Path) -> None:
    async with rig(tmp_path / "rig") as parts, AsyncExitStack() as stack:
        async with working(parts):
            await parts.submit()
        recorder = Recorder(parts.engine, trust_of(parts.settings))
        stack.callback(recorder.close)
        newer = Worker(
            parts.client,
            task_queue=parts.settings.task_queue,
            workflows=[Changed],
            activities=[recorder.record, recorder.read_ahead],
            workflow_runner=worker.sandbox(),
            max_cached_workflows=0,
        )
        await stack.enter_async_context(newer)
        await parts.client.get_workflow_handle(parts.reference).signal("nudge")

        async def stuck() -> bool:
            return await parts.casework.stranded() == {parts.reference: Stranded.UNFIT}

        await until(stuck)
        assert len(await noticed(parts, parts.reference)) == 3
        await worker.bring_back_lost(parts.casework)

        assert (await parts.act("RSO/secretariat", "accept")).stage == "co_chair_review"
        assert await parts.casework.stranded() == {}


async def test_a_worker_replays_what_is_open_and_begins_again_what_it_cannot_go_on_with(tmp_path: Path) -> None:
    async with rig(tmp_path / "rig") as parts:
        async with working(parts):
            await parts.submit()
            fits = (await parts.client.get_workflow_handle(parts.reference).describe()).run_id
            first = parts.reference
        recorder = Recorder(parts.engine, trust_of(parts.settings))
        async with AsyncExitStack() as stack:
            stack.callback(recorder.close)
            older = Worker(
                parts.client,
                task_queue=parts.settings.task_queue,
                workflows=[Changed],
                activities=[recorder.record, recorder.read_ahead],
                workflow_runner=worker.sandbox(),
                interceptors=[SignedCommands(trust_of(parts.settings).keys)],
            )
            await stack.enter_async_context(older)
            await parts.submit()

        await worker.begin_unfit_again(parts.client, parts.casework)

        async with working(parts):
            assert (await parts.act("RSO/secretariat", "accept")).stage == "co_chair_review"
            assert await parts.casework.stranded(state=True) == {}
        assert (await parts.client.get_workflow_handle(first).describe()).run_id == fits


async def test_another_workflow_in_the_place_of_a_case_is_noticed_and_ended(played: Rig) -> None:
    await played.submit()
    await terminate(played, played.reference)
    plain = await Client.connect(**played.settings.temporal_connect_config())
    anew = WorkflowIDConflictPolicy.TERMINATE_EXISTING
    for kind in ("Anything", "Activation"):
        await plain.start_workflow(kind, id=played.reference, task_queue="nobody", id_conflict_policy=anew)

        assert await played.casework.stranded() == {played.reference: Stranded.FOREIGN}
        told = [str(one) async for one in verify_records(played.engine, plain, queue=played.settings.task_queue)]
        assert any("another workflow runs in its place" in one for one in told)
        await played.casework.revive(played.reference, anew=True)
    assert (await played.act("RSO/secretariat", "accept")).stage == "co_chair_review"
    assert await played.casework.stranded(state=True) == {}


async def test_a_case_that_is_set_back_is_noticed_and_goes_on_from_its_log(played: Rig) -> None:
    await played.submit()
    early = await played.desk.state(played.reference)
    await played.act("RSO/secretariat", "accept")
    await played.act("AU/co-chair", "decide", APPROVE)
    await terminate(played, played.reference)
    await played.desk.begin_again(early)  # as with a sealed state that was copied from the case's own history

    assert await played.casework.stranded(state=True) == {played.reference: Stranded.BEHIND}
    assert len(await noticed(played, played.reference)) == 3
    await played.casework.revive(played.reference, anew=True)
    assert await played.casework.stranded(state=True) == {}
    assert (await played.act("ID/co-chair", "decide", APPROVE)).stage == "participant_selection"


async def test_who_acts_on_a_case_that_was_set_back_is_judged_by_its_log(played: Rig) -> None:
    await played.submit()
    early = await played.desk.state(played.reference)
    await played.act("RSO/secretariat", "accept")
    await played.act("AU/co-chair", "decide", APPROVE)
    await terminate(played, played.reference)
    await played.desk.begin_again(early)

    assert (await played.act("ID/co-chair", "decide", APPROVE)).stage == "participant_selection"
    assert await played.casework.stranded(state=True) == {}


async def test_a_case_that_ended_after_the_copy_of_the_records_was_made_is_not_begun_again_by_itself(
    played: Rig,
) -> None:
    await played.submit()
    await played.act("LK/focal-point", "withdraw", {"text": "It is settled."})
    await played.client.get_workflow_handle(played.reference).result()
    async with played.engine.begin() as connection:  # as an older copy has it
        await connection.execute(text("UPDATE cases SET stage = 'submitted'"))

    assert await played.casework.stranded() == {played.reference: Stranded.COMPLETED}
    assert not Stranded.COMPLETED.gone


async def test_a_case_that_goes_on_is_left_alone_and_one_that_is_over_is_not_begun_again(played: Rig) -> None:
    await played.submit()
    run = (await played.client.get_workflow_handle(played.reference).describe()).run_id
    await played.casework.revive(played.reference)
    assert (await played.client.get_workflow_handle(played.reference).describe()).run_id == run

    await played.act("LK/focal-point", "withdraw", {"text": "It is settled."})
    with pytest.raises(Refused, match="Nothing is awaited"):
        await played.casework.revive(played.reference)
    with pytest.raises(Refused, match="There is no case"):
        await played.casework.revive("AHG-2026-999")


async def test_all_cases_go_on_after_temporal_has_lost_its_database(tmp_path: Path) -> None:
    async with rig(tmp_path / "rig") as parts:
        async with working(parts):
            await parts.submit()
            await parts.act("RSO/secretariat", "accept")
            first = parts.reference
            await parts.submit()
        server = await start_dev_server(parts.settings, tmp_path, in_memory=True)
        try:
            parts.settings = parts.settings.model_copy(update={"temporal_port": server.port})
            async with again(parts) as later, working(later):
                lost = await later.casework.stranded()
                assert lost == {first: Stranded.MISSING, parts.reference: Stranded.MISSING}
                for stream in lost:
                    await later.casework.revive(stream)
                later.reference = first
                assert (await later.act("AU/co-chair", "decide", APPROVE)).stage == "co_chair_review"
                assert (await later.act("ID/co-chair", "decide", APPROVE)).stage == "participant_selection"
                assert await later.casework.stranded() == {}
                assert [str(fault) async for fault in verify_records(later.engine, later.client)] == []
        finally:
            server.process.kill()
