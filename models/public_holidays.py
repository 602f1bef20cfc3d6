"""Makes working calendars from published public holidays (the ``holidays`` package).

Not imported by workflows: what this gives is copied into a case as data (see ``calendars``).
"""

from datetime import date
from functools import cache

import holidays

from models.calendars import WorkCalendar

YEARS_AHEAD = 3
"""A case carries the holidays of its first year and of so many after it; later only weekends are known."""


def known(country: str) -> bool:
    """Whether holidays are published for that code (ISO 3166-1 alpha-2)."""
    return country in countries()


@cache
def countries() -> frozenset[str]:
    """The codes for which holidays are published."""
    return frozenset((*holidays.list_supported_countries(), "NC", "HK", "MO"))


def work_calendar(zone: str, country: str, first_year: int) -> WorkCalendar:
    """The calendar of an office in ``zone`` (IANA) with the holidays of ``country`` (ISO 3166-1 alpha-2).

    Holidays that fall on the weekend are left out. An unknown country has a weekend of Saturday and Sunday.
    """
    if not known(country):
        return WorkCalendar(zone=zone)
    published = holidays.country_holidays(country, years=range(first_year, first_year + YEARS_AHEAD + 1))
    weekend = tuple(sorted(published.weekend))
    days: list[date] = sorted(day for day in published if day.weekday() not in weekend)
    return WorkCalendar(zone=zone, weekend=weekend, holidays=" ".join(_base36(day.toordinal()) for day in days))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"
