"""Who is told that a post changes hands."""

from collections.abc import Iterable

from models import events as e
from models.case import Case
from models.notices.facts import NoticeFacts
from models.notices.notice import Notice, notices_on, notify
from models.posts import SECRETARIAT


@notices_on(e.Delegated)
def _(case: Case, event: e.Delegated) -> Iterable[Notice]:
    facts = NoticeFacts(post=event.post, person=event.to.name, until=event.until)
    yield from notify("post_delegated", [event.post, SECRETARIAT], facts)


@notices_on(e.HandedOver)
def _(case: Case, event: e.HandedOver) -> Iterable[Notice]:
    facts = NoticeFacts(post=event.post, person=event.to.name)
    yield from notify("post_handed_over", [event.post, SECRETARIAT], facts)
