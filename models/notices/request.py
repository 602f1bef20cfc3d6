"""Who is told of a request."""

from collections.abc import Iterable, Mapping
from typing import Any

from models import events as e
from models.case import Case, Stage
from models.ladder_subjects import SubjectKind
from models.notices.circles import called_to_meetings, co_chair_posts, everybody_concerned, requester_posts, text_for
from models.notices.closing import at_the_end, left_undecided
from models.notices.facts import NoticeFacts
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.posts import SECRETARIAT, Post, desk_of
from models.visibility import grounds_closed_to


@notices_on(e.Submitted)
def _(case: Case, event: e.Submitted) -> Iterable[Notice]:
    due = ladder_due(case, SubjectKind.COMPLETENESS)
    yield from notify("request_received", requester_posts(case), due=due)
    yield from notify("completeness_requested", [SECRETARIAT], NoticeFacts(requester=event.requester), due=due)


@notices_on(e.Returned)
def _(case: Case, event: e.Returned) -> Iterable[Notice]:
    due = ladder_due(case, SubjectKind.RESUBMISSION)
    facts = NoticeFacts(missing=event.missing, text=event.text)
    yield from notify("request_returned", requester_posts(case), facts, due=due)


@notices_on(e.Resubmitted)
def _(case: Case, event: e.Resubmitted) -> Iterable[Notice]:
    if case.stage is Stage.SUBMITTED:
        due = ladder_due(case, SubjectKind.COMPLETENESS)
        facts = NoticeFacts(version=event.version, changed=event.changed)
        yield from notify("completeness_requested", [SECRETARIAT], facts, due=due)


@notices_on(e.Joined)
def _(case: Case, event: e.Joined) -> Iterable[Notice]:
    yield from notify("request_joined", [*requester_posts(case), SECRETARIAT], NoticeFacts(member=event.member))


@notices_on(e.GroundReviewed)
def _(case: Case, event: e.GroundReviewed) -> Iterable[Notice]:
    concerned = (*requester_posts(case), *co_chair_posts(case), SECRETARIAT)
    readers = [one for one in concerned if not grounds_closed_to(case, one)]
    post = case.ground_reviews[-1].by
    facts = NoticeFacts(post=post, member=event.member, ground=event.ground, disputed=event.disputed, text=event.text)
    yield from notify("ground_reviewed", readers, facts)


@notices_on(e.RequesterWithdrew)
def _(case: Case, event: e.RequesterWithdrew) -> Iterable[Notice]:
    gone, ends = desk_of(event.member), at_the_end(case)
    readers = [gone, *everybody_concerned(case), *called_to_meetings(case)]

    def own(post: Post) -> Mapping[str, Any]:
        return {**ends(post), "text": event.text if post == gone else text_for(case, post, event.text)}

    facts = NoticeFacts(member=event.member, undecided=left_undecided(case))
    yield from notify("request_withdrawn", readers, facts, own=own)
