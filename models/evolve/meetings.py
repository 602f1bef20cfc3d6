"""Meetings and situation updates."""

from datetime import datetime

from models import events as e
from models.case import Case
from models.evolve.handlers import changed, on, put
from models.posts import Post


@on(e.MeetingScheduled)
def _(case: Case, event: e.MeetingScheduled, at: datetime, by: Post) -> Case:
    return changed(case, meetings=put(case.meetings, event.meeting.title, event.meeting))


@on(e.MeetingCancelled)
def _(case: Case, event: e.MeetingCancelled, at: datetime, by: Post) -> Case:
    title = event.meeting.title
    return changed(case, meetings=put(case.meetings, title, changed(case.meetings[title], cancelled=True)))


@on(e.AttendanceTaken)
def _(case: Case, event: e.AttendanceTaken, at: datetime, by: Post) -> Case:
    meeting = changed(
        case.meetings[event.meeting], present=event.present, observing=event.observing, absent=event.absent, held=True
    )
    return changed(case, meetings=put(case.meetings, event.meeting, meeting))


@on(e.SituationUpdated)
def _(case: Case, event: e.SituationUpdated, at: datetime, by: Post) -> Case:
    return changed(case, updates=case.updates + 1)
