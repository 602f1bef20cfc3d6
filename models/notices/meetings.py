"""Who is called to meetings, and told of the situation; and which meetings lie ahead."""

from collections.abc import Iterable, Iterator

from models import events as e
from models.case import Case, Meeting
from models.notices.circles import called_to_meetings, co_chair_posts, group_posts
from models.notices.facts import MeetingFact, NoticeFacts
from models.notices.notice import Notice, notices_on, notify
from models.posts import Post


@notices_on(e.MeetingScheduled)
def _(case: Case, event: e.MeetingScheduled) -> Iterable[Notice]:
    facts = meeting_facts(event.meeting).also(moved=event.moved)
    if event.before is not None:
        facts = facts.also(**_as_called_before(event.before, event.meeting))
    yield from notify("meeting_called", called_to_meetings(case), facts)


@notices_on(e.MeetingCancelled)
def _(case: Case, event: e.MeetingCancelled) -> Iterable[Notice]:
    meeting = event.meeting
    begins = meeting.begins
    not_held = (MeetingFact(title=meeting.title, starts=begins.isoformat()),) if begins else ()
    facts = meeting_facts(meeting).also(text=event.text, not_held=not_held)
    yield from notify("meeting_cancelled", called_to_meetings(case), facts)


def call_to_meetings(case: Case, newcomer: Post) -> Iterable[Notice]:
    """Who takes part later is called to what the others have been called to."""
    for number, meeting in enumerate(ahead(case), start=1):
        yield from notify("meeting_called", [newcomer], meeting_facts(meeting), part=str(number))


def meeting_facts(meeting: Meeting) -> NoticeFacts:
    """What every notice about a meeting says."""
    return NoticeFacts(
        meeting=meeting.title, place=meeting.place, starts=meeting.starts, ends=meeting.ends, agenda=meeting.agenda
    )


def _as_called_before(before: Meeting, now: Meeting) -> dict[str, str]:
    """What has changed of time and place, as it was before."""
    fields = ("starts", "ends", "place")
    return {f"was_{name}": getattr(before, name) for name in fields if getattr(before, name) != getattr(now, name)}


@notices_on(e.SituationUpdated)
def _(case: Case, event: e.SituationUpdated) -> Iterable[Notice]:
    yield from notify("situation_updated", [*group_posts(case), *co_chair_posts(case)], NoticeFacts(text=event.text))


def missed(case: Case) -> tuple[MeetingFact, ...]:
    """The meetings ahead that a calendar can hold."""
    dated = ((meeting.begins, meeting.title) for meeting in ahead(case))
    return tuple(MeetingFact(title=title, starts=begins.isoformat()) for begins, title in dated if begins)


def ahead(case: Case) -> Iterator[Meeting]:
    """The meetings that have not been held and do not lie before the newest step, in the order of their calling."""
    for meeting in case.meetings.values():
        if not (meeting.held or meeting.cancelled) and (case.updated_at is None or meeting.lies_ahead(case.updated_at)):
            yield meeting
