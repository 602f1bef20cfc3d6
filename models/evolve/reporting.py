"""Reports, contributions and recommendations."""

from datetime import datetime
from typing import Any

from models import events as e
from models.base import brief
from models.case import Case
from models.case.reporting import Correction, ReportState
from models.evolve.handlers import changed, on, put
from models.evolve.participants import not_admitted
from models.policy import Obligations
from models.posts import Post


def _report(case: Case, number: int, **changes: Any) -> Case:
    return changed(case, reports=put(case.reports, number, changed(case.reports[number], **changes)))


def _newest(case: Case) -> int:
    return max(case.reports)


@on(e.ReportOpened)
def _(case: Case, event: e.ReportOpened, at: datetime, by: Post) -> Case:
    return changed(case, reports=put(case.reports, event.report.number, event.report))


@on(e.Contributed)
def _(case: Case, event: e.Contributed, at: datetime, by: Post) -> Case:
    number = _newest(case)
    contributed = tuple(dict.fromkeys((*case.reports[number].contributed, event.member)))
    return _report(case, number, contributed=contributed, content=event.content)


@on(e.Recommended)
def _(case: Case, event: e.Recommended, at: datetime, by: Post) -> Case:
    recommendation = event.recommendation
    case = changed(case, recommendations=put(case.recommendations, recommendation.number, recommendation))
    return _report(case, recommendation.report, content=event.content)


@on(e.Objected)
def _(case: Case, event: e.Objected, at: datetime, by: Post) -> Case:
    if event.newcomer:
        return not_admitted(case, event.newcomer)
    if event.outcome:
        return case
    number = _newest(case)
    return _report(case, number, objections=case.reports[number].objections + 1)


@on(e.Revised)
def _(case: Case, event: e.Revised, at: datetime, by: Post) -> Case:
    number = _newest(case)
    case = _report(case, number, version=event.version, content=event.content)
    if not case.policy.in_full:
        return case
    if not event.corrects:
        return _report(case, number, text=event.text, corrections=())
    correction = Correction(was=event.corrects, now=event.text)
    return _report(case, number, corrections=(*case.reports[number].corrections, correction))


def _with_corrections(case: Case, number: int) -> Case:
    """The case where the corrections that both Co-Chairs have approved stand in what they have accepted."""
    report = case.reports[number]
    if not report.corrections:
        return case
    for one in case.recommendations.values():
        if one.report == number:
            text = report.corrected(one.text)
            case = changed(case, recommendations=put(case.recommendations, one.number, changed(one, text=text)))
    return _report(case, number, text=report.corrected(report.text))


def leave_out(case: Case) -> Case:
    """The case where a decision on telling the wider membership has come to its end: who is untold then stays so, until
    another is told of it.
    """
    if not case.policy.in_full:
        return case
    for number, one in case.followed_recommendations.items():
        if one.left_out != one.untold:
            case = changed(case, recommendations=put(case.recommendations, number, changed(one, left_out=one.untold)))
    return case


@on(e.ReportMoved)
def _(case: Case, event: e.ReportMoved, at: datetime, by: Post) -> Case:
    if event.state is ReportState.ACCEPTED:
        case = _with_corrections(case, event.report)
    case = _report(case, event.report, state=event.state, note=brief(event.text))
    if event.state is not ReportState.ADOPTED:  # they stand in it now, or were not approved
        case = _report(case, event.report, corrections=())
    if event.state is not ReportState.ACCEPTED or case.policy.obligations is not Obligations.BY_OWN_WORD:
        return case
    told = dict(case.recommendations)
    for number, one in told.items():
        outside = tuple(code for code in dict.fromkeys(one.to) if not case.in_the_group(code))
        if one.report == event.report and outside:
            told[number] = changed(one, untold=outside, held=not case.policy.to_the_end)
    return changed(case, recommendations=told)
