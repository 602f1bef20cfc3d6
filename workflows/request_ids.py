"""The id of a request goes along with its command: through Temporal to the lines that workers write about it.

It travels as a header of the update and of its local activities. Headers are no part of what a workflow asks of Temporal:
a history replays the same with them and without.
"""

import re
from typing import Any

import structlog
from temporalio.api.common.v1 import Payload
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.client import (
    OutboundInterceptor,
    StartWorkflowUpdateInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowUpdateHandle,
)
from temporalio.converter import PayloadConverter
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    HandleUpdateInput,
    Interceptor,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle

REQUEST = "request"
"""The name of the id in log lines."""

_HEADER = "ahg-request"
_FORM = re.compile(r"[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}")
_CONVERTER = PayloadConverter.default


def well_formed(text: str) -> str | None:
    """A request's id as it is written: a UUID, with its hyphens or without. None where it is none: no name or text of
    somebody else's gets into log lines, or in the clear to Temporal, by this way.
    """
    return text.lower() if len(text) <= 36 and _FORM.fullmatch(text.lower()) else None


def current_request() -> str | None:
    """The id of the request that is being answered here."""
    found = structlog.contextvars.get_contextvars().get(REQUEST)
    return found if isinstance(found, str) else None


class RequestIds(ClientInterceptor, Interceptor):
    """Takes the id along, from a client to the activity that records."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 - the SDK's own name
        """Put the id beside each command that is sent."""
        return _Sending(next)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Have each line that an activity writes hold the id."""
        return _Recording(next)

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 - the SDK's own name
    ) -> type[WorkflowInboundInterceptor]:
        """The class of which each run gets an instance."""
        return _Handling


class _Sending(OutboundInterceptor):
    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:  # noqa: A002
        input.headers = {**input.headers, **_written()}
        return await super().start_workflow_update(input)

    async def start_update_with_start_workflow(
        self,
        input: StartWorkflowUpdateWithStartInput,  # noqa: A002
    ) -> WorkflowUpdateHandle[Any]:
        update = input.update_workflow_input
        update.headers = {**update.headers, **_written()}
        return await super().start_update_with_start_workflow(input)


class _Handling(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Asking(outbound))

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002
        _take(input.headers)
        return await super().handle_update_handler(input)


class _Asking(WorkflowOutboundInterceptor):
    def start_local_activity(self, input: StartLocalActivityInput) -> ActivityHandle[Any]:  # noqa: A002
        input.headers = {**input.headers, **_written()}
        return super().start_local_activity(input)


class _Recording(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        _take(input.headers)
        return await super().execute_activity(input)


def _written() -> dict[str, Payload]:
    found = current_request()
    return {_HEADER: _CONVERTER.to_payload(found)} if found else {}


def _take(headers: Any) -> None:
    """Take over what a header says. Whoever runs Temporal may write there what they like, so it is looked at again."""
    given = headers.get(_HEADER)
    found = well_formed(given.data.decode("ascii", "replace").strip('"')) if given is not None else None
    if found:
        structlog.contextvars.bind_contextvars(**{REQUEST: found})
    else:
        structlog.contextvars.unbind_contextvars(REQUEST)
