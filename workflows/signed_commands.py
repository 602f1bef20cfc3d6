"""Only commands that this deployment has signed reach a case: the worker checks each before the case hears of it.

This is a validator's work: it is not replayed, so keys may change. What is recorded is checked once more where it is
written (``activities.record``), because whoever writes a history passes validators over.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from temporalio import workflow
from temporalio.worker import HandleUpdateInput, Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput

from models.command_signing import CommandKeys, body_digest
from models.commands import Command
from models.refusal import RefusalKind, Refused
from workflows.answers import refusal

TAKEN_WITHIN = timedelta(minutes=15)
"""How long after it was signed a command may reach its case; one that was kept back is sent, and signed, again."""


class SignedCommands(Interceptor):
    """Refuses a command that is not signed by one of these keys, or was signed long ago. ``clock``: now (UTC)."""

    def __init__(self, keys: CommandKeys, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._keys = keys
        self._clock = clock

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 - the SDK's own name
    ) -> type[WorkflowInboundInterceptor]:
        """The class of which each run gets an instance."""
        fault = self._fault

        class Checked(WorkflowInboundInterceptor):
            """Looks at each command before the workflow's own validator does."""

            def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002 - the SDK's own name
                for command in input.args:
                    if isinstance(command, Command):
                        with workflow.unsafe.sandbox_unrestricted():
                            why = fault(workflow.info().workflow_id, command)
                        if why:
                            workflow.logger.warning("a command was refused in %r: %s", workflow.info().workflow_id, why)
                            said = f"The command is refused: {why}. Send it again."
                            raise refusal(Refused(RefusalKind.FORBIDDEN, said), command.id)
                super().handle_update_validator(input)

        return Checked

    def _fault(self, stream: str, command: Command) -> str:
        signed = command.signed
        fault = self._keys.fault(stream, command.id, command.by, signed)
        if fault or signed is None:
            return fault
        if signed.body != body_digest(command):
            return "what it asks is not what was signed"
        if signed.standing is None:
            return "it was signed by an older version, which does not say as whom it is given"
        if abs(self._clock() - signed.at) > TAKEN_WITHIN:
            return "it was signed too long ago"
        return ""
