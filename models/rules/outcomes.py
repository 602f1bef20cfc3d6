"""Practical outcomes (a): owners, progress, the overdue ladder, verification."""

from datetime import datetime, timedelta

from models import events as e
from models.case import Case, Outcome, Stage
from models.commands import AddOutcome, Block, Done, Progress, Verify
from models.ladder import ClockAct, Ladder, Rung
from models.policy import Policy
from models.posts import SECRETARIAT as THE_SECRETARIAT
from models.posts import Post, Role
from models.refusal import Why
from models.rules.turn import AT_WORK, Turn, Who, must_be_members, refuse, rule
from models.rules.who import CO_CHAIR, IN_THE_GROUP, SECRETARIAT


def _unfinished(case: Case, post: Post) -> bool:
    return any(one.state in ("open", "blocked") for one in case.outcomes.values())


def _owns_or_shares(case: Case, post: Post) -> bool:
    if post.role is not Role.FOCAL_POINT:
        return False
    return any(post.member in (one.owner, *one.supporting) for one in case.outcomes.values())


OWNER = Who("the focal point of an outcome's owner or supporter", _owns_or_shares)


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


def _track_outcome(turn: Turn, outcome: Outcome) -> None:
    if outcome.due is None:
        return
    due = turn.morning(outcome.due, outcome.owner)
    rungs = overdue_rungs(turn.case.policy, due, turn.now)
    turn.climb(f"outcome:{outcome.title}", Ladder(due=due, rungs=rungs, label=f"due {outcome.due.isoformat()}"))


def outcome_overdue(turn: Turn, title: str) -> None:
    """After the last rung, the ladder goes on at its steady rhythm until the outcome is done or blocked."""
    ladder = turn.case.ladders.get(f"outcome:{title}")
    if ladder is not None and not ladder.rungs:
        rungs = overdue_rungs(turn.case.policy, ladder.due, turn.now)
        turn.climb(f"outcome:{title}", ladder.model_copy(update={"rungs": rungs}))


def _the_outcome(turn: Turn, title: str) -> Outcome:
    outcome = turn.case.outcomes.get(title)
    if outcome is None:
        known = "; ".join(turn.case.outcomes) or "none"
        raise refuse(f"There is no outcome {title!r}; the outcomes are: {known}.", Why.NOT_FOUND)
    return outcome


def _my_outcome(turn: Turn, title: str) -> Outcome:
    outcome = _the_outcome(turn, title)
    if turn.by.role is Role.FOCAL_POINT and turn.by.member not in (outcome.owner, *outcome.supporting):
        raise refuse(f"Only its owner {outcome.owner} or a supporter may update the outcome {title!r}.", Why.FORBIDDEN)
    return outcome


@rule("add_outcome", "add an outcome", (CO_CHAIR, SECRETARIAT, IN_THE_GROUP), {Stage.OPERATIONAL})
def add_outcome(turn: Turn, body: AddOutcome) -> None:
    """A practical outcome with owner, indicator, baseline, target, unit and due date."""
    owner = body.owner or turn.by.member
    must_be_members(turn.case, tuple(code for code in (owner, *body.supporting) if code != THE_SECRETARIAT.member))
    if body.title in turn.case.outcomes:
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
    turn.emit(e.OutcomeAdded(outcome=outcome))
    _track_outcome(turn, outcome)


@rule("progress", "note progress on an outcome", (OWNER, CO_CHAIR, SECRETARIAT), AT_WORK, ready=_unfinished)
def progress(turn: Turn, body: Progress) -> None:
    """Note progress; a blocked outcome is open again."""
    outcome = _my_outcome(turn, body.outcome)
    if outcome.state in ("done", "verified"):
        raise refuse(
            f"The outcome {body.outcome!r} is already {outcome.state}; a Co-Chair's objection would reopen it."
        )
    if outcome.state == "blocked":
        turn.emit(e.OutcomeMoved(outcome=body.outcome, state="open", text=body.text, why="progress", post=turn.by))
        _track_outcome(turn, outcome)
    turn.emit(e.ProgressNoted(outcome=body.outcome, value=body.value, text=body.text))


@rule(
    "block",
    "say that an outcome is blocked",
    (OWNER, CO_CHAIR, SECRETARIAT),
    AT_WORK,
    ready=lambda case, post: any(one.state == "open" for one in case.outcomes.values()),
)
def block(turn: Turn, body: Block) -> None:
    """It cannot go on, and why; its overdue ladder rests."""
    outcome = _my_outcome(turn, body.outcome)
    if outcome.state != "open":
        raise refuse(f"The outcome {body.outcome!r} is already {outcome.state}.")
    turn.emit(e.OutcomeMoved(outcome=body.outcome, state="blocked", text=body.text))
    turn.clear(f"outcome:{body.outcome}")


@rule("done", "report an outcome as done", (OWNER, CO_CHAIR, SECRETARIAT), AT_WORK, ready=_unfinished)
def done(turn: Turn, body: Done) -> None:
    """Done; a Co-Chair verifies it next and is reminded until it does."""
    outcome = _my_outcome(turn, body.outcome)
    if outcome.state in ("done", "verified"):
        raise refuse(f"The outcome {body.outcome!r} is already {outcome.state}.")
    turn.emit(e.OutcomeMoved(outcome=body.outcome, state="done", text=body.text))
    turn.clear(f"outcome:{body.outcome}")
    await_verification(turn, body.outcome)


def await_verification(turn: Turn, title: str) -> None:
    """The Co-Chairs are reminded, at the rhythm of gates, of an outcome that waits to be verified."""
    outcome = turn.case.outcomes[title]
    if outcome.state == "done":
        _co_chairs_have(turn, f"verify:{title}", ClockAct.REMIND)


def _co_chairs_have(turn: Turn, subject: str, act: ClockAct) -> None:
    span, members = turn.case.track.gate, tuple(post.member for post in turn.case.directory.co_chairs)
    turn.once(subject, span, act, *members)


@rule(
    "verify",
    "verify an outcome",
    CO_CHAIR,
    AT_WORK,
    ready=lambda case, post: any(one.state == "done" for one in case.outcomes.values()),
)
def verify(turn: Turn, body: Verify) -> None:
    """One Co-Chair verifies; the other may object within a gate's deadline, which reopens the outcome."""
    outcome = _the_outcome(turn, body.outcome)
    if outcome.state != "done":
        raise refuse(f"The outcome {body.outcome!r} is {outcome.state}; only one that is done can be verified.")
    turn.emit(e.OutcomeMoved(outcome=body.outcome, state="verified", text=body.text))
    turn.clear(f"verify:{body.outcome}")
    _co_chairs_have(turn, f"verified:{body.outcome}", ClockAct.END)


def verification_open_to(case: Case, post: Post) -> bool:
    """Whether a Co-Chair may object to a verification now: to one of the other's, in the time for it."""
    return post in case.directory.co_chairs and any(
        f"verified:{title}" in case.ladders and one.verified_by != post for title, one in case.outcomes.items()
    )


def object_to_outcome(turn: Turn, title: str, text: str) -> None:
    """The other Co-Chair objects to a verification: the outcome is open again."""
    outcome = _the_outcome(turn, title)
    if turn.by not in turn.case.directory.co_chairs:
        raise refuse("Only a Co-Chair may object to the verification of an outcome.", Why.FORBIDDEN)
    if outcome.state != "verified":
        raise refuse(f"The outcome {title!r} is {outcome.state}; only a verification can be objected to.")
    if f"verified:{title}" not in turn.case.ladders:
        raise refuse(f"The outcome {title!r} is verified; the deadline to object to its verification has passed.")
    if outcome.verified_by == turn.by:
        raise refuse("The other Co-Chair may object, not the one that verified the outcome.", Why.FORBIDDEN)
    turn.emit(e.Objected(member=turn.by.member, text=text, outcome=title))
    turn.clear(f"verified:{title}")
    turn.emit(e.OutcomeMoved(outcome=title, state="open", text=text, why="objected", post=turn.by))
    _track_outcome(turn, turn.case.outcomes[title])
