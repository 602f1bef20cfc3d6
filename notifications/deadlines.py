"""The deadline of what a post is asked to do, as an event of its calendar with an alarm.

It is an event and no VTODO, since the calendars that ministries use show no tasks of others. It blocks no time. All
mails about one duty speak of one event: a reminder with another date moves it, and it is cancelled when the duty is over.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from models.asks import AskedCommand
from models.notices import NoticeFacts
from models.posts import Post, Role
from notifications import ical
from notifications.meetings import CANCEL, PUBLISH

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)

_OVER_BY: Mapping[str, tuple[str, str, tuple[Role, ...]]] = {
    "decision_made": ("decide", "gate", (Role.CO_CHAIR, Role.STEERING_GROUP)),
    "decision_lapsed": ("decide", "gate", (Role.CO_CHAIR, Role.STEERING_GROUP)),
    "admission_refused": ("object", "member", (Role.STEERING_GROUP,)),
    "report_reopened": ("object", "", (Role.STEERING_GROUP,)),
    "invitation_lapsed": ("respond", "", (Role.FOCAL_POINT,)),
    "outcome_verified": ("verify", "outcome", (Role.CO_CHAIR, Role.STEERING_GROUP)),
    "recommendation_resolved": ("adopt", "recommendation", (Role.FOCAL_POINT, Role.SECRETARIAT)),
}
"""The kinds that tell that a duty is over: its command, the fact that says what it is about, and the roles with it."""


def over_by(kind: str, post: Post, facts: NoticeFacts) -> AskedCommand | None:
    """The duty that ends for a post with a notice of this kind; None when there is none."""
    do, about, roles = _OVER_BY.get(kind, ("", "", ()))
    if facts.state == "adopted":  # a recommendation that is still to be carried out
        return None
    return AskedCommand(do, str(getattr(facts, about) or "") if about else "") if post.role in roles else None


def deadline(
    asked: AskedCommand,
    post: Post,
    reference: str,
    stamp: ical.Stamp,
    *,
    due: datetime,
    summary: str,
    zone: str,
    url: str,
) -> str:
    """The calendar with the deadline, in the reader's zone (IANA); ``summary`` is the subject of the mail.

    The alarm is a day before the deadline if two days are left, two hours before it if four hours are left; else there
    is none. ``url`` is the page of the command, never a link that answers without signing in, since calendars are shared.
    """
    event = ical.component(
        "VEVENT",
        *stamp.lines(_duty(asked, post, reference)),
        ical.moment("DTSTART", due, zone),
        ical.text_property("SUMMARY", summary),
        ical.text_property("DESCRIPTION", url),
        ical.property_line("URL", url),
        "TRANSP:TRANSPARENT",
        "STATUS:CONFIRMED",
        *_alarm(summary, due - stamp.at),
    )
    return ical.whole_calendar(PUBLISH, (*ical.timezone_lines(zone, due.year), *event))


def deadline_over(asked: AskedCommand, post: Post, reference: str, stamp: ical.Stamp) -> str:
    """The calendar that cancels the deadline."""
    lines = (*stamp.lines(_duty(asked, post, reference)), "STATUS:CANCELLED")
    return ical.whole_calendar(CANCEL, ical.component("VEVENT", *lines))


def _duty(asked: AskedCommand, post: Post, reference: str) -> str:
    return f"{reference}\n{post}\n{asked.do}\n{asked.about}"


def _alarm(summary: str, left: timedelta) -> tuple[str, ...]:
    if left < 4 * _HOUR:
        return ()
    trigger = "TRIGGER:-P1D" if left >= 2 * _DAY else "TRIGGER:-PT2H"
    return tuple(ical.component("VALARM", "ACTION:DISPLAY", trigger, ical.text_property("DESCRIPTION", summary)))
