"""Text of RFC 5545 (iCalendar): lines, escapes, moments in a zone, and the zone's own rules.

Calendar programs that know no IANA names read the VTIMEZONE; it holds the changes of the clock of the years around.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.zones import zone_named

_OCTETS = 75
"""Most octets of a line, without its end (RFC 5545, 3.1)."""


class Stamp(NamedTuple):
    """The properties that all entries of a calendar have in common.

    ``sequence`` rises with each change of the same entry; ``at``: when the calendar is made; ``domain`` is that of the
    UIDs; ``organizer`` is a mail address.
    """

    sequence: int
    at: datetime
    domain: str
    organizer: str

    def lines(self, of: str) -> tuple[str, ...]:
        """The first properties of an entry. The UID follows from ``of`` alone."""
        uid = hashlib.sha256(of.encode(errors="backslashreplace")).hexdigest()[:32]
        return (
            f"UID:{uid}@{self.domain}",
            f"SEQUENCE:{self.sequence}",
            f"DTSTAMP:{moment_utc(self.at)}",
            f"ORGANIZER:mailto:{self.organizer}",
        )


def property_line(name: str, value: str) -> str:
    """A property whose value is not text: a number, a moment, an address. ``name`` may carry parameters."""
    return f"{name}:{value}"


def text_property(name: str, value: str) -> str:
    """A property of type TEXT (RFC 5545, 3.3.11)."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return f"{name}:{escaped}"


def moment_utc(at: datetime) -> str:
    """A moment in UTC."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def moment(name: str, at: datetime, zone: str) -> str:
    """A property that holds a moment as the reader's clock shows it. An unknown zone counts as UTC."""
    found = zone_named(zone)
    if found.key == "UTC":
        return property_line(name, moment_utc(at))
    return property_line(f"{name};TZID={found.key}", f"{at.astimezone(found):%Y%m%dT%H%M%S}")


def component(name: str, *lines: str) -> Iterator[str]:
    """The lines between BEGIN and END."""
    yield f"BEGIN:{name}"
    yield from lines
    yield f"END:{name}"


def whole_calendar(method: str, lines: Iterable[str]) -> str:
    """A whole calendar, folded, with CRLF (RFC 5545, 3.1; the method: RFC 5546, 1.4)."""
    head = ("VERSION:2.0", "PRODID:-//Bali Process Ad Hoc Group//Cases//EN", f"METHOD:{method}")
    return "".join(f"{_folded(one)}\r\n" for one in component("VCALENDAR", *head, *lines))


def _folded(line: str) -> str:
    if len(line) < _OCTETS and line.isascii():
        return line
    parts, current, octets = [], "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > _OCTETS:
            parts.append(current)
            current, octets = "", 1  # the blank that begins the next line
        current += character
        octets += size
    return "\r\n ".join((*parts, current))


@lru_cache(maxsize=512)
def timezone_lines(zone: str, year: int) -> tuple[str, ...]:
    """The lines of the VTIMEZONE of an IANA zone for moments in ``year`` and the next; no lines for UTC."""
    found = zone_named(zone)
    if found.key == "UTC":
        return ()
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)
    first = begin - timedelta(days=1)
    lines = [*_observance(found, date(1970, 1, 1), first, first)]
    for before, after in _changes(found, first, end):
        lines += _observance(found, None, before, after)
    return tuple(component("VTIMEZONE", f"TZID:{found.key}", *lines))


def _observance(zone: ZoneInfo, since: date | None, before: datetime, after: datetime) -> Iterator[str]:
    """One offset and when it begins. The local time of the change is written in the old offset (RFC 5545, 3.6.5)."""
    old, new = _offset(zone, before), _offset(zone, after)
    start = f"{since:%Y%m%dT000000}" if since else f"{after.replace(tzinfo=None) + old:%Y%m%dT%H%M%S}"
    kind = "DAYLIGHT" if after.astimezone(zone).dst() else "STANDARD"
    yield from component(kind, f"DTSTART:{start}", f"TZOFFSETFROM:{_written(old)}", f"TZOFFSETTO:{_written(new)}")


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The last second before each change of the offset, and the first after it (UTC)."""
    step = timedelta(days=1)
    at = begin
    while at < end:
        if _offset(zone, at) != _offset(zone, at + step):
            low, high = at, at + step
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if _offset(zone, middle) == _offset(zone, at) else (low, middle)
            yield low, high
        at += step


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _written(offset: timedelta) -> str:
    sign, minutes = ("-", -offset) if offset < timedelta(0) else ("+", offset)
    hours, rest = divmod(int(minutes.total_seconds()) // 60, 60)
    return f"{sign}{hours:02}{rest:02}"
