"""Who is called to meetings, and told of the situation; and which meetings lie ahead."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from models import events as e
from models.case import Case, Meeting
from models.notices.circles import called_to_meetings, co_chair_posts, group_posts
from models.notices.notice import Notice, notices_on, notify
from models.posts import Post


@notices_on(e.MeetingScheduled)
def _(case: Case, event: e.MeetingScheduled) -> Iterable[Notice]:
    facts = {**_meeting_facts(event.meeting), "moved": "yes" if event.moved else ""}
    if event.before is not None:
        facts |= _as_called_before(event.before, event.meeting)
    yield from notify("meeting_called", called_to_meetings(case), facts=facts)


def call_to_meetings(case: Case, newcomer: Post) -> Iterable[Notice]:
    """Who takes part later is called to what the others have been called to."""
    for number, meeting in enumerate(ahead(case), start=1):
        yield from notify("meeting_called", [newcomer], facts=_meeting_facts(meeting), part=str(number))


def _meeting_facts(meeting: Meeting) -> dict[str, str]:
    return {
        "meeting": meeting.title,
        "place": meeting.place,
        "starts": meeting.starts,
        "ends": meeting.ends,
        "agenda": "\n".join(meeting.agenda),
    }


def _as_called_before(before: Meeting, now: Meeting) -> dict[str, str]:
    """What has changed of time and place, as it was before."""
    return {
        f"was_{name}": was
        for name, was, now_is in (
            ("starts", before.starts, now.starts),
            ("ends", before.ends, now.ends),
            ("place", before.place, now.place),
        )
        if was != now_is
    }


@notices_on(e.SituationUpdated)
def _(case: Case, event: e.SituationUpdated) -> Iterable[Notice]:
    yield from notify("situation_updated", [*group_posts(case), *co_chair_posts(case)], text=event.text)


def not_held(case: Case) -> str:
    """Meetings that were called for a time after the end of the case, each in a line: when it was to begin, its title.

    Empty while the case goes on: nobody takes back what it was called to.
    """
    return missed(case) if case.stage.ended else ""


def missed(case: Case) -> str:
    """The meetings ahead that a calendar can hold, each in a line: when it begins, its title."""
    dated = ((_begins(meeting.starts), meeting.title) for meeting in ahead(case))
    return _lines(f"{begins.isoformat()} {title}" for begins, title in dated if begins)


def ahead(case: Case) -> Iterator[Meeting]:
    """The meetings that have not been held and do not lie before the newest step, in the order of their calling."""
    for meeting in case.meetings.values():
        begins = _begins(meeting.starts)
        if not meeting.held and (begins is None or case.updated_at is None or _after(begins, case.updated_at)):
            yield meeting


def _begins(written: str) -> date | None:
    """When a meeting begins, as it was written (ISO 8601); None where it was written in words."""
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(written)
        except ValueError:
            continue
    return None


def _after(begins: date, now: datetime) -> bool:
    if isinstance(begins, datetime) and begins.tzinfo is not None:
        return begins > now
    day = begins.date() if isinstance(begins, datetime) else begins
    return day >= now.date()


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(lines))
