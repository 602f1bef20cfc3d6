"""Reports, contributions and recommendations."""

from datetime import datetime
from typing import Any

from models.base import brief
from models.case import Case
from models.events.reporting import Contributed, Objected, Recommended, ReportMoved, ReportOpened, Revised
from models.evolve.handlers import changed, on, put
from models.posts import Post


def _report(case: Case, number: int, **changes: Any) -> Case:
    return changed(case, reports=put(case.reports, number, changed(case.reports[number], **changes)))


def _newest(case: Case) -> int:
    return max(case.reports)


@on(ReportOpened)
def _(case: Case, event: ReportOpened, at: datetime, by: Post) -> Case:
    return changed(case, reports=put(case.reports, event.report.number, event.report))


@on(Contributed)
def _(case: Case, event: Contributed, at: datetime, by: Post) -> Case:
    number = _newest(case)
    contributed = tuple(dict.fromkeys((*case.reports[number].contributed, event.member)))
    return _report(case, number, contributed=contributed, content=event.content)


@on(Recommended)
def _(case: Case, event: Recommended, at: datetime, by: Post) -> Case:
    recommendation = event.recommendation
    case = changed(case, recommendations=put(case.recommendations, recommendation.number, recommendation))
    return _report(case, recommendation.report, content=event.content)


@on(Objected)
def _(case: Case, event: Objected, at: datetime, by: Post) -> Case:
    if event.outcome:
        return case
    number = _newest(case)
    return _report(case, number, objections=case.reports[number].objections + 1)


@on(Revised)
def _(case: Case, event: Revised, at: datetime, by: Post) -> Case:
    return _report(case, _newest(case), version=event.version, content=event.content)


@on(ReportMoved)
def _(case: Case, event: ReportMoved, at: datetime, by: Post) -> Case:
    return _report(case, event.report, state=event.state, note=brief(event.text))
