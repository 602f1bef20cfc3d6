"""What the forms of the administration offer: time zones, and whose public holidays are published."""

from functools import lru_cache

from babel import Locale

from models.public_holidays import closing_categories, countries, kept_holidays, known, subdivisions
from models.zones import known_zones


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Every time zone (IANA), those that are named after a place before the others."""
    return tuple(sorted(known_zones(), key=lambda zone: ("/" not in zone, zone)))


def calendars(language: str, keeps: str) -> tuple[tuple[str, str], ...]:
    """Whose holidays an office can keep, as a directory says it, with the country's name in that language.

    First come the parts of the country that it keeps now, with the categories of days on which offices are closed there.
    """
    country = kept_holidays(keeps).country
    return (_parts_of(country, language) if known(country) else ()) + _all_countries(language)


@lru_cache(maxsize=8)
def _all_countries(language: str) -> tuple[tuple[str, str], ...]:
    named = Locale.parse(language).territories
    return tuple(sorted(((code, str(named.get(code, code))) for code in countries()), key=lambda one: one[1]))


@lru_cache(maxsize=64)
def _parts_of(country: str, language: str) -> tuple[tuple[str, str], ...]:
    name = str(Locale.parse(language).territories.get(country, country))
    places = ((country, name), *((f"{country}-{part}", f"{name}, {part}") for part in subdivisions(country)))
    more = (*closing_categories(country),)
    besides = ((f"{code}+{one}", f"{words} + {one.replace('_', ' ')}") for code, words in places for one in more)
    return (*places[1:], *besides)
