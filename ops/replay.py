"""``ahg replay``: recorded histories on today's workflow code. Before a deployment, every open case."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.service import RPCError
from temporalio.worker import Replayer

import worker
from workflows.activation import Activation
from workflows.delivery import Delivery
from workflows.recommendation import Recommendation

__all__ = ["histories_in", "nudge_all", "open_histories", "replay_all"]


async def replay_all(
    histories: AsyncIterator[WorkflowHistory],
    converter: DataConverter,
    workflows: Sequence[type] = (Activation, Recommendation, Delivery),
) -> AsyncIterator[tuple[str, Exception | None]]:
    """Replay each history; yields its workflow id, and what went wrong, if anything did."""
    replayer = Replayer(
        workflows=workflows,
        data_converter=converter,
        workflow_runner=worker.sandbox(),
    )
    async for history in histories:
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        yield history.workflow_id, result.replay_failure


async def open_histories(client: Client) -> AsyncIterator[WorkflowHistory]:
    """The histories of all workflows that run now."""
    async for execution in client.list_workflows("ExecutionStatus = 'Running'"):
        handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        yield await handle.fetch_history()


async def histories_in(folder: Path) -> AsyncIterator[WorkflowHistory]:
    """Histories from JSON files, as the Temporal command line and UI write them; the file's name is the workflow id."""
    for path in sorted(folder.glob("*.json")):
        yield WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))


async def nudge_all(client: Client) -> int:
    """Wake every open case and follow-up; returns how many. One that ends meanwhile needs no nudge."""
    count = 0
    async for execution in client.list_workflows(
        "ExecutionStatus = 'Running' AND WorkflowType != 'Delivery'"
    ):
        with suppress(RPCError):
            await client.get_workflow_handle(execution.id).signal("nudge")
            count += 1
    return count
