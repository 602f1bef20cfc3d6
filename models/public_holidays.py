"""Makes working calendars from published public holidays (the ``holidays`` package).

What an office keeps is written ``ID``, ``AU-ACT`` or ``ID+government``: a country (ISO 3166-1), where it has them a
subdivision (ISO 3166-2, by its second part), and categories of days on which offices are closed besides the public ones,
as Indonesia's joint leave is.

Not imported by workflows: what this gives is copied into a case as data (see ``calendars``).
"""

from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

import holidays

from models.calendars import WorkCalendar, written_days

YEARS_AHEAD = 3
"""A case carries the holidays of its first year and of so many after it; later only weekends are known."""

_OPEN_ALL_THE_SAME = frozenset(("public", "half_day", "optional", "optional_women", "school", "unofficial", "workday"))
"""Categories that close no office, or not all of it; the public days are always among those kept."""


class KeptHolidays(NamedTuple):
    """Whose holidays an office keeps: a country, its subdivision (empty for none), and categories besides the public."""

    country: str
    subdivision: str = ""
    categories: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.country}-{self.subdivision}" if self.subdivision else self.country
        return "+".join((place, *self.categories))


def kept_holidays(written: str) -> KeptHolidays:
    """What a directory says of an office's holidays, taken apart."""
    place, *categories = written.split("+")
    country, _, subdivision = place.partition("-")
    return KeptHolidays(country, subdivision, tuple(categories))


def known(written: str) -> bool:
    """Whether holidays are published for what a directory says: its country, and the parts of it that it names."""
    kept = kept_holidays(written)
    if kept.country not in countries():
        return False
    of_place = not kept.subdivision or kept.subdivision in subdivisions(kept.country)
    return of_place and set(kept.categories) <= {*closing_categories(kept.country)}


@cache
def countries() -> frozenset[str]:
    """The codes for which holidays are published."""
    return frozenset((*holidays.list_supported_countries(), "NC", "HK", "MO"))


def subdivisions(country: str) -> tuple[str, ...]:
    """The parts of a country that have holidays of their own."""
    return tuple(_published(country).subdivisions)


def closing_categories(country: str) -> tuple[str, ...]:
    """The categories of a country's holidays besides the public ones on which offices are closed."""
    return tuple(sorted({*_published(country).supported_categories} - _OPEN_ALL_THE_SAME))


@lru_cache(maxsize=256)
def _published(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)


def work_calendar(zone: str, keeps: str, first_year: int) -> WorkCalendar:
    """The calendar of an office in ``zone`` (IANA) that keeps those holidays (``KeptHolidays``, as it is written).

    Holidays that fall on the weekend are left out. Where none are published the weekend is Saturday and Sunday.
    """
    if not known(keeps):
        return WorkCalendar(zone=zone)
    kept = kept_holidays(keeps)
    published = holidays.country_holidays(
        kept.country,
        subdiv=kept.subdivision or None,
        years=range(first_year, first_year + YEARS_AHEAD + 1),
        categories=("public", *kept.categories) if kept.categories else None,
    )
    weekend = tuple(sorted(published.weekend))
    days: list[date] = sorted(day for day in published if day.weekday() not in weekend)
    return WorkCalendar(zone=zone, weekend=weekend, holidays=written_days(days))
