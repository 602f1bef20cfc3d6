"""Metrics for Prometheus: answers and their times, and what is queued. Numbers only: no references, no names.

They are given to who has the token of the setting. Without one they are there on a laptop alone, as the mailbox is
(``Settings.shows_metrics``), and its key is the token.
"""

import hmac
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.case import Stage
from models.notices.state import NoticeState
from models.posts import SECRETARIAT
from records import ledger
from records.backups_made import last_backup
from records.lists import counts_by_stage
from records.log_checks import CheckFigures, check_figures
from records.queries import notice_counts, overdue_acts
from settings import is_loopback
from web.api.routes import router as api
from web.kit.site import Site, WorkSeen
from web.kit.visitor import current_site
from web.monitoring.health import seen_work

router = APIRouter(include_in_schema=False)

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"))
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_ACTS_WITHIN = timedelta(minutes=5)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class Measured:
    """ASGI middleware that counts answers and the seconds until each begins (the answer of a feed ends much later)."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._answers = Counter(
            "ahg_http_requests",
            "Answers, by route, method and status.",
            ("route", "method", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "ahg_http_request_seconds",
            "Seconds until an answer began, by route and method.",
            ("route", "method"),
            buckets=_SECONDS,
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        answered = False

        def count(status: int) -> None:
            nonlocal answered
            answered = True
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = route_of(scope)
            self._answers.labels(route, method, str(status)).inc()
            self._seconds.labels(route, method).observe(time.perf_counter() - began)

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                count(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except Exception:
            if not answered:
                count(500)  # it is answered further out
            raise


def route_of(scope: Scope) -> str:
    """The route with its parameters' names, never their values; ``unmatched`` where there is none."""
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        return "unmatched"
    whole: str = scope["path"]
    return f"{api.prefix}{path}" if whole.startswith(f"{api.prefix}/") else str(path)


def set_up_metrics(app: FastAPI) -> None:
    """Measure an application in a registry of its own, so that two in one process are counted apart."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    app.state.registry = registry
    app.add_middleware(Measured, registry=registry)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Everything that is measured. 404 to everybody else."""
    if not _may_read(request):
        raise HTTPException(404)
    now = CollectorRegistry()
    _tell_of_work(await seen_work(current_site(request)), now)
    await _count_now(current_site(request), now)
    written = generate_latest(request.app.state.registry) + generate_latest(now)
    return Response(written, media_type=CONTENT_TYPE_LATEST)


def _may_read(request: Request) -> bool:
    settings = current_site(request).settings
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else settings.local_key
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if not token or scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        return False
    if settings.metrics_token:
        return True
    here = request.client is not None and is_loopback(request.client.host)
    # A proxy on this machine has the address of this machine, too, and speaks for somebody else.
    return here and is_loopback(request.url.hostname or "") and not any(request.headers.get(one) for one in _FORWARDED)


def _tell_of_work(seen: WorkSeen, registry: CollectorRegistry) -> None:
    """What ``/readyz`` says of workers and cases, as it was seen a moment ago."""
    answered = seen.lost is not None and not seen.stopped
    said = "Whether Temporal answered, and workers take commands and deliver."
    Gauge("ahg_workers_up", said, registry=registry).set(answered)
    if seen.lost is not None:
        said = "Open cases that do not go on: `ahg doctor` names them."
        Gauge("ahg_stuck_cases", said, registry=registry).set(seen.lost + len(seen.strange))


async def _count_now(site: Site, registry: CollectorRegistry) -> None:
    """The gauges that are read from the records at this moment."""
    Gauge("ahg_feeds_open", "Feeds that this process serves now.", registry=registry).set(site.watch.open)
    again = Gauge(
        "ahg_loop_restarts", "How often what runs beside the pages was begun again.", ("loop",), registry=registry
    )
    for name, times in site.background.restarts.items():
        again.labels(name).set(times)
    up = Gauge("ahg_records_up", "Whether the database answered this time.", registry=registry)
    try:
        async with site.engine.connect() as connection:
            stages, states = await counts_by_stage(connection, SECRETARIAT), await notice_counts(connection)
            since = await ledger.waiting_since(connection, site.clock())
            checks = await check_figures(connection)
            overdue = await overdue_acts(connection, site.clock() - _ACTS_WITHIN)
            backup = await last_backup(connection)
    except (SQLAlchemyError, OSError):
        up.set(0)
        return
    up.set(1)
    cases = Gauge("ahg_open_cases", "Open cases, by stage.", ("stage",), registry=registry)
    for stage in _open_stages():
        cases.labels(stage.value).set(stages.get(stage.value, 0))
    notices = Gauge("ahg_notices", "Notices, by what became of them.", ("state",), registry=registry)
    for state in NoticeState:
        notices.labels(state.value).set(states.get(state, 0))
    oldest = Gauge(
        "ahg_oldest_due_notice_seconds", "How long the oldest notice that is due has waited.", registry=registry
    )
    oldest.set((site.clock() - since).total_seconds() if since else 0)
    said = "Open cases that the clock should have acted on five minutes ago or earlier."
    Gauge("ahg_overdue_clock_acts", said, registry=registry).set(overdue)
    said = "The moment that the newest backup by `ahg backup` holds, in seconds since 1970; 0 where none was made."
    Gauge("ahg_last_backup_timestamp_seconds", said, registry=registry).set(backup.timestamp() if backup else 0)
    registry.register(_Checks(checks, site.clock()))


class _Checks(Collector):
    """What the check that compares logs has found (``case_check``): it runs in the workers, so its counters did not begin
    with this process.
    """

    def __init__(self, checks: CheckFigures, now: datetime) -> None:
        self._checks = checks
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """The figures."""
        done, oldest = self._checks, self._checks.oldest
        yield CounterMetricFamily("ahg_cases_checked", "Logs compared with what follows from them.", done.checked)
        yield CounterMetricFamily("ahg_case_differences_mended", "Differences put right.", done.mended)
        differ = GaugeMetricFamily("ahg_case_differences", "Logs that differ, by what differs.", labels=["kind"])
        for kind, number in done.differing.items():
            differ.add_metric([kind.value], number)
        yield differ
        waited = (self._now - oldest).total_seconds() if oldest else 0
        said = "How long ago that open case was compared that waits longest."
        yield GaugeMetricFamily("ahg_oldest_case_check_seconds", said, waited)


def _open_stages() -> Iterator[Stage]:
    return (stage for stage in Stage if not stage.ended and stage is not Stage.DRAFT)
