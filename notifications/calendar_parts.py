"""The calendar parts of mails: a meeting that is called, moved or cancelled, a deadline that is set or over."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from models.asks import ASKS, AskedCommand, asked_of
from models.notices import NoticeFacts, facts_of_row
from models.notices.facts import DutyFact
from models.posts import Post, Role
from notifications import ical
from notifications.addresses import case_address, duty_address
from notifications.deadlines import deadline, deadline_over, over_by
from notifications.meetings import CANCEL, PUBLISH, REQUEST, meeting_called, meeting_cancelled

_INVITED = (Role.FOCAL_POINT, Role.CO_CHAIR)
"""The roles that are called to meetings, and told when one is not held."""


_REPORTS = ("interim report", "final report")
"""The names of reports, as duties have them."""


class CalendarPart(NamedTuple):
    """One calendar. ``invites``: it goes among the forms of the mail, where programs look for it (RFC 6047, 2.4)."""

    content: str
    method: str
    filename: str
    invites: bool = False


class CalendarReader(NamedTuple):
    """The reader of a calendar (``zone`` is an IANA time zone), and what all entries of the calendar have in common."""

    post: Post
    address: str
    zone: str
    reference: str
    stamp: ical.Stamp
    public_url: str


Summary = Callable[[str, NoticeFacts, datetime], str]
"""Gives the subject of a notice from its kind, facts and date."""


def calendar_parts(
    kind: str, facts: NoticeFacts, due: datetime | None, summary: str, reader: CalendarReader, summary_of: Summary
) -> list[CalendarPart]:
    """The calendar parts of a notice's mail. ``summary`` is its subject; ``summary_of`` gives that of another notice."""
    if kind == "meeting_called":
        return _called(facts, reader)
    parts = [*_not_held(facts, reader), *_moved(facts, reader, summary_of), *_over(facts, reader)]
    asked = asked_of(kind, reader.post, facts)
    if asked is not None and not asked.about:
        asked = asked._replace(about=facts.recommendation)  # of several that one case has
    if asked is not None and due is not None:
        parts.append(_deadline(asked, due, summary, reader))
    elif (over := over_by(kind, reader.post, facts)) is not None:
        parts.append(_taken_out(over, reader))
    return parts


def _deadline(asked: AskedCommand, due: datetime, summary: str, reader: CalendarReader) -> CalendarPart:
    url = reader.public_url + duty_address(asked.do, asked.about, reader.reference.partition("/")[0])
    written = deadline(
        asked, reader.post, reader.reference, reader.stamp, due=due, summary=summary, zone=reader.zone, url=url
    )
    return CalendarPart(written, PUBLISH, "deadline.ics")


def _taken_out(over: AskedCommand, reader: CalendarReader) -> CalendarPart:
    return CalendarPart(deadline_over(over, reader.post, reader.reference, reader.stamp), CANCEL, "deadline.ics")


def _moved(facts: NoticeFacts, reader: CalendarReader, summary_of: Summary) -> Iterator[CalendarPart]:
    """A deadline for each date that has moved, as the mail that asked for the duty wrote it."""
    for duty in facts.dates:
        if duty.due is not None and (found := _asking(duty, reader.post)) is not None:
            kind, said, asked = found
            yield _deadline(asked, duty.due, summary_of(kind, said, duty.due), reader)


def _over(facts: NoticeFacts, reader: CalendarReader) -> Iterator[CalendarPart]:
    """A cancellation for each duty that is over."""
    for duty in facts.over:
        if (found := _asking(duty, reader.post)) is not None:
            yield _taken_out(found[2], reader)


def _asking(duty: DutyFact, post: Post) -> tuple[str, NoticeFacts, AskedCommand] | None:
    """The kind of notice that asks a post for a duty, with the facts that say what it is about, and what it asks."""
    for kind, ask in ASKS.items():
        of_another = ask.about == "member" and duty.about in _REPORTS  # to both the Steering Group objects
        if ask.do == duty.do and post.role in ask.roles and not ask.among and not of_another:
            said = facts_of_row(dict.fromkeys((ask.about, "report"), duty.about))
            asked = asked_of(kind, post, said)
            return None if asked is None else (kind, said, asked)
    return None


def _called(facts: NoticeFacts, reader: CalendarReader) -> list[CalendarPart]:
    """The meeting; a cancellation where it is moved to a time that no calendar can hold."""
    url = reader.public_url + case_address(reader.reference)
    called = meeting_called(facts, reader.reference, reader.stamp, url=url, attendee=reader.address)
    if called is not None:
        return [CalendarPart(called, REQUEST, "meeting.ics", invites=True)]
    return [_cancelled(facts.meeting, reader)] if facts.moved else []


def _not_held(facts: NoticeFacts, reader: CalendarReader) -> list[CalendarPart]:
    """Cancellations of the meetings that the end of the case leaves out, one UID in a calendar (RFC 5546, 3.2.5)."""
    if reader.post.role not in _INVITED:
        return []
    return [_cancelled(one.title, reader, one.starts) for one in facts.not_held]


def _cancelled(title: str, reader: CalendarReader, starts: str = "") -> CalendarPart:
    gone = meeting_cancelled(title, reader.reference, reader.stamp, attendee=reader.address, starts=starts)
    return CalendarPart(gone, CANCEL, "meeting.ics", invites=True)
