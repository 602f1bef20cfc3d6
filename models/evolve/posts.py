"""Posts. Their holders stand in the directory: in the case nothing changes."""

from datetime import datetime

from models.case import Case
from models.events.posts import Delegated, HandedOver
from models.evolve.handlers import on
from models.posts import Post


@on(Delegated)
@on(HandedOver)
def _(case: Case, event: Delegated | HandedOver, at: datetime, by: Post) -> Case:
    return case
