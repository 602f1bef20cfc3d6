"""Who is told that a post changes hands."""

from collections.abc import Iterable

from models import events as e
from models.case import Case
from models.notices.telling import Notice, tell, tells_of
from models.posts import SECRETARIAT


@tells_of(e.Delegated)
def _(case: Case, event: e.Delegated) -> Iterable[Notice]:
    until = event.until.isoformat() if event.until else ""
    readers = [event.post, SECRETARIAT]
    yield from tell("post_delegated", readers, post=event.post, person=event.to.name, until=until)


@tells_of(e.HandedOver)
def _(case: Case, event: e.HandedOver) -> Iterable[Notice]:
    yield from tell("post_handed_over", [event.post, SECRETARIAT], post=event.post, person=event.to.name)
