"""The versions of our workers as Temporal knows them: what each is, what runs on it, and which one is the current."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.deployment.v1 import WorkerDeploymentInfo, WorkerDeploymentVersion
from temporalio.api.enums.v1 import RoutingConfigUpdateState, TaskQueueType, WorkerDeploymentVersionStatus
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentVersionRequest,
    DescribeWorkflowExecutionRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from workflows.names import DEPLOYMENT
from workflows.upkeep import POLLED_WITHIN, asked_at, told_of_queue

_VERSION = SearchAttributeKey.for_keyword("TemporalWorkerDeploymentVersion")
_RUNNING = "ExecutionStatus = 'Running'"
_BEING_TOLD = RoutingConfigUpdateState.ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS
_IDENTITY = "ahg deploy"
_LOOK_AGAIN = 0.1
_TOLD_AT_LAST = 10.0
_STATUS = "WORKER_DEPLOYMENT_VERSION_STATUS_"


class OpenRun(NamedTuple):
    """A workflow that runs: its id, its type, and the build of its version; an empty one has no version."""

    id: str
    kind: str
    build: str


@dataclass(frozen=True)
class WorkerVersion:
    """A version of our workers, by its build id.

    ``status``: what Temporal calls it: current, ramping, draining, drained, or inactive (none of these was it yet).
    ``was_current``: when it last became the current one (UTC); None where it never did. ``missing``: the task queues of
    which no worker of it asks for work.
    """

    build: str
    status: str
    was_current: datetime | None
    missing: tuple[str, ...]
    runs: tuple[OpenRun, ...] = ()

    @property
    def cases(self) -> int:
        """How many open cases run on it."""
        return sum(run.kind == "Activation" for run in self.runs)

    @property
    def others(self) -> int:
        """How many other workflows do: follow-ups of recommendations, the delivery, the reading of the mailbox."""
        return len(self.runs) - self.cases


async def worker_versions(client: Client, cases: str, deliveries: str) -> list[WorkerVersion]:
    """The versions of our workers, the newest first; ``cases`` and ``deliveries`` are the task queues.

    Raises:
        RPCError: Temporal does not answer, or knows no versions.
    """
    told = await _described(client)
    if told is None:
        return []
    runs = await open_runs(client)
    asked = await _asked_lately(client, cases, deliveries)
    found = []
    for one in sorted(told.version_summaries, key=lambda one: -one.create_time.ToNanoseconds()):
        build = one.deployment_version.build_id
        status = WorkerDeploymentVersionStatus.Name(one.status).removeprefix(_STATUS).lower()
        since = one.last_current_time.ToDatetime(tzinfo=UTC) if one.HasField("last_current_time") else None
        own = tuple(run for run in runs if run.build == build)
        found.append(WorkerVersion(build, status, since, _lacking(asked, build), own))
    return found


async def open_runs(client: Client) -> list[OpenRun]:
    """What runs, as Temporal's index has it: that is a moment late.

    Raises:
        RPCError: Temporal does not answer.
    """
    found = []
    async for one in client.list_workflows(_RUNNING):
        version = one.typed_search_attributes.get(_VERSION, "")
        found.append(OpenRun(one.id, one.workflow_type, version.removeprefix(f"{DEPLOYMENT}:")))
    return found


async def run_of(client: Client, workflow_id: str) -> OpenRun | None:
    """A workflow by its name, as it is now, also one that is paused; None if it has ended or never was.

    Raises:
        RPCError: Temporal does not answer.
    """
    execution = WorkflowExecution(workflow_id=workflow_id)
    request = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
    try:
        # The SDK's own describe() fails on a status that it does not know, as that of a paused workflow.
        told = (await client.workflow_service.describe_workflow_execution(request)).workflow_execution_info
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    if told.HasField("close_time"):
        return None
    return OpenRun(workflow_id, told.type.name, told.versioning_info.deployment_version.build_id)


async def make_current(client: Client, build: str) -> None:
    """Make a version the current one: what begins does so on it, and what runs is to go over to it.

    Returns when the server has told all its parts: whoever wakes before would not see it, and sleep on.

    Raises:
        RPCError: Temporal does not answer; or it does not know all task queues of this version yet.
    """
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=DEPLOYMENT, build_id=build, identity=_IDENTITY
    )
    await client.workflow_service.set_worker_deployment_current_version(request)
    await until_told(client)


async def until_told(client: Client) -> None:
    """Return when every part of the server knows the current version of our workers, if they have versions.

    Under load the server may say for ever that it is about to tell them (temporalio/temporal, 11842). After a while it is
    enough that each task queue of the version knows. Who then wakes too soon is woken again by ``ahg deploy drain``.
    """
    enough = time.monotonic() + _TOLD_AT_LAST
    while True:
        told = await _described(client)
        if told is None or told.routing_config_update_state != _BEING_TOLD:
            return
        if time.monotonic() >= enough and await _queues_know(client, told.routing_config.current_deployment_version):
            return
        await asyncio.sleep(_LOOK_AGAIN)


async def _queues_know(client: Client, current: WorkerDeploymentVersion) -> bool:
    """Whether each task queue of the current version sends new work to it."""
    request = DescribeWorkerDeploymentVersionRequest(namespace=client.namespace, deployment_version=current)
    version = await client.workflow_service.describe_worker_deployment_version(request)
    for queue in version.version_task_queues:
        told = await told_of_queue(client, queue.name, queue.type)
        if told.versioning_info.current_deployment_version.build_id != current.build_id:
            return False
    return True


async def missing_of(client: Client, build: str, cases: str, deliveries: str) -> tuple[str, ...]:
    """The task queues of which no worker of this version asks for work.

    Raises:
        RPCError: Temporal does not answer.
    """
    return _lacking(await _asked_lately(client, cases, deliveries), build)


async def _described(client: Client) -> WorkerDeploymentInfo | None:
    """What the server says of our versions; None where nothing is versioned."""
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=DEPLOYMENT)
    try:
        answer = await client.workflow_service.describe_worker_deployment(request)
    except RPCError as error:
        if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.UNIMPLEMENTED):
            return None
        raise
    return answer.worker_deployment_info


async def _asked_lately(client: Client, cases: str, deliveries: str) -> dict[str, set[str]]:
    """Of each task queue that our workers ask, the builds of those that asked lately."""
    now = datetime.now(UTC)
    asked = {}
    for queue, kind, what in (
        (cases, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, "workflows"),
        (deliveries, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, "workflows"),
        (deliveries, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY, "activities"),
    ):
        told = await told_of_queue(client, queue, kind)
        lately = (poller for poller in told.pollers if now - asked_at(poller) <= POLLED_WITHIN)
        asked[f"{queue} ({what})"] = {
            poller.deployment_options.build_id
            for poller in lately
            if poller.deployment_options.deployment_name == DEPLOYMENT
        }
    return asked


def _lacking(asked: dict[str, set[str]], build: str) -> tuple[str, ...]:
    return tuple(queue for queue, builds in asked.items() if build not in builds)


def before_current(versions: Iterable[WorkerVersion]) -> WorkerVersion | None:
    """The version that was the current one last, before the one that is; None where none was."""
    past = [(one.was_current, one) for one in versions if one.status != "current" and one.was_current]
    return max(past, key=lambda pair: pair[0])[1] if past else None
