"""Practical outcomes (a): owners and supporters by their own word, progress, the overdue ladder, verification."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from models import events as e
from models.case import Case, Outcome, ParticipantState, Stage
from models.case.outcomes import OutcomeTerms
from models.commands import AddOutcome, AmendOutcome, Block, Done, Progress, TakeOn, Verify
from models.ladder import ClockAct, Rung, ladder_on
from models.ladder_subjects import SubjectKind, subject_of
from models.policy import Obligations, Policy, TermsCovered
from models.posts import SECRETARIAT, Post, Role
from models.reasons import ReasonCode, StatedReason, in_english, reason
from models.refusal import RefusalKind, Refused
from models.rules.actors import BY_CO_CHAIR, BY_GROUP, BY_SECRETARIAT, Actor, by_focal_point
from models.rules.checks import must_be_in_the_group, must_be_members, refuse, the_one
from models.rules.context import RuleContext
from models.rules.table import AT_WORK, rule
from models.verification import co_chairs_or_substitutes, verifiers


def _any_is(*states: str) -> Callable[[Case, Post], bool]:
    return lambda case, post: any(one.state in states for one in case.outcomes.values())


BY_OWNER = by_focal_point(
    "the focal point of an outcome's owner or supporter",
    lambda case, member: any(member in (one.owner, *one.supporting) for one in case.outcomes.values()),
)

_BY_THOSE_AT_IT = (BY_OWNER, BY_CO_CHAIR, BY_SECRETARIAT)


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


def _track_outcome(context: RuleContext, outcome: Outcome) -> None:
    """Remind of an outcome's date, once its owner has taken it on; until then, of saying so."""
    word_awaited(context, outcome.title)
    if outcome.due is None or not context.case.taken_on(outcome, outcome.owner):
        return
    due = context.morning(outcome.due, outcome.owner)
    rungs = overdue_rungs(context.case.policy, due, context.now)
    ladder = ladder_on(reason(ReasonCode.DUE_ON, day=outcome.due.isoformat()), due, rungs)
    context.set_ladder(subject_of(SubjectKind.OUTCOME, outcome.title), ladder)


def outcome_overdue(context: RuleContext, title: str) -> None:
    """Remind at a steady rhythm after the last rung, until the outcome is done or blocked."""
    ladder = context.case.ladder(SubjectKind.OUTCOME, title)
    if ladder is not None and not ladder.rungs:
        rungs = overdue_rungs(context.case.policy, ladder.due, context.now)
        context.set_ladder(subject_of(SubjectKind.OUTCOME, title), ladder.model_copy(update={"rungs": rungs}))


def _the_outcome(context: RuleContext, title: str) -> Outcome:
    return the_one("outcome", title, context.case.outcomes)


def _my_outcome(context: RuleContext, title: str) -> Outcome:
    outcome = _the_outcome(context, title)
    if context.by.role is Role.FOCAL_POINT and context.by.member not in (outcome.owner, *outcome.supporting):
        raise refuse(
            f"Only its owner {outcome.owner} or a supporter may update the outcome {title!r}.", RefusalKind.FORBIDDEN
        )
    if outcome.state in ("open", "blocked"):
        _taken_on_by_doing(context, outcome)
    return context.case.outcomes[title]


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
    if _speaks_for_itself(context, outcome) and context.case.policy.obligations is Obligations.BY_OWN_WORD:
        outcome = outcome.model_copy(update={"taken_on": (context.by.member,)})
    context.emit(e.OutcomeAdded(outcome=outcome))
    _track_outcome(context, outcome)


def _speaks_for_itself(context: RuleContext, outcome: Outcome) -> bool:
    """Whether the post is of a member that owns or supports an outcome, and may say so for it."""
    return context.by.member in (outcome.owner, *outcome.supporting) and context.by.role is not Role.STEERING_GROUP


def word_awaited(context: RuleContext, title: str) -> None:
    """Remind those who have not said whether they take an outcome on, at the rhythm of invitations, until they do."""
    asked = context.case.yet_to_take_on(context.case.outcomes[title])
    subject = subject_of(SubjectKind.TAKING_ON, title)
    if asked:
        context.once(subject, context.case.track.invitation, ClockAct.REMIND, *asked)
    else:
        context.clear(subject)


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
    outcome, member = _the_outcome(context, body.outcome), context.by.member
    if not _speaks_for_itself(context, outcome):
        raise refuse(f"{member} neither owns nor supports the outcome {outcome.title!r}.", RefusalKind.FORBIDDEN)
    if outcome.state not in ("open", "blocked") or context.case.taken_on(outcome, member):
        raise refuse(f"{member} works on the outcome {outcome.title!r} already; it is {outcome.state}.")
    taken = body.answer == "accept"
    context.emit(e.OutcomeTakenOn(outcome=outcome.title, member=member, taken=taken, text=body.text))
    _track_outcome(context, context.case.outcomes[outcome.title])


def _taken_on_by_doing(context: RuleContext, outcome: Outcome) -> None:
    """Who reports on its own outcome has taken it on by that; nobody reports on one that its owner has not."""
    if _speaks_for_itself(context, outcome):
        if not context.case.taken_on(outcome, context.by.member):
            context.emit(e.OutcomeTakenOn(outcome=outcome.title, member=context.by.member))
            _track_outcome(context, context.case.outcomes[outcome.title])
    elif not context.case.taken_on(outcome, outcome.owner):
        raise refuse(
            f"{context.case.directory.name(outcome.owner)} has not taken the outcome {outcome.title!r} on; it does so "
            "with take_on, or by reporting on it itself."
        )


BY_ITS_OWNER = by_focal_point(
    "the focal point of the outcome's owner",
    lambda case, member: any(member == one.owner for one in case.outcomes.values()),
)


@rule(
    "amend_outcome",
    "amend an outcome",
    (BY_ITS_OWNER, BY_CO_CHAIR, BY_SECRETARIAT),
    AT_WORK,
    ready=_any_is("open", "blocked", "done"),
)
def amend_outcome(context: RuleContext, body: AmendOutcome) -> None:
    """Change what an outcome is to reach, by when, or who works on it, and say why; what it was stays in its history."""
    outcome = _the_outcome(context, body.outcome)
    if context.by.role is Role.FOCAL_POINT and context.by.member != outcome.owner:
        raise refuse(
            f"Of the focal points only that of its owner {outcome.owner} may amend the outcome {outcome.title!r}.",
            RefusalKind.FORBIDDEN,
        )
    if outcome.state == "verified":
        raise refuse(f"The outcome {outcome.title!r} is verified; a Co-Chair's objection in time would open it again.")
    given = body.model_dump(exclude_unset=True, exclude={"do", "outcome", "text"})
    changes = {name: value for name, value in given.items() if value not in (None, ())}
    if outcome.state == "done" and {"owner", "supporting"} & changes.keys():
        raise refuse(f"The outcome {outcome.title!r} is reported as done; who works on it is changed before, or not.")
    named = (*changes.get("supporting", ()), *filter(None, [changes.get("owner")]))
    must_work_on_it(context, named)
    terms = outcome.terms.model_copy(update=changes)
    if terms == outcome.terms:
        raise refuse(
            f"The outcome {outcome.title!r} already says all of this. Give the owner, target, date or indicator that is "
            "to change.",
            RefusalKind.INVALID,
        )
    _amended(context, outcome, terms, body.text)


def must_work_on_it(context: RuleContext, codes: Iterable[str]) -> None:
    """Refuse to give an outcome to a member outside of the group."""
    outside = [code for code in codes if not context.case.in_the_group(code)]
    if outside:
        raise refuse(f"Outcomes are worked on by the group; {', '.join(outside)} takes no part in it.")


def _amended(context: RuleContext, outcome: Outcome, terms: OutcomeTerms, text: str, *reasons: StatedReason) -> None:
    amended = e.OutcomeAmended(
        outcome=outcome.title, terms=terms, was=outcome.terms, text=text or in_english(reasons), reasons=reasons
    )
    context.emit(amended)
    on_it = (terms.due, terms.owner, terms.supporting) != (outcome.due, outcome.owner, outcome.supporting)
    if outcome.state == "open" and on_it:
        context.clear(subject_of(SubjectKind.OUTCOME, outcome.title))
        _track_outcome(context, context.case.outcomes[outcome.title])


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
        _amended(context, outcome, terms, "", reason(ReasonCode.LEFT_GROUP, member=member))


@rule("progress", "note progress on an outcome", _BY_THOSE_AT_IT, AT_WORK, ready=_any_is("open", "blocked"))
def progress(context: RuleContext, body: Progress) -> None:
    """Note progress; a blocked outcome is open again."""
    outcome = _my_outcome(context, body.outcome)
    if outcome.state in ("done", "verified"):
        raise refuse(
            f"The outcome {body.outcome!r} is already {outcome.state}; a Co-Chair's objection would reopen it."
        )
    if outcome.state == "blocked":
        context.emit(
            e.OutcomeMoved(outcome=body.outcome, state="open", text=body.text, why="progress", post=context.by)
        )
        _track_outcome(context, outcome)
    context.emit(e.ProgressNoted(outcome=body.outcome, value=body.value, text=body.text))


@rule("block", "say that an outcome is blocked", _BY_THOSE_AT_IT, AT_WORK, ready=_any_is("open"))
def block(context: RuleContext, body: Block) -> None:
    """Note that an outcome is blocked, and why; its reminders stop."""
    outcome = _my_outcome(context, body.outcome)
    if outcome.state != "open":
        raise refuse(f"The outcome {body.outcome!r} is already {outcome.state}.")
    context.emit(e.OutcomeMoved(outcome=body.outcome, state="blocked", text=body.text))
    context.clear(subject_of(SubjectKind.OUTCOME, body.outcome))


@rule("done", "report an outcome as done", _BY_THOSE_AT_IT, AT_WORK, ready=_any_is("open", "blocked"))
def done(context: RuleContext, body: Done) -> None:
    """Report an outcome as done; the Co-Chairs are reminded until one of them verifies it."""
    outcome = _my_outcome(context, body.outcome)
    if outcome.state in ("done", "verified"):
        raise refuse(f"The outcome {body.outcome!r} is already {outcome.state}.")
    context.emit(e.OutcomeMoved(outcome=body.outcome, state="done", text=body.text))
    context.clear(*(subject_of(kind, body.outcome) for kind in (SubjectKind.OUTCOME, SubjectKind.TAKING_ON)))
    await_verification(context, body.outcome)


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
    outcome = _the_outcome(context, body.outcome)
    by_substance = context.case.policy.terms_covered is TermsCovered.SUBSTANCE
    adds = by_substance and outcome.state == "verified" and bool(body.text) and not outcome.achieved
    if outcome.state != "done" and not adds:
        raise refuse(f"The outcome {body.outcome!r} is {outcome.state}; only one that is done can be verified.")
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
        f"{context.by} may not verify the outcome {outcome.title!r}: {why}. May: {', '.join(may) or 'nobody'}.",
        RefusalKind.FORBIDDEN,
    )


def verification_open_to(case: Case, post: Post) -> bool:
    """Whether a Co-Chair may object to a verification now: to one of the other's, in the time for it."""
    return post in co_chairs_or_substitutes(case) and any(
        case.ladder(SubjectKind.VERIFIED, title) and one.verified_by != post for title, one in case.outcomes.items()
    )


def object_to_outcome(context: RuleContext, title: str, text: str) -> None:
    """Object to the other Co-Chair's verification: the outcome is open again."""
    outcome = _the_outcome(context, title)
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
    _track_outcome(context, context.case.outcomes[title])
    gone = [one.member for one in context.case.participants.values() if one.state is ParticipantState.LEFT]
    for member in gone if context.case.policy.carries_out else ():
        hand_on_outcomes(context, member, None)  # it was verified when its owner left
