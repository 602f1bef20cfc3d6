"""Information-sharing arrangements."""

from datetime import datetime
from typing import Any

from models import events as e
from models.case import Case
from models.evolve.handlers import changed, on, put
from models.posts import Post


def _arrangement(case: Case, title: str, **changes: Any) -> Case:
    return changed(case, arrangements=put(case.arrangements, title, changed(case.arrangements[title], **changes)))


@on(e.ArrangementAdded)
def _(case: Case, event: e.ArrangementAdded, at: datetime, by: Post) -> Case:
    added = event.arrangement
    return changed(case, arrangements=put(case.arrangements, added.title, added))


@on(e.ArrangementAgreed)
def _(case: Case, event: e.ArrangementAgreed, at: datetime, by: Post) -> Case:
    agreed = case.arrangements[event.arrangement].agreed
    return _arrangement(case, event.arrangement, agreed=tuple(dict.fromkeys((*agreed, event.member))))


@on(e.ArrangementInForce)
def _(case: Case, event: e.ArrangementInForce, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, in_force_from=event.since or at)


@on(e.ExchangeLogged)
def _(case: Case, event: e.ExchangeLogged, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, exchanges=case.arrangements[event.arrangement].exchanges + 1)


@on(e.ArrangementReviewed)
def _(case: Case, event: e.ArrangementReviewed, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, review=event.review)
