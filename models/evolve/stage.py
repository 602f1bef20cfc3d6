"""The stage a case is in."""

from datetime import datetime

from models.case import Case
from models.events.stage import StageEntered
from models.evolve.handlers import changed, on
from models.posts import Post


@on(StageEntered)
def _(case: Case, event: StageEntered, at: datetime, by: Post) -> Case:
    return changed(case, stage=event.stage, stage_since=at)
