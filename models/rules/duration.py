"""How long the group is at work: its beginning, extension and early end, and the suspension of the clock."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from models import events as e
from models.base import FAR_OFF
from models.case import Case, Gate, GateName, GateOutcome, Stage
from models.commands import Extend, Resume, Suspend, Terminate
from models.ladder import ClockAct, Rung, ladder_of, ladder_on
from models.ladder_subjects import SubjectKind, subject_of
from models.policy import Span
from models.posts import SECRETARIAT, Post
from models.reasons import ReasonCode, StatedReason, own_words, reason, text_and_reasons
from models.refusal import RefusalKind
from models.request import fingerprint
from models.rules.actors import BY_CO_CHAIR, BY_GROUP, BY_SECRETARIAT, BY_SITTING_CO_CHAIR
from models.rules.checks import must_say, refuse
from models.rules.context import RuleContext
from models.rules.gates import GateMatter, follows, must_be_free, open_gate, proposer_desk
from models.rules.meetings import await_update
from models.rules.office_days import moved_deadlines
from models.rules.table import GROUP_AT_WORK, rule


def begin_operational(context: RuleContext, said: str | StatedReason) -> None:
    """Begin the group's work, its duration and the rhythm of its situation updates."""
    until = context.after(context.case.track.duration)
    text, reasons = text_and_reasons(said)
    context.emit(e.Convened(text=text, reasons=reasons, active_until=until))
    context.enter(Stage.OPERATIONAL, said)
    set_duration(context, until)
    await_update(context)


def set_duration(context: RuleContext, until: datetime) -> None:
    """Set when the activation ends by itself, with a reminder before it."""
    remind = context.case.policy.duration_reminder.before(until, context.case.working_days, ())
    acts = {ClockAct.REMIND: remind, ClockAct.END: until}
    context.set_ladder(SubjectKind.DURATION, ladder_of(context.case.track.duration, until, acts, now=context.now))


@rule("extend", "ask for an extension", (BY_GROUP, BY_CO_CHAIR, BY_SECRETARIAT), {Stage.OPERATIONAL})
def extend(context: RuleContext, body: Extend) -> None:
    """Ask for a longer activation, until a date or by a span (left out: the policy's duration again)."""
    must_be_free(context.case, GateName.EXTENSION)
    start, by = context.case.active_until or context.now, body.by or context.case.track.duration
    lasts = _lasts_until(context, start, body.until or by, context.by.member)
    until, day = lasts.until, lasts.day
    if until.date() > FAR_OFF:
        raise refuse(f"The activation cannot last beyond {FAR_OFF.isoformat()}.", RefusalKind.INVALID)
    if until <= start:
        known = context.case.active_day or start.date()
        raise refuse(
            f"The activation already lasts until {known.isoformat()}; ask for a later date.", RefusalKind.INVALID
        )
    terms = {"until": until.isoformat(), "why": body.text}
    if day is not None:
        asked = {} if body.until else {"length": str(by)}
        terms |= {"until": day.isoformat(), "from": start.isoformat(), "office": context.by.member, **asked}
    said = (reason(ReasonCode.EXTENSION, day=(day or until.date()).isoformat()), *own_words(body.text))
    open_gate(context, GateName.EXTENSION, GateMatter(fingerprint(terms), said), proposer_desk(context), terms)


@follows(GateName.EXTENSION, GateOutcome.APPROVED)
def _extended(context: RuleContext, gate: Gate) -> None:
    lasts = _granted(context, gate.terms)
    context.emit(e.Extended(active_until=lasts.until, day=lasts.day))
    if context.case.stage is Stage.OPERATIONAL:
        set_duration(context, lasts.until)


class _Lasts(NamedTuple):
    """Until when an activation lasts; ``day``: its last day, as an office names it. None in a case of before."""

    until: datetime
    day: date | None = None


def _lasts_until(context: RuleContext, start: datetime, length: date | Span, office: str) -> _Lasts:
    """Until the close of business of the day that an office names, or on which the span is over for it."""
    if isinstance(length, Span):
        over = length.after(start, context.case.working_days, (office,))
        if context.case.policy.closes is None:
            return _Lasts(over)
        length = context.case.calendars.day_of(office, over)
    elif context.case.policy.closes is None:
        return _Lasts(context.morning(length, SECRETARIAT.member))
    return _Lasts(context.last_of(length, office), length)


def _granted(context: RuleContext, terms: Mapping[str, str]) -> _Lasts:
    """As it was asked for; granted after the old end, a span lasts its full length from the decision.

    So does the time until a named day, where that day is over too.
    """
    if "from" not in terms:
        return _Lasts(datetime.fromisoformat(terms["until"]))
    start, day, office = datetime.fromisoformat(terms["from"]), date.fromisoformat(terms["until"]), terms["office"]
    asked = _lasts_until(context, start, day, office)
    if context.now <= start:
        return asked
    if "length" in terms:
        return _lasts_until(context, context.now, Span(terms["length"]), office)
    if asked.until > context.now:
        return asked
    longer = day - context.case.calendars.day_of(office, start)
    return _lasts_until(context, context.now, context.today(office) + longer, office)


@rule("terminate", "ask for an early end", (BY_GROUP, BY_SITTING_CO_CHAIR, BY_SECRETARIAT), GROUP_AT_WORK)
def terminate(context: RuleContext, body: Terminate) -> None:
    """Ask the Co-Chairs to end the activation early."""
    must_be_free(context.case, GateName.TERMINATION)
    if context.case.ends_early:
        raise refuse(
            "The early end is decided; the case ends when the final report that it owes is accepted or waived."
        )
    terms = {"why": body.text, "by": context.by}
    said = (reason(ReasonCode.TERMINATION, post=context.by), *own_words(body.text))
    open_gate(context, GateName.TERMINATION, GateMatter(fingerprint(terms), said), proposer_desk(context), terms)


def _suspended(so: bool) -> Callable[[Case, Post], bool]:
    return lambda case, post: (case.suspension is not None) is so


@rule(
    "suspend",
    "stop the clock of the case",
    (BY_SITTING_CO_CHAIR, BY_SECRETARIAT),
    ready=lambda case, post: case.suspension is None or case.ladder(SubjectKind.SUSPENSION) is not None,
    part="clock",
)
def suspend(context: RuleContext, body: Suspend) -> None:
    """Stop every deadline, with a reason, until it is looked at again; commands are still taken.

    Of a case that is suspended, say when it is looked at again.
    """
    again = context.case.suspension is not None
    if again and not (context.case.policy.carries_out and body.review):
        instead = ", or another day be given on which it is looked at again" if context.case.policy.carries_out else ""
        raise refuse(f"The case is suspended already. It can be resumed{instead}.")
    text = must_say(body, "why the case is suspended")
    review = _look_again(context, body.review)
    if not again:
        for subject, ladder in context.case.ladders.items():
            context.emit(e.LadderSet(subject=subject, ladder=ladder.stopped(context.now)))
    context.emit(e.Suspended(text=text, review=review))
    if review is not None:
        _await_look(context, review)


def _look_again(context: RuleContext, day: date | None) -> datetime | None:
    """When a suspension is looked at: on that day, else after the policy's time; never in a case of before."""
    if not context.case.policy.carries_out:
        return None
    if day is None:
        return context.after(context.case.policy.suspension)
    review = context.morning(day, SECRETARIAT.member)
    if review <= context.now:
        raise refuse("The day on which the suspension is looked at again must lie ahead.", RefusalKind.INVALID)
    return review


def _await_look(context: RuleContext, at: datetime) -> None:
    basis = reason(ReasonCode.REVIEW_ON, day=at.date().isoformat())
    ladder = ladder_on(basis, at, (Rung(at=at, act=ClockAct.REMIND),))
    context.emit(e.LadderSet(subject=SubjectKind.SUSPENSION, ladder=ladder))  # this clock runs


def suspension_stands(context: RuleContext) -> None:
    """Remind again, at the policy's rhythm, of a suspension that nobody has ended."""
    _await_look(context, context.after(context.case.policy.suspension))


@rule("resume", "start the clock again", (BY_CO_CHAIR, BY_SECRETARIAT), ready=_suspended(True), part="clock")
def resume(context: RuleContext, body: Resume) -> None:
    """Move every deadline by the time the clock stood; a gate that waits for an answer goes on waiting."""
    if context.case.suspension is None:
        raise refuse("The case is not suspended.")
    asked = {subject_of(SubjectKind.GATE, gate.name) for gate in context.case.open_gates if gate.questions}
    asked.add(SubjectKind.SUSPENSION)
    before = {subject: ladder for subject, ladder in context.case.ladders.items() if subject not in asked}
    after = {subject: ladder.started(context.now, context.case.working_days) for subject, ladder in before.items()}
    moved = moved_deadlines(before, after) if context.case.policy.closes else ()
    context.emit(e.Resumed(text=body.text, moved=moved))
    context.clear(SubjectKind.SUSPENSION)
    for subject, ladder in after.items():
        context.emit(e.LadderSet(subject=subject, ladder=ladder))
