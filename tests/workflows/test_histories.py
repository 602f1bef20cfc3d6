"""Histories of played cases, recorded once and replayed on today's workflows.

They are recorded anew only when a change is meant to break them (cases that run then must run out on the old
version): ``HISTORIES=write make test ARGS="-k histories"``.
"""

import os
import tarfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import WorkflowHistory

from models.authentication import Means
from models.command_signing import CommandKeys, CommandSigner, badly_signed
from models.commands import parse
from models.refusal import Refused
from ops.replay import histories_in
from tests.keep_release import RELEASES, kept_in
from tests.rig import Rig, working
from tests.workflows.changed import Changed
from tests.workflows.conftest import WAYS
from tests.workflows.recording import CONVERTER, RECORDED, record
from workflows.activation import Activation
from workflows.delivery import NoticeDelivery
from workflows.payloads import data_converter
from workflows.recommendation import RecommendationFollowUp
from workflows.replays import open_histories, replay_all
from workflows.signed_commands import SignedCommands

HISTORIES = Path(__file__).with_name("histories")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def _recorded_on_request() -> None:
    if os.environ.get("HISTORIES") == "write":
        HISTORIES.mkdir(exist_ok=True)
        for old in HISTORIES.glob("*.json"):
            old.unlink()
        for scenario, limit in RECORDED.items():
            await record(scenario, limit, HISTORIES)


async def recorded(folder: Path = HISTORIES) -> AsyncIterator[WorkflowHistory]:
    """The recorded histories, each under the id of its workflow, which the server for tests does not write down."""
    async for history in histories_in(folder):
        _scenario, name, _run = history.workflow_id.split(".")
        yield WorkflowHistory(name.replace("-R", "/R"), history.events)


async def test_every_recorded_history_replays_on_todays_workflows() -> None:
    results = [one async for one in replay_all(recorded(), CONVERTER, "default")]

    assert {file.name.partition(".")[0] for file in HISTORIES.iterdir()} == set(RECORDED)
    assert len(results) == len(list(HISTORIES.iterdir()))
    assert [f"{name}: {failure}" for name, failure in results if failure] == []


@pytest.mark.parametrize("release", kept_in(RELEASES), ids=lambda path: path.name.partition(".")[0])
async def test_the_histories_of_each_release_replay_on_todays_workflows(release: Path, tmp_path: Path) -> None:
    with tarfile.open(release) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)  # since 3.11.4
        tar.extractall(tmp_path)  # noqa: S202 - it is ours
    results = [one async for one in replay_all(recorded(tmp_path), CONVERTER, "default")]

    assert len(results) >= len(RECORDED)
    assert [f"{name}: {failure}" for name, failure in results if failure] == []


async def test_a_changed_workflow_does_not_replay() -> None:
    changed = (Changed, RecommendationFollowUp, NoticeDelivery)
    results = [one async for one in replay_all(recorded(), CONVERTER, "default", changed)]

    assert {name for name, failure in results if failure} == {"AHG-2026-001"}
    assert [name for name, failure in results if name == "AHG-2026-001" and not failure] == []


async def test_recorded_histories_say_nothing_in_plain_text() -> None:
    async for history in histories_in(HISTORIES):
        kept = b"".join(event.SerializeToString() for event in history.events)
        assert b"Andaman" not in kept
        assert b"airports" not in kept
        assert b"Stranded" not in kept


async def _all_open(parts: Rig) -> AsyncIterator[WorkflowHistory]:
    async for history in open_histories(parts.client):
        yield history


async def test_open_cases_replay_before_a_deployment_and_a_changed_workflow_is_found(played: Rig) -> None:
    await played.submit()
    await played.act("RSO/secretariat", "accept")
    converter = data_converter(played.settings.keyring)
    while not [one.id async for one in played.client.list_workflows("ExecutionStatus = 'Running'")]:
        pass  # Temporal's index follows a moment later

    assert [failure async for _, failure in replay_all(_all_open(played), converter, "default")] == [None]
    ((name, failure),) = [one async for one in replay_all(_all_open(played), converter, "default", (Changed,))]
    assert name == played.reference
    assert "Nondeterminism" in str(failure)


@pytest.mark.parametrize("way", WAYS[:1], ids=["warm on sqlite"])
async def test_a_history_in_which_a_recused_co_chair_stopped_the_case_replays_and_its_log_goes_on(
    parts: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it could before decision 40: signed, but not with a standing, and taken by the rules of then."""
    suspend = parse("suspend", {"text": "Too dangerous."}, by="AU/co-chair", command_id="before")
    signer, at = CommandSigner(parts.settings.command_seed), datetime.now(UTC)
    with monkeypatch.context() as before:
        before.setattr(SignedCommands, "_fault", lambda *_: "")
        async with working(parts):
            await parts.submit()
            await parts.act("RSO/secretariat", "accept")
            await parts.act("AU/co-chair", "decide", {"position": "recuse", "text": "Family ties."})
            once = signer.sign(parts.reference, suspend, Means.SECOND_FACTOR, at, standing=None)
            handle = parts.client.get_workflow_handle(parts.reference)
            await handle.execute_update(Activation.submit_command, once, id=once.id)
            history = await handle.fetch_history()

    converter = data_converter(parts.settings.keyring)
    assert [failure async for _, failure in replay_all(_one(history), converter, "default")] == [None]
    async with working(parts):
        with pytest.raises(Refused, match="has not recused itself"):
            await parts.act("AU/co-chair", "suspend", {"text": "Too dangerous."})
        await parts.act("ID/co-chair", "resume")
        await parts.casework.revive(parts.reference, anew=True)
        await parts.act("ID/co-chair", "suspend", {"text": "A moment."})
    entries = await parts.entries()
    assert [entry.by for entry in entries if entry.type == "suspended"] == ["AU/co-chair", "ID/co-chair"]
    assert badly_signed(entries, CommandKeys(parts.settings.command_publics)) is None


async def _one(history: WorkflowHistory) -> AsyncIterator[WorkflowHistory]:
    yield history
