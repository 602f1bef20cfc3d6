"""``ahg replay`` and ``ahg nudge``: histories from a folder, and waking all that runs after a deployment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from temporalio.api.enums.v1 import RoutingConfigUpdateState
from temporalio.api.workflowservice.v1 import DescribeWorkerDeploymentRequest
from temporalio.client import Client, WorkflowExecution, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from workflows.few_at_once import few_at_once
from workflows.names import DEPLOYMENT

_OURS = "ExecutionStatus = 'Running' AND WorkflowType IN ('Activation', 'Recommendation', 'Delivery', 'Returns')"
_BEING_TOLD = RoutingConfigUpdateState.ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS
_LOOK_AGAIN = 0.1
_AT_ONCE = 16


async def histories_in(folder: Path) -> AsyncIterator[WorkflowHistory]:
    """Histories from JSON files, as the Temporal command line and UI write them.

    The workflow's id is the one that the history begins with; older servers leave it out, then it is the file's name.
    """
    for path in sorted(folder.glob("*.json")):
        history = WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))
        begun = history.events[0].workflow_execution_started_event_attributes.workflow_id
        yield WorkflowHistory(begun or path.stem, history.events)


async def nudge_all(client: Client) -> int:
    """Wake every open case and follow-up, the delivery, and the reading of returned mail; returns how many were woken.

    A workflow that ends meanwhile is left out. With versioned workers this waits first until the server has told all its
    parts of the current version: a workflow that wakes before would not see the new version, and sleep on.
    """
    await _all_told(client)

    async def wake(execution: WorkflowExecution) -> bool:
        with suppress(RPCError):
            await client.get_workflow_handle(execution.id).signal("nudge")
            return True
        return False

    return sum([woken async for woken in few_at_once(client.list_workflows(_OURS), wake, _AT_ONCE)])


async def _all_told(client: Client) -> None:
    """Return when every part of the server knows the current version of our workers, if they have versions."""
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=DEPLOYMENT)
    while True:
        try:
            answer = await client.workflow_service.describe_worker_deployment(request)
        except RPCError as error:
            if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.UNIMPLEMENTED):  # nothing is versioned there
                return
            raise
        if answer.worker_deployment_info.routing_config_update_state != _BEING_TOLD:
            return
        await asyncio.sleep(_LOOK_AGAIN)
