"""The request, its versions and who submits it."""

from datetime import datetime

from models import events as e
from models.case import Case
from models.evolve.handlers import changed, on
from models.posts import Post


@on(e.Submitted)
def _(case: Case, event: e.Submitted, at: datetime, by: Post) -> Case:
    case = changed(case, directory=event.directory, calendars=event.calendars, policy=event.policy)
    return changed(case, request=event.request, requesters=(event.requester,), version=1, opened_at=at)


@on(e.Returned)
def _(case: Case, event: e.Returned, at: datetime, by: Post) -> Case:
    return changed(case, returned=event.missing or (event.text,))


@on(e.Resubmitted)
def _(case: Case, event: e.Resubmitted, at: datetime, by: Post) -> Case:
    return changed(case, request=event.request, version=event.version, returned=())


@on(e.Joined)
def _(case: Case, event: e.Joined, at: datetime, by: Post) -> Case:
    return changed(case, requesters=(*case.requesters, event.member))


@on(e.FoundComplete)
def _(case: Case, event: e.FoundComplete, at: datetime, by: Post) -> Case:
    return changed(case, returned=())


@on(e.RequesterWithdrew)
def _(case: Case, event: e.RequesterWithdrew, at: datetime, by: Post) -> Case:
    others = tuple(member for member in case.requesters if member != event.member)
    # The last one's withdrawal ends the case, which stays its own.
    return changed(case, requesters=others, withdrew=(*case.withdrew, event.member)) if others else case
