"""The stage a case is in."""

from datetime import datetime

from models import events as e
from models.case import Case
from models.evolve.handlers import changed, on
from models.posts import Post


@on(e.StageEntered)
def _(case: Case, event: e.StageEntered, at: datetime, by: Post) -> Case:
    return changed(case, stage=event.stage, stage_since=at)
