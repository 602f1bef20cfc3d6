"""The group's work: outcomes (a), arrangements (b), meetings, situation updates, extension and early end."""

from datetime import date, datetime, timedelta

from models import events as e
from models.base import FAR_OFF
from models.case import Arrangement, Case, Gate, GateName, GateOutcome, Meeting, Outcome, Stage
from models.commands import (
    AddArrangement,
    AddOutcome,
    Agree,
    Attend,
    Block,
    Done,
    Extend,
    LogExchange,
    Progress,
    Resume,
    ReviewArrangement,
    ScheduleMeeting,
    SituationUpdate,
    Suspend,
    Terminate,
    Verify,
)  # fmt: skip
from models.ladder import ClockAct, Ladder, Rung, ladder_of
from models.policy import Policy
from models.posts import SECRETARIAT as THE_SECRETARIAT
from models.posts import Post, Role
from models.refusal import Why
from models.request import fingerprint
from models.rules.gates import follows, open_gate, proposer_desk
from models.rules.turn import OPEN_STAGES, Turn, Who, must_be_members, must_say, refuse, rule
from models.rules.who import CO_CHAIR, PARTICIPANT, SECRETARIAT

__all__ = ["begin_operational", "overdue_rungs"]

SITUATION, DURATION = "situation", "duration"
"""The names of this part's ladders, besides one for each outcome, arrangement and verification."""

AT_WORK = {Stage.OPERATIONAL, Stage.REPORTING}


def _unfinished(case: Case, post: Post) -> bool:
    return any(one.state in ("open", "blocked") for one in case.outcomes.values())


def _owns_or_shares(case: Case, post: Post) -> bool:
    if post.role is not Role.FOCAL_POINT:
        return False
    return any(post.member in (one.owner, *one.supporting) for one in case.outcomes.values())


def _is_party(case: Case, post: Post) -> bool:
    return post.role is Role.FOCAL_POINT and any(
        post.member in one.parties for one in case.arrangements.values()
    )


OWNER = Who("the focal point of an outcome's owner or supporter", _owns_or_shares)
PARTY = Who("the focal point of a party to the arrangement", _is_party)


def begin_operational(turn: Turn, text: str) -> None:
    """The group is at work: its duration and the rhythm of situation updates begin."""
    until = turn.after(turn.case.track.duration)
    turn.emit(e.Convened(text=text, active_until=until))
    turn.enter(Stage.OPERATIONAL, text)
    set_duration(turn, until)
    await_update(turn)


def set_duration(turn: Turn, until: datetime) -> None:
    """An activation ends by itself; a reminder comes before."""
    remind = turn.case.policy.duration_reminder.before(until, turn.case.calendars, ())
    acts = {ClockAct.REMIND: remind, ClockAct.END: until}
    turn.climb(DURATION, ladder_of(until, acts, now=turn.now, label=turn.case.track.duration.words))


def await_update(turn: Turn) -> None:
    """The next situation update is due at the policy's rhythm."""
    span = turn.case.track.situation_update
    turn.once(SITUATION, span, ClockAct.OVERDUE)


# outcomes ---------------------------------------------------------------------------------------------------


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
    turn.climb(
        f"outcome:{outcome.title}", Ladder(due=due, rungs=rungs, label=f"due {outcome.due.isoformat()}")
    )


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
        raise refuse(
            f"Only its owner {outcome.owner} or a supporter may update the outcome {title!r}.", Why.FORBIDDEN
        )
    return outcome


@rule("add_outcome", "add an outcome", (CO_CHAIR, SECRETARIAT, PARTICIPANT), {Stage.OPERATIONAL})
def add_outcome(turn: Turn, body: AddOutcome) -> None:
    """A practical outcome with owner, indicator, baseline, target, unit and due date."""
    owner = body.owner or turn.by.member
    must_be_members(
        turn.case, tuple(code for code in (owner, *body.supporting) if code != THE_SECRETARIAT.member)
    )
    if body.title in turn.case.outcomes:
        raise refuse(f"There is already an outcome {body.title!r}.")
    outcome = Outcome(
        title=body.title, owner=owner, supporting=body.supporting, indicator=body.indicator,
        baseline=body.baseline, target=body.target, unit=body.unit, due=body.due, value=body.baseline,
    )  # fmt: skip
    turn.emit(e.OutcomeAdded(outcome=outcome))
    _track_outcome(turn, outcome)


@rule("progress", "note progress on an outcome", (OWNER, CO_CHAIR, SECRETARIAT), AT_WORK,
      ready=_unfinished)  # fmt: skip
def progress(turn: Turn, body: Progress) -> None:
    """Note progress; a blocked outcome is open again."""
    outcome = _my_outcome(turn, body.outcome)
    if outcome.state in ("done", "verified"):
        raise refuse(
            f"The outcome {body.outcome!r} is already {outcome.state}; "
            "a Co-Chair's objection would reopen it."
        )
    if outcome.state == "blocked":
        turn.emit(e.OutcomeMoved(outcome=body.outcome, state="open", text=body.text))
        _track_outcome(turn, outcome)
    turn.emit(e.ProgressNoted(outcome=body.outcome, value=body.value, text=body.text))


@rule("block", "say that an outcome is blocked", (OWNER, CO_CHAIR, SECRETARIAT), AT_WORK,
      ready=lambda case, post: any(one.state == "open" for one in case.outcomes.values()))  # fmt: skip
def block(turn: Turn, body: Block) -> None:
    """It cannot go on, and why; its overdue ladder rests."""
    outcome = _my_outcome(turn, body.outcome)
    if outcome.state != "open":
        raise refuse(f"The outcome {body.outcome!r} is already {outcome.state}.")
    turn.emit(e.OutcomeMoved(outcome=body.outcome, state="blocked", text=body.text))
    turn.clear(f"outcome:{body.outcome}")


@rule("done", "report an outcome as done", (OWNER, CO_CHAIR, SECRETARIAT), AT_WORK,
      ready=_unfinished)  # fmt: skip
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


@rule("verify", "verify an outcome", CO_CHAIR, AT_WORK,
      ready=lambda case, post: any(one.state == "done" for one in case.outcomes.values()))  # fmt: skip
def verify(turn: Turn, body: Verify) -> None:
    """One Co-Chair verifies; the other may object within a gate's deadline, which reopens the outcome."""
    outcome = _the_outcome(turn, body.outcome)
    if outcome.state != "done":
        raise refuse(
            f"The outcome {body.outcome!r} is {outcome.state}; only one that is done can be verified."
        )
    turn.emit(e.OutcomeMoved(outcome=body.outcome, state="verified", text=body.text))
    turn.clear(f"verify:{body.outcome}")
    _co_chairs_have(turn, f"verified:{body.outcome}", ClockAct.END)


def object_to_outcome(turn: Turn, title: str, text: str) -> None:
    """The other Co-Chair objects to a verification: the outcome is open again."""
    outcome = _the_outcome(turn, title)
    if turn.by not in turn.case.directory.co_chairs:
        raise refuse("Only a Co-Chair may object to the verification of an outcome.", Why.FORBIDDEN)
    if outcome.state != "verified" or f"verified:{title}" not in turn.case.ladders:
        raise refuse(
            f"The outcome {title!r} is {outcome.state}; the time to object to its verification is not open."
        )
    if outcome.verified_by == turn.by:
        raise refuse("The other Co-Chair may object, not the one that verified the outcome.", Why.FORBIDDEN)
    turn.emit(e.Objected(member=turn.by.member, text=text, outcome=title))
    turn.clear(f"verified:{title}")
    turn.emit(e.OutcomeMoved(outcome=title, state="open", text=text))
    _track_outcome(turn, turn.case.outcomes[title])


# arrangements -----------------------------------------------------------------------------------------------


def _the_arrangement(turn: Turn, title: str) -> Arrangement:
    arrangement = turn.case.arrangements.get(title)
    if arrangement is None:
        known = "; ".join(turn.case.arrangements) or "none"
        raise refuse(f"There is no arrangement {title!r}; the arrangements are: {known}.", Why.NOT_FOUND)
    return arrangement


@rule("add_arrangement", "propose an arrangement", (CO_CHAIR, SECRETARIAT, PARTICIPANT), {Stage.OPERATIONAL})
def add_arrangement(turn: Turn, body: AddArrangement) -> None:
    """An information-sharing arrangement; a party's focal point that proposes it agrees by that."""
    must_be_members(turn.case, body.parties)
    if body.title in turn.case.arrangements:
        raise refuse(f"There is already an arrangement {body.title!r}.")
    arrangement = Arrangement(
        title=body.title, parties=tuple(dict.fromkeys(body.parties)), kind=body.kind, every=body.every,
        marking=body.marking, contacts=body.contacts, review=body.review,
    )  # fmt: skip
    turn.emit(e.ArrangementAdded(arrangement=arrangement))
    agreement_owed(turn, body.title)
    if turn.by.role is Role.FOCAL_POINT and turn.by.member in body.parties:
        _agree(turn, body.title, turn.by.member)


def agreement_owed(turn: Turn, title: str) -> None:
    """The parties that have not agreed are reminded, at the rhythm of invitations, until they do."""
    parties = turn.case.arrangements[title].parties
    turn.once(f"agreement:{title}", turn.case.track.invitation, ClockAct.REMIND, *parties)


@rule("agree", "agree to an arrangement", PARTY, AT_WORK)
def agree(turn: Turn, body: Agree) -> None:
    """A party agrees; with the last one the arrangement is in force."""
    arrangement = _the_arrangement(turn, body.arrangement)
    if turn.by.member not in arrangement.parties:
        raise refuse(f"{turn.by.member} is not a party to {body.arrangement!r}.", Why.FORBIDDEN)
    _agree(turn, body.arrangement, turn.by.member)


def _agree(turn: Turn, title: str, member: str) -> None:
    turn.emit(e.ArrangementAgreed(arrangement=title, member=member))
    arrangement = turn.case.arrangements[title]
    if arrangement.in_force_from is None and set(arrangement.parties) <= set(arrangement.agreed):
        turn.clear(f"agreement:{title}")
        turn.emit(e.ArrangementInForce(arrangement=title))
        _await_review(turn, title, arrangement.review)


def _await_review(turn: Turn, title: str, review: date | None) -> None:
    subject = f"arrangement:{title}"
    turn.clear(subject)
    if review is not None:
        due = turn.morning(review, THE_SECRETARIAT.member)
        rungs = tuple(rung for rung in overdue_rungs(turn.case.policy, due, turn.now) if rung.at >= due)
        turn.climb(subject, Ladder(due=due, rungs=rungs, label=f"review {review.isoformat()}"))


def review_overdue(turn: Turn, title: str) -> None:
    """A review that is not made is asked for again at the steady rhythm."""
    ladder = turn.case.ladders.get(f"arrangement:{title}")
    if ladder is not None and not ladder.rungs:
        rungs = overdue_rungs(turn.case.policy, ladder.due, turn.now)
        turn.climb(f"arrangement:{title}", ladder.model_copy(update={"rungs": rungs}))


@rule("log_exchange", "note an exchange", (PARTY, SECRETARIAT), AT_WORK)
def log_exchange(turn: Turn, body: LogExchange) -> None:
    """What kind and when, never the content; only under an arrangement in force."""
    arrangement = _the_arrangement(turn, body.arrangement)
    if turn.by != THE_SECRETARIAT and turn.by.member not in arrangement.parties:
        raise refuse(f"{turn.by.member} is not a party to {body.arrangement!r}.", Why.FORBIDDEN)
    if arrangement.in_force_from is None:
        waiting = ", ".join(code for code in arrangement.parties if code not in arrangement.agreed)
        raise refuse(
            f"The arrangement {body.arrangement!r} is not in force; it waits for {waiting} to agree."
        )
    turn.emit(
        e.ExchangeLogged(
            arrangement=body.arrangement, member=turn.by.member, kind=body.kind or arrangement.kind,
            on=body.on or turn.now.date(),
        )
    )  # fmt: skip


@rule("review_arrangement", "review an arrangement", (PARTY, CO_CHAIR, SECRETARIAT), AT_WORK)
def review_arrangement(turn: Turn, body: ReviewArrangement) -> None:
    """Reviewed, with the next review if one is set."""
    arrangement = _the_arrangement(turn, body.arrangement)
    if turn.by.role is Role.FOCAL_POINT and turn.by.member not in arrangement.parties:
        raise refuse(f"{turn.by.member} is not a party to {body.arrangement!r}.", Why.FORBIDDEN)
    turn.emit(e.ArrangementReviewed(arrangement=body.arrangement, review=body.review, text=body.text))
    _await_review(turn, body.arrangement, body.review)


# meetings and updates ---------------------------------------------------------------------------------------


@rule("schedule_meeting", "call a meeting", (SECRETARIAT, CO_CHAIR), AT_WORK)
def schedule_meeting(turn: Turn, body: ScheduleMeeting) -> None:
    """Call a meeting, or move one that has not been held."""
    known = turn.case.meetings.get(body.title)
    if known is not None and known.held:
        raise refuse(f"The meeting {body.title!r} has been held; call the next one by another title.")
    meeting = Meeting(
        title=body.title, place=body.place, starts=body.starts, ends=body.ends, agenda=body.agenda
    )
    turn.emit(e.MeetingScheduled(meeting=meeting))


@rule(
    "attend",
    "note attendance",
    (SECRETARIAT, CO_CHAIR),
    AT_WORK,
    ready=lambda case, post: bool(case.meetings),
)
def attend(turn: Turn, body: Attend) -> None:
    """Who was present, observing, absent; any member may be named, each once."""
    if body.meeting not in turn.case.meetings:
        known = "; ".join(turn.case.meetings) or "none"
        raise refuse(f"There is no meeting {body.meeting!r}; the meetings are: {known}.", Why.NOT_FOUND)
    named = (*body.present, *body.observing, *body.absent)
    must_be_members(turn.case, named)
    if len(set(named)) < len(named):
        raise refuse("A member is named twice in the attendance.", Why.INVALID)
    turn.emit(
        e.AttendanceTaken(
            meeting=body.meeting, present=body.present, observing=body.observing, absent=body.absent
        )
    )


@rule("situation_update", "give a situation update", (PARTICIPANT, CO_CHAIR, SECRETARIAT), AT_WORK)
def situation_update(turn: Turn, body: SituationUpdate) -> None:
    """How the situation stands; the next update is due one rhythm later."""
    turn.emit(e.SituationUpdated(text=body.text, figures=body.figures))
    if turn.case.stage is Stage.OPERATIONAL:
        await_update(turn)


# extension, termination, suspension -------------------------------------------------------------------------


def _gate_is_free(case: Case, name: GateName) -> None:
    gate = case.gates.get(name)
    if gate is not None and gate.open:
        raise refuse(f"The gate {name.value!r} is open already; it waits for {', '.join(gate.undecided)}.")


@rule("extend", "ask for an extension", (PARTICIPANT, CO_CHAIR, SECRETARIAT), {Stage.OPERATIONAL})
def extend(turn: Turn, body: Extend) -> None:
    """Ask for a longer activation, until a date or by a span (left out: the policy's duration again)."""
    _gate_is_free(turn.case, GateName.EXTENSION)
    start = turn.case.active_until or turn.now
    if body.until is not None:
        until = turn.morning(body.until, THE_SECRETARIAT.member)
    else:
        until = (body.by or turn.case.track.duration).after(start, turn.case.calendars, ())
    if until.date() > FAR_OFF:
        raise refuse(f"The activation cannot last beyond {FAR_OFF.isoformat()}.", Why.INVALID)
    if until <= start:
        raise refuse(
            f"The activation already lasts until {start.date().isoformat()}; ask for a later date.",
            Why.INVALID,
        )
    terms = {"until": until.isoformat(), "why": body.text}
    about = f"Extension until {until.date().isoformat()}. {body.text}".strip()
    open_gate(
        turn,
        GateName.EXTENSION,
        on=fingerprint(terms),
        about=about,
        respondent=proposer_desk(turn),
        terms=terms,
    )


@follows(GateName.EXTENSION, GateOutcome.APPROVED)
def _extended(turn: Turn, gate: Gate) -> None:
    until = datetime.fromisoformat(gate.terms["until"])
    turn.emit(e.Extended(active_until=until))
    if turn.case.stage is Stage.OPERATIONAL:
        set_duration(turn, until)


@rule(
    "terminate", "ask for an early end", (PARTICIPANT, CO_CHAIR, SECRETARIAT),
    {Stage.PARTICIPANT_SELECTION, Stage.OPERATIONAL, Stage.REPORTING},
)  # fmt: skip
def terminate(turn: Turn, body: Terminate) -> None:
    """Ask the Co-Chairs to end the activation early."""
    _gate_is_free(turn.case, GateName.TERMINATION)
    terms = {"why": body.text, "by": turn.by}
    about = f"Early termination, asked for by {turn.by}. {body.text}".strip()
    open_gate(
        turn,
        GateName.TERMINATION,
        on=fingerprint(terms),
        about=about,
        respondent=proposer_desk(turn),
        terms=terms,
    )


@follows(GateName.TERMINATION, GateOutcome.APPROVED)
def _terminated(turn: Turn, gate: Gate) -> None:
    turn.enter(Stage.TERMINATED, gate.terms.get("why", ""))


@rule("suspend", "stop the clock of the case", (CO_CHAIR, SECRETARIAT), OPEN_STAGES,
      ready=lambda case, post: case.suspension is None)  # fmt: skip
def suspend(turn: Turn, body: Suspend) -> None:
    """Stop every deadline, with a reason; commands are still taken."""
    if turn.case.suspension:
        raise refuse("The case is suspended already.")
    text = must_say(body, "why the case is suspended")
    for subject, ladder in turn.case.ladders.items():
        turn.emit(e.LadderSet(subject=subject, ladder=ladder.stopped(turn.now)))
    turn.emit(e.Suspended(text=text))


@rule("resume", "start the clock again", (CO_CHAIR, SECRETARIAT), OPEN_STAGES,
      ready=lambda case, post: case.suspension is not None)  # fmt: skip
def resume(turn: Turn, body: Resume) -> None:
    """Every deadline moves by the time the clock stood; a gate that waits for an answer goes on waiting."""
    if turn.case.suspension is None:
        raise refuse("The case is not suspended.")
    turn.emit(e.Resumed(text=body.text))
    asked = {f"gate:{gate.name.value}" for gate in turn.case.open_gates if gate.questions}
    for subject, ladder in turn.case.ladders.items():
        if subject not in asked:
            turn.emit(e.LadderSet(subject=subject, ladder=ladder.started(turn.now, turn.case.calendars)))
