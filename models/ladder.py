"""Ladders: what happens by itself, and when, while something waits for an answer.

Whatever waits in a case has one ladder. Its rungs are instants at which the clock acts; a rung that has been
passed is gone. While the clock of a ladder is stopped none of its rungs is due; starting it again moves all
of them.

Where a period in working days ends at the close of business, its ladder knows how many of each office's days are left
and since when they count, and each rung how far it is from there: so days that had not fully passed are counted anew, and
a day on which an office is closed after all moves everything that still lies ahead.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import Field

from models.base import Instant, Value
from models.calendars import WorkingDays
from models.policy import Span
from models.reasons import ReasonCode, StatedReason, in_english, reason


class ClockAct(StrEnum):
    """What the clock does at a rung. ``LAPSE``: the time to answer is over; in the silence procedure that adopts."""

    REMIND = "remind"
    REMIND_LAST = "remind_last"
    ESCALATE_ALTERNATE = "escalate_alternate"
    ESCALATE_OFFICES = "escalate_offices"
    LAPSE = "lapse"
    OVERDUE = "overdue"
    END = "end"


def _is_none(given: Any) -> bool:
    return given is None


DUE, HALF = "due", "half"
"""A rung at the deadline; and one when half of the time, in whole working days, has passed."""


class Rung(Value):
    """One act of the clock.

    ``place``, in a ladder that counts working days: where it stands, ``due``, ``half``, or a span before or after the
    deadline (``-1wd``, ``+2wd``). ``left``: how many working days each office has until then, once the deadline is over.
    """

    at: Instant
    act: ClockAct
    place: str | None = Field(default=None, exclude_if=_is_none)
    left: Mapping[str, int] | None = Field(default=None, exclude_if=_is_none)


class Ladder(Value):
    """The rungs still ahead of one thing that waits, in time order.

    ``due`` is the deadline as people know it; ``basis`` says where it comes from, ``label`` the same in English. Ladders
    from before 29 November 2026 have the label alone. ``left``: how many working days each office has until the deadline,
    counted from ``since``; only where they end at the close of business (``models.policy.Policy``).
    """

    due: Instant
    rungs: tuple[Rung, ...]
    members: tuple[str, ...] = ()
    label: str = ""
    basis: StatedReason | None = None
    stopped_at: Instant | None = None
    since: Instant | None = Field(default=None, exclude_if=_is_none)
    left: Mapping[str, int] | None = Field(default=None, exclude_if=_is_none)

    @property
    def next(self) -> Rung | None:
        """The next act of the clock; None while it is stopped or when nothing is left."""
        return self.rungs[0] if self.rungs and self.stopped_at is None else None

    def passed(self) -> "Ladder":
        """Without its first rung."""
        return self.model_copy(update={"rungs": self.rungs[1:]})

    def stopped(self, now: datetime) -> "Ladder":
        """With its clock stopped; already stopped, it stays as it is."""
        return self if self.stopped_at else self.model_copy(update={"stopped_at": now})

    def started(self, now: datetime, days: WorkingDays) -> "Ladder":
        """With its clock running again.

        Working days that had not fully passed when it was stopped are counted anew, and the day of ``now`` is not among
        them. Anything else is later by the time the clock stood; in a case of before, on a working day.
        """
        if self.stopped_at is None:
            return self
        if self.since is not None and self.left is not None:
            return self._counted_anew(self.since, self.left, self.stopped_at, now, days)
        stood = now - self.stopped_at

        def later(moment: datetime) -> datetime:
            return _on_working_day(moment + stood, days, self.members)

        due, rungs = later(self.due), list[Rung]()
        for rung in self.rungs:
            # Saturday afternoon and Sunday morning both become Monday: their order must not turn round.
            at = min(later(rung.at), due) if rung.at <= self.due else later(rung.at)
            rungs.append(Rung(at=max(at, rungs[-1].at) if rungs else at, act=rung.act))
        return self.model_copy(update={"due": due, "rungs": tuple(rungs), "stopped_at": None})

    def _counted_anew(
        self, since: datetime, left: Mapping[str, int], stopped: datetime, now: datetime, days: WorkingDays
    ) -> "Ladder":
        still = days.left(since, stopped, left)
        over = not any(still.values())
        rungs = self.rungs
        if over:
            rungs = tuple(_with_days_left(rung, self, since, stopped, now, days) for rung in rungs)
        running = {"since": now, "left": still, "rungs": rungs, "stopped_at": None}
        return self.model_copy(update=running).recounted(now, days)

    def recounted(self, now: datetime, days: WorkingDays) -> "Ladder":
        """With its instants as these calendars have them; one that stands still, or counts no such days, as it is.

        A reminder that would come before ``now`` is left out.
        """
        if self.since is None or self.left is None or self.stopped_at is not None:
            return self
        due = days.end(self.since, self.left) if any(self.left.values()) else self.due
        counted = self.model_copy(update={"due": due})
        moved = [_counted(rung, counted, self.since, self.left, days) for rung in self.rungs]
        return counted.model_copy(update={"rungs": _in_order(moved, now)})


class MovedDeadline(Value):
    """A deadline that has moved; ``subject``: of its ladder (``ladder_subjects``)."""

    subject: str
    was: Instant
    until: Instant


def _with_days_left(
    rung: Rung, ladder: Ladder, since: datetime, stopped: datetime, now: datetime, days: WorkingDays
) -> Rung:
    """A rung after a deadline that is over, with the working days that had not fully passed until it."""
    span = _beyond(rung)
    if span is None or span.unit != "wd":
        late = rung.at if rung.at <= stopped else rung.at + (now - stopped)
        return rung.model_copy(update={"at": late, "place": None})
    counted = rung.left or dict.fromkeys(ladder.left or (), span.number)
    return rung.model_copy(update={"left": days.left(since if rung.left else ladder.due, stopped, counted)})


def _counted(rung: Rung, ladder: Ladder, since: datetime, left: Mapping[str, int], days: WorkingDays) -> Rung:
    at = rung.at
    if rung.left is not None:
        at = days.end(since, rung.left)
    elif rung.place is not None:
        at = _instant(rung.place, since, ladder.due, left, days)
    return rung.model_copy(update={"at": at})


def _beyond(rung: Rung) -> Span | None:
    """How long after the deadline a rung stands; None where it stands elsewhere."""
    return Span(rung.place[1:]) if rung.place and rung.place.startswith("+") else None


def _instant(place: str, since: datetime, due: datetime, left: Mapping[str, int] | None, days: WorkingDays) -> datetime:
    """Where a rung stands between the beginning and the deadline, or after it; ``left``: the offices and their days."""
    offices = tuple(left or ())
    if place == DUE:
        return due
    if place == HALF:
        half = {office: number // 2 for office, number in (left or {}).items()}
        return days.end(since, half) if any(half.values()) else halfway(since, due)
    span = Span(place[1:])
    return span.after(due, days, offices) if place.startswith("+") else span.before(due, days, offices)


def _in_order(rungs: list[Rung], now: datetime) -> tuple[Rung, ...]:
    """The rungs in time order, without reminders that would already be past."""
    reminders = (ClockAct.REMIND, ClockAct.REMIND_LAST)
    ahead = [rung for rung in rungs if rung.at > now or rung.act not in reminders or rung.place == DUE]
    return tuple(sorted(ahead, key=lambda rung: rung.at))


def _on_working_day(moment: datetime, days: WorkingDays, members: tuple[str, ...]) -> datetime:
    return max((days.calendars.of(member).roll(moment) for member in members), default=moment)


def ladder_on(basis: StatedReason, due: datetime, rungs: tuple[Rung, ...], members: tuple[str, ...] = ()) -> Ladder:
    """A ladder whose deadline comes from there."""
    return Ladder(due=due, rungs=rungs, members=members, label=in_english((basis,)), basis=basis)


def ladder_of(span: Span, due: datetime, acts: Mapping[ClockAct, datetime], *, now: datetime) -> Ladder:
    """A ladder with the given acts in time order, due after a span; reminders that would already be past are left out."""
    rungs = [Rung(at=at, act=act) for act, at in acts.items()]
    return ladder_on(reason(ReasonCode.SPAN, span=span), due, _in_order(rungs, now))


def ladder_after(
    span: Span, now: datetime, days: WorkingDays, members: tuple[str, ...], acts: Mapping[ClockAct, str]
) -> Ladder:
    """A ladder due one span from ``now`` in the working days of those members, with the places of its acts (``Rung``)."""
    due, offices = span.after(now, days, members), dict.fromkeys(members or ("",), span.number)
    counts = days.close is not None and span.unit == "wd"
    left = offices if counts else None
    rungs = []
    for act, place in acts.items():
        at = halfway(now, due) if place == HALF and not counts else _instant(place, now, due, offices, days)
        rungs.append(Rung(at=at, act=act, place=place if counts else None))
    ladder = ladder_on(reason(ReasonCode.SPAN, span=span), due, _in_order(rungs, now), span.offices(members))
    return ladder.model_copy(update={"since": now, "left": left}) if counts else ladder


def halfway(start: datetime, due: datetime) -> datetime:
    """The instant between two others, to the second."""
    return start + timedelta(seconds=int((due - start).total_seconds() / 2))
