"""Waivers."""

from datetime import datetime

from models import events as e
from models.case import Case
from models.evolve.handlers import changed, on, put
from models.posts import Post


@on(e.Waived)
def _(case: Case, event: e.Waived, at: datetime, by: Post) -> Case:
    return changed(case, waivers=put(case.waivers, event.term, event.text))
