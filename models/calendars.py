"""Working days in the calendar of the post that must act: its time zone, weekend and public holidays.

A period in working days is counted as Regulation (EEC, Euratom) No 1182/71 counts days: the day of the event is not among
them, and it ends at the close of business of the last one.

Calendars are copied into a case when it is submitted, as data: a newer list of holidays never moves a deadline of a
running case, and replaying its history gives the same instants. ``public_holidays`` makes them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from pydantic import Field

from models.base import Value
from models.zones import day_in, is_zone, zone_named


@lru_cache(maxsize=4096)
def _ordinals(written: str) -> frozenset[int]:
    return frozenset(int(day, 36) for day in written.split())


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last of both."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def written_days(days: Iterable[date]) -> str:
    """Days as ``WorkCalendar.holidays`` holds them."""
    return _written(day.toordinal() for day in days)


def _written(ordinals: Iterable[int]) -> str:
    return " ".join(map(_base36, sorted(ordinals)))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"


class WorkCalendar(Value):
    """The working calendar of one member.

    ``zone`` is an IANA time zone; ``weekend`` holds weekdays (Monday is 0); ``holidays`` holds proleptic
    ordinals of the public holidays in base 36, separated by blanks (short, since every case carries its own
    copy). ``open_days`` holds, in the same way, days on which the office works all the same, as it was announced.
    """

    zone: str = "UTC"
    weekend: tuple[int, ...] = (5, 6)
    holidays: str = ""
    open_days: str = Field(default="", exclude_if=lambda days: not days)

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on that local day."""
        number = day.toordinal()
        closed = day.weekday() in self.weekend or number in _ordinals(self.holidays)
        return not closed or number in _ordinals(self.open_days)

    def announced(self, days: Iterable[date], *, closed: bool) -> "WorkCalendar":
        """The calendar with days on which the office is closed after all, or open."""
        told = {day.toordinal() for day in days}
        shut, works = _ordinals(self.holidays) - told, _ordinals(self.open_days) - told
        if closed:
            shut |= told
        else:
            works |= told
        return self.model_copy(update={"holidays": _written(shut), "open_days": _written(works)})

    def move(self, start: datetime, working_days: int) -> datetime:
        """The same local time of day, so many working days later (or, if negative, earlier), in UTC.

        The first working day after the start counts as one. A local time that daylight saving skips or
        repeats is read as Python's ``fold=0`` does (PEP 495).
        """
        local = start.astimezone(zone_named(self.zone))
        day, step = local.date(), timedelta(days=1 if working_days >= 0 else -1)
        left = abs(working_days)
        while left:
            day += step
            left -= self.is_working_day(day)
        return self._at(day, local.time())

    def roll(self, moment: datetime) -> datetime:
        """The moment itself on a working day, else the same local time on the next one, in UTC."""
        local = moment.astimezone(zone_named(self.zone))
        day = local.date()
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return self._at(day, local.time())

    def close_after(self, start: datetime, working_days: int, close: time) -> datetime:
        """The close of business (UTC) of the last of so many working days; the day of ``start`` is not among them."""
        day = self._day(start)
        while working_days:
            day += timedelta(days=1)
            working_days -= self.is_working_day(day)
        return self._at(day, close)

    def closed_since(self, start: datetime, now: datetime, close: time) -> int:
        """How many working days have fully passed at ``now``, the day of ``start`` not among them."""
        first = self._day(start).toordinal() + 1
        days = map(date.fromordinal, range(first, self._day(now).toordinal() + 1))
        return sum(self._at(day, close) <= now for day in days if self.is_working_day(day))

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(zone_named(self.zone)).date()

    def _at(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall.replace(fold=0), zone_named(self.zone)).astimezone(UTC)


EVERYWHERE = WorkCalendar()
"""Monday to Friday in UTC without holidays: the calendar of an office that has none on file."""


class Calendars(Value):
    """The working calendars of all members by code."""

    offices: Mapping[str, WorkCalendar] = {}

    def of(self, member: str) -> WorkCalendar:
        """A member's calendar."""
        return self.offices.get(member, EVERYWHERE)

    def announced(self, member: str, days: Iterable[date], *, closed: bool) -> "Calendars":
        """The calendars with days on which a member's office is closed after all, or open."""
        return Calendars(offices={**self.offices, member: self.of(member).announced(days, closed=closed)})

    def without_open_days(self) -> "Calendars":
        """The calendars as if no office were open on a day after all: each such day would have been a closed one."""
        offices = {}
        for code, one in self.offices.items():
            closed = _written(_ordinals(one.holidays) | _ordinals(one.open_days))
            offices[code] = one.model_copy(update={"holidays": closed, "open_days": ""})
        return Calendars(offices=offices)

    def day_of(self, member: str, moment: datetime) -> date:
        """Which day a moment is for a member's office."""
        return day_in(self.of(member).zone, moment)

    @property
    def unknown_zones(self) -> dict[str, str]:
        """The time zones of a case of before that nobody knows, by member: their days are counted in UTC."""
        return {code: office.zone for code, office in self.offices.items() if not is_zone(office.zone)}

    def move(self, start: datetime, working_days: int, members: Iterable[str]) -> datetime:
        """The latest of the members' instants; moving back, the earliest: all of them have their days."""
        moved = [self.of(member).move(start, working_days) for member in members]
        return max(moved) if working_days >= 0 else min(moved)


@dataclass(frozen=True)
class WorkingDays:
    """How a case counts working days: in whose calendars, and when business closes there (local time).

    Without ``close``, as in cases of before 30 November 2026, a working day ends at the time of day at which the period
    began. Where several offices count, all of them have their days: the latest instant counts, going back the earliest.
    """

    calendars: Calendars
    close: time | None = None

    def after(self, start: datetime, number: int, offices: Iterable[str]) -> datetime:
        """The instant (UTC) at which so many working days after ``start`` are over for all offices."""
        if self.close is None:
            return self.calendars.move(start, number, offices)
        return self.end(start, dict.fromkeys(offices, number))

    def end(self, start: datetime, left: Mapping[str, int]) -> datetime:
        """The close of business (UTC) at which each office has had its working days; ``start`` if none has any left."""
        close = self.close or time(0)
        ends = (self.calendars.of(one).close_after(start, number, close) for one, number in left.items() if number)
        return max(ends, default=start)

    def left(self, start: datetime, now: datetime, counted: Mapping[str, int]) -> dict[str, int]:
        """Of each office's working days that count from ``start``, how many have not fully passed at ``now``."""
        close = self.close or time(0)
        offices = {one: self.calendars.of(one) for one in counted}
        return {one: max(0, counted[one] - office.closed_since(start, now, close)) for one, office in offices.items()}
