"""What the forms of the administration offer: time zones, and whose public holidays are published."""

from functools import lru_cache

from babel import Locale

from models.public_holidays import countries
from models.zones import known_zones


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Every time zone (IANA), those that are named after a place before the others."""
    return tuple(sorted(known_zones(), key=lambda zone: ("/" not in zone, zone)))


@lru_cache(maxsize=8)
def calendars(language: str) -> tuple[tuple[str, str], ...]:
    """Whose public holidays an office can keep: the code (ISO 3166-1) and the country's name in that language."""
    named = Locale.parse(language).territories
    return tuple(sorted(((code, str(named.get(code, code))) for code in countries()), key=lambda one: one[1]))
