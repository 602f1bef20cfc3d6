"""The working state of a rule: the case, who acts and when, and the events that the rule has caused so far."""

from collections.abc import Mapping
from datetime import date, datetime, time

from models import events as e
from models.case import Case, GateName, GateOutcome, Stage
from models.evolve import evolve
from models.ladder import DUE, ClockAct, Ladder, ladder_after
from models.ladder_subjects import SubjectKind, subject_of
from models.policy import Span
from models.posts import Post
from models.reasons import ReasonCode, StatedReason, reason, text_and_reasons
from models.zones import zone_named

_MORNING = time(9)
"""When on its day, in the office's own time zone, a date begins to count."""

_OF_CIRCULATION = (
    subject_of(SubjectKind.GATE, GateName.CIRCULATION),
    subject_of(SubjectKind.ANSWER, GateName.CIRCULATION),
    subject_of(SubjectKind.CONSENT),
    subject_of(SubjectKind.WORDING),
)
"""Subjects of the deadlines of what is to be circulated."""


class RuleContext:
    """What a rule works on: ``before`` is the case as it was, ``case`` as it is after the events so far.

    ``recorded_by``: who writes down what ``by`` has said otherwise; None where it acts itself.
    """

    def __init__(self, case: Case, by: Post, now: datetime, recorded_by: Post | None = None) -> None:
        self.before = case
        self.case = case
        self.by = by
        self.now = now
        self.recorded_by = recorded_by
        self.events: list[e.AnyEvent] = []

    def emit(self, event: e.AnyEvent) -> None:
        """Let an event happen."""
        self.events.append(event)
        self.case = evolve(self.case, event, self.now, self.by)

    def enter(self, stage: Stage, said: str | StatedReason = "") -> None:
        """Enter a stage; a final one ends ladders and open gates. ``said``: a post's own words, or a reason."""
        if stage.ended:
            self._end(
                reason(ReasonCode.CASE_ENDED, stage=stage.value), goes_on=stage.final and self.case.told_at_the_end
            )
        text, reasons = text_and_reasons(said)
        self.emit(e.StageEntered(stage=stage, text=text, reasons=reasons))

    def _end(self, why: StatedReason, *, goes_on: bool) -> None:
        """End what is under way; where it ``goes_on``, not what is to be circulated: its clock runs from here."""
        circulation = self.case.circulation
        under_way = circulation is not None and circulation.under_way
        kept = _OF_CIRCULATION if under_way and goes_on else ()
        self.clear(*(subject for subject in self.case.ladders if subject not in kept))
        for gate in self.case.open_gates:
            if gate.name is not GateName.CIRCULATION or not goes_on:
                self.decide_gate(gate.name, GateOutcome.SUPERSEDED, why)
        if circulation is not None and under_way and not goes_on:
            self.emit(e.CirculationMoved(circulation=circulation.number, state="lapsed"))
        if self.case.stands:
            self._run_again(*kept)

    def _run_again(self, *subjects: str) -> None:
        """Let deadlines run that stood with the case; one that waits for an answer goes on waiting."""
        asked = {subject_of(SubjectKind.GATE, gate.name) for gate in self.case.open_gates if gate.questions}
        for subject in subjects:
            if subject in self.case.ladders and subject not in asked:
                ladder = self.case.ladders[subject].started(self.now, self.case.working_days)
                self.emit(e.LadderSet(subject=subject, ladder=ladder))

    def decide_gate(self, gate: GateName, outcome: GateOutcome, said: str | StatedReason) -> None:
        """End a gate with this outcome; ``said``: the posts' own words, or a reason."""
        text, reasons = text_and_reasons(said)
        recorded = self.case.gates[gate].recorded
        self.emit(e.GateDecided(gate=gate, outcome=outcome, text=text, reasons=reasons, recorded=recorded))

    def supersede(self, gate: GateName, why: StatedReason) -> None:
        """End a gate that need not be decided any more, if it is open: nothing follows from it."""
        if self.case.waiting_gate(gate):
            self.clear(subject_of(SubjectKind.GATE, gate), subject_of(SubjectKind.ANSWER, gate))
            self.decide_gate(gate, GateOutcome.SUPERSEDED, why)

    # ladders

    def after(self, span: Span, *members: str) -> datetime:
        """The instant one span from now, in the working days of those members."""
        return span.after(self.now, self.case.working_days, members)

    def morning(self, day: date, member: str) -> datetime:
        """The morning of a date in a member's time zone."""
        zone = zone_named(self.case.calendars.of(member).zone)
        return datetime.combine(day, _MORNING, zone).astimezone(self.now.tzinfo)

    def last_of(self, day: date, member: str) -> datetime:
        """The close of business of a day that a member names, where its office is; in a case of before, its morning."""
        close = self.case.policy.closes or _MORNING
        return datetime.combine(day, close, zone_named(self.case.calendars.of(member).zone)).astimezone(self.now.tzinfo)

    def due_on(self, day: date, member: str) -> datetime:
        """When what is due on a day is due: at the close of business of the office that owes it; before, its morning."""
        return self.last_of(day, member) if self.case.policy.to_the_end else self.morning(day, member)

    def today(self, member: str) -> date:
        """Which day it is for a member's office; in a case of before, in UTC."""
        return self.case.calendars.day_of(member, self.now) if self.case.policy.closes else self.now.date()

    def set_ladder(self, subject: str, ladder: Ladder) -> None:
        """Set the ladder of a subject; while the clock of the case is stopped, the ladder is stopped too."""
        if self.case.stands:
            ladder = ladder.stopped(self.now)
        self.emit(e.LadderSet(subject=subject, ladder=ladder))

    def once(self, subject: str, span: Span, act: ClockAct, *members: str) -> None:
        """Set a ladder with a single rung, one span from now in the working days of those members."""
        self.wait_for(subject, span, {act: DUE}, *members)

    def wait_for(self, subject: str, span: Span, acts: Mapping[ClockAct, str], *members: str) -> None:
        """Set a ladder due one span from now in the working days of those members, with the places of its acts."""
        self.set_ladder(subject, ladder_after(span, self.now, self.case.working_days, members, acts))

    def clear(self, *subjects: str) -> None:
        """Remove the ladders of these subjects."""
        for subject in subjects:
            if subject in self.case.ladders:
                self.emit(e.LadderCleared(subject=subject))
