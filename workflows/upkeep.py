"""What must be there on Temporal beside the cases: workers that poll, work that is routed to them, search attributes, and
the workflows that deliver mail and read the mailbox. Whoever reaches Temporal can take each away.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeTaskQueueResponse,
    SetWorkerDeploymentCurrentVersionRequest,
    UnpauseActivityRequest,
    UnpauseWorkflowExecutionRequest,
)
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from models.returns import MailboxPlace
from workflows import names
from workflows.delivery import NoticeDelivery
from workflows.lifesigns import Stranded, matter_of
from workflows.returns import MailReturns

POLLED_WITHIN = timedelta(seconds=90)
"""A worker that waits for work asks again after a minute at the latest; one that is stopped or gone does not."""

_WORKFLOWS = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
_ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
_IDENTITY = "ahg upkeep"


@dataclass(frozen=True)
class Watched:
    """What is looked at. ``mail_waits``: a mail has waited for some time; ``mailbox``: there is one that is read."""

    cases: str
    deliveries: str
    mail_waits: bool = False
    mailbox: bool = False


@dataclass(frozen=True)
class Flaw:
    """Something that is not as it must be. ``stops``: no command is taken meanwhile, or no case begins; ``of_cases``: it
    is about cases that are not begun yet.

    ``mend`` puts it right where no person is needed for it.
    """

    said: str
    stops: bool = False
    mend: Callable[[], Awaitable[object]] | None = None
    of_cases: bool = False


async def flaws(client: Client, watched: Watched, now: datetime | None = None) -> list[Flaw]:
    """Everything that is not as it must be.

    Raises:
        RPCError: Temporal does not answer.
    """
    now = now or datetime.now(UTC)
    found = await _attributes(client)
    for queue, kind in (
        (watched.cases, _WORKFLOWS),
        (watched.deliveries, _WORKFLOWS),
        (watched.deliveries, _ACTIVITIES),
    ):
        found += await _polled(client, queue, kind, now, stops=queue == watched.cases)
    started = partial(begin_delivery, client, watched.deliveries), _returns(client, watched.deliveries)
    for name, of_type, needed, begin in (
        (names.DELIVERY_ID, "Delivery", watched.mail_waits, started[0]),
        (names.RETURNS_ID, "Returns", watched.mailbox, started[1]),
    ):
        found += await _held(client, watched.deliveries, name, of_type, needed, begin)
    return found


# workers ----------------------------------------------------------------------------------------------------------


async def _polled(
    client: Client, queue: str, kind: TaskQueueType.ValueType, now: datetime, *, stops: bool
) -> list[Flaw]:
    """Whether somebody takes the work of a queue, and whether new work goes to who takes it."""
    told = await told_of_queue(client, queue, kind)
    what = f"{queue} ({'workflows' if kind == _WORKFLOWS else 'activities'})"
    current = told.versioning_info.current_deployment_version
    if current.deployment_name not in ("", names.DEPLOYMENT):
        mend = partial(_take_back, client, current.deployment_name)
        version = f"{current.deployment_name}.{current.build_id}"
        return [Flaw(f"new work of {what} goes to {version}, which is not of this product", stops, mend)]
    newest = max(map(asked_at, told.pollers), default=None)
    if newest is None:
        return [Flaw(f"no worker takes the work of {what}", stops)]
    if now - newest > POLLED_WITHIN:
        ago = f"the last asked for it {(now - newest).total_seconds():.0f} seconds ago"
        return [Flaw(f"no worker takes the work of {what}; {ago}", stops)]
    if any(now - asked_at(one) <= POLLED_WITHIN for one in _of_current(told)):
        return []
    if not current.build_id:
        why = "all workers have a version and none is the current one: `ahg deploy promote`"
        return [Flaw(f"no worker takes new work of {what}: {why}", stops)]
    return [Flaw(f"new work of {what} goes to the version {current.build_id}, of which no worker runs", stops)]


async def told_of_queue(client: Client, queue: str, kind: TaskQueueType.ValueType) -> DescribeTaskQueueResponse:
    """What the server says of a task queue: who asks it for work, and to which version new work goes.

    Raises:
        RPCError: Temporal does not answer.
    """
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
    )
    return await client.workflow_service.describe_task_queue(request)


def asked_at(poller: PollerInfo) -> datetime:
    """When a worker last asked for work (UTC)."""
    return poller.last_access_time.ToDatetime(tzinfo=UTC)


def _of_current(told: DescribeTaskQueueResponse) -> Iterable[PollerInfo]:
    """The workers that new work goes to."""
    current = told.versioning_info.current_deployment_version
    for poller in told.pollers:
        own = poller.deployment_options
        if (own.deployment_name, own.build_id) == (current.deployment_name, current.build_id):
            yield poller


async def _take_back(client: Client, deployment: str) -> None:
    """Have new work no longer go to the workers of a strange deployment."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=deployment, identity=_IDENTITY, ignore_missing_task_queues=True
    )
    await client.workflow_service.set_worker_deployment_current_version(request)


# search attributes ------------------------------------------------------------------------------------------------


async def _attributes(client: Client) -> list[Flaw]:
    """Whether Temporal knows the search attributes: a case that cannot write one fails its task."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        known = await client.operator_service.list_search_attributes(request)
    except RPCError as error:
        if error.status in (
            RPCStatusCode.PERMISSION_DENIED,
            RPCStatusCode.UNIMPLEMENTED,
        ):  # a cluster that does not tell
            return []
        raise
    missing = {key.name: key.indexed_value_type for key in names.ATTRIBUTES if key.name not in known.custom_attributes}
    if not missing:
        return []

    async def add() -> None:
        adding = AddSearchAttributesRequest(namespace=client.namespace)
        for name, kind in missing.items():
            adding.search_attributes[name] = int(kind)  # type: ignore[assignment]
        await client.operator_service.add_search_attributes(adding)

    return [Flaw(f"Temporal has lost the search attributes {', '.join(missing)}", stops=True, mend=add)]


# delivery and mailbox ---------------------------------------------------------------------------------------------


async def _held(
    client: Client, queue: str, name: str, kind: str, needed: bool, begin: Callable[[], Awaitable[object]]
) -> list[Flaw]:
    """Whether a workflow of our own goes on; it may be absent where it is not needed.

    It has no state that matters (the queue is in SQL, and each returned mail is noted once): it may begin anew.
    """
    matter = await matter_of(client, name, kind, queue)
    gone = matter in (Stranded.MISSING, Stranded.STOPPED, Stranded.COMPLETED, Stranded.FAILED)
    if matter is None or (gone and not needed):
        return []
    mend = None if matter is Stranded.WAITING else begin  # for that one a worker is needed, and nothing else
    if matter is Stranded.FOREIGN and not needed:
        mend = client.get_workflow_handle(name).terminate
    if matter is Stranded.PAUSED:
        mend = partial(_unpause, client, name)
    return [Flaw(f"the workflow {name!r}: {matter.value}", mend=mend)]


async def _unpause(client: Client, name: str) -> None:
    told = await client.get_workflow_handle(name).describe()
    paused = [one for one in told.raw_description.pending_activities if one.paused]
    for one in paused:
        of = WorkflowExecution(workflow_id=name)
        request = UnpauseActivityRequest(
            namespace=client.namespace, execution=of, identity=_IDENTITY, id=one.activity_id
        )
        await client.workflow_service.unpause_activity(request)
    if not paused:
        await client.workflow_service.unpause_workflow_execution(
            UnpauseWorkflowExecutionRequest(namespace=client.namespace, workflow_id=name, identity=_IDENTITY)
        )


async def begin_delivery(client: Client, queue: str) -> None:
    """Begin the delivery anew; whatever stands under its id is ended.

    Raises:
        RPCError: Temporal did not take it.
    """
    anew = WorkflowIDConflictPolicy.TERMINATE_EXISTING
    await client.start_workflow(NoticeDelivery.run, id=names.DELIVERY_ID, task_queue=queue, id_conflict_policy=anew)


def _returns(client: Client, queue: str) -> Callable[[], Awaitable[object]]:
    async def begin() -> None:
        anew = WorkflowIDConflictPolicy.TERMINATE_EXISTING
        await client.start_workflow(
            MailReturns.run, MailboxPlace(), id=names.RETURNS_ID, task_queue=queue, id_conflict_policy=anew
        )

    return begin
