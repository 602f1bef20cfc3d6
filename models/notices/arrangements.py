"""Who is told of information-sharing arrangements."""

from collections.abc import Iterable

from models import events as e
from models.case import Arrangement, Case
from models.ladder_subjects import SubjectKind
from models.notices.circles import co_chair_posts
from models.notices.facts import NoticeFacts
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.posts import Post, desk_of


def arrangement_facts(arrangement: Arrangement) -> NoticeFacts:
    """What every notice about an arrangement says."""
    return NoticeFacts(arrangement=arrangement.title, marking=arrangement.marking, what=arrangement.kind)


def not_agreed(arrangement: Arrangement) -> list[Post]:
    """The focal points of the parties whose agreement is still asked; a party that proposed it has agreed by that."""
    return [desk_of(code) for code in arrangement.parties if code not in arrangement.agreed]


@notices_on(e.ArrangementAdded)
def _(case: Case, event: e.ArrangementAdded) -> Iterable[Notice]:
    arrangement = case.arrangements[event.arrangement.title]
    due, facts = ladder_due(case, SubjectKind.AGREEMENT, arrangement.title), arrangement_facts(arrangement)
    yield from notify("arrangement_proposed", not_agreed(arrangement), facts, due=due)


@notices_on(e.ArrangementInForce)
def _(case: Case, event: e.ArrangementInForce) -> Iterable[Notice]:
    parties = [desk_of(code) for code in case.arrangements[event.arrangement].parties]
    due = ladder_due(case, SubjectKind.ARRANGEMENT, event.arrangement)
    facts = NoticeFacts(arrangement=event.arrangement)
    yield from notify("arrangement_in_force", [*parties, *co_chair_posts(case)], facts, due=due)
