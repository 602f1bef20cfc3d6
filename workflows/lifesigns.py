"""Whether the workflows that the records count on are alive: whoever reaches Temporal may stop or delete them."""

import asyncio
from collections.abc import Iterable
from enum import StrEnum

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

_RUNNING = "ExecutionStatus = 'Running' AND WorkflowType IN ('Activation', 'Recommendation')"
_FAILING_FROM = 3
"""From this attempt on, a workflow's task does not fail by chance (a worker that restarts, a database that is away)."""
_AT_ONCE = 8


class Stranded(StrEnum):
    """What is the matter with a workflow that should be running, in words for operators."""

    MISSING = "Temporal has no workflow of it"
    ENDED = "its workflow was ended from outside"
    FAILING = "its workflow fails its tasks"


async def stranded(client: Client, streams: Iterable[str], *, tasks: bool = True) -> dict[str, Stranded]:
    """Those of the workflows that do not go on, by id, and what is the matter with each.

    Without ``tasks`` only whether they run is asked, which is one call for all that are well.

    Raises:
        RPCError: Temporal does not answer.
    """
    wanted = list(streams)
    asked = wanted
    if not tasks:  # Temporal's index is a moment late: one that is not in it is asked for by name
        running = {execution.id async for execution in client.list_workflows(_RUNNING)}
        asked = [stream for stream in wanted if stream not in running]
    busy = asyncio.Semaphore(_AT_ONCE)

    async def one(stream: str) -> Stranded | None:
        async with busy:
            return await _matter(client, stream)

    found = await asyncio.gather(*map(one, asked))
    return {stream: matter for stream, matter in zip(asked, found, strict=True) if matter is not None}


async def _matter(client: Client, stream: str) -> Stranded | None:
    try:
        told = await client.get_workflow_handle(stream).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Stranded.MISSING
        raise
    if told.status is not WorkflowExecutionStatus.RUNNING:
        return Stranded.ENDED
    return Stranded.FAILING if told.raw_description.pending_workflow_task.attempt >= _FAILING_FROM else None
