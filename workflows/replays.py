"""Recorded histories on the present code of the workflows: whether it does what they say that it did."""

from collections.abc import AsyncIterator, Collection, Sequence

from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner

from workflows.activation import Activation
from workflows.delivery import NoticeDelivery
from workflows.deployments import run_of
from workflows.recommendation import RecommendationFollowUp
from workflows.returns import MailReturns


async def replay_all(
    histories: AsyncIterator[WorkflowHistory],
    converter: DataConverter,
    namespace: str,
    workflows: Sequence[type] = (Activation, RecommendationFollowUp, NoticeDelivery, MailReturns),
    runner: WorkflowRunner | None = None,
) -> AsyncIterator[tuple[str, Exception | None]]:
    """Replay each history of a namespace; yields its workflow id, and what went wrong, if anything did.

    ``runner``: what the workflows run in; without it in no sandbox, as in a deployment.
    """
    replayer = Replayer(
        workflows=workflows,
        namespace=namespace,
        data_converter=converter,
        workflow_runner=runner or UnsandboxedWorkflowRunner(),
        debug_mode=True,  # without an end of two seconds: a machine that is busy is no reason for a case not to fit
    )
    async for history in histories:
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        yield history.workflow_id, result.replay_failure


async def open_histories(client: Client, logs: Collection[str] = ()) -> AsyncIterator[WorkflowHistory]:
    """The histories of all workflows that run now.

    ``logs``: what should run. Temporal's index is a moment late: what it does not have of these is asked for by name.
    """
    seen = set()
    async for execution in client.list_workflows("ExecutionStatus = 'Running'"):
        seen.add(execution.id)
        yield await client.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history()
    for workflow_id in sorted(set(logs) - seen):
        if await run_of(client, workflow_id) is not None:
            yield await client.get_workflow_handle(workflow_id).fetch_history()
