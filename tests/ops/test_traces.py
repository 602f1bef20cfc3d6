"""One trace from a page to the mail, through a real server; and none of the words."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.util._once import Once
from temporalio.client import WorkflowHistory

import worker
from ops.catcher import Catcher
from settings import Settings, SettingsError
from tests.rig import REQUEST, rig
from tests.waiting import until
from tests.web.place import Place
from tests.web.programs import program
from tracing import set_up_traces, traced, wordless
from workflows.replays import replay_all


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What a collector would get from this process."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(wordless(kept)))
    trace.set_tracer_provider(provider)
    yield kept
    trace._TRACER_PROVIDER, trace._TRACER_PROVIDER_SET_ONCE = None, Once()


def _tree(spans: tuple[ReadableSpan, ...], name: str) -> list[str]:
    """The names of a span and of those that it stands in, the innermost first."""
    by_id = {one.context.span_id: one for one in spans if one.context}
    at: ReadableSpan | None = next(one for one in spans if one.name == name)
    found = []
    while at is not None:
        found.append(at.name)
        at = by_id.get(at.parent.span_id) if at.parent else None
    return found


async def test_a_request_is_one_trace_to_its_mails_and_its_history_replays_without(
    spans: InMemorySpanExporter, tmp_path: Path, catcher: Catcher
) -> None:
    async with rig(tmp_path / "rig") as ours:
        settings = ours.settings.model_copy(update={"smtp_port": catcher.port})
        place = Place(settings, ours.engine, catcher, now=datetime.now(UTC))
        async with worker.running(settings, ours.client, ours.engine, worker.Options(at_once=True, sandboxed=True)):
            async with await program(place, "LK/focal-point") as api:
                done = await api.post("/cases", json=dict(REQUEST), headers={"Idempotency-Key": "first-request"})
            assert done.status_code == 201, done.text
            await until(ours.all_sent)
            await until(lambda: "mail" in {one.name for one in spans.get_finished_spans()})
        history = await ours.client.get_workflow_handle(done.json()["reference"]).fetch_history()
        made = spans.get_finished_spans()
        (request,) = [one for one in made if one.name == "request"]
        mails = [one for one in made if one.name == "mail"]

        assert mails
        assert request.context is not None
        assert {one.context.trace_id for one in mails if one.context} == {request.context.trace_id}
        assert _tree(made, "mail")[0] == "mail"
        assert {"RunActivity:record", "command", "request"} <= set(_tree(made, "mail"))

        async def one() -> AsyncIterator[WorkflowHistory]:
            yield history

        client = ours.client
        assert [failure async for _, failure in replay_all(one(), client.data_converter, client.namespace)] == [None]
    told = "".join(one.to_json() for one in made)
    assert "ahg.localhost" not in told
    assert REQUEST["title"] not in told


def test_what_a_fault_says_is_not_passed_on(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Ana"), trace.get_tracer("t").start_as_current_span("faulty"):
        raise ValueError("550 <Ana.Silva@example.org>")
    (told,) = spans.get_finished_spans()

    assert "Ana" not in told.to_json()
    assert [dict(event.attributes or {}) for event in told.events] == [{"exception.type": "ValueError"}]


def test_there_are_no_traces_until_they_are_asked_for(settings: Settings) -> None:
    set_up_traces(settings, "web")

    assert not traced()


def test_traces_without_what_makes_them_are_refused_by_name(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SettingsError, match="AHG_TRACES_URL"):
        set_up_traces(settings.model_copy(update={"traces_url": "http://127.0.0.1:4318/v1/traces"}), "web")
