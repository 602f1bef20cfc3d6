"""How long the group is active."""

from datetime import datetime

from models.case import Case
from models.events.duration import Extended
from models.evolve.handlers import changed, on
from models.posts import Post


@on(Extended)
def _(case: Case, event: Extended, at: datetime, by: Post) -> Case:
    return changed(case, active_until=event.active_until)
