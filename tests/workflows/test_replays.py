"""Which open histories are replayed, and that each is told what is the matter with it."""

import sys
from contextlib import AsyncExitStack
from pathlib import Path

from temporalio.worker import Worker
from temporalio.workflow import NondeterminismError

import models
import worker
import workflows
from activities.record import Recorder
from tests.rig import Rig, rig, working
from tests.waiting import until
from tests.workflows.changed import Changed
from worker import trust_of
from workflows import code_version as module
from workflows.code_version import code_version
from workflows.replays import open_histories, replay_all
from workflows.signed_commands import SignedCommands

OTHER = "ahg of another day"


async def to_replay(parts: Rig, but_of: str | None = None) -> set[str]:
    return {history.workflow_id async for history in open_histories(parts.client, but_of=but_of)}


async def known_as_carried_on_by(parts: Rig, code: str, *workflow_ids: str) -> None:
    """Until Temporal's index has that this code has carried them on: it follows a moment later."""
    query = f"ExecutionStatus = 'Running' AND BuildIds = 'unversioned:{code}'"

    async def listed() -> bool:
        return set(workflow_ids) <= {one.id async for one in parts.client.list_workflows(query)}

    await until(listed)


async def test_what_this_code_carried_on_last_is_not_replayed_again(tmp_path: Path) -> None:
    async with rig(tmp_path / "rig") as parts:
        async with working(parts):
            ours = (await parts.submit()).reference
            back = (await parts.submit()).reference
        async with working(parts, code=OTHER):
            theirs = (await parts.submit()).reference
            parts.reference = back
            await parts.act("RSO/secretariat", "accept")  # it was ours first
        await known_as_carried_on_by(parts, code_version(), ours, back)
        await known_as_carried_on_by(parts, OTHER, theirs, back)

        assert await to_replay(parts, code_version()) == {theirs, back}
        assert await to_replay(parts, OTHER) == {ours}
        assert await to_replay(parts) == {ours, theirs, back}

        async with working(parts):
            parts.reference = theirs
            await parts.act("RSO/secretariat", "accept")
            await known_as_carried_on_by(parts, code_version(), theirs)
            assert await to_replay(parts, code_version()) == {back}


async def test_each_history_of_many_is_told_its_own_fault(tmp_path: Path) -> None:
    async with rig(tmp_path / "rig") as parts, AsyncExitStack() as stack:
        fit, unfit = set(), set()
        recorder = Recorder(parts.engine, trust_of(parts.settings))
        stack.callback(recorder.close)
        for _ in range(4):
            async with working(parts):
                fit.add((await parts.submit()).reference)
            async with Worker(
                parts.client,
                task_queue=parts.settings.task_queue,
                workflows=[Changed],
                activities=[recorder.record, recorder.read_ahead],
                workflow_runner=worker.sandbox(),
                interceptors=[SignedCommands(trust_of(parts.settings).keys)],
            ):
                unfit.add((await parts.submit()).reference)

        async def both_listed() -> bool:
            return await to_replay(parts) == fit | unfit

        await until(both_listed)
        histories = open_histories(parts.client)
        found = {
            one: fault
            async for one, fault in replay_all(histories, parts.client.data_converter, parts.client.namespace)
        }
        assert {one for one, fault in found.items() if fault is None} == fit
        assert {one for one, fault in found.items() if isinstance(fault, NondeterminismError)} == unfit


def test_the_name_of_the_code_covers_every_module_that_a_workflow_can_load() -> None:
    covered = {name for name, _ in module._parts()}
    for package in (workflows, models):
        root = Path(package.__path__[0]).parent
        loaded = [
            Path(file).relative_to(root).as_posix()
            for name, one in sys.modules.items()
            if name.partition(".")[0] == package.__name__ and (file := one.__file__)
        ]
        assert loaded
        assert set(loaded) <= covered
    assert {"python", "temporalio", "pydantic_core"} <= covered


async def test_what_runs_and_is_not_listed_yet_is_replayed_and_what_has_ended_or_never_was_is_not(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path / "rig") as parts, working(parts):
        ended = (await parts.submit()).reference
        await parts.client.get_workflow_handle(ended).terminate()
        runs = (await parts.submit()).reference

        found = {one.workflow_id async for one in open_histories(parts.client, [runs, ended, "AHG-2026-999"])}

        assert runs in found
        assert found & {ended, "AHG-2026-999"} == set()
