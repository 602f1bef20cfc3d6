"""Posts. Their holders stand in the directory: in the case nothing changes."""

from datetime import datetime

from models import events as e
from models.case import Case
from models.evolve.handlers import on
from models.posts import Post


@on(e.Delegated)
@on(e.HandedOver)
def _(case: Case, event: e.Delegated | e.HandedOver, at: datetime, by: Post) -> Case:
    return case
