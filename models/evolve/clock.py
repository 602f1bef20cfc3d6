"""Ladders and the clock of the whole case."""

from datetime import datetime

from models.case import Case
from models.case.stage import Suspension
from models.events.clock import LadderCleared, LadderSet, Resumed, RungPassed, Suspended
from models.evolve.handlers import changed, on, put
from models.posts import Post


@on(LadderSet)
def _(case: Case, event: LadderSet, at: datetime, by: Post) -> Case:
    return changed(case, ladders=put(case.ladders, event.subject, event.ladder))


@on(LadderCleared)
def _(case: Case, event: LadderCleared, at: datetime, by: Post) -> Case:
    return changed(case, ladders={name: ladder for name, ladder in case.ladders.items() if name != event.subject})


@on(RungPassed)
def _(case: Case, event: RungPassed, at: datetime, by: Post) -> Case:
    ladder = case.ladders.get(event.subject)
    return changed(case, ladders=put(case.ladders, event.subject, ladder.passed())) if ladder else case


@on(Suspended)
def _(case: Case, event: Suspended, at: datetime, by: Post) -> Case:
    return changed(case, suspension=Suspension(since=at, why=event.text, by=by))


@on(Resumed)
def _(case: Case, event: Resumed, at: datetime, by: Post) -> Case:
    return changed(case, suspension=None)
