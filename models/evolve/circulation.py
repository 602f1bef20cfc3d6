"""Circulations and consents."""

from datetime import datetime
from typing import Any

from models import events as e
from models.case import Case
from models.evolve.handlers import changed, on, put
from models.evolve.reporting import leave_out
from models.posts import Post


@on(e.CirculationProposed)
def _(case: Case, event: e.CirculationProposed, at: datetime, by: Post) -> Case:
    circulation = event.circulation
    return changed(case, circulations=put(case.circulations, circulation.number, circulation))


@on(e.CirculationReworded)
def _(case: Case, event: e.CirculationReworded, at: datetime, by: Post) -> Case:
    circulation = event.circulation
    return changed(case, circulations=put(case.circulations, circulation.number, circulation))


def _circulation(case: Case, number: int, **changes: Any) -> Case:
    return changed(case, circulations=put(case.circulations, number, changed(case.circulations[number], **changes)))


@on(e.ConsentNoted)
def _(case: Case, event: e.ConsentNoted, at: datetime, by: Post) -> Case:
    consents = case.circulations[event.circulation].consents
    return _circulation(case, event.circulation, consents=put(consents, event.member, event.consent))


@on(e.CirculationMoved)
def _(case: Case, event: e.CirculationMoved, at: datetime, by: Post) -> Case:
    case = _circulation(case, event.circulation, state=event.state)
    to = case.circulations[event.circulation].to if event.state == "released" else ()
    told = dict(case.recommendations)
    for number, one in told.items():
        if set(one.untold) & set(to):
            untold = tuple(code for code in one.untold if code not in to)
            told[number] = changed(one, untold=untold, held=one.held and bool(untold))
    case = changed(case, recommendations=told) if to else case
    return case if event.state == "approved" else leave_out(case)
