"""What is due on a day: the overdue ladder around a date, and that of outcomes."""

from datetime import datetime, timedelta

from models.case import Outcome
from models.ladder import ClockAct, Rung, ladder_on
from models.ladder_subjects import SubjectKind, subject_of
from models.policy import Policy
from models.posts import SECRETARIAT
from models.reasons import ReasonCode, reason
from models.rules.context import RuleContext


def overdue_rungs(policy: Policy, due: datetime, now: datetime) -> tuple[Rung, ...]:
    """The overdue ladder around a due date (UTC): before it, on the day, after it, then at a steady rhythm.

    Only what is still ahead; when everything is past, the next of the steady rhythm.
    """
    every = timedelta(days=policy.overdue_every.number)
    late = due + timedelta(days=policy.overdue_after.number)
    acts = [
        (due - timedelta(days=policy.overdue_before.number), ClockAct.REMIND),
        (due, ClockAct.OVERDUE),
        (late, ClockAct.OVERDUE),
    ]
    ahead = tuple(Rung(at=at, act=act) for at, act in acts if at > now)
    return ahead or (Rung(at=late + every * ((now - late) // every + 1), act=ClockAct.OVERDUE),)


def track_outcome(context: RuleContext, outcome: Outcome) -> None:
    """Remind of an outcome's date, once its owner has taken it on; until then, of saying so."""
    word_awaited(context, outcome.title)
    if outcome.due is None or not context.case.taken_on(outcome, outcome.owner):
        return
    due = context.due_on(outcome.due, outcome.owner)
    rungs = overdue_rungs(context.case.policy, due, context.now)
    ladder = ladder_on(reason(ReasonCode.DUE_ON, day=outcome.due.isoformat()), due, rungs)
    context.set_ladder(subject_of(SubjectKind.OUTCOME, outcome.title), ladder)


def word_awaited(context: RuleContext, title: str) -> None:
    """Remind those who have not said whether they take an outcome on, at the rhythm of invitations, until they do.

    Of one that has come back to the group, the secretariat and the Co-Chairs, until somebody owns it.
    """
    outcome = context.case.outcomes[title]
    asked = (*context.case.yet_to_take_on(outcome), *((SECRETARIAT.member,) if outcome.seeks_owner else ()))
    subject = subject_of(SubjectKind.TAKING_ON, title)
    if asked:
        context.once(subject, context.case.track.invitation, ClockAct.REMIND, *asked)
    else:
        context.clear(subject)


def outcome_overdue(context: RuleContext, title: str) -> None:
    """Remind at a steady rhythm after the last rung, until the outcome is done or blocked."""
    ladder = context.case.ladder(SubjectKind.OUTCOME, title)
    if ladder is not None and not ladder.rungs:
        rungs = overdue_rungs(context.case.policy, ladder.due, context.now)
        context.set_ladder(subject_of(SubjectKind.OUTCOME, title), ladder.model_copy(update={"rungs": rungs}))
