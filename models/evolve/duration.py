"""How long the group is active."""

from datetime import datetime

from models import events as e
from models.case import Case
from models.evolve.handlers import changed, on
from models.posts import Post


@on(e.Extended)
def _(case: Case, event: e.Extended, at: datetime, by: Post) -> Case:
    return changed(case, active_until=event.active_until, active_day=event.day)
