"""Ladders: what happens by itself, and when, while something waits for an answer.

Whatever waits in a case has one ladder. Its rungs are instants at which the clock acts; a rung that has been
passed is gone. While the clock of a ladder is stopped none of its rungs is due; starting it again moves all
of them.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from models.base import Instant, Value
from models.calendars import Calendars
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


class Rung(Value):
    """One act of the clock."""

    at: Instant
    act: ClockAct


class Ladder(Value):
    """The rungs still ahead of one thing that waits, in time order.

    ``due`` is the deadline as people know it; ``basis`` says where it comes from, ``label`` the same in English. Ladders
    from before 29 November 2026 have the label alone.
    """

    due: Instant
    rungs: tuple[Rung, ...]
    members: tuple[str, ...] = ()
    label: str = ""
    basis: StatedReason | None = None
    stopped_at: Instant | None = None

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

    def started(self, now: datetime, calendars: Calendars) -> "Ladder":
        """With its clock running again: every instant later by the time it stood, and on a working day."""
        if self.stopped_at is None:
            return self
        stood = now - self.stopped_at

        def later(moment: datetime) -> datetime:
            return _on_working_day(moment + stood, calendars, self.members)

        due, rungs = later(self.due), list[Rung]()
        for rung in self.rungs:
            # Saturday afternoon and Sunday morning both become Monday: their order must not turn round.
            at = min(later(rung.at), due) if rung.at <= self.due else later(rung.at)
            rungs.append(Rung(at=max(at, rungs[-1].at) if rungs else at, act=rung.act))
        return self.model_copy(update={"due": due, "rungs": tuple(rungs), "stopped_at": None})


def _on_working_day(moment: datetime, calendars: Calendars, members: tuple[str, ...]) -> datetime:
    return max((calendars.of(member).roll(moment) for member in members), default=moment)


def ladder_on(basis: StatedReason, due: datetime, rungs: tuple[Rung, ...], members: tuple[str, ...] = ()) -> Ladder:
    """A ladder whose deadline comes from there."""
    return Ladder(due=due, rungs=rungs, members=members, label=in_english((basis,)), basis=basis)


def ladder_of(
    span: Span, due: datetime, acts: dict[ClockAct, datetime], *, now: datetime, members: tuple[str, ...] = ()
) -> Ladder:
    """A ladder with the given acts in time order, due after a span; reminders that would already be past are left out."""
    reminders = (ClockAct.REMIND, ClockAct.REMIND_LAST)
    rungs = [Rung(at=at, act=act) for act, at in acts.items() if at > now or act not in reminders]
    rungs.sort(key=lambda rung: rung.at)
    return ladder_on(reason(ReasonCode.SPAN, span=span), due, tuple(rungs), members)


def halfway(start: datetime, due: datetime) -> datetime:
    """The instant between two others, to the second."""
    return start + timedelta(seconds=int((due - start).total_seconds() / 2))
