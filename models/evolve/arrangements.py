"""Information-sharing arrangements."""

from datetime import datetime
from typing import Any

from models import events as e
from models.case import Case
from models.case.arrangements import Amendment
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
    arrangement = case.arrangements[event.arrangement]
    if arrangement.amendment is not None:
        agreed = tuple(dict.fromkeys((*arrangement.amendment.agreed, event.member)))
        return _arrangement(case, event.arrangement, amendment=changed(arrangement.amendment, agreed=agreed))
    return _arrangement(case, event.arrangement, agreed=tuple(dict.fromkeys((*arrangement.agreed, event.member))))


@on(e.ArrangementInForce)
def _(case: Case, event: e.ArrangementInForce, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, in_force_from=event.since or at)


@on(e.ExchangeLogged)
def _(case: Case, event: e.ExchangeLogged, at: datetime, by: Post) -> Case:
    number = case.arrangements[event.arrangement].exchanges + 1
    return _arrangement(case, event.arrangement, exchanges=number, overdue=False)


@on(e.ArrangementReviewed)
def _(case: Case, event: e.ArrangementReviewed, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, review=event.review)


@on(e.ArrangementAmendmentProposed)
def _(case: Case, event: e.ArrangementAmendmentProposed, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, amendment=Amendment(terms=event.terms, ends=event.ends))


@on(e.ArrangementAmended)
def _(case: Case, event: e.ArrangementAmended, at: datetime, by: Post) -> Case:
    terms = dict(event.terms)
    return _arrangement(case, event.arrangement, **terms, agreed=event.terms.parties, amendment=None)


@on(e.ArrangementLeft)
def _(case: Case, event: e.ArrangementLeft, at: datetime, by: Post) -> Case:
    arrangement = case.arrangements[event.arrangement]

    def without(members: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(code for code in members if code != event.member)

    left = changed(arrangement, parties=without(arrangement.parties), agreed=without(arrangement.agreed))
    if (waiting := arrangement.amendment) is not None:
        terms = changed(waiting.terms, parties=without(waiting.terms.parties))
        amendment = changed(waiting, terms=terms, agreed=without(waiting.agreed))
        left = changed(left, amendment=amendment if waiting.ends or terms != left.terms else None)
    return changed(case, arrangements=put(case.arrangements, event.arrangement, left))


@on(e.ArrangementEnded)
def _(case: Case, event: e.ArrangementEnded, at: datetime, by: Post) -> Case:
    return _arrangement(case, event.arrangement, ended_at=at, amendment=None, overdue=False)
