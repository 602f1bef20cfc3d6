"""A meeting as an event of a calendar (RFC 5545), called, moved or cancelled by the methods of RFC 5546.

A mail carries it as a request to its reader alone, so that calendar programs move and cancel what they have entered. No
answer is asked for (RSVP=FALSE), since attendance is told to the secretariat. The file on a page is published.
"""

from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta

from models.notices import NoticeFacts
from notifications import ical
from notifications.texts import line, prose

PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"


def meeting_called(
    facts: NoticeFacts, reference: str, stamp: ical.Stamp, *, url: str, attendee: str = ""
) -> str | None:
    """The calendar with the meeting; None when it begins at no date or moment in ISO 8601.

    ``facts``: ``meeting`` (its title), ``starts``, ``ends``, ``place``, ``agenda``. The UID follows from reference and
    title, so that a meeting that is moved replaces itself. ``attendee``: the address of the reader of a request; without
    it the meeting is published. A moment without an offset says no time zone: the day is entered whole, the
    time as written stands in the description.
    """
    title, starts, ends = line(facts.meeting), line(facts.starts), line(facts.ends)
    start, end = _read(starts), _read(ends)
    if start is None:
        return None
    if end is not None and (isinstance(start, datetime) is not isinstance(end, datetime) or end < start):
        end = None
    notes = [url]
    if not isinstance(start, datetime):
        end = (end or start) + timedelta(days=1)  # DTEND of whole days is the day after (RFC 5545, 3.6.1)
        notes = [*(one for one in (starts, ends) if "T" in one or ":" in one), *notes]
    lines = [_when("DTSTART", start), *([_when("DTEND", end)] if end is not None else [])]
    if place := line(facts.place):
        lines.append(ical.text_property("LOCATION", place))
    lines.append(ical.text_property("DESCRIPTION", "\n".join([*prose("\n".join(facts.agenda)).splitlines(), *notes])))
    lines += [ical.property_line("URL", url), "TRANSP:OPAQUE", "STATUS:CONFIRMED"]
    if attendee:
        lines.append(
            ical.property_line("ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE", f"mailto:{attendee}")
        )
    return _event(REQUEST if attendee else PUBLISH, title, reference, stamp, lines)


def meeting_cancelled(title: str, reference: str, stamp: ical.Stamp, *, attendee: str, starts: str = "") -> str:
    """The calendar that cancels a meeting in that of its reader (RFC 5546, 3.2.5)."""
    start = _read(line(starts))
    when = [_when("DTSTART", start)] if start is not None else []
    lines = [*when, "STATUS:CANCELLED", ical.property_line("ATTENDEE", f"mailto:{attendee}")]
    return _event(CANCEL, line(title), reference, stamp, lines)


def _event(method: str, title: str, reference: str, stamp: ical.Stamp, lines: Sequence[str]) -> str:
    head = stamp.lines(f"{reference}\n{title}")
    return ical.whole_calendar(
        method, ical.component("VEVENT", *head, ical.text_property("SUMMARY", f"{reference}: {title}"), *lines)
    )


def _when(name: str, at: datetime | date) -> str:
    if isinstance(at, datetime):
        return ical.property_line(name, ical.moment_utc(at))
    return ical.property_line(f"{name};VALUE=DATE", f"{at:%Y%m%d}")


def _read(written: str) -> datetime | date | None:
    """A moment in UTC, or a day where no time or offset is given; None for other text, and in the years 1 and 9999."""
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            found = read(written)
        except ValueError:
            continue
        if not MINYEAR < found.year < MAXYEAR:
            return None
        if isinstance(found, datetime):
            return found.date() if found.tzinfo is None else found.astimezone(UTC)
        return found
    return None
