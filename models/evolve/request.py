"""The request, its versions and who submits it."""

from datetime import datetime

from models import events as e
from models.case import Case
from models.evolve.handlers import changed, on
from models.grounds import GroundReview
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
    case = changed(case, requesters=(*case.requesters, event.member))
    if not event.grounds:
        return case
    request = changed(case.request, grounds=(*case.request.grounds, *event.grounds))
    return changed(case, request=request, version=case.version + 1)


@on(e.GroundReviewed)
def _(case: Case, event: e.GroundReviewed, at: datetime, by: Post) -> Case:
    said = GroundReview(member=event.member, ground=event.ground, disputed=event.disputed, by=by, text=event.text)
    about = (said.member, said.ground, by.member)
    others = tuple(one for one in case.ground_reviews if (one.member, one.ground, one.by.member) != about)
    return changed(case, ground_reviews=(*others, said))


@on(e.FoundComplete)
def _(case: Case, event: e.FoundComplete, at: datetime, by: Post) -> Case:
    return changed(case, returned=())


@on(e.RequesterWithdrew)
def _(case: Case, event: e.RequesterWithdrew, at: datetime, by: Post) -> Case:
    others = tuple(member for member in case.requesters if member != event.member)
    # The last one's withdrawal ends the case, which stays its own.
    return changed(case, requesters=others, withdrew=(*case.withdrew, event.member)) if others else case
