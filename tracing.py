"""Traces (OpenTelemetry) from a page to the mail: off unless the setting names a collector.

The context travels through Temporal as a header, as W3C's ``traceparent`` alone: baggage, which clients could fill, is
left out. Headers are no commands, so histories replay with them and without. They are not sealed: they hold numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from settings import Settings, SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter
    from temporalio.contrib.opentelemetry import TracingInterceptor

_WRITTEN = TraceContextTextMapPropagator()
_PARENT = "traceparent"


def traced() -> bool:
    """Whether traces are made in this process."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider | trace.NoOpTracerProvider)


def tracing_interceptors() -> "Sequence[TracingInterceptor]":
    """What makes spans of calls, updates and activities, for a client of Temporal; nothing while there are no traces."""
    if not traced():
        return ()
    from temporalio.contrib.opentelemetry import TracingInterceptor  # here: it needs the extra "tracing"

    interceptor = TracingInterceptor()
    interceptor.text_map_propagator = _WRITTEN
    return (interceptor,)


def current_trace() -> str:
    """The place in its trace of what is done here, as ``traceparent``; empty where there is none."""
    written: dict[str, str] = {}
    _WRITTEN.inject(written)
    return written.get(_PARENT, "")


@contextmanager
def span(name: str, attributes: Mapping[str, str | int], parent: str = "") -> Iterator[trace.Span]:
    """A span of this name while the context is open. ``parent``: the place that it follows from, not that of now."""
    began = _WRITTEN.extract({_PARENT: parent}) if parent else None
    with trace.get_tracer("ahg").start_as_current_span(name, began, attributes=attributes) as made:
        yield made


def set_up_traces(settings: Settings, program: str) -> None:
    """Send the traces of this program to the collector of the settings, if there is one.

    Raises:
        SettingsError: what makes traces is not installed.
    """
    if settings.traces_url is None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SettingsError("AHG_TRACES_URL: traces need the packages of the extra 'tracing'") from None
    provider = TracerProvider(resource=Resource.create({"service.name": f"ahg-{program}"}))
    provider.add_span_processor(BatchSpanProcessor(wordless(OTLPSpanExporter(settings.traces_url))))
    trace.set_tracer_provider(provider)


def wordless(exporter: "SpanExporter") -> "SpanExporter":
    """An exporter that passes spans on without what faults say: it may hold an address or a text.

    What is left of a fault is that there was one, and of which class.
    """
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Wordless(SpanExporter):
        def export(self, spans: "Sequence[ReadableSpan]") -> SpanExportResult:
            return exporter.export([_without_words(one) for one in spans])

        def shutdown(self) -> None:
            exporter.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return exporter.force_flush(timeout_millis)

    def _without_words(told: ReadableSpan) -> ReadableSpan:
        events = []
        for event in told.events:
            kept = {name: value for name, value in (event.attributes or {}).items() if name == "exception.type"}
            events.append(Event(event.name, kept, event.timestamp))
        return ReadableSpan(
            name=told.name,
            context=told.context,
            parent=told.parent,
            resource=told.resource,
            attributes=told.attributes,
            events=events,
            links=told.links,
            kind=told.kind,
            status=trace.Status(told.status.status_code),
            start_time=told.start_time,
            end_time=told.end_time,
            instrumentation_scope=told.instrumentation_scope,
        )

    return Wordless()
