"""`ahg deploy`: worker processes of different versions on one server, and cases that go over from one to the other.

What the code of another version must say is said by a process of its own; all else by this one.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest_asyncio
from typer.testing import CliRunner

import cli
import worker
from benchmarks.releases import ROOT, Change, ReleasedCode, make_release
from ops.catcher import Catcher
from ops.verify import verify_records
from tests.rig import Rig, rig
from tests.waiting import PATIENCE, until

WAIT = str(PATIENCE)
CARELESS = Change(
    "workflows/activation.py",
    '        """Go from stage to stage until the case ends; return the last stage."""\n',
    "        await workflow.sleep(timedelta(seconds=1))\n",
)
"""A timer more, without `workflow.patched`."""


ONE_FIELD_MORE = Change(
    "models/case/__init__.py", "    updates: int = 0\n", "    updates: int = 0\n    seen_by: str = ''\n"
)
"""In the state of a case: a version of before cannot read it."""


@pytest_asyncio.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Rig]:
    """The parts without a worker."""
    async with Catcher(tmp_path / "mail") as catcher, rig(tmp_path / "rig", smtp_port=catcher.port) as made:
        yield made


async def ahg(parts: Rig, build: str, *words: str) -> tuple[int, str]:
    """The exit code of a command of the code here as this version, and what it says."""
    env = {**parts.settings.environment(), "AHG_WORKER_BUILD": build, "COLUMNS": "200"}
    done = await asyncio.to_thread(CliRunner().invoke, cli.app, words, env=env)
    return done.exit_code, done.output


async def well(parts: Rig, build: str, *words: str) -> str:
    """What a command says that must succeed."""
    code, said = await ahg(parts, build, *words)
    assert code == 0, said
    return said


async def refused(parts: Rig, build: str, *words: str) -> str:
    """What a command says that is refused."""
    code, said = await ahg(parts, build, *words)
    assert code == 1, said
    return said


async def status(parts: Rig) -> dict[str, dict[str, Any]]:
    """What `ahg deploy status --json` says, by version."""
    said = await well(parts, "", "deploy", "status", "--json")
    return {one["version"]: one for one in json.loads(said)}


async def listed(parts: Rig, *references: str) -> None:
    """Until Temporal's index has these among the open workflows: it follows a moment later."""

    async def all_there() -> bool:
        query = "ExecutionStatus = 'Running'"
        return set(references) <= {one.id async for one in parts.client.list_workflows(query)}

    await until(all_there)


async def test_a_version_is_promoted_drained_and_gone_back_from(parts: Rig) -> None:
    old_code, new_code = ReleasedCode("v1", ROOT, parts.settings), ReleasedCode("v2", ROOT, parts.settings)
    assert await status(parts) == {}
    async with old_code.workers(), AsyncExitStack() as new:
        assert "v1 is the current version" in await well(parts, "v1", "deploy", "promote", "--wait", WAIT)
        cases = [(await parts.submit(title=f"Case {number}")).reference for number in range(3)]
        await listed(parts, *cases)
        assert "No worker of v2 takes the work of ahg-cases" in await refused(
            parts, "v2", "deploy", "promote", "--wait", "0"
        )

        await new.enter_async_context(new_code.workers())
        assert "v2 is the current version" in await well(parts, "v2", "deploy", "promote", "--wait", WAIT)
        assert "new work goes to it" in await refused(parts, "v2", "deploy", "drain", "v2")
        assert "its workers may be stopped" in await well(parts, "v2", "deploy", "drain", "v1", "--wait", WAIT)
        told = await status(parts)
        assert (told["v2"]["status"], told["v2"]["cases"], told["v2"]["polled"]) == ("current", 3, True)
        assert (told["v1"]["status"] in ("draining", "drained"), told["v1"]["cases"]) == (True, 0)

        assert "only its own code tells" in await refused(parts, "v2", "deploy", "rollback", "--wait", "0")
        assert "v1 is the current version again" in await well(parts, "v1", "deploy", "rollback", "--wait", WAIT)
        assert "its workers may be stopped" in await well(parts, "v1", "deploy", "drain", "v2", "--wait", WAIT)
        await new.aclose()
        for parts.reference in cases:
            await parts.act("RSO/secretariat", "accept")
        assert [fault async for fault in verify_records(parts.engine, parts.client)] == []
        table = (await well(parts, "v1", "deploy", "status")).splitlines()
        assert [line.split()[0] for line in table] == ["Version", "v2", "v1", "2"]
        assert table[2].split()[1:4] == ["current", "3", "1"] or table[2].split()[1:4] == ["current", "3", "0"]


async def test_while_a_case_is_left_on_a_version_its_workers_must_go_on(parts: Rig) -> None:
    async with worker.running(parts.settings.model_copy(update={"worker_build": "v1"}), parts.client, parts.engine):
        await well(parts, "v1", "deploy", "promote", "--wait", WAIT)
        await parts.submit()
    async with worker.running(parts.settings.model_copy(update={"worker_build": "v2"}), parts.client, parts.engine):
        await well(parts, "v2", "deploy", "promote", "--wait", WAIT)

        said = await refused(parts, "v2", "deploy", "drain", "v1")

        assert "v1: 1 cases and" in said
        assert parts.reference in said
        assert (await status(parts))["v1"]["polled"] in (True, False)


async def test_code_that_an_open_case_does_not_fit_is_not_promoted_and_says_which(parts: Rig, tmp_path: Path) -> None:
    careless = make_release("v2", tmp_path / "v2", parts.settings, [CARELESS])
    v1 = parts.settings.model_copy(update={"worker_build": "v1"})
    async with worker.running(v1, parts.client, parts.engine), careless.workers():
        await well(parts, "v1", "deploy", "promote", "--wait", WAIT)
        await parts.submit()
        await listed(parts, parts.reference)

        said = await careless.ahg("deploy", "promote", "--wait", WAIT)

        assert said.code == 1, said.text
        assert f"{parts.reference}: " in said.text
        assert "the versions stay as they are" in said.text
        assert (await status(parts))["v1"]["status"] == "current"
        await parts.act("RSO/secretariat", "accept")


async def test_an_older_version_that_cannot_read_what_the_newer_one_wrote_is_not_gone_back_to(
    parts: Rig, tmp_path: Path
) -> None:
    newer = make_release("v2", tmp_path / "v2", parts.settings, [ONE_FIELD_MORE])
    v1 = parts.settings.model_copy(update={"worker_build": "v1"})
    async with worker.running(v1, parts.client, parts.engine), newer.workers():
        await well(parts, "v1", "deploy", "promote", "--wait", WAIT)
        await parts.submit()
        await listed(parts, parts.reference)
        promoted = await newer.ahg("deploy", "promote", "--wait", WAIT)
        assert promoted.code == 0, promoted.text
        await well(parts, "v2", "deploy", "drain", "v1", "--wait", WAIT)

        said = await refused(parts, "v1", "deploy", "rollback", "--wait", WAIT)

        assert f"{parts.reference}: " in said
        assert (await status(parts))["v2"]["status"] == "current"
        unchecked = ("deploy", "rollback", "--unchecked", "--wait", WAIT)
        assert "v1 is the current version again" in await well(parts, "v2", *unchecked)


async def test_what_cannot_be_done_is_said_in_a_sentence(parts: Rig) -> None:
    code, said = await ahg(parts, "", "deploy", "promote", "--wait", "0")
    assert (code, "AHG_WORKER_BUILD must say" in said) == (2, True)
    assert "nothing to go back to" in await refused(parts, "v1", "deploy", "rollback", "--wait", "0")
    assert "knows no version v0" in await refused(parts, "v1", "deploy", "drain", "v0")
