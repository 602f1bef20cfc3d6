"""Who is told that the activation lasts longer."""

from collections.abc import Iterable

from models import events as e
from models.case import Case
from models.notices.circles import group_posts
from models.notices.facts import NoticeFacts
from models.notices.notice import Notice, notices_on, notify
from models.posts import SECRETARIAT


@notices_on(e.Extended)
def _(case: Case, event: e.Extended) -> Iterable[Notice]:
    facts = NoticeFacts(until=event.day)
    yield from notify("activation_extended", [*group_posts(case), SECRETARIAT], facts, due=event.active_until)
