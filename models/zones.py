"""Time zones by name (IANA). A name that nobody knows counts as UTC: a slip in a directory stops no case and no mail.

What is written into the directory is checked before (``models.directory_changes``); cases of before may carry a slip for
good, and say so.
"""

from datetime import date, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

_LONGEST = 64
"""Characters of a name; those that there are have 32 at most."""


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name; UTC for an unknown name."""
    try:
        return ZoneInfo(name if len(name) <= _LONGEST else "UTC")  # each part of a name is looked for as a package
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")


def day_in(zone: str, now: datetime) -> date:
    """Which day ``now`` (aware) is in a time zone (IANA)."""
    return now.astimezone(zone_named(zone)).date()


def is_zone(name: str) -> bool:
    """Whether there is a time zone of that name."""
    return zone_named(name).key == name


@cache
def known_zones() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones())
