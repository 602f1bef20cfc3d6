"""Waivers."""

from datetime import datetime

from models.case import Case
from models.events.closing import Waived
from models.evolve.handlers import changed, on, put
from models.posts import Post


@on(Waived)
def _(case: Case, event: Waived, at: datetime, by: Post) -> Case:
    return changed(case, waivers=put(case.waivers, event.term, event.text))
