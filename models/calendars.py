"""Working days in the calendar of the post that must act: its time zone, weekend and public holidays.

Calendars are copied into a case when it is submitted, as data: a newer list of holidays never moves a
deadline of a running case, and replaying its history gives the same instants. ``public_holidays`` makes them.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from models.base import Value
from models.zones import is_zone, zone_named


@lru_cache(maxsize=4096)
def _ordinals(written: str) -> frozenset[int]:
    return frozenset(int(day, 36) for day in written.split())


class WorkCalendar(Value):
    """The working calendar of one member.

    ``zone`` is an IANA time zone; ``weekend`` holds weekdays (Monday is 0); ``holidays`` holds proleptic
    ordinals of the public holidays in base 36, separated by blanks (short, since every case carries its own
    copy).
    """

    zone: str = "UTC"
    weekend: tuple[int, ...] = (5, 6)
    holidays: str = ""

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on that local day."""
        return day.weekday() not in self.weekend and day.toordinal() not in _ordinals(self.holidays)

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
        return self._at(day, local)

    def roll(self, moment: datetime) -> datetime:
        """The moment itself on a working day, else the same local time on the next one, in UTC."""
        local = moment.astimezone(zone_named(self.zone))
        day = local.date()
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return self._at(day, local)

    def _at(self, day: date, local: datetime) -> datetime:
        wall: time = local.time().replace(fold=0)
        return datetime.combine(day, wall, zone_named(self.zone)).astimezone(UTC)


EVERYWHERE = WorkCalendar()
"""Monday to Friday in UTC without holidays: the calendar of an office that has none on file."""


class Calendars(Value):
    """The working calendars of all members by code."""

    offices: Mapping[str, WorkCalendar] = {}

    def of(self, member: str) -> WorkCalendar:
        """A member's calendar."""
        return self.offices.get(member, EVERYWHERE)

    @property
    def unknown_zones(self) -> dict[str, str]:
        """The time zones of a case of before that nobody knows, by member: their days are counted in UTC."""
        return {code: office.zone for code, office in self.offices.items() if not is_zone(office.zone)}

    def move(self, start: datetime, working_days: int, members: Iterable[str]) -> datetime:
        """The latest of the members' instants; moving back, the earliest: all of them have their days."""
        moved = [self.of(member).move(start, working_days) for member in members]
        return max(moved) if working_days >= 0 else min(moved)
