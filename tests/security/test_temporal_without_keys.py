"""Whoever reaches Temporal's port, without a key: the real ``temporal`` program, as another process."""

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RawValue
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from models.case import Stage
from ops.temporal_server import find_temporal
from ops.verify import runs_of
from tests.rig import Rig, working
from workflows.activation import Activation, Receipt
from workflows.client import NotAnswered, NotRecorded


async def temporal(parts: Rig, *arguments: str) -> tuple[int, str]:
    """Run ``temporal`` against the rig's server; its exit code and all that it printed."""
    config = parts.settings.temporal_connect_config()
    process = await asyncio.create_subprocess_exec(
        str(find_temporal(parts.settings)),
        *arguments,
        "--address",
        config["target_host"],
        "--namespace",
        config["namespace"],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={},
    )
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


def as_input(payload: Payload) -> list[str]:
    """The arguments of ``temporal`` that send a payload as it is."""
    about = [word for key, value in payload.metadata.items() for word in ("--input-meta", f"{key}={value.decode()}")]
    return ["--input", base64.b64encode(payload.data).decode(), "--input-base64", *about]


async def update(parts: Rig, name: str, given: str | Payload, *, update_id: str = "forged") -> tuple[int, str]:
    """Send an Update to the case of the rig: plain JSON, or a payload as it was found somewhere."""
    sent = as_input(given) if isinstance(given, Payload) else ["--input", given]
    where = ["--workflow-id", parts.reference, "--name", name, "--update-id", update_id]
    return await temporal(parts, "workflow", "update", "execute", *where, *sent)


async def accepted_updates(parts: Rig, reference: str) -> list[tuple[str, Payload]]:
    """The Updates that a case's history holds, oldest first: id and payload, as the server keeps them."""
    plain = await Client.connect(**parts.settings.temporal_connect_config())
    found = []
    for history in await runs_of(plain, reference):
        for event in history.events:
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                request = event.workflow_execution_update_accepted_event_attributes.accepted_request
                found.append((request.meta.update_id, request.input.args.payloads[0]))
    return found


def command(by: str, do: str, **fields: Any) -> str:
    return json.dumps({"id": "forged", "by": by, "body": {"do": do, **fields}, "seen": None})


@pytest.mark.parametrize("name", ["submit_command", "give"])
@pytest.mark.parametrize(
    "forged",
    [
        command("AU/co-chair", "decide", gate="activation", position="approve"),
        command("AU/co-chair", "hand_over", post="AU/co-chair", to={"name": "Mallory", "email": "m@example.org"}),
    ],
    ids=["an approval", "a hand-over"],
)
async def test_a_plain_command_is_refused_and_nothing_is_written(
    played: Rig, name: str, forged: str, caplog: pytest.LogCaptureFixture
) -> None:
    await played.submit()
    await played.act("RSO/secretariat", "accept")
    before, history = await played.entries(), await accepted_updates(played, played.reference)

    with caplog.at_level(logging.WARNING):
        code, printed = await update(played, name, forged)

    assert code != 0, printed
    assert await played.entries() == before
    assert await accepted_updates(played, played.reference) == history
    assert "unsealed" in printed
    assert f"refused in {played.reference} for the update {name!r} 'forged': unsealed" in caplog.text
    # The case goes on as if nothing had been sent.
    assert (await played.act("AU/co-chair", "decide", {"gate": "activation", "position": "approve"})).seq > before[
        -1
    ].seq


async def test_an_approval_that_is_copied_from_another_case_is_refused(played: Rig) -> None:
    await played.submit()
    await played.act("RSO/secretariat", "accept")
    await played.act("AU/co-chair", "decide", {"gate": "activation", "position": "approve"})
    update_id, approval = (await accepted_updates(played, played.reference))[-1]
    await played.submit()
    await played.act("RSO/secretariat", "accept")
    before = await played.entries()

    for name in ("submit_command", "give"):
        code, printed = await update(played, name, approval, update_id=update_id)
        assert code != 0, printed

    assert await played.entries() == before


async def test_a_command_that_is_sent_again_under_another_id_is_refused(played: Rig) -> None:
    await played.submit()
    await played.act("RSO/secretariat", "return", {"missing": ["the number of boats"]})
    await played.act("LK/focal-point", "resubmit", {"title": "Three boats"})
    _, returned = (await accepted_updates(played, played.reference))[1]
    before = await played.entries()

    code, printed = await update(played, "submit_command", returned, update_id="another")

    assert code != 0, printed
    assert await played.entries() == before


async def test_a_case_that_is_begun_with_the_state_of_another_ends_at_once(played: Rig) -> None:
    await played.submit()
    case = await played.desk.state(played.reference)
    handle = await played.client.start_workflow(
        Activation.run,
        args=[{"case": case.model_dump(mode="json")}],
        id="AHG-2026-777",
        task_queue=played.settings.task_queue,
    )

    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    assert "another workflow" in str(failed.value.cause)


async def test_a_case_that_is_begun_without_a_seal_ends_at_once(played: Rig) -> None:
    plain = await Client.connect(**played.settings.temporal_connect_config())
    handle = await plain.start_workflow(
        "Activation", args=[{"case": {}}], id="AHG-2026-778", task_queue=played.settings.task_queue
    )

    with pytest.raises(WorkflowFailureError):
        await handle.result()


@pytest.mark.parametrize("name", ["key", "pressed", "bound", "encoding"])
async def test_a_payload_whose_seal_is_changed_is_refused_and_the_case_goes_on(played: Rig, name: str) -> None:
    await played.submit()
    update_id, sealed = (await accepted_updates(played, played.reference))[0]
    changed = {"pressed": b"0" if sealed.metadata["pressed"] == b"1" else b"1"}.get(name, b"other")
    sealed.metadata[name] = changed
    before = await played.entries()

    code, printed = await update(played, "submit_command", sealed, update_id=update_id + "?")
    where = ["--workflow-id", played.reference, "--name", "nudge"]
    await temporal(played, "workflow", "signal", *where, *as_input(sealed))

    assert code != 0, printed
    assert await played.entries() == before
    assert (await played.act("RSO/secretariat", "accept")).stage == "co_chair_review"


async def test_a_command_that_the_case_has_forgotten_is_not_done_again(
    played: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.rules.steps.KEPT_COMMANDS", 2)
    await played.submit()
    await played.act("RSO/secretariat", "accept")
    for person in ("First", "Second", "Third", "Fourth"):
        await played.act("MY/focal-point", "hand_over", {"to": {"name": person, "email": f"{person}@my.example.org"}})
    update_id, first = (await accepted_updates(played, played.reference))[2]
    before = await played.entries()
    # A new run, for which Temporal takes the id of an old Update once more.
    await played.client.get_workflow_handle(played.reference).terminate()
    await played.casework.revive(played.reference)

    _code, printed = await update(played, "submit_command", first, update_id=update_id)

    assert "binary/encrypted" in printed  # it is told, sealed, what it did then
    assert await played.entries() == before


# somebody who plays a worker ----------------------------------------------------------------------------------------


@workflow.defn(name="Activation", sandboxed=False)
class Impostor:
    """A workflow in a case's place that answers as whoever plays a worker likes."""

    @workflow.run
    async def run(self) -> None:
        """Never end."""
        await workflow.wait_condition(lambda: False)

    @workflow.update(name="submit_command")
    async def answer(self, command: RawValue) -> Receipt:
        """A receipt of an entry that there is not."""
        reference = workflow.info().workflow_id
        return Receipt(reference=reference, seq=7, stage=Stage.CO_CHAIR_REVIEW, waiting_on=())


@workflow.defn(name="Activation", sandboxed=False)
class Refuser:
    """The same with a refusal, of no command or of another one."""

    @workflow.run
    async def run(self) -> None:
        """Never end."""
        await workflow.wait_condition(lambda: False)

    @workflow.update(name="submit_command")
    async def refuse(self, command: RawValue) -> None:
        """Refuse as a case would."""
        of_another = "The case has ended.", "", "conflict", "another command"
        raise ApplicationError("The case has ended.", *of_another, type="conflict")


@asynccontextmanager
async def impostor(parts: Rig, played_by: type, *, with_key: bool) -> AsyncIterator[None]:
    """A case whose workflow somebody has replaced, on the product's task queue, while none of its workers runs.

    ``with_key``: whoever it is has stolen the payload keys.
    """
    async with working(parts):
        await parts.submit()
    plain = await Client.connect(**parts.settings.temporal_connect_config(), data_converter=pydantic_data_converter)
    client, queue = parts.client if with_key else plain, parts.settings.task_queue
    await client.get_workflow_handle(parts.reference).terminate()
    await client.start_workflow("Activation", id=parts.reference, task_queue=queue)
    async with Worker(client, task_queue=queue, workflows=[played_by], workflow_runner=UnsandboxedWorkflowRunner()):
        yield


@pytest.mark.parametrize("with_key", [False, True], ids=["without a key", "with a stolen key"])
async def test_an_answer_that_the_log_does_not_hold_is_not_believed(parts: Rig, with_key: bool) -> None:
    async with impostor(parts, Impostor, with_key=with_key):
        before = await parts.entries()
        with pytest.raises(NotAnswered, match="does not fit its log" if with_key else "not sealed"):
            await parts.act("RSO/secretariat", "accept")
        assert await parts.entries() == before


@pytest.mark.parametrize("with_key", [False, True], ids=["without a key", "of another command with a stolen key"])
async def test_a_refusal_that_the_case_did_not_give_is_not_believed(parts: Rig, with_key: bool) -> None:
    async with impostor(parts, Refuser, with_key=with_key):
        with pytest.raises((NotAnswered, NotRecorded)):
            await parts.act("RSO/secretariat", "accept")
