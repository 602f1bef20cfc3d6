"""The way in: how a page, the API or the command line brings a command to a case, and reads its own state."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConnectConfig
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode

from models.authentication import Means, PasskeyTouch, Standing
from models.calendars import Calendars
from models.case import Case
from models.command_signing import CommandSigner
from models.commands import Command
from models.members import Directory
from models.policy import Policy
from models.recommendation import FollowUp
from models.refusal import RefusalKind, Refused
from models.rules import apply_command
from tracing import tracing_interceptors
from workflows import names
from workflows.activation import CONTINUING, Activation, ActivationStart, Receipt
from workflows.answers import refused_by
from workflows.delivery import NoticeDelivery
from workflows.lifesigns import (
    Known,
    Stranded,
    Stray,
    behind,
    end_stray,
    known_by,
    make_room,
    matter_of,
    stranded,
    strays,
)
from workflows.payloads import UnreadablePayload, data_converter
from workflows.recommendation import FollowUpStart, RecommendationFollowUp
from workflows.request_ids import RequestIds
from workflows.upkeep import Flaw, Watched, begin_delivery, flaws

_PATIENCE = timedelta(seconds=30)
_MOMENT = 0.05
_NAMED = 5
_log = structlog.get_logger(__name__)
_PASSING = (RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.FAILED_PRECONDITION)
"""Answers of the server for a case that is busy for a moment: many commands wait, or it continues as a new run."""
_PASSED_OVER = "UnprocessedUpdate"
"""The server's own failure for an Update that a worker was handed and did not come to: it was evicting the case just
then, or had too much to do. The workflow has not seen it, and its history has nothing of it."""
_FULL_ANSWER = timedelta(seconds=5)
"""How long an ended case may take to refuse in the rules' own words; the workers that it ended on may be gone."""


class NotAnswered(Exception):
    """The case did not answer in time. The command may or may not have been taken: send it again with the same id."""


class Over(Refused):
    """Temporal says that a workflow has ended, or that it never was; the records know whether that can be."""


class NotRecorded(Exception):
    """The step was allowed but cannot be recorded, and trying again will not help: an operator must look."""


class TemporalAway(NotAnswered):
    """Temporal does not answer, or does not take what it was sent."""


_UNBELIEVED = (WorkflowUpdateRPCTimeoutOrCancelledError, UnreadablePayload, ApplicationError)
"""No answer in time, or one that is not sealed for this case: whoever gave it was not the case."""


async def temporal_client(
    config: ClientConnectConfig, keyring: Mapping[str, bytes] | None = None, runtime: Runtime | None = None
) -> Client:
    """A client to a Temporal server; with a keyring, payloads are encrypted (``workflows.payloads``). ``runtime``:
    whose log and figures its own are part of; without it, the process's.

    Raises:
        TemporalAway: no server answers there.
    """
    converter = data_converter(keyring) if keyring is not None else DataConverter.default
    try:
        return await Client.connect(
            **config, data_converter=converter, interceptors=[*tracing_interceptors(), RequestIds()], runtime=runtime
        )
    except RuntimeError as error:  # the SDK has no exception of its own for it
        raise TemporalAway(str(error)) from error


async def nudge_delivery(client: Client, queue: str) -> None:
    """Tell the delivery that something waits to be sent; it is started if it does not run, or is another workflow.

    Raises:
        TemporalAway: the server did not take it.
    """
    try:
        await client.start_workflow(
            NoticeDelivery.run,
            id=names.DELIVERY_ID,
            task_queue=queue,
            start_signal="nudge",
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        if await matter_of(client, names.DELIVERY_ID, "Delivery", queue) is Stranded.FOREIGN:
            await begin_delivery(client, queue)
    except RPCError as error:
        raise TemporalAway(str(error)) from error


class CaseClient:
    """Brings commands to cases.

    ``signer`` signs them; unsigned, no worker takes them. ``shift`` is for rehearsals (see ``ActivationStart``);
    ``patience`` is how long it waits for an answer.
    """

    def __init__(
        self,
        client: Client,
        task_queue: str,
        *,
        signer: CommandSigner | None = None,
        history_limit: int = 1500,
        shift: timedelta = timedelta(0),
        patience: timedelta = _PATIENCE,
    ) -> None:
        self._client = client
        self._queue = task_queue
        self._limit = history_limit
        self._signer = signer
        self.shift = shift
        self._patience = patience

    async def submit_request(
        self,
        reference: str,
        command: Command,
        directory: Directory,
        calendars: Calendars,
        policy: Policy,
        at: datetime | None = None,
        *,
        means: Means,
    ) -> Receipt:
        """Submit a request under a reference that has no log: starts the case and gives it its first command, as one.
        A strange workflow under it is ended.

        ``means``, here and below: by what the sender was known.

        Raises:
            Refused: the rules refuse; then no workflow has been started.
            NotAnswered: the case did not answer in time.
        """
        blank = Case(reference=reference, directory=directory, calendars=calendars, policy=policy)
        apply_command(blank, command, (at or datetime.now(UTC)))
        begun = self._begun(blank)
        update, patience, signed = Activation.submit_command, self._patience, self._sign(reference, command, means)
        try:
            async with self._deadline(reference):
                occupied = await make_room(self._client, reference, self._queue)
                if occupied:
                    _log.error("a strange workflow stood under the reference of a new case", case=reference)
                anyway, failed_only = (
                    WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                    WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,  # one that nobody submitted to has failed
                )
                start = WithStartWorkflowOperation(
                    Activation.run,
                    begun,
                    id=reference,
                    task_queue=self._queue,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    id_reuse_policy=anyway if occupied else failed_only,
                )
                return await self._client.execute_update_with_start_workflow(
                    update, signed, id=command.id, start_workflow_operation=start, rpc_timeout=patience
                )
        except WorkflowUpdateFailedError as failed:
            raise _told(failed, command) from None
        except (RPCError, WorkflowAlreadyStartedError, *_UNBELIEVED) as error:
            raise NotAnswered(str(error)) from error

    async def submit_command(
        self,
        reference: str,
        command: Command,
        means: Means,
        touch: PasskeyTouch | None = None,
        standing: Standing = Standing.POST,
    ) -> Receipt:
        """Give a command to a case. ``touch``: the holder's own signature, with ``Means.PASSKEY``. ``standing``: as whom.

        Raises:
            Refused: the rules refuse; nothing has been written.
            NotAnswered: the case did not answer in time.
        """
        signed = self._sign(reference, command, means, touch, standing)
        async with self._deadline(reference):
            return await self._given(reference, command, signed)

    async def _given(self, reference: str, command: Command, signed: Command) -> Receipt:
        """Give a command until the case takes or refuses it, for as long as the case is busy."""
        handle = self._client.get_workflow_handle(reference)
        while True:
            try:
                receipt: Receipt = await handle.execute_update(
                    names.SUBMIT_COMMAND, signed, id=command.id, rpc_timeout=self._patience, result_type=Receipt
                )
                return receipt
            except WorkflowUpdateFailedError as failed:
                if _type_of(failed) not in (CONTINUING, _PASSED_OVER):
                    raise _told(failed, command) from None
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return await self._ended(handle, reference, command)
                if error.status not in _PASSING:
                    raise NotAnswered(str(error)) from error
            except _UNBELIEVED as error:
                raise NotAnswered(str(error)) from error
            await asyncio.sleep(_MOMENT)

    @asynccontextmanager
    async def _deadline(self, stream: str) -> AsyncIterator[None]:
        """The whole time that a command may take. The SDK's own limits are for one call, and it calls again and again
        while no worker takes the command.

        Raises:
            NotAnswered: it is over.
        """
        end = asyncio.timeout(self._patience.total_seconds())
        try:
            async with end:
                yield
        except (TimeoutError, NotAnswered, WorkflowUpdateRPCTimeoutOrCancelledError):
            if not end.expired():
                raise
            late = f"{stream} has not answered within {self._patience.total_seconds():g} seconds"
            raise NotAnswered(f"{late}; the command may or may not have been taken.") from None

    def _sign(
        self,
        stream: str,
        command: Command,
        means: Means,
        touch: PasskeyTouch | None = None,
        standing: Standing = Standing.POST,
    ) -> Command:
        if self._signer is None:
            return command
        return self._signer.sign(stream, command, means, datetime.now(UTC), touch, standing)

    async def _ended(self, handle: WorkflowHandle[Any, Any], reference: str, command: Command) -> Receipt:
        """Refuse a command to a workflow that has ended or never was, in the rules' own words where these can be asked.

        A command that the case took before it ended gets its first answer again.
        """
        ended = Over(RefusalKind.CONFLICT, f"The case {reference} has ended; it does not change any more.")
        try:
            case = await handle.query(Activation.state, rpc_timeout=_FULL_ANSWER)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise Over(RefusalKind.NOT_FOUND, f"There is no case {reference}.") from None
            if error.status is RPCStatusCode.UNAVAILABLE:
                raise NotAnswered(str(error)) from error
            raise ended from None  # no worker of its version is left that could say more
        except WorkflowQueryFailedError:
            raise ended from None  # it is too large to be told
        if command.id in case.recent:
            return Receipt(reference=reference, seq=case.recent[command.id], stage=case.stage, waiting_on=())
        apply_command(case, command, datetime.now(UTC) + self.shift)
        raise ended

    async def submit_resolution(
        self, reference: str, number: int, command: Command, means: Means, standing: Standing = Standing.POST
    ) -> str:
        """Give the command ``adopt``, or ``contest``, to the follow-up of a recommendation; answers with its state.

        Raises:
            Refused: the rules refuse, or the recommendation is not followed any more.
            NotAnswered: the case did not answer in time.
        """
        stream = names.follow_up_id(reference, number)
        handle, signed = self._client.get_workflow_handle(stream), self._sign(stream, command, means, standing=standing)
        try:
            async with self._deadline(stream):
                return await handle.execute_update(
                    RecommendationFollowUp.submit_command, signed, id=command.id, rpc_timeout=self._patience
                )
        except WorkflowUpdateFailedError as failed:
            raise _told(failed, command) from None
        except _UNBELIEVED as error:
            raise NotAnswered(str(error)) from error
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                over = f"The recommendation {number} of {reference} is declined or done already."
                raise Over(RefusalKind.CONFLICT, over) from None
            raise NotAnswered(str(error)) from error

    async def tell_after_the_end(
        self,
        case: Case,
        followed: tuple[int, ...],
        command: Command,
        means: Means,
        touch: PasskeyTouch | None = None,
        standing: Standing = Standing.POST,
    ) -> Receipt:
        """Give a command to a case whose workflow is over: it begins again with the state that its log gives, and the
        command, as one.

        ``followed``: the recommendations of the case that have their follow-ups.

        Raises:
            Refused: the rules refuse.
            NotAnswered: the case did not answer in time.
        """
        begun = self._begun(case, followed)
        signed = self._sign(case.reference, command, means, touch, standing)
        start = WithStartWorkflowOperation(
            Activation.run,
            begun,
            id=case.reference,
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        )
        try:
            async with self._deadline(case.reference):
                return await self._client.execute_update_with_start_workflow(
                    Activation.submit_command,
                    signed,
                    id=command.id,
                    start_workflow_operation=start,
                    rpc_timeout=self._patience,
                )
        except WorkflowUpdateFailedError as failed:
            raise _told(failed, command) from None
        except (RPCError, WorkflowAlreadyStartedError, *_UNBELIEVED) as error:
            raise NotAnswered(str(error)) from error

    def _begun(self, case: Case, followed: tuple[int, ...] = ()) -> ActivationStart:
        return ActivationStart(
            case=case,
            shift=self.shift,
            history_limit=self._limit,
            followed=followed,
            bound=True,
            signed_only=True,
            within_bounds=True,
        )

    async def begin_again(self, begun: Case | FollowUp, followed: tuple[int, ...] = (), *, anew: bool = False) -> None:
        """Start the workflow of a case or a follow-up with a state that its log gives; one that runs goes on.

        ``followed``: the recommendations of the case that have their follow-ups. ``anew``: one that runs is ended first.

        Raises:
            NotAnswered: Temporal did not take it.
        """
        started: Any
        start: ActivationStart | FollowUpStart
        if isinstance(begun, Case):
            started, name = Activation.run, begun.reference
            start = self._begun(begun, followed)
        else:
            started, name = RecommendationFollowUp.run, begun.stream
            start = FollowUpStart(follow_up=begun, shift=self.shift, bound=True, signed_only=True)
        conflict = WorkflowIDConflictPolicy.TERMINATE_EXISTING if anew else WorkflowIDConflictPolicy.USE_EXISTING
        try:
            await self._client.start_workflow(
                started, start, id=name, task_queue=self._queue, id_conflict_policy=conflict, rpc_timeout=self._patience
            )
        except RPCError as error:
            raise NotAnswered(str(error)) from error

    async def nudge(self, stream: str) -> None:
        """Wake the workflow of a case or a follow-up: it looks into its log.

        Raises:
            NotAnswered: Temporal did not take it, or there is no such workflow.
        """
        try:
            await self._client.get_workflow_handle(stream).signal("nudge", rpc_timeout=self._patience)
        except RPCError as error:
            raise NotAnswered(str(error)) from error

    async def known(self, stream: str) -> Known | None:
        """The newest entry that the workflow of a case or a follow-up knows of its log; None where it does not answer.

        Raises:
            NotAnswered: the answer cannot be read for want of a key.
        """
        try:
            return await known_by(self._client, stream)
        except UnreadablePayload as error:
            raise NotAnswered(str(error)) from error

    async def behind(self, logs: Mapping[str, int]) -> list[str]:
        """Those of the workflows that know less than their log held before they were asked.

        Raises:
            NotAnswered: an answer cannot be read for want of a key.
        """
        try:
            return await behind(self._client, logs)
        except UnreadablePayload as error:
            raise NotAnswered(str(error)) from error

    async def stranded(
        self, logs: Mapping[str, int], *, tasks: bool = True, state: bool = False
    ) -> dict[str, Stranded]:
        """Those of the workflows that do not go on (``workflows.lifesigns``).

        Raises:
            NotAnswered: Temporal does not answer, or its answer cannot be read for want of a key.
        """
        try:
            return await stranded(self._client, self._queue, logs, tasks=tasks, state=state)
        except (RPCError, UnreadablePayload) as error:
            raise NotAnswered(str(error)) from error

    async def strays(self, open_logs: Collection[str]) -> list[Stray]:
        """Workflows under ids of our form that have no open log (``workflows.lifesigns``).

        Raises:
            NotAnswered: Temporal does not answer.
        """
        try:
            return await strays(self._client, self._queue, open_logs)
        except RPCError as error:
            raise NotAnswered(str(error)) from error

    def flaw_of(self, found: Sequence[Stray]) -> Flaw:
        """What is said of strange workflows, and how they are ended."""

        async def end() -> None:
            for one in found:
                await end_stray(self._client, one)

        named = ", ".join(f"{one.id} ({one.kind} on {one.queue})" for one in found[:_NAMED])
        said = f"{len(found)} strange workflows stand under ids of cases or follow-ups: {named}"
        return Flaw(said, mend=end, of_cases=True)

    async def flaws(self, deliveries: str, *, mail_waits: bool, mailbox: bool) -> list[Flaw]:
        """What must be there on Temporal beside the cases and is not (``workflows.upkeep``).

        Raises:
            NotAnswered: Temporal does not answer.
        """
        watched = Watched(self._queue, deliveries, mail_waits=mail_waits, mailbox=mailbox)
        try:
            return await flaws(self._client, watched)
        except RPCError as error:
            raise NotAnswered(str(error)) from error

    async def state(self, reference: str) -> Case:
        """The case as its workflow knows it.

        Raises:
            Refused: there is no such case.
            NotAnswered: no worker answers for it.
        """
        handle = self._client.get_workflow_handle(reference)
        try:
            case = await handle.query(Activation.state, rpc_timeout=self._patience)
            if case.reference != reference:
                raise NotAnswered(f"The answer of {case.reference} came for {reference}.")
            return case
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise Refused(RefusalKind.NOT_FOUND, f"There is no case {reference}.") from None
            raise NotAnswered(f"The case {reference} does not answer: {error}") from error
        except WorkflowQueryFailedError as error:
            raise NotAnswered(f"The case {reference} cannot be told whole: {error}") from error


def _type_of(failed: WorkflowUpdateFailedError) -> str | None:
    return failed.cause.type if isinstance(failed.cause, ApplicationError) else None


def _told(failed: WorkflowUpdateFailedError, command: Command) -> Exception:
    """The exception of a failed update: a refusal of the rules, or that the step could not be recorded."""
    refused = refused_by(failed.cause, command.id)
    if refused is not None:
        return refused
    if _type_of(failed) == _PASSED_OVER:
        return NotAnswered("The case did not come to the command; send it again.")
    cause: BaseException = failed.cause
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return NotRecorded(f"The command was not recorded: {cause}")
