"""``ahg deploy``: one version of the workers after another, while cases are open.

Cases are pinned to the version of their run (decision 20), and go on as a new run on the version that is the current one.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from models.refusal import RefusalKind, Refused
from ops.replay import nudge_all, wake
from records import queries
from settings import Settings, SettingsError
from workflows import deployments
from workflows.activation import Activation
from workflows.deployments import OpenRun, WorkerVersion, before_current
from workflows.replays import open_histories, replay_all

_LOOK_AGAIN = 0.2
_WAKE_AGAIN = 15.0
_NAMED = 10
_ANSWER = timedelta(seconds=30)


@dataclass(frozen=True)
class Unfit:
    """A workflow whose history the code here cannot go on with, and why."""

    id: str
    why: str


class DoesNotFit(Refused):
    """What is open does not fit the code that was to take it over; ``unfit`` has each."""

    def __init__(self, build: str, unfit: tuple[Unfit, ...]) -> None:
        many = f"{len(unfit)} open workflows do not fit" if len(unfit) > 1 else "One open workflow does not fit"
        named = ", ".join(one.id for one in unfit[:_NAMED]) + (" and others" if len(unfit) > _NAMED else "")
        super().__init__(RefusalKind.CONFLICT, f"{many} the code of {build} ({named}); the versions stay as they are.")
        self.unfit = unfit


@dataclass(frozen=True)
class Ways:
    """The way to Temporal, to our task queues, and to what the records hold as open (``open_logs``)."""

    client: Client
    cases: str
    deliveries: str
    open_logs: Callable[[], Awaitable[Mapping[str, int]]]

    @classmethod
    def of(cls, settings: Settings, client: Client, engine: AsyncEngine) -> "Ways":
        """Those of a deployment."""

        async def open_logs() -> Mapping[str, int]:
            async with engine.connect() as connection:
                return await queries.open_logs(connection)

        return cls(client, settings.task_queue, settings.delivery_queue, open_logs)

    async def versions(self) -> list[WorkerVersion]:
        """The versions of our workers, the newest first."""
        return await deployments.worker_versions(self.client, self.cases, self.deliveries)


def build_here(settings: Settings) -> str:
    """The version that the code here is of.

    Raises:
        SettingsError: it has none.
    """
    if settings.worker_build is None:
        raise SettingsError("AHG_WORKER_BUILD must say of which version the code here is: that of its workers")
    return settings.worker_build


async def promote(ways: Ways, build: str, wait: float, shown: Callable[[int, int], None]) -> int:
    """Make the version of the code here the current one, and wake what is open so that it goes over; how many were woken.

    ``wait``: seconds within which its workers must ask for work. ``shown`` hears how many histories were replayed, of
    how many.

    Raises:
        Refused: no worker of it asks for work.
        DoesNotFit: a workflow that is open does not fit the code here.
    """
    await _must_have_workers(ways, build, wait)
    await _must_fit(ways, build, shown)
    await _make_current(ways, build, wait)
    return await nudge_all(ways.client, await ways.open_logs())


async def roll_back(
    ways: Ways, here: str | None, wait: float, shown: Callable[[int, int], None], *, unchecked: bool = False
) -> tuple[str, int]:
    """Make the version that was the current one before that again; its build, and how many were woken.

    ``here``: the version of the code here. Only that code can tell whether it can read what the newer one has written:
    with ``unchecked`` nobody asks.

    Raises:
        Refused: there is none; the code here is of another; or as ``promote``.
    """
    before = before_current(await ways.versions())
    if before is None:
        raise Refused(RefusalKind.CONFLICT, "No version was the current one before; there is nothing to go back to.")
    if unchecked:
        await _must_have_workers(ways, before.build, wait)
        await _make_current(ways, before.build, wait)
        return before.build, await nudge_all(ways.client, await ways.open_logs())
    if here != before.build:
        raise Refused(
            RefusalKind.CONFLICT,
            f"The version before is {before.build}, and the code here is of {here or 'no version'}: whether "
            f"{before.build} can go on with what is open, only its own code tells. Run this where that is installed, or "
            "add --unchecked.",
        )
    await _must_read(ways, before.build)
    return before.build, await promote(ways, before.build, wait, shown)


async def _must_read(ways: Ways, build: str) -> None:
    """Read what each open case knows, as its present workers write it and as the next run would be given it.

    Raises DoesNotFit: the code here cannot read it, or nobody answers.
    """
    unfit = []
    for run in await deployments.open_runs(ways.client):
        if run.kind != "Activation" or run.build in ("", build):
            continue
        try:
            await ways.client.get_workflow_handle(run.id).query(Activation.state, rpc_timeout=_ANSWER)
        except Exception as error:  # noqa: BLE001 - whatever it is, the case cannot be read
            unfit.append(Unfit(run.id, f"{type(error).__name__}: {error}"))
    if unfit:
        raise DoesNotFit(build, tuple(unfit))


async def _must_have_workers(ways: Ways, build: str, wait: float) -> None:
    end = time.monotonic() + wait
    while missing := await deployments.missing_of(ways.client, build, ways.cases, ways.deliveries):
        if time.monotonic() >= end:
            raise Refused(RefusalKind.CONFLICT, f"No worker of {build} takes the work of {', '.join(missing)}.")
        await asyncio.sleep(_LOOK_AGAIN)


async def _must_fit(ways: Ways, build: str, shown: Callable[[int, int], None]) -> None:
    """Replay whatever is open on the code here. Raises DoesNotFit."""
    client, logs = ways.client, await ways.open_logs()
    of = len(await deployments.open_runs(client))
    unfit, done = [], 0
    histories = open_histories(client, logs)
    async for workflow_id, failure in replay_all(histories, client.data_converter, client.namespace):
        done += 1
        shown(done, max(of, done))
        if failure is not None:
            unfit.append(Unfit(workflow_id, str(failure)))
    if unfit:
        raise DoesNotFit(build, tuple(unfit))


async def _make_current(ways: Ways, build: str, wait: float) -> None:
    """The same; the server may hear of the queues of a version a moment after its workers first ask for work."""
    end = time.monotonic() + wait
    while True:
        try:
            return await deployments.make_current(ways.client, build)
        except RPCError as error:
            if error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
                raise
            if time.monotonic() >= end:
                raise Refused(
                    RefusalKind.CONFLICT, f"Temporal does not make {build} current: {error.message}."
                ) from None
        await asyncio.sleep(_LOOK_AGAIN)


# draining -----------------------------------------------------------------------------------------------------------


async def left_on(ways: Ways, build: str) -> list[OpenRun]:
    """What runs on a version, none of it overlooked: Temporal's index is a moment late, so what it does not have of the
    open logs is asked for by name. (What has lost its workflow is not on any version.)
    """
    open_logs, seen = await ways.open_logs(), await deployments.open_runs(ways.client)
    named = [await deployments.run_of(ways.client, log) for log in sorted(open_logs.keys() - {run.id for run in seen})]
    return [run for run in (*seen, *named) if run is not None and run.build == build]


async def drain(ways: Ways, build: str, wait: float) -> list[OpenRun]:
    """Wait until nothing is left on a version, ``wait`` seconds at most; what is left then.

    Its workers may be stopped when nothing is. What is left is woken again, every quarter of a minute.

    Raises:
        Refused: Temporal knows no such version, or new work goes to it.
    """
    versions = {one.build: one for one in await ways.versions()}
    if build not in versions:
        known = ", ".join(versions) or "none"
        raise Refused(RefusalKind.NOT_FOUND, f"Temporal knows no version {build} of the workers; it knows {known}.")
    if versions[build].status in ("current", "ramping"):
        raise Refused(RefusalKind.CONFLICT, f"{build} is {versions[build].status}: new work goes to it.")
    await deployments.until_told(ways.client)
    end = time.monotonic() + wait
    next_wake = time.monotonic()
    while left := await left_on(ways, build):
        if time.monotonic() >= end:
            break
        if time.monotonic() >= next_wake:
            await wake(ways.client, [run.id for run in left])
            next_wake = time.monotonic() + _WAKE_AGAIN
        await asyncio.sleep(_LOOK_AGAIN)
    return left


def left_words(left: list[OpenRun]) -> str:
    """What is left on a version, in words."""
    cases = [run.id for run in left if run.kind == "Activation"]
    others = [run.id for run in left if run.kind != "Activation"]
    named = ", ".join((*cases, *others)[:_NAMED]) + (", ..." if len(left) > _NAMED else "")
    return f"{len(cases)} cases and {len(others)} other workflows are left ({named})"
