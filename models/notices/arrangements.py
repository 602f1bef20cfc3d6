"""Who is told of information-sharing arrangements."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from models import events as e
from models.case import Arrangement, Case
from models.ladder_subjects import SubjectKind
from models.notices.circles import co_chair_posts
from models.notices.facts import DutyFact, NoticeFacts
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.posts import Post, desk_of


def arrangement_facts(arrangement: Arrangement) -> NoticeFacts:
    """What every notice about an arrangement says."""
    return NoticeFacts(arrangement=arrangement.title, marking=arrangement.marking, what=arrangement.kind)


def not_agreed(arrangement: Arrangement) -> list[Post]:
    """The focal points of the parties whose agreement is still asked; a party that proposed it has agreed by that."""
    return [desk_of(code) for code in arrangement.awaited]


def agreement_asked(case: Case, title: str, due: datetime | None) -> Iterable[Notice]:
    """The parties that have not agreed, to the arrangement or to what is to change of it, are asked."""
    arrangement = case.arrangements[title]
    facts, waiting = arrangement_facts(arrangement), arrangement.amendment
    if waiting is None:
        yield from notify("arrangement_proposed", not_agreed(arrangement), facts, due=due)
        return
    joining = tuple(code for code in waiting.terms.parties if code not in arrangement.parties)
    facts = facts.also(because="ends" if waiting.ends else "amended", names=joining)
    yield from notify("arrangement_to_change", not_agreed(arrangement), facts, due=due)


@notices_on(e.ArrangementAdded)
def _(case: Case, event: e.ArrangementAdded) -> Iterable[Notice]:
    title = event.arrangement.title
    yield from agreement_asked(case, title, ladder_due(case, SubjectKind.AGREEMENT, title))


@notices_on(e.ArrangementAmendmentProposed)
def _(case: Case, event: e.ArrangementAmendmentProposed) -> Iterable[Notice]:
    due = ladder_due(case, SubjectKind.AGREEMENT, event.arrangement)
    yield from agreement_asked(case, event.arrangement, due)


@notices_on(e.ArrangementAmended)
def _(case: Case, event: e.ArrangementAmended) -> Iterable[Notice]:
    yield from _changed(case, event.arrangement, "amended", gone=set(event.was.parties) - set(event.terms.parties))


@notices_on(e.ArrangementLeft)
def _(case: Case, event: e.ArrangementLeft) -> Iterable[Notice]:
    said = {"member": event.member, "text": event.text, "reasons": event.reasons}
    yield from _changed(case, event.arrangement, "left", gone=[event.member], **said)


@notices_on(e.ArrangementEnded)
def _(case: Case, event: e.ArrangementEnded) -> Iterable[Notice]:
    gone = case.arrangements[event.arrangement].parties
    yield from _changed(case, event.arrangement, "ended", gone=gone, text=event.text, reasons=event.reasons)


def _changed(case: Case, title: str, because: str, *, gone: Iterable[str], **facts: Any) -> Iterable[Notice]:
    """The parties, those of before and both Co-Chairs; whoever is a party no more has nothing to do of it."""
    arrangement, left = case.arrangements[title], [desk_of(code) for code in gone]
    over = [DutyFact(do=do, about=title) for do in ("agree", "review_arrangement", "log_exchange")]
    readers = dict.fromkeys([*(desk_of(code) for code in arrangement.parties), *left, *co_chair_posts(case)])
    told = NoticeFacts(arrangement=title, because=because, **facts)
    yield from notify("arrangement_changed", readers, told, own=lambda post: {"over": over if post in left else ()})


@notices_on(e.ArrangementInForce)
def _(case: Case, event: e.ArrangementInForce) -> Iterable[Notice]:
    parties = [desk_of(code) for code in case.arrangements[event.arrangement].parties]
    due = ladder_due(case, SubjectKind.ARRANGEMENT, event.arrangement)
    facts = NoticeFacts(arrangement=event.arrangement)
    yield from notify("arrangement_in_force", [*parties, *co_chair_posts(case)], facts, due=due)
