"""What goes through Temporal and back: refusals, and whether a value is where it belongs."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from models.command_signing import body_digest
from models.commands import Command
from models.refusal import RefusalKind, Refused


def refusal(refused: Refused, command_id: str) -> ApplicationError:
    """A refusal as Temporal carries it: type, sentence, what is allowed; and of which command it is, which is sealed."""
    sealed = refused.sentence, refused.allowed, refused.why.value, command_id
    return ApplicationError(str(refused), *sealed, type=refused.why.value, non_retryable=True)


def refused_by(error: BaseException | None, command_id: str) -> Refused | None:
    """The refusal that an error of Temporal's carries, if it is one of this very command, sealed by the case."""
    if not isinstance(error, ApplicationError) or len(error.details) != 4:
        return None
    sentence, allowed, kind, of = map(str, error.details)
    if of != command_id or kind not in set(RefusalKind):
        return None
    return Refused(RefusalKind(kind), sentence, allowed)


def must_be_of_this_workflow(workflow_id: str) -> None:
    """End a workflow that was begun with another one's state. Somebody has copied it.

    Raises:
        ApplicationError: the workflow has another id; it ends.
    """
    if workflow.info().workflow_id != workflow_id:
        raise ApplicationError("this is the state of another workflow", type="elsewhere", non_retryable=True)


def must_be_this_update(command_id: str) -> None:
    """Refuse a command that comes under another id than its own.

    The product sends each command under the command's own id; another id means a copy.

    Raises:
        ApplicationError: the Update has another id.
    """
    update = workflow.current_update_info()
    if update is None or update.id != command_id:
        raise ApplicationError("this command was sent under another id", type="elsewhere", non_retryable=True)


def must_be_signed(command: Command, signed_only: bool) -> None:
    """Refuse a command that carries no signature, or that of another content; the signature itself is checked elsewhere.

    ``signed_only``: the run began after commands were signed. In the history of one of before others may stand.

    Raises:
        ApplicationError: the refusal.
    """
    unsigned = command.signed is None and signed_only
    if unsigned or (command.signed is not None and command.signed.body != body_digest(command)):
        raise refusal(Refused(RefusalKind.FORBIDDEN, "The command is refused: it is not signed."), command.id)
