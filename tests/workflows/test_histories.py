"""Histories of played cases, recorded once and replayed on today's workflows.

They are recorded anew only when a change is meant to break them (cases that run then must run out on the old
version): ``HISTORIES=write make test ARGS="-k histories"``.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr
from temporalio.client import WorkflowHistory

from models.authentication import Means
from models.command_signing import CommandKeys, CommandSigner, badly_signed
from models.commands import parse
from models.refusal import Refused
from ops.replay import histories_in, open_histories, replay_all
from ops.scenarios.reading import read_scenario
from ops.scenarios.simulation import simulation
from ops.verify import runs_of
from records import queries
from settings import parse_keys
from tests.rig import Rig, working
from tests.workflows.changed import Changed
from tests.workflows.conftest import WAYS
from workflows.activation import Activation
from workflows.delivery import NoticeDelivery
from workflows.names import DELIVERY_ID
from workflows.payloads import data_converter
from workflows.recommendation import RecommendationFollowUp
from workflows.signed_commands import SignedCommands

HISTORIES = Path(__file__).with_name("histories")
SCENARIOS = Path(__file__).parents[1] / "scenarios"
RECORDED = {"urgent-two-rounds": 1500, "recused-co-chair": 100, "two-reports": 1500}
"""The scenarios recorded, and the history limit each was played with."""

KEY = "test:" + "A" * 43 + "="
"""Encrypts the recorded histories and nothing else; it is no secret."""

CONVERTER = data_converter(parse_keys(KEY))


async def _record(scenario: str, limit: int) -> None:
    """Play a scenario and keep the histories of its case, its follow-ups and its newest delivery."""
    played = read_scenario(SCENARIOS / f"{scenario}.yaml")
    key = SecretStr(KEY)
    async with simulation(played, lambda line: None, history_limit=limit, payload_keys=key) as play:
        await play.play()
        async with play.engine.connect() as connection:
            streams = await queries.streams(connection)
        for stream in (*streams, DELIVERY_ID):
            for number, history in enumerate(reversed(await runs_of(play.client, stream)), start=1):
                file = HISTORIES / f"{scenario}.{stream.replace('/', '-')}.{number}.json"
                file.write_text(history.to_json() + "\n", encoding="utf-8")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def _recorded_on_request() -> None:
    if os.environ.get("HISTORIES") == "write":
        HISTORIES.mkdir(exist_ok=True)
        for old in HISTORIES.glob("*.json"):
            old.unlink()
        for scenario, limit in RECORDED.items():
            await _record(scenario, limit)


async def recorded() -> AsyncIterator[WorkflowHistory]:
    """The recorded histories, each under the id of its workflow, which the server for tests does not write down."""
    async for history in histories_in(HISTORIES):
        _scenario, name, _run = history.workflow_id.split(".")
        yield WorkflowHistory(name.replace("-R", "/R"), history.events)


async def test_every_recorded_history_replays_on_todays_workflows() -> None:
    results = [one async for one in replay_all(recorded(), CONVERTER, "default")]

    assert {file.name.partition(".")[0] for file in HISTORIES.iterdir()} == set(RECORDED)
    assert len(results) == len(list(HISTORIES.iterdir()))
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
