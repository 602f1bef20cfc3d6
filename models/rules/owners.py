"""Whose an outcome is: owners and supporters by their own word, what is amended, and what is handed on."""

from collections.abc import Callable

from models import events as e
from models.case import Case, Outcome
from models.case.outcomes import OutcomeTerms
from models.commands import AmendOutcome, TakeOn
from models.ladder_subjects import SubjectKind, subject_of
from models.posts import SECRETARIAT, Post, Role
from models.reasons import ReasonCode, StatedReason, in_english, reason
from models.refusal import RefusalKind
from models.rules.actors import BY_CO_CHAIR, BY_SECRETARIAT, by_focal_point
from models.rules.checks import must_be_in_the_group, refuse, the_one
from models.rules.context import RuleContext
from models.rules.overdue import track_outcome, word_awaited
from models.rules.table import AT_WORK, rule

BY_OWNER = by_focal_point(
    "the focal point of an outcome's owner or supporter",
    lambda case, member: any(member in (one.owner, *one.supporting) for one in case.outcomes.values()),
)


def the_outcome(context: RuleContext, title: str) -> Outcome:
    """The outcome of that title; refused where there is none."""
    return the_one("outcome", title, context.case.outcomes)


def speaks_for_itself(context: RuleContext, outcome: Outcome) -> bool:
    """Whether the post is of a member that owns or supports an outcome, and may say so for it."""
    return context.by.member in (outcome.owner, *outcome.supporting) and context.by.role is not Role.STEERING_GROUP


def _may_take_on(case: Case, post: Post) -> bool:
    return any(
        post.member in (one.owner, *one.supporting)
        and one.state in ("open", "blocked")
        and not case.taken_on(one, post.member)
        for one in case.outcomes.values()
    )


@rule("take_on", "take an outcome on", (BY_OWNER, BY_CO_CHAIR, BY_SECRETARIAT), AT_WORK, _may_take_on, own_word=True)
def take_on(context: RuleContext, body: TakeOn) -> None:
    """Take an outcome on for one's own member, or not; nobody is bound by being named."""
    outcome, member = the_outcome(context, body.outcome), context.by.member
    if not speaks_for_itself(context, outcome):
        raise refuse(
            f"{context.by} neither owns nor supports the outcome {outcome.title!r}; who does takes it on.",
            RefusalKind.FORBIDDEN,
        )
    if outcome.state not in ("open", "blocked") or context.case.taken_on(outcome, member):
        raise refuse(f"{context.by} works on the outcome {outcome.title!r} already; it is {outcome.state}.")
    taken = body.answer == "accept"
    if not taken and outcome.returned and member == outcome.owner:
        raise refuse(
            f"{outcome.title!r} has come back to the group. The secretariat or a Co-Chair amends the "
            "outcome and names its next owner, who is asked then."
        )
    context.emit(e.OutcomeTakenOn(outcome=outcome.title, member=member, taken=taken, text=body.text))
    if not taken and member == outcome.owner and context.case.policy.to_the_end:
        why = reason(ReasonCode.NOT_TAKEN_ON, member=member)
        _returned(context, context.case.outcomes[outcome.title], why)
    else:
        track_outcome(context, context.case.outcomes[outcome.title])


def taken_on_by_doing(context: RuleContext, outcome: Outcome) -> None:
    """Who reports on its own outcome has taken it on by that; nobody reports on one that its owner has not.

    By the policy of before a supporter did.
    """
    if speaks_for_itself(context, outcome) and _may_begin(context.case, outcome, context.by.member):
        if not context.case.taken_on(outcome, context.by.member):
            context.emit(e.OutcomeTakenOn(outcome=outcome.title, member=context.by.member))
            track_outcome(context, context.case.outcomes[outcome.title])
    elif not context.case.taken_on(outcome, outcome.owner):
        raise refuse(
            f"{context.case.directory.name(outcome.owner)} has not taken the outcome {outcome.title!r} on. It says first "
            "that it takes it on, or reports on it itself; until then nobody else does."
        )


def _may_begin(case: Case, outcome: Outcome, member: str) -> bool:
    """Whether a member that works on an outcome may begin: its owner, and others once the owner has taken it on."""
    return member == outcome.owner or case.taken_on(outcome, outcome.owner) or not case.policy.to_the_end


def any_is(*states: str) -> Callable[[Case, Post], bool]:
    """Whether the case has an outcome in one of these states."""
    return lambda case, post: any(one.state in states for one in case.outcomes.values())


BY_ITS_OWNER = by_focal_point(
    "the focal point of the outcome's owner",
    lambda case, member: any(member == one.owner for one in case.outcomes.values()),
)


@rule(
    "amend_outcome",
    "amend an outcome",
    (BY_ITS_OWNER, BY_CO_CHAIR, BY_SECRETARIAT),
    AT_WORK,
    ready=any_is("open", "blocked", "done"),
)
def amend_outcome(context: RuleContext, body: AmendOutcome) -> None:
    """Change what an outcome is to reach, by when, or who works on it, and say why; what it was stays in its history."""
    outcome = the_outcome(context, body.outcome)
    if context.by.role is Role.FOCAL_POINT and context.by.member != outcome.owner:
        raise refuse(
            f"The outcome {outcome.title!r} is amended by its owner {outcome.owner}, a Co-Chair or the secretariat; "
            "ask one of them.",
            RefusalKind.FORBIDDEN,
        )
    if outcome.state == "verified":
        raise refuse(f"The outcome {outcome.title!r} is verified; a Co-Chair's objection in time would open it again.")
    given = body.model_dump(exclude_unset=True, exclude={"do", "outcome", "text"})
    changes = {name: value for name, value in given.items() if value not in (None, ())}
    if outcome.state == "done" and {"owner", "supporting"} & changes.keys():
        raise refuse(
            f"The outcome {outcome.title!r} is reported as done, so who owns or supports it does not change any more. "
            "Another indicator, target or date can be given until it is verified."
        )
    named = (*changes.get("supporting", ()), *filter(None, [changes.get("owner")]))
    must_be_in_the_group(context.case, named, "owns or supports an outcome")
    terms = outcome.terms.model_copy(update=changes)
    if terms == outcome.terms:
        raise refuse(
            f"The outcome {outcome.title!r} already says all of this. Give the owner, target, date or indicator that is "
            "to change.",
            RefusalKind.INVALID,
        )
    _amended(context, outcome, terms, body.text)


def _amended(
    context: RuleContext,
    outcome: Outcome,
    terms: OutcomeTerms,
    text: str,
    *reasons: StatedReason,
    returned: bool = False,
) -> None:
    said = text or in_english(reasons)
    amended = e.OutcomeAmended(
        outcome=outcome.title, terms=terms, was=outcome.terms, text=said, reasons=reasons, returned=returned
    )
    context.emit(amended)
    on_it = (terms.due, terms.owner, terms.supporting) != (outcome.due, outcome.owner, outcome.supporting)
    if outcome.state == "open" and (on_it or returned):
        context.clear(subject_of(SubjectKind.OUTCOME, outcome.title))
        track_outcome(context, context.case.outcomes[outcome.title])
    elif outcome.state == "blocked" and on_it and context.case.policy.to_the_end:
        word_awaited(context, outcome.title)


def _returned(context: RuleContext, outcome: Outcome, why: StatedReason) -> None:
    """Give an outcome back to the group: the secretariat keeps it, and finds an owner."""
    terms = outcome.terms.model_copy(update={"owner": SECRETARIAT.member})
    _amended(context, outcome, terms, "", why, returned=True)


def hand_on_outcomes(context: RuleContext, member: str, to: str | None) -> None:
    """Give the outcomes of a member that leaves the group to another, or back: the secretariat keeps them meanwhile.

    It supports none any more. What is verified stays as it was.
    """
    for outcome in context.case.outcomes.values():
        if outcome.state == "verified" or member not in (outcome.owner, *outcome.supporting):
            continue
        owner = (to or SECRETARIAT.member) if outcome.owner == member else outcome.owner
        supporting = tuple(code for code in outcome.supporting if code not in (member, owner))
        terms = outcome.terms.model_copy(update={"owner": owner, "supporting": supporting})
        back = owner != outcome.owner and to is None and context.case.policy.to_the_end
        _amended(context, outcome, terms, "", reason(ReasonCode.LEFT_GROUP, member=member), returned=back)
