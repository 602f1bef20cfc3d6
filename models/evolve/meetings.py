"""Meetings and situation updates."""

from datetime import datetime

from models.case import Case
from models.events.meetings import AttendanceTaken, MeetingScheduled, SituationUpdated
from models.evolve.handlers import changed, on, put
from models.posts import Post


@on(MeetingScheduled)
def _(case: Case, event: MeetingScheduled, at: datetime, by: Post) -> Case:
    return changed(case, meetings=put(case.meetings, event.meeting.title, event.meeting))


@on(AttendanceTaken)
def _(case: Case, event: AttendanceTaken, at: datetime, by: Post) -> Case:
    meeting = changed(
        case.meetings[event.meeting], present=event.present, observing=event.observing, absent=event.absent, held=True
    )
    return changed(case, meetings=put(case.meetings, event.meeting, meeting))


@on(SituationUpdated)
def _(case: Case, event: SituationUpdated, at: datetime, by: Post) -> Case:
    return changed(case, updates=case.updates + 1)
