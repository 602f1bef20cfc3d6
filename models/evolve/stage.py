"""The stage a case is in."""

from datetime import datetime

from models import events as e
from models.case import Case
from models.evolve.handlers import changed, on
from models.evolve.reporting import leave_out
from models.posts import Post


def _told_still(case: Case) -> bool:
    """Whether something is to be circulated that outlasts the case."""
    return case.circulation is not None and case.circulation.under_way and case.told_at_the_end


@on(e.StageEntered)
def _(case: Case, event: e.StageEntered, at: datetime, by: Post) -> Case:
    case = changed(case, stage=event.stage, stage_since=at)
    if event.stage.ended and not _told_still(case):
        case = leave_out(case)
    if not event.stage.ended or not any(one.held for one in case.recommendations.values()):
        return case
    # Nothing more is circulated before it is followed: by those who have been told.
    told = {number: changed(one, held=False) if one.held else one for number, one in case.recommendations.items()}
    return changed(case, recommendations=told)
