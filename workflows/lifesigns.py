"""Whether the workflows that the records count on are alive: whoever reaches Temporal may stop or delete them."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from temporalio.api.enums.v1 import PendingWorkflowTaskState
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

_RUNNING = "ExecutionStatus = 'Running' AND WorkflowType IN ('Activation', 'Recommendation')"
_FAILING_FROM = 3
"""From this attempt on, a workflow's task does not fail by chance (a worker that restarts, a database that is away)."""
_NOT_TAKEN_FOR = timedelta(minutes=1)
_ANSWERS_WITHIN = timedelta(seconds=30)
_AT_ONCE = 8


class Stranded(StrEnum):
    """What is the matter with a workflow that should go on, in words for operators."""

    MISSING = "Temporal has no workflow of it"
    STOPPED = "its workflow was stopped from outside"
    FOREIGN = "another workflow runs in its place"
    FAILED = "its workflow has failed"
    COMPLETED = "its workflow has ended and the records do not know of it: they may be an older copy"
    PAUSED = "its workflow is paused"
    FAILING = "its workflow fails its tasks"
    WAITING = "no worker takes the task of its workflow"
    BEHIND = "its workflow does not know what its log holds"

    @property
    def gone(self) -> bool:
        """Whether it was lost from outside, so that to begin it again mends it without a person."""
        return self in (Stranded.MISSING, Stranded.STOPPED, Stranded.FOREIGN)


_ENDED = {WorkflowExecutionStatus.COMPLETED: Stranded.COMPLETED, WorkflowExecutionStatus.FAILED: Stranded.FAILED}


async def stranded(
    client: Client, queue: str, logs: Mapping[str, int], *, tasks: bool = True, state: bool = False
) -> dict[str, Stranded]:
    """Those of the workflows that do not go on, by id, and what is the matter with each.

    ``logs``: what should go on, each with the newest entry of its log. ``queue``: their task queue, where it is
    known. Without ``tasks`` only whether they run is asked,
    which is one call for all that are well. With ``state`` each is asked what it knows, which is a replay for one that no
    worker has in memory.

    Raises:
        RPCError: Temporal does not answer.
    """
    asked = list(logs)
    if not tasks:  # Temporal's index is a moment late: one that is not in it is asked for by name
        running = {execution.id async for execution in client.list_workflows(_RUNNING)}
        asked = [stream for stream in asked if stream not in running]
    busy = asyncio.Semaphore(_AT_ONCE)

    async def one(stream: str) -> Stranded | None:
        async with busy:
            kind = "Recommendation" if "/" in stream else "Activation"
            found = await matter_of(client, stream, kind, queue)
            return found or (await _behind(client, stream, logs[stream]) if state else None)

    found = await asyncio.gather(*map(one, asked))
    return {stream: matter for stream, matter in zip(asked, found, strict=True) if matter is not None}


async def behind(client: Client, logs: Mapping[str, int]) -> list[str]:
    """Those of the workflows that know less than their log held before they were asked; each has its newest entry."""
    busy = asyncio.Semaphore(_AT_ONCE)

    async def one(stream: str) -> Stranded | None:
        async with busy:
            return await _behind(client, stream, logs[stream])

    found = await asyncio.gather(*map(one, logs))
    return [stream for stream, matter in zip(logs, found, strict=True) if matter is not None]


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
        return Stranded.FAILING
    waits = task.state == PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_SCHEDULED
    since = task.original_scheduled_time.ToDatetime(tzinfo=UTC)
    return Stranded.WAITING if waits and datetime.now(UTC) - since > _NOT_TAKEN_FOR else None


async def _behind(client: Client, stream: str, newest: int) -> Stranded | None:
    """Whether the workflow knows less than its log held before it was asked: somebody has set it back.

    No answer says nothing: the worker that had it in memory may just have ended.
    """
    try:
        known: Any = await client.get_workflow_handle(stream).query("state", rpc_timeout=_ANSWERS_WITHIN)
    except RPCError:
        return None
    return Stranded.BEHIND if known["seq"] < newest else None
