"""`ahg deploy`: two worker processes of different versions on one server, and cases that go over from one to the other."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest_asyncio

from benchmarks.releases import ROOT, Change, Release, Said, make_release
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
UNKNOWN_FIELD = Change(
    "workflows/activation.py",
    "    shift: timedelta = timedelta(0)\n",
    "    begun: str = ''\n    shift: timedelta = timedelta(0)\n",
)


@pytest_asyncio.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Rig]:
    """The parts without a worker."""
    async with Catcher(tmp_path / "mail") as catcher, rig(tmp_path / "rig", smtp_port=catcher.port) as made:
        yield made


def here(parts: Rig, build: str) -> Release:
    """The code here as this version."""
    return Release(build, ROOT, parts.settings)


async def status(release: Release) -> dict[str, dict[str, Any]]:
    """What `ahg deploy status --json` says, by version."""
    said = await release.ahg("deploy", "status", "--json")
    assert said.code == 0, said.text
    return {one["version"]: one for one in json.loads(said.text)}


async def well(release: Release, *words: str) -> str:
    """What a command says that must succeed."""
    said = await release.ahg(*words)
    assert said.code == 0, said.text
    return said.text


async def listed(parts: Rig, *references: str) -> None:
    """Until Temporal's index has these among the open workflows: it follows a moment later."""

    async def all_there() -> bool:
        query = "ExecutionStatus = 'Running'"
        return set(references) <= {one.id async for one in parts.client.list_workflows(query)}

    await until(all_there)


async def test_a_version_is_promoted_drained_and_gone_back_from(parts: Rig) -> None:
    v1, v2 = here(parts, "v1"), here(parts, "v2")
    assert await status(v1) == {}
    async with AsyncExitStack() as old, AsyncExitStack() as new:
        await old.enter_async_context(v1.workers())
        assert "v1 is the current version" in await well(v1, "deploy", "promote", "--wait", WAIT)
        cases = [(await parts.submit(title=f"Case {number}")).reference for number in range(3)]
        await listed(parts, *cases)
        refused = await v2.ahg("deploy", "promote", "--wait", "0")
        assert refused == Said(1, refused.text)
        assert "No worker of v2 takes the work of ahg-cases" in refused.text

        await new.enter_async_context(v2.workers())
        await well(v2, "deploy", "promote", "--wait", WAIT)
        assert (await v1.ahg("deploy", "drain", "v2")).code == 1  # it is the current one
        assert "nothing is left; its workers may be stopped" in await well(v2, "deploy", "drain", "v1", "--wait", WAIT)
        told = await status(v2)
        assert (told["v2"]["status"], told["v2"]["cases"], told["v2"]["polled"]) == ("current", 3, True)
        assert (told["v1"]["status"] in ("draining", "drained"), told["v1"]["cases"]) == (True, 0)

        elsewhere = await v2.ahg("deploy", "rollback", "--wait", "0")
        assert elsewhere.code == 1
        assert "only its own code tells" in elsewhere.text
        assert "v1 is the current version again" in await well(v1, "deploy", "rollback", "--wait", WAIT)
        left = await v1.ahg("deploy", "drain", "v2", "--wait", WAIT)
        assert left.code == 0, left.text
        await new.aclose()
        for parts.reference in cases:
            await parts.act("RSO/secretariat", "accept")
        assert [fault async for fault in verify_records(parts.engine, parts.client)] == []
        table = await well(v1, "deploy", "status")
        assert [line.split()[:2] for line in table.splitlines()[1:3]] == [
            ["v2", told_now(table, "v2")],
            ["v1", "current"],
        ]


def told_now(table: str, build: str) -> str:
    """What the table calls a version."""
    return next(line.split()[1] for line in table.splitlines() if line.split()[:1] == [build])


async def test_code_that_an_open_case_does_not_fit_is_not_promoted_and_says_which(parts: Rig, tmp_path: Path) -> None:
    v1, careless = here(parts, "v1"), make_release("v2", tmp_path / "v2", parts.settings, [CARELESS])
    async with v1.workers(), careless.workers():
        await well(v1, "deploy", "promote", "--wait", WAIT)
        await parts.submit()
        await listed(parts, parts.reference)

        refused = await careless.ahg("deploy", "promote", "--wait", WAIT)

        assert refused.code == 1
        assert f"{parts.reference}: " in refused.text
        assert "the versions stay as they are" in refused.text
        assert (await status(v1))["v1"]["status"] == "current"
        await parts.act("RSO/secretariat", "accept")


async def test_an_older_version_that_cannot_read_what_the_newer_one_wrote_is_not_gone_back_to(
    parts: Rig, tmp_path: Path
) -> None:
    v1, v2 = here(parts, "v1"), make_release("v2", tmp_path / "v2", parts.settings, [UNKNOWN_FIELD])
    async with v1.workers(), v2.workers():
        await well(v1, "deploy", "promote", "--wait", WAIT)
        await parts.submit()
        await listed(parts, parts.reference)
        await well(v2, "deploy", "promote", "--wait", WAIT)
        await well(v2, "deploy", "drain", "v1", "--wait", WAIT)

        refused = await v1.ahg("deploy", "rollback", "--wait", WAIT)

        assert refused.code == 1
        assert f"{parts.reference}: " in refused.text
        assert (await status(v1))["v2"]["status"] == "current"
        assert "v1 is the current version again" in await well(v2, "deploy", "rollback", "--unchecked", "--wait", WAIT)


async def test_what_cannot_be_done_is_said_in_a_sentence(parts: Rig) -> None:
    none = Release("", ROOT, parts.settings)
    answers = await asyncio.gather(
        none.ahg("deploy", "promote", "--wait", "0"),
        here(parts, "v1").ahg("deploy", "rollback", "--wait", "0"),
        here(parts, "v1").ahg("deploy", "drain", "v0"),
    )
    assert [said.code for said in answers] == [2, 1, 1]
    for said, sentence in zip(
        answers, ("AHG_WORKER_BUILD must say", "nothing to go back to", "knows no version v0"), strict=True
    ):
        assert sentence in said.text
