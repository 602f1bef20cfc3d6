"""What goes through Temporal and back: refusals, and whether a value is where it belongs."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from models.refusal import RefusalKind, Refused


def refusal(refused: Refused) -> ApplicationError:
    """A refusal as Temporal carries it: type, sentence and what is allowed."""
    return ApplicationError(str(refused), refused.sentence, refused.allowed, type=refused.why.value, non_retryable=True)


def refused_by(error: BaseException | None) -> Refused | None:
    """The refusal that an error of Temporal's carries, if it is one."""
    if not isinstance(error, ApplicationError) or error.type not in set(RefusalKind):
        return None
    sentence, allowed = (*error.details, "", "")[:2] if error.details else (error.message, "")
    return Refused(RefusalKind(error.type), str(sentence), str(allowed))


def must_be_of_this_workflow(workflow_id: str) -> None:
    """Fail a workflow that was begun with the state of another one, and with it whoever copied that state.

    Raises:
        ApplicationError: the workflow has another id; it ends.
    """
    if workflow.info().workflow_id != workflow_id:
        raise ApplicationError("this is the state of another workflow", type="elsewhere", non_retryable=True)


def must_be_this_update(command_id: str) -> None:
    """Refuse a command that comes under another id than its own: its sender would have sent it as itself.

    Raises:
        ApplicationError: the Update has another id.
    """
    update = workflow.current_update_info()
    if update is None or update.id != command_id:
        raise ApplicationError("this command was sent under another id", type="elsewhere", non_retryable=True)
