"""Who is told of circulations, and asked for consent to being named."""

from collections.abc import Iterable

from models import events as e
from models.case import Case, Circulation, GateName, Stage
from models.ladder_subjects import SubjectKind
from models.notices.circles import co_chair_posts
from models.notices.facts import DutyFact, NoticeFacts
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.posts import SECRETARIAT, Post, desk_of
from models.release import keeps_names_out, release_of
from models.rules.circulation import asked_by_recusal, asked_for_consent, consents_asked, pending_circulation
from models.rules.table import AT_WORK


def circulation_facts(circulation: Circulation) -> NoticeFacts:
    """What every notice about a circulation says; with the stage where it tells of something else than results."""
    turn = circulation.proposed_in
    of_results = turn is None or turn in AT_WORK or turn is Stage.CLOSED
    return NoticeFacts(what=circulation.what, stage="" if of_results or turn is None else turn.value)


@notices_on(e.CirculationProposed)
def _(case: Case, event: e.CirculationProposed) -> Iterable[Notice]:
    yield from _asked(case, event.circulation)


@notices_on(e.ConsentNoted)
def _(case: Case, event: e.ConsentNoted) -> Iterable[Notice]:
    if event.consent.value in ("refused", "lapsed"):
        readers = [*co_chair_posts(case), SECRETARIAT]
        facts = NoticeFacts(member=event.member, consent=event.consent.value)
        unsettled = case.circulations[event.circulation].unsettled
        words = tuple(one.words for one in unsettled if event.member in one.codes)
        if words and pending_circulation(case):
            due = ladder_due(case, SubjectKind.WORDING)
            yield from notify("rewording_awaited", readers, facts.also(words=words, first=True), due=due)
        else:
            yield from notify("consent_missing", readers, facts)


@notices_on(e.CirculationReworded)
def _(case: Case, event: e.CirculationReworded) -> Iterable[Notice]:
    """All that it names are asked again, on the new wording."""
    yield from _asked(case, event.circulation)


def asked_after_recusal(case: Case, event: e.Recused) -> Iterable[Notice]:
    """The country of a Co-Chair that does not decide on a circulation any more is asked like any other it names."""
    circulation = pending_circulation(case)
    if event.gate is GateName.CIRCULATION and circulation is not None:
        yield from _asked(case, circulation, asked_by_recusal(case, event.post))


def _asked(case: Case, circulation: Circulation, posts: Iterable[Post] | None = None) -> Iterable[Notice]:
    """To all whose consent is awaited, or only to ``posts``."""
    asked = posts if posts is not None else [desk_of(code) for code in consents_asked(case, circulation)]
    due = ladder_due(case, SubjectKind.CONSENT)
    yield from notify("consent_requested", asked, circulation_facts(circulation), due=due)


@notices_on(e.CirculationMoved)
def _(case: Case, event: e.CirculationMoved) -> Iterable[Notice]:
    circulation = case.circulations[event.circulation]
    if event.state == "released":
        text = release_of(case, circulation).text
        facts = circulation_facts(circulation).also(names=circulation.named, text=text)
        yield from notify("circulated", [desk_of(code) for code in circulation.to], facts)
    elif event.state == "lapsed" and case.stage is Stage.LAPSED and case.policy.to_the_end:
        asked = [desk_of(code) for code in circulation.pending]
        yield from notify("case_ended", asked, NoticeFacts(stage=case.stage.words, over=(DutyFact(do="consent"),)))
    elif event.state in ("declined", "lapsed") and case.policy.in_full:
        facts = circulation_facts(circulation).also(outcome=event.state, over=(DutyFact(do="consent"),))
        yield from notify(
            "circulation_dropped", [desk_of(code) for code in asked_for_consent(case, circulation)], facts
        )
    elif event.state == "approved" and not keeps_names_out(case):
        late = [code for code in circulation.pending if any(post.member == code for post in case.directory.co_chairs)]
        yield from _asked(case, circulation, [desk_of(code) for code in late])
