"""Refusals as errors of Temporal, and errors of Temporal as refusals."""

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
