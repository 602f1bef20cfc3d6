"""When a mail goes to whoever holds a post: at once, later, in a digest, or not at all and why.

``decide_timing`` is the one place: it reads no clock and asks nobody. What is mandatory always goes; it may wait for the
end of quiet hours, and nothing that is urgent, that asks with a near deadline, or that tells what was done with a post or
in its name, waits for anything.

Local times are those of the reader's office. A local time that daylight saving skips is read with the offset from before
(it comes out that much later); of one that it repeats, the first is meant (PEP 495, ``fold=0``), as in ``calendars``.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import model_validator

from models.base import Value
from models.calendars import WorkCalendar
from models.zones import zone_named

NEAR_DEADLINE = timedelta(days=1)
"""What asks for something is never held so long that less than this is left until its deadline."""

MOST_SWITCHES = 200
"""Switches of one reader."""

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class Rhythm(StrEnum):
    """How often there is a digest."""

    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


class MailChoice(StrEnum):
    """What a reader wants of the mails that a switch means."""

    AT_ONCE = "at once"
    DIGEST = "digest"
    OFF = "off"


class Switch(Value):
    """What is wanted of some mails: those of a kind, those of a case, or (both said) those of the kind in the case.

    Neither said: all that are optional. ``case`` is a reference.
    """

    case: str = ""
    kind: str = ""
    how: MailChoice

    @property
    def conditions(self) -> int:
        """How many conditions it sets."""
        return bool(self.case) + bool(self.kind)

    def means(self, case: str, kind: str) -> bool:
        """Whether every condition that it sets holds."""
        return self.case in ("", case) and self.kind in ("", kind)


class Preferences(Value):
    """What the holder of a post wants of its mails. Times are local to the reader's office.

    ``weekday``: of a weekly digest, Monday is 0. ``quiet_from`` and ``quiet_until`` may have midnight between them;
    the same time twice is no quiet hours.

    Raises:
        ValueError: two switches mean the same, the digest would come in quiet hours, or there is no such weekday.
    """

    digest: Rhythm = Rhythm.DAILY
    weekday: int = 0
    morning: time = time(8)
    quiet_from: time = time(0)
    quiet_until: time = time(0)
    switches: tuple[Switch, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not 0 <= self.weekday <= 6:
            raise ValueError("A week has the days 0 (Monday) to 6 (Sunday).")
        if any(one.tzinfo is not None for one in (self.morning, self.quiet_from, self.quiet_until)):
            raise ValueError("Times are local; they have no time zone of their own.")
        meant = [(one.case, one.kind) for one in self.switches]
        if len(set(meant)) < len(meant):
            raise ValueError("Two switches mean the same mails.")
        if len(meant) > MOST_SWITCHES:
            raise ValueError(f"There are at most {MOST_SWITCHES} switches.")
        if self.digest is not Rhythm.NONE and self._is_quiet(self.morning):
            raise ValueError("The digest would come in the quiet hours.")
        return self

    def _is_quiet(self, at: time) -> bool:
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until

    def with_switch(self, switch: Switch) -> "Preferences":
        """The same with this switch in the place of one that means the same mails.

        It always finds room: where there are ``MOST_SWITCHES``, first those of one kind in one case go that say what
        would be so without them, then the oldest that name a case. So the link of a mail switches off whatever was said
        before, and what is forgotten is of old cases.
        """
        switches = [*self.without_switch(switch).switches, switch]
        if len(switches) > MOST_SWITCHES:
            switches = [one for one in switches if one is switch or not _said_anyway(one, switches)]
        of_cases = (one for one in tuple(switches) if one.case and one is not switch)
        while len(switches) > MOST_SWITCHES:
            switches.remove(next(of_cases))  # there are fewer kinds than switches
        return self.model_copy(update={"switches": tuple(switches)})

    def without_switch(self, switch: Switch) -> "Preferences":
        """The same without any switch that means the same mails."""
        others = (one for one in self.switches if (one.case, one.kind) != (switch.case, switch.kind))
        return self.model_copy(update={"switches": tuple(others)})


DEFAULT_PREFERENCES = Preferences()
"""What holds for whoever has said nothing."""


class Mail(NamedTuple):
    """What is to be decided on. ``case`` is a reference, ``may_wait`` the kind's own pace, ``due`` its date.

    ``undelayed``: it waits for nothing (``models.notices.UNDELAYED``).
    """

    kind: str
    case: str
    mandatory: bool = False
    may_wait: bool = False
    asks: bool = False
    urgent: bool = False
    due: datetime | None = None
    undelayed: bool = False


class Timing(StrEnum):
    """What becomes of a mail."""

    NOW = "now"
    AT = "at an instant"
    DIGEST = "into a digest"
    NOT = "not at all"


class HoldReason(StrEnum):
    """Why a mail waits, or is not sent; the ledger keeps it."""

    QUIET = "quiet_hours"
    DIGEST = "digest"
    KIND_OFF = "kind_switched_off"
    CASE_OFF = "case_switched_off"
    KIND_IN_CASE_OFF = "kind_in_case_switched_off"
    ALL_OFF = "optional_switched_off"
    NO_DIGEST = "digests_switched_off"


class TimingDecision(NamedTuple):
    """``at``: until when it waits (UTC), for ``AT`` and ``DIGEST``; ``why``: for everything but ``NOW``."""

    way: Timing
    at: datetime | None = None
    why: HoldReason | None = None


_NOW = TimingDecision(Timing.NOW)


def decide_timing(mail: Mail, wants: Preferences, office: WorkCalendar, now: datetime) -> TimingDecision:
    """What becomes of a mail to a reader of that office at ``now`` (aware).

    Of the switches that mean the mail, the one with most conditions counts; of several of these, the quietest.
    """
    if mail.undelayed:
        return _NOW
    how, switch = _wanted(mail, wants)
    if how is MailChoice.OFF:
        return TimingDecision(Timing.NOT, why=_off(switch))
    if mail.urgent:
        return _NOW
    if how is MailChoice.DIGEST:
        slot = next_digest(wants, office, now)
        if _too_late(mail, slot, now):
            how = MailChoice.AT_ONCE
        elif slot is None:
            return TimingDecision(Timing.NOT, why=HoldReason.NO_DIGEST)
        else:
            return TimingDecision(Timing.DIGEST, slot, HoldReason.DIGEST)
    until = quiet_until(wants, office, now)
    if until is None or _too_late(mail, until, now):
        return _NOW
    return TimingDecision(Timing.AT, until, HoldReason.QUIET)


def _wanted(mail: Mail, wants: Preferences) -> tuple[MailChoice, Switch | None]:
    own = MailChoice.DIGEST if mail.may_wait else MailChoice.AT_ONCE
    if mail.mandatory:
        return MailChoice.AT_ONCE, None
    case = mail.case.partition("/")[0]  # the follow-up of a recommendation belongs to its case
    meant = [one for one in wants.switches if one.means(case, mail.kind)]
    if not meant:
        return own, None
    quiet = list(MailChoice)
    switch = max(meant, key=lambda one: (one.conditions, quiet.index(one.how)))
    return switch.how, switch


def _said_anyway(one: Switch, switches: Iterable[Switch]) -> bool:
    """Whether a switch of one kind in one case says no more than the broader ones among these."""
    if one.conditions < 2:
        return False
    broader = Preferences.model_construct(switches=tuple(other for other in switches if other is not one))
    how, switch = _wanted(Mail(one.kind, one.case), broader)
    return switch is not None and how is one.how


def _off(switch: Switch | None) -> HoldReason:
    match switch:
        case Switch(case="", kind=""):
            return HoldReason.ALL_OFF
        case Switch(case=""):
            return HoldReason.KIND_OFF
        case Switch(kind=""):
            return HoldReason.CASE_OFF
        case _:
            return HoldReason.KIND_IN_CASE_OFF


def _too_late(mail: Mail, release: datetime | None, now: datetime) -> bool:
    """Whether waiting would leave too little time; a deadline that has passed is near no more."""
    if not mail.asks or mail.due is None or mail.due <= now:
        return False
    return release is None or mail.due < release + NEAR_DEADLINE


# local times ------------------------------------------------------------------------------------------------


def next_digest(wants: Preferences, office: WorkCalendar, now: datetime) -> datetime | None:
    """The instant (UTC) of the first digest after ``now``; None when there are none.

    A digest comes on working days of the office only: one that falls on another comes on the next working day.
    """
    if wants.digest is Rhythm.NONE:
        return None
    zone = zone_named(office.zone)
    today = now.astimezone(zone).date()
    weekly = wants.digest is Rhythm.WEEKLY
    for day in _weekdays(today, wants.weekday) if weekly else _days(today):
        slot = _instant(_working(day, office), wants.morning, zone)
        if slot > now:
            return slot
    raise AssertionError("days do not end")  # pragma: no cover


def _days(today: date) -> Iterator[date]:
    day = today - _DAY
    while True:
        yield day
        day += _DAY


def _weekdays(today: date, weekday: int) -> Iterator[date]:
    """That day of each week, from weeks ago on: holidays may have moved an old one until now."""
    day = today - timedelta(days=today.weekday() - weekday) - 8 * _WEEK
    while True:
        yield day
        day += _WEEK


def _working(day: date, office: WorkCalendar) -> date:
    while not office.is_working_day(day):
        day += _DAY
    return day


def quiet_until(wants: Preferences, office: WorkCalendar, now: datetime) -> datetime | None:
    """The instant (UTC) at which the quiet hours end that ``now`` lies in; None when it lies in none."""
    zone = zone_named(office.zone)
    today = now.astimezone(zone).date()
    ends = (end for start, end in _quiet(wants, zone, (today - _DAY, today)) if start <= now < end)
    return max(ends, default=None)


def _quiet(wants: Preferences, zone: ZoneInfo, days: Iterable[date]) -> Iterator[tuple[datetime, datetime]]:
    over_midnight = wants.quiet_until < wants.quiet_from
    for day in days:
        last = day + _DAY if over_midnight else day
        yield _instant(day, wants.quiet_from, zone), _instant(last, wants.quiet_until, zone)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
