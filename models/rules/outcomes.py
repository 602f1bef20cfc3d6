"""Practical outcomes (a): added, progress, blocked, done. ``owners`` has whose they are, ``verifying`` what follows."""

from models import events as e
from models.case import Outcome, Stage
from models.commands import AddOutcome, Block, Done, Progress
from models.ladder_subjects import SubjectKind, subject_of
from models.policy import Obligations
from models.posts import SECRETARIAT, Role
from models.refusal import RefusalKind, Refused
from models.rules.actors import BY_CO_CHAIR, BY_GROUP, BY_SECRETARIAT
from models.rules.checks import must_be_in_the_group, must_be_members, refuse
from models.rules.context import RuleContext
from models.rules.overdue import track_outcome
from models.rules.owners import BY_OWNER, any_is, speaks_for_itself, taken_on_by_doing, the_outcome
from models.rules.table import AT_WORK, rule
from models.rules.verifying import await_verification

_BY_THOSE_AT_IT = (BY_OWNER, BY_CO_CHAIR, BY_SECRETARIAT)


def _my_outcome(context: RuleContext, title: str) -> Outcome:
    outcome = the_outcome(context, title)
    if context.by.role is Role.FOCAL_POINT and context.by.member not in (outcome.owner, *outcome.supporting):
        raise refuse(
            f"Of the members only its owner {outcome.owner} and its supporters may report on the outcome {title!r}.",
            RefusalKind.FORBIDDEN,
        )
    if outcome.state in ("open", "blocked"):
        taken_on_by_doing(context, outcome)
    return context.case.outcomes[title]


def _over(outcome: Outcome) -> Refused:
    """What can be done with an outcome that is blocked, done or verified already."""
    then = {
        "blocked": "Note progress on it when it goes on, or report it as done.",
        "done": "A Co-Chair verifies it next.",
        "verified": "A Co-Chair's objection in time would open it again.",
    }
    return refuse(f"The outcome {outcome.title!r} is already {outcome.state}. {then[outcome.state]}")


@rule("add_outcome", "add an outcome", (BY_CO_CHAIR, BY_SECRETARIAT, BY_GROUP), {Stage.OPERATIONAL}, own_word=True)
def add_outcome(context: RuleContext, body: AddOutcome) -> None:
    """Add a practical outcome with owner, indicator, baseline, target, unit and due date."""
    owner = body.owner or context.by.member
    must_be_members(context.case, tuple(code for code in (owner, *body.supporting) if code != SECRETARIAT.member))
    if body.title in context.case.outcomes:
        raise refuse(f"There is already an outcome {body.title!r}.")
    outcome = Outcome(
        title=body.title,
        owner=owner,
        supporting=body.supporting,
        indicator=body.indicator,
        baseline=body.baseline,
        target=body.target,
        unit=body.unit,
        due=body.due,
        value=body.baseline,
    )
    must_be_in_the_group(context.case, (owner, *body.supporting), "owns or supports an outcome")
    if speaks_for_itself(context, outcome) and context.case.policy.obligations is Obligations.BY_OWN_WORD:
        outcome = outcome.model_copy(update={"taken_on": (context.by.member,)})
    context.emit(e.OutcomeAdded(outcome=outcome, text=body.text))
    track_outcome(context, outcome)


@rule("progress", "note progress on an outcome", _BY_THOSE_AT_IT, AT_WORK, ready=any_is("open", "blocked"))
def progress(context: RuleContext, body: Progress) -> None:
    """Note progress; a blocked outcome is open again."""
    outcome = _my_outcome(context, body.outcome)
    if outcome.state in ("done", "verified"):
        raise _over(outcome)
    if outcome.state == "blocked":
        context.emit(
            e.OutcomeMoved(outcome=body.outcome, state="open", text=body.text, why="progress", post=context.by)
        )
        track_outcome(context, outcome)
    context.emit(e.ProgressNoted(outcome=body.outcome, value=body.value, text=body.text))


@rule("block", "say that an outcome is blocked", _BY_THOSE_AT_IT, AT_WORK, ready=any_is("open"))
def block(context: RuleContext, body: Block) -> None:
    """Note that an outcome is blocked, and why; its reminders stop."""
    outcome = _my_outcome(context, body.outcome)
    if outcome.state != "open":
        raise _over(outcome)
    context.emit(e.OutcomeMoved(outcome=body.outcome, state="blocked", text=body.text))
    context.clear(subject_of(SubjectKind.OUTCOME, body.outcome))


@rule("done", "report an outcome as done", _BY_THOSE_AT_IT, AT_WORK, ready=any_is("open", "blocked"))
def done(context: RuleContext, body: Done) -> None:
    """Report an outcome as done; the Co-Chairs are reminded until one of them verifies it."""
    outcome = _my_outcome(context, body.outcome)
    if outcome.state in ("done", "verified"):
        raise _over(outcome)
    context.emit(e.OutcomeMoved(outcome=body.outcome, state="done", text=body.text))
    context.clear(*(subject_of(kind, body.outcome) for kind in (SubjectKind.OUTCOME, SubjectKind.TAKING_ON)))
    await_verification(context, body.outcome)
