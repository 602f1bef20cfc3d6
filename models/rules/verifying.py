"""Verification of outcomes: by whom, the other Co-Chair's objection, and how long it has for it."""

from models import events as e
from models.case import Case, Outcome, ParticipantState
from models.commands import Verify
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind, subject_of
from models.policy import TermsCovered
from models.posts import Post
from models.refusal import RefusalKind, Refused
from models.rules.actors import Actor
from models.rules.checks import refuse
from models.rules.context import RuleContext
from models.rules.overdue import track_outcome
from models.rules.owners import hand_on_outcomes, the_outcome
from models.rules.table import AT_WORK, rule
from models.verification import co_chairs_or_substitutes, verifiers


def await_verification(context: RuleContext, title: str) -> None:
    """Remind those who may verify, at the rhythm of gates, of an outcome that waits for it."""
    outcome = context.case.outcomes[title]
    if outcome.state == "done":
        _they_have(context, verifiers(context.case, outcome), subject_of(SubjectKind.VERIFY, title), ClockAct.REMIND)


def _they_have(context: RuleContext, posts: tuple[Post, ...], subject: str, act: ClockAct) -> None:
    context.once(subject, context.case.track.gate, act, *(post.member for post in posts))


def _may_verify(case: Case, post: Post) -> bool:
    return any(one.state == "done" and post in verifiers(case, one) for one in case.outcomes.values())


BY_VERIFIER = Actor(
    "a Co-Chair (or a Steering Group member in its place)",
    lambda case, post: (
        post in case.directory.co_chairs
        or (case.policy.terms_covered is TermsCovered.SUBSTANCE and post in case.directory.steering_group)
    ),
)


@rule("verify", "verify an outcome", BY_VERIFIER, AT_WORK, ready=_may_verify)
def verify(context: RuleContext, body: Verify) -> None:
    """Verify for one Co-Chair; the other may object within a gate's deadline, which reopens the outcome.

    What is said with it is why less than the target is enough: it can be added where the value does not reach that.
    """
    outcome = the_outcome(context, body.outcome)
    by_substance = context.case.policy.terms_covered is TermsCovered.SUBSTANCE
    adds = by_substance and outcome.state == "verified" and bool(body.text) and not outcome.achieved
    if outcome.state != "done" and not adds:
        raise refuse(
            f"The outcome {body.outcome!r} is {outcome.state}; only one that is done, not verified yet, can be verified."
        )
    may = verifiers(context.case, outcome)
    if context.by not in may:
        raise _verified_by_others(context, outcome, may)
    context.emit(e.OutcomeMoved(outcome=body.outcome, state="verified", text=body.text))
    context.clear(subject_of(SubjectKind.VERIFY, body.outcome))
    objectors = co_chairs_or_substitutes(context.case)
    _they_have(context, objectors, subject_of(SubjectKind.VERIFIED, body.outcome), ClockAct.END)


def _verified_by_others(context: RuleContext, outcome: Outcome, may: tuple[Post, ...]) -> Refused:
    own = context.by.member in (outcome.owner, *outcome.supporting)
    why = f"{context.by.member} owns or supports it" if own else "it is for others to verify"
    return refuse(
        f"{context.by} may not verify the outcome {outcome.title!r}: {why}. Verified by: {', '.join(may) or 'nobody'}.",
        RefusalKind.FORBIDDEN,
    )


def verification_open_to(case: Case, post: Post) -> bool:
    """Whether a Co-Chair may object to a verification now: to one of the other's, in the time for it."""
    return post in co_chairs_or_substitutes(case) and any(
        case.ladder(SubjectKind.VERIFIED, title) and one.verified_by != post for title, one in case.outcomes.items()
    )


def object_to_outcome(context: RuleContext, title: str, text: str) -> None:
    """Object to the other Co-Chair's verification: the outcome is open again."""
    outcome = the_outcome(context, title)
    if context.by not in co_chairs_or_substitutes(context.case):
        raise refuse("Only a Co-Chair may object to the verification of an outcome.", RefusalKind.FORBIDDEN)
    if outcome.state != "verified":
        raise refuse(f"The outcome {title!r} is {outcome.state}; only a verification can be objected to.")
    if context.case.ladder(SubjectKind.VERIFIED, title) is None:
        raise refuse(f"The outcome {title!r} is verified; the deadline to object to its verification has passed.")
    if outcome.verified_by == context.by:
        raise refuse("The other Co-Chair may object, not the one that verified the outcome.", RefusalKind.FORBIDDEN)
    context.emit(e.Objected(member=context.by.member, text=text, outcome=title))
    context.clear(subject_of(SubjectKind.VERIFIED, title))
    context.emit(e.OutcomeMoved(outcome=title, state="open", text=text, why="objected", post=context.by))
    track_outcome(context, context.case.outcomes[title])
    gone = [one.member for one in context.case.participants.values() if one.state is ParticipantState.LEFT]
    for member in gone if context.case.policy.carries_out else ():
        hand_on_outcomes(context, member, None)  # it was verified when its owner left
