"""Ladders and the clock of the whole case."""

from datetime import datetime

from models import events as e
from models.calendars import days_between
from models.case import Case
from models.case.stage import Suspension
from models.evolve.handlers import changed, on, put
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind, read_subject
from models.posts import Post


@on(e.LadderSet)
def _(case: Case, event: e.LadderSet, at: datetime, by: Post) -> Case:
    return changed(case, ladders=put(case.ladders, event.subject, event.ladder))


@on(e.LadderCleared)
def _(case: Case, event: e.LadderCleared, at: datetime, by: Post) -> Case:
    return changed(case, ladders={name: ladder for name, ladder in case.ladders.items() if name != event.subject})


@on(e.RungPassed)
def _(case: Case, event: e.RungPassed, at: datetime, by: Post) -> Case:
    ladder = case.ladders.get(event.subject)
    kind, about = read_subject(event.subject)
    if kind is SubjectKind.EXCHANGE and event.act is ClockAct.OVERDUE:
        late = changed(case.arrangements[about], overdue=True)
        case = changed(case, arrangements=put(case.arrangements, about, late))
    return changed(case, ladders=put(case.ladders, event.subject, ladder.passed())) if ladder else case


@on(e.Suspended)
def _(case: Case, event: e.Suspended, at: datetime, by: Post) -> Case:
    since = case.suspension.since if case.suspension else at
    return changed(case, suspension=Suspension(since=since, why=event.text, by=by))


@on(e.Resumed)
def _(case: Case, event: e.Resumed, at: datetime, by: Post) -> Case:
    lasts = next((one.until for one in event.moved if one.subject == SubjectKind.DURATION), None)
    later = {"active_until": lasts, "active_day": None} if lasts else {}
    return changed(case, suspension=None, **later)


@on(e.DeadlinesMoved)
def _(case: Case, event: e.DeadlinesMoved, at: datetime, by: Post) -> Case:
    return case


@on(e.DayAnnounced)
def _(case: Case, event: e.DayAnnounced, at: datetime, by: Post) -> Case:
    days = days_between(event.first, event.last)
    return changed(case, calendars=case.calendars.announced(event.office, days, closed=event.closed))
