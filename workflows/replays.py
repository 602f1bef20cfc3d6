"""Recorded histories on the present code of the workflows: whether it does what they say that it did."""

from collections.abc import AsyncIterator, Collection, Sequence

from temporalio.client import Client, WorkflowExecution, WorkflowHistory
from temporalio.common import SearchAttributeKey
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner

from workflows.activation import Activation
from workflows.delivery import NoticeDelivery
from workflows.deployments import run_of
from workflows.few_at_once import few_at_once
from workflows.recommendation import RecommendationFollowUp
from workflows.returns import MailReturns

_AT_ONCE = 16
"""Histories that are fetched while others are replayed."""
_CARRIED_ON_BY = SearchAttributeKey.for_keyword_list("BuildIds")
"""By which code the tasks of a workflow were completed, as the server itself keeps it."""
_UNVERSIONED = "unversioned"


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
    async with replayer.workflow_replay_iterator(histories) as results:
        async for result in results:
            yield result.history.workflow_id, result.replay_failure


async def open_histories(
    client: Client, logs: Collection[str] = (), *, but_of: str | None = None, left_out: list[str] | None = None
) -> AsyncIterator[WorkflowHistory]:
    """The histories of all workflows that run now.

    ``logs``: what should run. Temporal's index is a moment late: what it does not have of these is asked for by name.
    ``but_of``: without those whose newest task was completed by this code (``workflows.code_version``). It has replayed
    or written all that came before, so that they are known to fit it. ``left_out`` takes their ids.
    """
    known = [] if left_out is None else left_out
    seen = set[str]()

    async def history(execution: WorkflowExecution) -> WorkflowHistory | None:
        seen.add(execution.id)
        if but_of is not None and await _carried_on_by(client, execution, but_of):
            known.append(execution.id)
            return None
        return await client.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history()

    async def unseen(workflow_id: str) -> WorkflowHistory | None:
        if await run_of(client, workflow_id) is None:
            return None
        return await client.get_workflow_handle(workflow_id).fetch_history()

    async for one in few_at_once(client.list_workflows("ExecutionStatus = 'Running'"), history, _AT_ONCE):
        if one is not None:
            yield one
    async for one in few_at_once(sorted(set(logs) - seen), unseen, _AT_ONCE):
        if one is not None:
            yield one


async def _carried_on_by(client: Client, execution: WorkflowExecution, code: str) -> bool:
    """Whether this code completed the newest task of a workflow; of several the server's list does not tell which."""
    by = set(execution.typed_search_attributes.get(_CARRIED_ON_BY) or ()) - {_UNVERSIONED}
    ours = f"{_UNVERSIONED}:{code}"
    if ours not in by or by == {ours}:
        return ours in by
    try:
        told = await client.get_workflow_handle(execution.id, run_id=execution.run_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:  # its history is asked for, and says so
            return False
        raise
    except ValueError:  # a status that the SDK does not know yet
        return False
    return told.raw_description.workflow_execution_info.most_recent_worker_version_stamp.build_id == code
