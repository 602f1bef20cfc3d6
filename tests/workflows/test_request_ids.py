"""The id of a request goes along with its command to the activity that records it, and changes no history."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

import worker
from activities.record import Recorder
from models.projection import Step
from tests.rig import Rig, rig, working
from worker import trust_of
from workflows.replays import replay_all
from workflows.request_ids import REQUEST, current_request, well_formed


class Hearing(Recorder):
    """A recorder that notes in the course of which request each step came."""

    heard: list[str | None]

    def _must_be_signed(self, step: Step) -> None:
        self.heard.append(current_request())
        super()._must_be_signed(step)


def hearing(parts: Rig) -> Hearing:
    recorder = Hearing(parts.engine, trust_of(parts.settings))
    recorder.heard = []
    return recorder


async def test_the_id_reaches_the_record_and_the_history_replays_without_it(tmp_path: Path) -> None:
    first, second = str(uuid4()), uuid4().hex
    async with rig(tmp_path) as parts:
        recorder = hearing(parts)
        async with working(parts, recorder=recorder):
            with structlog.contextvars.bound_contextvars(**{REQUEST: first}):
                await parts.submit()
            with structlog.contextvars.bound_contextvars(**{REQUEST: second}):
                await parts.act("RSO/secretariat", "accept")
            await parts.act("AU/co-chair", "decide", {"gate": "activation", "position": "approve"})
        history = await parts.client.get_workflow_handle(parts.reference).fetch_history()

        async def one() -> AsyncIterator[WorkflowHistory]:
            yield history

        client = parts.client
        replayed = replay_all(one(), client.data_converter, client.namespace, runner=worker.sandbox())
        assert [failure async for _, failure in replayed] == [None]

    assert recorder.heard == [first, second, None]
    given = [
        set(event.workflow_execution_update_accepted_event_attributes.accepted_request.input.header.fields)
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    ]
    assert given == [{"ahg-request"}, {"ahg-request"}, set()]


async def test_what_somebody_else_writes_into_the_header_gets_into_no_line(tmp_path: Path) -> None:
    async with rig(tmp_path) as parts:
        recorder = hearing(parts)
        async with working(parts, recorder=recorder):
            with structlog.contextvars.bound_contextvars(**{REQUEST: "Ana Silva, ana@example.org"}):
                await parts.submit()

    assert recorder.heard == [None]


@pytest.mark.parametrize("given", ["", "a" * 32 + "\n", "Ana Silva", "123", "g" * 32, "a" * 31, "a" * 300])
def test_only_a_uuid_is_the_id_of_a_request(given: str) -> None:
    assert well_formed(given) is None


def test_a_uuid_is_taken_with_and_without_hyphens() -> None:
    one = uuid4()
    assert (well_formed(str(one).upper()), well_formed(one.hex)) == (str(one), one.hex)
