"""Information-sharing arrangements."""

from datetime import datetime
from typing import Any

from models.case import Case
from models.events.arrangements import (
    ArrangementAdded,
    ArrangementAgreed,
    ArrangementInForce,
    ArrangementReviewed,
    ExchangeLogged,
)
from models.evolve.handlers import changed, on, put
from models.posts import Post


def _arrangement(case: Case, title: str, **changes: Any) -> Case:
    return changed(case, arrangements=put(case.arrangements, title, changed(case.arrangements[title], **changes)))


@on(ArrangementAdded)
def _(case: Case, event: ArrangementAdded, at: datetime, by: Post) -> Case:
    added = event.arrangement
    return changed(case, arrangements=put(case.arrangements, added.title, added))


@on(ArrangementAgreed)
def _(case: Case, event: ArrangementAgreed, at: datetime, by: Post) -> Case:
    agreed = case.arrangements[event.arrangement].agreed
    return _arrangement(case, event.arrangement, agreed=tuple(dict.fromkeys((*agreed, event.member))))


@on(ArrangementInForce)
def _(case: Case, event: ArrangementInForce, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, in_force_from=event.since or at)


@on(ExchangeLogged)
def _(case: Case, event: ExchangeLogged, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, exchanges=case.arrangements[event.arrangement].exchanges + 1)


@on(ArrangementReviewed)
def _(case: Case, event: ArrangementReviewed, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, review=event.review)
