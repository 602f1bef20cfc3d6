"""The composition root of the worker: settings in, running workers out. Nothing else puts the parts together."""

import asyncio
import gc
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion, WorkflowIDConflictPolicy
from temporalio.runtime import Runtime
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import NondeterminismError

import db
from activities.deliver import NoticeDeliverer
from activities.record import Recorder
from activities.returns import ReturnsReader
from background import Background, Work
from case_check import CaseCheck
from casework import Casework
from log_lines import refuse_to_start, set_up_logs
from models.command_signing import CommandKeys
from models.returns import MailboxPlace
from models.stamps import Stamps
from notifications.answer_links import AnswerLinks
from notifications.correspondents import Sender
from notifications.incoming import Mailbox
from notifications.message_ids import MessageIds
from notifications.off_links import OffLinks
from notifications.transport import Transport
from records import ledger
from records.announced_changes import carry_out_changes
from records.log_trust import LogTrust
from settings import Settings, SettingsError, asked_for_json, load_settings
from surroundings import close_to_others, exit_without_teardown
from tracing import set_up_traces
from workflows.activation import Activation
from workflows.client import CaseClient, temporal_client
from workflows.code_version import code_version
from workflows.delivery import NoticeDelivery
from workflows.lifesigns import Stranded
from workflows.names import DELIVERY_ID, DEPLOYMENT, RETURNS_ID
from workflows.nudger import Nudger
from workflows.recommendation import RecommendationFollowUp
from workflows.replays import open_histories, replay_all
from workflows.returns import MailReturns
from workflows.runtime import PortTaken, loop_gauge, set_up_runtime
from workflows.signed_commands import SignedCommands

PASSED_THROUGH = (
    *("models", "pydantic", "pydantic_core", "annotated_types", "typing_extensions", "zoneinfo", "cryptography"),
    *(f"workflows.{name}" for name in ("names", "retries", "deadline", "answers")),
)
"""Modules that workflows import and that are plain, deterministic code: loaded once, not again for every run."""

_log = structlog.get_logger("worker")
_RETRY_SECONDS = 1.0
_LOOK_AGAIN_SECONDS = 900.0
_LOOK_AFTER_SECONDS = 120.0
_CARRY_OUT_SECONDS = 60.0
_REPLAYED_WITHIN_SECONDS = 20.0
_STICKS_FOR = timedelta(seconds=2)
"""How long the task of a case waits for the worker that has it in memory before any worker may take it. It is what the
first commands wait for after a worker was killed; beyond it, a worker with too much to do replays cases that it has."""


def trust_of(settings: Settings) -> LogTrust:
    """What the logs of a deployment are believed by. Raises SettingsError: there are no keys."""
    return LogTrust(CommandKeys(settings.command_publics), Stamps(settings.keyring))


def sandbox() -> SandboxedWorkflowRunner:
    """The sandbox that workflows run in, here and in replays."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


async def connect(settings: Settings) -> Client:
    """A client to the Temporal server of the settings, with encrypted payloads.

    Raises:
        TemporalAway: no server answers there.
        SettingsError: the keys are missing.
    """
    return await temporal_client(settings.temporal_connect_config(), settings.keyring)


@dataclass(frozen=True)
class Options:
    """What rehearsals and tests choose besides the settings.

    ``clock`` dates mails (UTC); ``at_once``: they go out now, whatever their readers want. ``told`` hears how often a
    loop was begun again.
    """

    max_cached_workflows: int | None = None
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    deliver: bool = True
    at_once: bool = False
    told: Callable[[str, int], None] = lambda name, times: None
    sandboxed: bool = False


@asynccontextmanager
async def running(
    settings: Settings, client: Client, engine: AsyncEngine, options: Options | None = None
) -> AsyncIterator[Nudger]:
    """Runs the workers for cases and for deliveries while the context is open; gives the nudger of the delivery."""
    options = options or Options()

    async def connected() -> Client:
        return client

    def worker(queue: str, workflows: list[type], activities: list[Callable[..., Any]], **own: Any) -> Worker:
        return Worker(
            client,
            task_queue=queue,
            workflows=workflows,
            activities=activities,
            workflow_runner=sandbox() if options.sandboxed else UnsandboxedWorkflowRunner(),
            graceful_shutdown_timeout=timedelta(seconds=10),
            sticky_queue_schedule_to_start_timeout=_STICKS_FOR,
            deployment_config=_versioning(settings),
            build_id=None if settings.worker_build else code_version(),
            **own,
        )

    nudger = Nudger(connected, settings.delivery_queue)
    cached = settings.max_cached_workflows if options.max_cached_workflows is None else options.max_cached_workflows
    recorder = Recorder(engine, trust_of(settings), nudger.nudge)
    deliverer = _deliverer(settings, engine, options)
    reader = _returns_reader(settings, engine, options, nudger)
    of_cases = [Activation, RecommendationFollowUp]
    cases = worker(
        settings.task_queue,
        of_cases,
        [recorder.record, recorder.read_ahead, recorder.read_told, recorder.read_left_out],
        max_cached_workflows=cached,
        interceptors=[SignedCommands(CommandKeys(settings.command_publics))],
    )
    deliveries = worker(
        settings.delivery_queue,
        [NoticeDelivery, MailReturns],
        [deliverer.deliver, reader.read],
        max_heartbeat_throttle_interval=timedelta(seconds=5),  # a worker that is killed is missed sooner
    )
    try:
        async with cases:
            if not options.deliver:
                yield nudger
                return
            async with deliveries:
                nudger.nudge()  # what a worker that died had queued
                loops: dict[str, Work] = {"nudges": nudger.run, "queued mail": partial(_look_again, engine, nudger)}
                if settings.imap_host is not None:
                    loops["mailbox"] = partial(_have_returns_read, settings, client)
                async with Background(loops, told=options.told):
                    yield nudger
    finally:
        recorder.close()
        deliverer.close()


async def _look_again(engine: AsyncEngine, nudger: Nudger) -> None:
    """Nudge the delivery every 15 minutes if mail waits: a nudge is lost when its process ends, or Temporal is away."""
    while True:
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        try:
            async with engine.connect() as connection:
                waits = await ledger.waiting_since(connection, datetime.now(UTC))
        except (SQLAlchemyError, OSError) as error:
            _log.warning("whether mail waits cannot be seen", error=type(error).__name__)
            continue
        if waits is not None:
            nudger.nudge()


async def _look_after(casework: Casework, settings: Settings) -> None:
    """Every two minutes see to what may have been taken away on Temporal: cases, and what must be there beside them."""
    before: int | None = None
    last: int | None = None
    while True:
        await bring_back_lost(casework)
        before, last = last, await have_caught_up(casework, before)
        await asyncio.sleep(_LOOK_AFTER_SECONDS)
        await mend_flaws(casework, settings)  # not at once: Temporal does not know yet that this worker asks for work


async def have_caught_up(casework: Casework, size: int | None) -> int | None:
    """Have cases look into their logs that do not know what these hold, as far as the record has grown since it had
    ``size`` leaves; returns the size that was looked at. Each is looked at twice: a nudge may come to nothing.
    """
    try:
        return await casework.catch_up(size)
    except Exception as error:  # noqa: BLE001 - whatever it is, the next look is due
        _log.warning("whether all cases know their logs cannot be seen", error=type(error).__name__)
        return size


async def mend_flaws(casework: Casework, settings: Settings) -> None:
    """Put right what must be there beside the cases, as far as no person is needed for it; the rest is said."""
    try:
        found = await casework.flaws(settings.delivery_queue, mailbox=settings.imap_host is not None)
    except Exception as error:  # noqa: BLE001 - whatever it is, the next look is due
        _log.warning("what is needed on Temporal cannot be seen", error=type(error).__name__)
        return
    for flaw in found:
        _log.error("Temporal is not as it must be", flaw=flaw.said)
        if flaw.mend is None:
            continue
        try:
            await flaw.mend()
        except Exception:  # noqa: BLE001 - one flaw is not the others'
            _log.exception("this could not be mended", flaw=flaw.said)
        else:
            _log.warning("this was mended", flaw=flaw.said)


async def bring_back_lost(casework: Casework) -> None:
    """Begin again the cases whose workflow is gone (stopped, or lost with Temporal's database) or cannot go on with its
    history after an upgrade.

    Any other fault is left to an operator (``ahg revive``): it would only come again, or the records are an older copy.
    """
    try:
        lost = await casework.stranded()
    except Exception as error:  # noqa: BLE001 - whatever it is, the next look is due
        _log.warning("whether all cases go on cannot be seen", error=type(error).__name__)
        return
    for stream, matter in lost.items():
        _log.error("a case does not go on", case=stream, matter=matter.value)
        if matter.gone:
            await _bring_back(casework, stream, matter)


async def begin_unfit_again(client: Client, casework: Casework, within: float = _REPLAYED_WITHIN_SECONDS) -> None:
    """Before work is taken over: replay what is open and was not carried on by this very code, and begin again what does
    not fit, from its log.

    So that a worker of a big deployment is not kept waiting, this ends ``within`` so many seconds. What was not looked
    at is seen when its tasks fail (``bring_back_lost``).
    """
    end = time.monotonic() + within
    count = 0
    try:
        histories = open_histories(client, await casework.open_logs(), but_of=code_version())
        async for stream, failure in replay_all(histories, client.data_converter, client.namespace):
            count += 1
            if isinstance(failure, NondeterminismError) and stream not in (DELIVERY_ID, RETURNS_ID):
                _log.error("a case does not go on", case=stream, matter=Stranded.UNFIT.value)
                await _bring_back(casework, stream, Stranded.UNFIT)
            if time.monotonic() > end:
                _log.warning("not all that is open was replayed", replayed=count)
                return
    except Exception as error:  # noqa: BLE001 - work goes on; each fault is seen where it stops something
        _log.warning("what is open could not be replayed", error=type(error).__name__)


async def _bring_back(casework: Casework, stream: str, matter: Stranded) -> None:
    try:
        await casework.revive(stream, anew=matter.runs)
    except Exception:  # noqa: BLE001 - one case's fault is not the others'
        _log.exception("a case could not be begun again", case=stream)
    else:
        _log.warning("a case was begun again from its log", case=stream)


async def carry_out_announced(
    engine: AsyncEngine, nudger: Nudger, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Carry out, every minute, what was announced of Co-Chairs' posts and need not wait any more; several may do it.

    Running cases hear of it from the pages, which have the key of commands (``web.admin.history``).
    """
    while True:
        try:
            made, mails = await carry_out_changes(engine, clock())
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look is due
            _log.warning("announced changes of posts could not be looked at", error=type(error).__name__)
            made, mails = (), False
        for change in made:
            _log.info("an announced change of a post has taken effect", about=change.about, change=change.id)
        if mails:
            nudger.nudge()
        await asyncio.sleep(_CARRY_OUT_SECONDS)


async def _have_returns_read(settings: Settings, client: Client) -> None:
    """Start the workflow that has the mailbox read, and again where it was stopped; one that runs looks at once."""
    while True:
        try:
            await client.start_workflow(
                MailReturns.run,
                MailboxPlace(),
                id=RETURNS_ID,
                task_queue=settings.delivery_queue,
                start_signal="nudge",
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
        except RPCError as error:
            _log.warning("the reading of the mailbox could not be started", error=str(error))
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _returns_reader(settings: Settings, engine: AsyncEngine, options: Options, nudger: Nudger) -> ReturnsReader:
    every = timedelta(minutes=settings.imap_minutes)
    return ReturnsReader(engine, mailbox_of(settings), every=every, bounced=nudger.nudge, clock=options.clock)


def mailbox_of(settings: Settings) -> Mailbox | None:
    """The mailbox in which delivery reports and automatic replies arrive; None when none is set."""
    if settings.imap_host is None or settings.imap_username is None or settings.imap_password is None:
        return None
    server = settings.imap_host, settings.imap_port, settings.imap_security
    return Mailbox(*server, settings.imap_username, settings.imap_password.get_secret_value(), settings.imap_folder)


def _deliverer(settings: Settings, engine: AsyncEngine, options: Options) -> NoticeDeliverer:
    server = settings.smtp_host, settings.smtp_port, settings.smtp_security
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    connections = settings.smtp_connections

    def transport() -> Transport:
        return Transport(*server, username=settings.smtp_username, password=password, connections=connections)

    sender, clock, at_once = sender_of(settings), options.clock, options.at_once
    return NoticeDeliverer(engine, transport, sender, connections=connections, clock=clock, at_once=at_once)


def sender_of(settings: Settings) -> Sender:
    """In whose name the mails of a deployment go out; their links and Message-IDs are made with keys of its key ring."""
    links, off = AnswerLinks(settings.keyring), OffLinks(settings.keyring)
    ids = MessageIds(settings.keyring)
    return Sender(settings.mail_from, settings.mail_from, settings.public_url, ids, links, off)


def _versioning(settings: Settings) -> WorkerDeploymentConfig | None:
    if settings.worker_build is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=DEPLOYMENT, build_id=settings.worker_build),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )


def collect_garbage_rarely() -> None:
    """Make the garbage collector run less often, and leave out of its search what is loaded by now.

    A case that leaves Temporal's cache is a cycle of some hundred old objects, which only a whole collection frees: one
    comes for each 240,000 objects that stay, hundreds of such cases and some ten megabytes (decision 73).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 5, 1)


async def main(settings: Settings, runtime: Runtime) -> None:
    """Run until SIGINT or SIGTERM."""
    gauge = loop_gauge(runtime)

    def restarted(name: str, times: int) -> None:
        gauge.set(times, {"loop": name})

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    client = await connect(settings)
    async with db.open_engine(settings) as engine:
        desk = CaseClient(client, settings.task_queue, history_limit=settings.history_limit)
        trust = trust_of(settings)
        casework = Casework(engine, desk, trust=trust)
        if settings.worker_build is None:  # else cases stay with workers of their own version
            await begin_unfit_again(client, casework)
        async with (
            running(settings, client, engine, Options(told=restarted)) as nudger,
            Background(
                {
                    "cases": partial(_look_after, casework, settings),
                    "always equal": CaseCheck(engine, desk, trust).run,
                    "announced changes": partial(carry_out_announced, engine, nudger),
                },
                told=restarted,
            ),
        ):
            collect_garbage_rarely()
            _log.info("the worker takes cases", queue=settings.task_queue)
            await stop.wait()


def _take_cases() -> None:
    close_to_others()
    try:
        settings = load_settings()
    except SettingsError as error:
        refuse_to_start(error, asked_for_json())
    set_up_logs(settings)
    try:
        metrics = f"{settings.worker_metrics_host}:{settings.worker_metrics_port}"
        runtime = set_up_runtime(metrics if settings.worker_metrics_port else None)
        set_up_traces(settings, "worker")
        asyncio.run(main(settings, runtime))
    except PortTaken as error:
        refuse_to_start(f"AHG_WORKER_METRICS_PORT: {error}", asked_for_json())
    except SettingsError as error:  # there are no keys
        refuse_to_start(error, asked_for_json())


if __name__ == "__main__":
    exit_without_teardown(_take_cases)
