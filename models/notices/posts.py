"""Who is told that a post changes hands."""

from collections.abc import Iterable

from models import events as e
from models.case import Case
from models.notices.notice import Notice, notices_on, notify
from models.posts import SECRETARIAT


@notices_on(e.Delegated)
def _(case: Case, event: e.Delegated) -> Iterable[Notice]:
    until = event.until.isoformat() if event.until else ""
    readers = [event.post, SECRETARIAT]
    yield from notify("post_delegated", readers, post=event.post, person=event.to.name, until=until)


@notices_on(e.HandedOver)
def _(case: Case, event: e.HandedOver) -> Iterable[Notice]:
    yield from notify("post_handed_over", [event.post, SECRETARIAT], post=event.post, person=event.to.name)
