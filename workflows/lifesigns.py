"""Whether the workflows that the records count on are alive: whoever reaches Temporal may stop or delete them."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, PendingWorkflowTaskState, WorkflowTaskFailedCause
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.client import WorkflowExecution as Execution
from temporalio.service import RPCError, RPCStatusCode

from workflows import names
from workflows.few_at_once import few_at_once

_RUNNING = "ExecutionStatus = 'Running' AND WorkflowType IN ('Activation', 'Recommendation')"
_REPORTED = f"{_RUNNING} AND TemporalReportedProblems IS NOT NULL"
"""Those whose tasks Temporal has seen fail or time out again and again: from five times on, after a minute or so."""
_UNDER_OUR_IDS = "ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH 'AHG-'"
_OUR_ID = re.compile(r"AHG-\d{4}-\d{3,9}(/R\d{1,9})?")
_IN_THE_MAKING = timedelta(minutes=15)
"""How long a workflow of ours may run before the first entry of its log is written."""
_FAILING_FROM = 3
"""From this attempt on, a workflow's task does not fail by chance (a worker that restarts, a database that is away)."""
_NEWEST_EVENTS = 20
_TASK_FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
_NOT_AS_BEFORE = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR
_NOT_TAKEN_FOR = timedelta(minutes=1)
_ANSWERS_WITHIN = timedelta(seconds=30)
_AT_ONCE = 8
_NOT_OURS = "stands under an id of this product and is none of its workflows"


class Stranded(StrEnum):
    """What is the matter with a workflow that should go on, in words for operators."""

    MISSING = "Temporal has no workflow of it"
    STOPPED = "its workflow was stopped from outside"
    FOREIGN = "another workflow runs in its place"
    FAILED = "its workflow has failed"
    COMPLETED = "its workflow has ended and the records do not know of it: they may be an older copy"
    PAUSED = "its workflow is paused"
    FAILING = "its workflow fails its tasks"
    UNFIT = "this version cannot go on with its history"
    WAITING = "no worker takes the task of its workflow"
    BEHIND = "its workflow does not know what its log holds"

    @property
    def gone(self) -> bool:
        """Whether to begin it again from its log mends it without a person: it was lost from outside, or the code has
        left its history behind. What fails for another reason would only fail again.
        """
        return self in (Stranded.MISSING, Stranded.STOPPED, Stranded.FOREIGN, Stranded.UNFIT)

    @property
    def runs(self) -> bool:
        """Whether a workflow stands in its place, which must end before it can begin again."""
        return self not in (Stranded.MISSING, Stranded.STOPPED, Stranded.FAILED, Stranded.COMPLETED)


_ENDED = {WorkflowExecutionStatus.COMPLETED: Stranded.COMPLETED, WorkflowExecutionStatus.FAILED: Stranded.FAILED}


async def stranded(
    client: Client, queue: str, logs: Mapping[str, int], *, tasks: bool = True, state: bool = False
) -> dict[str, Stranded]:
    """Those of the workflows that do not go on, by id, and what is the matter with each.

    ``logs``: what should go on, each with the newest entry of its log. ``queue``: their task queue, where it is
    known. Without ``tasks`` it is only asked whether they run, and which of them Temporal has seen fail: two calls
    for all that are well. With ``state`` each is asked what it knows, which is a replay for one that no
    worker has in memory.

    Raises:
        RPCError: Temporal does not answer.
    """
    asked = list(logs)
    if not tasks:  # Temporal's index is a moment late: one that is not in it is asked for by name
        running = {execution.id async for execution in client.list_workflows(_RUNNING)}
        asked = [stream for stream in asked if stream not in running - await _reported(client)]

    async def one(stream: str) -> tuple[str, Stranded | None]:
        found = await matter_of(client, stream, _kind_of(stream), queue)
        return stream, found or (await _behind(client, stream, logs[stream]) if state else None)

    return {stream: matter async for stream, matter in few_at_once(asked, one, _AT_ONCE) if matter is not None}


async def behind(client: Client, logs: Mapping[str, int]) -> list[str]:
    """Those of the workflows that know less than their log held before they were asked; each has its newest entry."""

    async def one(stream: str) -> tuple[str, Stranded | None]:
        return stream, await _behind(client, stream, logs[stream])

    return [stream async for stream, matter in few_at_once(logs, one, _AT_ONCE) if matter is not None]


class Stray(NamedTuple):
    """A workflow that stands under an id of a case or a follow-up that is not open. ``foreign``: of another type or
    queue; else it is none of ours if it has no log.
    """

    id: str
    run_id: str
    kind: str
    queue: str
    foreign: bool = True


async def strays(client: Client, queue: str, open_logs: Collection[str]) -> list[Stray]:
    """The workflows under ids of our form that have no open log: whoever reaches Temporal can occupy references that no
    case has yet. One of our own type and queue is among them after longer than a submission takes.

    Raises:
        RPCError: Temporal does not answer.
    """
    found = []
    async for one in client.list_workflows(_UNDER_OUR_IDS):
        if one.id in open_logs or not _OUR_ID.fullmatch(one.id):
            continue
        foreign = not _may_be_ours(one, queue)
        if foreign or datetime.now(UTC) - one.start_time > _IN_THE_MAKING:
            found.append(Stray(one.id, one.run_id, one.workflow_type, one.task_queue, foreign))
    return found


def _may_be_ours(one: Execution, queue: str) -> bool:
    return one.workflow_type == _kind_of(one.id) and queue in ("", one.task_queue)


def _kind_of(stream: str) -> str:
    return "Recommendation" if "/" in stream else "Activation"


async def make_room(client: Client, reference: str, queue: str) -> bool:
    """End what stands under the reference of a case that is about to begin, has no log, and cannot have begun here: of
    another type or queue, paused, begun with a delay, or sent to workers of somebody's choice. True if there was one.

    Raises:
        RPCError: Temporal does not answer.
    """
    handle = client.get_workflow_handle(reference)
    try:
        told = await handle.describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    except ValueError:  # paused: a status that the SDK does not know yet
        await handle.terminate(_NOT_OURS)
        return True
    info = told.raw_description.workflow_execution_info
    delayed = info.execution_time.ToDatetime() - info.start_time.ToDatetime() > timedelta(seconds=1)
    if _may_be_ours(told, queue) and not delayed and not info.versioning_info.HasField("versioning_override"):
        return False
    if told.status is WorkflowExecutionStatus.RUNNING:
        await end_stray(client, Stray(told.id, told.run_id, told.workflow_type, told.task_queue))
    return True


async def end_stray(client: Client, stray: Stray) -> None:
    """End this very run; one that has ended meanwhile is left."""
    try:
        await client.get_workflow_handle(stray.id, run_id=stray.run_id).terminate(_NOT_OURS)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def matter_of(client: Client, workflow_id: str, kind: str, queue: str = "") -> Stranded | None:
    """What is the matter with one workflow of this type and task queue; None when it goes on.

    Raises:
        RPCError: Temporal does not answer.
    """
    try:
        told = await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Stranded.MISSING
        raise
    except ValueError:  # a status that the SDK does not know yet
        return Stranded.PAUSED
    if told.status is not WorkflowExecutionStatus.RUNNING:
        return _ENDED.get(told.status, Stranded.STOPPED) if told.status else Stranded.STOPPED
    if told.workflow_type != kind or (queue and told.task_queue != queue):
        return Stranded.FOREIGN
    if any(activity.paused for activity in told.raw_description.pending_activities):
        return Stranded.PAUSED
    task = told.raw_description.pending_workflow_task
    if task.attempt >= _FAILING_FROM:
        return Stranded.UNFIT if await _is_unfit(client, workflow_id, told.run_id) else Stranded.FAILING
    waits = task.state == PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_SCHEDULED
    since = task.original_scheduled_time.ToDatetime(tzinfo=UTC)
    return Stranded.WAITING if waits and datetime.now(UTC) - since > _NOT_TAKEN_FOR else None


async def _reported(client: Client) -> set[str]:
    try:
        return {execution.id async for execution in client.list_workflows(_REPORTED)}
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:  # a server that does not report them
            return set()
        raise


async def _is_unfit(client: Client, workflow_id: str, run_id: str | None) -> bool:
    """Whether a run fails its tasks because the code does not do what its history says. Of many failures in a row the
    history holds the first.
    """
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace,
        execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id or ""),
        maximum_page_size=_NEWEST_EVENTS,
    )
    told = await client.workflow_service.get_workflow_execution_history_reverse(request)
    failed = [event for event in told.history.events if event.event_type == _TASK_FAILED]
    return bool(failed) and failed[0].workflow_task_failed_event_attributes.cause == _NOT_AS_BEFORE


class Known(NamedTuple):
    """The newest entry that a workflow knows of its log: its number (0: none), and its hash."""

    seq: int
    head: str


async def known_by(client: Client, stream: str) -> Known | None:
    """What a workflow knows of its log. None says nothing: the worker that had it in memory may just have ended."""
    handle = client.get_workflow_handle(stream)
    try:
        seq, head = await handle.query(names.KNOWN, rpc_timeout=_ANSWERS_WITHIN)
        return Known(seq, head)
    except RPCError:
        return None
    except WorkflowQueryFailedError:  # it is pinned to a version that has no such query
        pass
    try:
        state: Any = await handle.query("state", rpc_timeout=_ANSWERS_WITHIN)
    except (RPCError, WorkflowQueryFailedError):  # it may also be too large to be told
        return None
    return Known(state["seq"], state["head"])


async def _behind(client: Client, stream: str, newest: int) -> Stranded | None:
    """Whether the workflow knows less than its log held before it was asked: somebody has set it back."""
    known = await known_by(client, stream)
    return Stranded.BEHIND if known is not None and known.seq < newest else None
