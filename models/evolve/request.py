"""The request, its versions and who submits it."""

from datetime import datetime

from models.case import Case
from models.events.request import FoundComplete, Joined, RequesterWithdrew, Resubmitted, Returned, Submitted
from models.evolve.handlers import changed, on
from models.posts import Post


@on(Submitted)
def _(case: Case, event: Submitted, at: datetime, by: Post) -> Case:
    return changed(
        case,
        request=event.request,
        requesters=(event.requester,),
        version=1,
        opened_at=at,
        directory=event.directory,
        calendars=event.calendars,
        policy=event.policy,
    )


@on(Returned)
def _(case: Case, event: Returned, at: datetime, by: Post) -> Case:
    return changed(case, returned=event.missing or (event.text,))


@on(Resubmitted)
def _(case: Case, event: Resubmitted, at: datetime, by: Post) -> Case:
    return changed(case, request=event.request, version=event.version, returned=())


@on(Joined)
def _(case: Case, event: Joined, at: datetime, by: Post) -> Case:
    return changed(case, requesters=(*case.requesters, event.member))


@on(FoundComplete)
def _(case: Case, event: FoundComplete, at: datetime, by: Post) -> Case:
    return changed(case, returned=())


@on(RequesterWithdrew)
def _(case: Case, event: RequesterWithdrew, at: datetime, by: Post) -> Case:
    others = tuple(member for member in case.requesters if member != event.member)
    # The last one's withdrawal ends the case, which stays its own.
    return changed(case, requesters=others, withdrew=(*case.withdrew, event.member)) if others else case
