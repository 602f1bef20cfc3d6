"""Time zones by name (IANA). A name that nobody knows counts as UTC: a slip in a directory stops no case and no mail.

What is written into the directory is checked before (``models.directory_changes``); cases of before may carry a slip for
good, and say so.
"""

from datetime import date, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

_LONGEST = 64
"""Characters of a name; those that there are have 32 at most."""

_OF_THE_MACHINE = frozenset(("localtime", "Factory", "posixrules"))
"""Names under which a machine keeps its own zone, none, or rules for others; ``right/`` and ``posix/`` are its copies."""


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name; UTC for an unknown name."""
    try:
        return ZoneInfo(name if _is_name(name) else "UTC")
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
    return frozenset(filter(_is_name, available_timezones()))


def _is_name(name: str) -> bool:
    """Whether a name may be one of the tz database, and of the same zone on every machine."""
    # Each part of a name is looked for as a package, so very long ones are not looked for at all.
    return len(name) <= _LONGEST and name not in _OF_THE_MACHINE and not name.startswith(("right/", "posix/"))
