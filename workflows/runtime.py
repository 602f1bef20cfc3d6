"""Temporal's core in a process of ours: how it writes its log, and where it gives its figures."""

from temporalio.common import MetricGauge
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from log_lines import core_logging


class PortTaken(Exception):
    """The figures cannot be given at the address that is set."""


def set_up_runtime(metrics_at: str | None = None) -> Runtime:
    """Have the core write through this process's log, before its first client is made.

    ``metrics_at``: host and port on which Prometheus may ask for the figures of the core, and for those that are given to
    its meter. Anybody who reaches it may.

    Raises:
        PortTaken: nothing can listen there.
    """
    runtime = make_runtime(metrics_at)
    Runtime.set_default(runtime, error_if_already_set=False)
    return runtime


def make_runtime(metrics_at: str | None) -> Runtime:
    """The same for one client alone."""
    given = None
    if metrics_at is not None:
        given = PrometheusConfig(metrics_at, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True)
    try:
        return Runtime(telemetry=TelemetryConfig(logging=core_logging(), metrics=given))
    except (RuntimeError, ValueError) as error:  # the core has no exception of its own for it
        raise PortTaken(f"no figures can be given at {metrics_at}: {error}") from None


def loop_gauge(runtime: Runtime) -> MetricGauge:
    """The figure that says how often a loop beside the work was begun again."""
    return runtime.metric_meter.create_gauge(
        "ahg_loop_restarts", "How often what runs beside the work was begun again."
    )
