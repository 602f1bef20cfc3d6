"""A meeting as a calendar file (RFC 5545; METHOD PUBLISH of RFC 5546).

It is published, not put as a request: attendance is answered to the secretariat, not by one calendar
program to another.
"""

import hashlib
from datetime import UTC, date, datetime, timedelta

import icalendar

__all__ = ["calendar_file"]

_MINUTES_FROM = datetime(2000, 1, 1, tzinfo=UTC)


def calendar_file(
    reference: str,
    title: str,
    starts: str,
    ends: str,
    place: str,
    agenda: str,
    *,
    at: datetime,
    domain: str,
    url: str,
) -> str | None:
    """The file; None when ``starts`` is not a date or moment in ISO 8601.

    The UID follows from reference and title, so that a meeting that is moved replaces itself; SEQUENCE
    grows with ``at`` (UTC minutes since 2000). A moment without an offset says no time zone: the day is
    entered whole, the time as written stands in the description.
    """
    start, end = _read(starts), _read(ends)
    if start is None:
        return None
    if end is not None and (isinstance(start, datetime) is not isinstance(end, datetime) or end < start):
        end = None
    notes = [url]
    if not isinstance(start, datetime):
        end = (end or start) + timedelta(days=1)  # DTEND of whole days is the day after (RFC 5545, 3.6.1)
        notes = [*(one for one in (starts, ends) if "T" in one or ":" in one), *notes]
    event = icalendar.Event()
    digest = hashlib.sha256(f"{reference}\n{title}".encode()).hexdigest()[:32]
    event.add("uid", f"{digest}@{domain}")
    event.add("sequence", max(0, int((at - _MINUTES_FROM).total_seconds() // 60)))
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", start)
    if end is not None:
        event.add("dtend", end)
    event.add("summary", f"{reference}: {title}")
    if place:
        event.add("location", place)
    event.add("description", "\n".join([*agenda.splitlines(), *notes]))
    event.add("url", url)
    event.add("transp", "OPAQUE")
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Bali Process Ad Hoc Group//Cases//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")


def _read(written: str) -> datetime | date | None:
    """A moment in UTC, or a day where there is no time or no offset."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment.date() if moment.tzinfo is None else moment.astimezone(UTC)
