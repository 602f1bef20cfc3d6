"""Who is told of circulations, and asked for consent to being named."""

from collections.abc import Iterable

from models import events as e
from models.case import Case
from models.ladder_subjects import SubjectKind
from models.notices.circles import co_chair_posts
from models.notices.facts import NoticeFacts
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.posts import SECRETARIAT, desk_of
from models.release import release_of
from models.rules.circulation import consents_asked


@notices_on(e.CirculationProposed)
def _(case: Case, event: e.CirculationProposed) -> Iterable[Notice]:
    asked = [desk_of(code) for code in consents_asked(case, event.circulation)]
    facts = NoticeFacts(what=event.circulation.what)
    yield from notify("consent_requested", asked, facts, due=ladder_due(case, SubjectKind.CONSENT))


@notices_on(e.ConsentNoted)
def _(case: Case, event: e.ConsentNoted) -> Iterable[Notice]:
    if event.consent.value in ("refused", "lapsed"):
        readers = [*co_chair_posts(case), SECRETARIAT]
        yield from notify("consent_missing", readers, NoticeFacts(member=event.member, consent=event.consent.value))


@notices_on(e.CirculationMoved)
def _(case: Case, event: e.CirculationMoved) -> Iterable[Notice]:
    circulation = case.circulations[event.circulation]
    if event.state == "released":
        text = release_of(case, circulation).text
        facts = NoticeFacts(what=circulation.what, names=circulation.named, text=text)
        yield from notify("circulated", [desk_of(code) for code in circulation.to], facts)
    elif event.state == "approved":
        late = [code for code in circulation.pending if any(post.member == code for post in case.directory.co_chairs)]
        due = ladder_due(case, SubjectKind.CONSENT)
        facts = NoticeFacts(what=circulation.what)
        yield from notify("consent_requested", [desk_of(code) for code in late], facts, due=due)
