"""Posts. Their holders stand in the directory: in the case nothing changes but by what a post contests."""

from datetime import datetime

from models import events as e
from models.case import Case
from models.evolve.gates import with_contested
from models.evolve.handlers import changed, on, put
from models.posts import Post


@on(e.Delegated)
@on(e.HandedOver)
def _(case: Case, event: e.Delegated | e.HandedOver, at: datetime, by: Post) -> Case:
    return case


@on(e.Contested)
def _(case: Case, event: e.Contested, at: datetime, by: Post) -> Case:
    recording = case.recordings.get(event.entry)
    if recording is not None:
        case = changed(case, recordings=put(case.recordings, event.entry, changed(recording, contested_at=at)))
    return with_contested(case, event, at)
