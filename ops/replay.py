"""``ahg replay`` and ``ahg nudge``: histories from a folder, and waking all that runs after a deployment."""

from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import suppress
from pathlib import Path

from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError

from workflows.deployments import until_told
from workflows.few_at_once import few_at_once

_OURS = "ExecutionStatus = 'Running' AND WorkflowType IN ('Activation', 'Recommendation', 'Delivery', 'Returns')"
_AT_ONCE = 16


async def histories_in(folder: Path) -> AsyncIterator[WorkflowHistory]:
    """Histories from JSON files, as the Temporal command line and UI write them.

    The workflow's id is the one that the history begins with; older servers leave it out, then it is the file's name.
    """
    for path in sorted(folder.glob("*.json")):
        history = WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))
        begun = history.events[0].workflow_execution_started_event_attributes.workflow_id
        yield WorkflowHistory(begun or path.stem, history.events)


async def nudge_all(client: Client, logs: Collection[str] = ()) -> int:
    """Wake every open case and follow-up, the delivery, and the reading of returned mail; returns how many were woken.

    ``logs``: what should run; Temporal's index may not have all of it yet.

    With versioned workers this waits first until the server has told all its parts of the current version: a workflow
    that wakes before would not see the new version, and sleep on.
    """
    await until_told(client)
    listed = {execution.id async for execution in client.list_workflows(_OURS)}
    return await wake(client, listed.union(logs))


async def wake(client: Client, ids: Iterable[str]) -> int:
    """Wake these workflows; returns how many were woken. One that has ended is left out."""

    async def woken(workflow_id: str) -> bool:
        with suppress(RPCError):
            await client.get_workflow_handle(workflow_id).signal("nudge")
            return True
        return False

    return sum([one async for one in few_at_once(ids, woken, _AT_ONCE)])
