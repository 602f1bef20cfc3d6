"""Who is told of a request."""

from collections.abc import Iterable, Mapping

from models import events as e
from models.case import Case, Stage
from models.notices.dates import at_the_end, left_undecided
from models.notices.telling import Notice, called_to_meetings, everybody, heard, ladder_due, requesters, tell, tells_of
from models.posts import SECRETARIAT, Post
from models.rules.turn import desk_of


@tells_of(e.Submitted)
def _(case: Case, event: e.Submitted) -> Iterable[Notice]:
    due = ladder_due(case, "completeness")
    yield from tell("request_received", requesters(case), due=due)
    yield from tell("completeness_requested", [SECRETARIAT], due=due, requester=event.requester)


@tells_of(e.Returned)
def _(case: Case, event: e.Returned) -> Iterable[Notice]:
    due = ladder_due(case, "resubmission")
    yield from tell("request_returned", requesters(case), due=due, missing="\n".join(event.missing), text=event.text)


@tells_of(e.Resubmitted)
def _(case: Case, event: e.Resubmitted) -> Iterable[Notice]:
    if case.stage is Stage.SUBMITTED:
        due = ladder_due(case, "completeness")
        yield from tell(
            "completeness_requested", [SECRETARIAT], due=due, version=event.version, changed=", ".join(event.changed)
        )


@tells_of(e.Joined)
def _(case: Case, event: e.Joined) -> Iterable[Notice]:
    yield from tell("request_joined", [*requesters(case), SECRETARIAT], member=event.member)


@tells_of(e.RequesterWithdrew)
def _(case: Case, event: e.RequesterWithdrew) -> Iterable[Notice]:
    gone, ends = desk_of(event.member), at_the_end(case)
    readers = [gone, *everybody(case), *called_to_meetings(case)]

    def own(post: Post) -> Mapping[str, str]:
        return {**ends(post), "text": event.text if post == gone else heard(case, post, event.text)}

    yield from tell("request_withdrawn", readers, member=event.member, undecided=left_undecided(case), own=own)
