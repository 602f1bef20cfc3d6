"""Who is told of practical outcomes."""

from collections.abc import Iterable
from datetime import datetime

from models import events as e
from models.case import Case
from models.ladder_subjects import SubjectKind
from models.notices.circles import co_chair_posts
from models.notices.facts import DutyFact, NoticeFacts
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.posts import SECRETARIAT, Post, desk_of
from models.verification import co_chairs_or_substitutes, verifiers


def owner_and_supporters(case: Case, title: str) -> list[Post]:
    """The focal points of those who work on an outcome."""
    outcome = case.outcomes[title]
    return [desk_of(code) for code in (outcome.owner, *outcome.supporting)]


@notices_on(e.OutcomeAdded)
def _(case: Case, event: e.OutcomeAdded) -> Iterable[Notice]:
    added = event.outcome
    facts = NoticeFacts(outcome=added.title, indicator=added.indicator, owner=added.owner)
    due = ladder_due(case, SubjectKind.OUTCOME, added.title)
    asked = {desk_of(code) for code in case.yet_to_take_on(added)}
    owners = [post for post in owner_and_supporters(case, added.title) if post not in asked]
    yield from notify("outcome_assigned", owners, facts, due=due)
    yield from outcome_offered(case, added.title, ladder_due(case, SubjectKind.TAKING_ON, added.title))


def outcome_offered(case: Case, title: str, due: datetime | None) -> Iterable[Notice]:
    """Those who have not said whether they take an outcome on are asked."""
    outcome = case.outcomes[title]
    facts = NoticeFacts(outcome=title, indicator=outcome.indicator, owner=outcome.owner)
    yield from notify("outcome_offered", map(desk_of, case.yet_to_take_on(outcome)), facts, due=due)


def owner_wanted(case: Case, title: str, due: datetime | None, facts: NoticeFacts | None = None) -> Iterable[Notice]:
    """The secretariat and the Co-Chairs hear of an outcome that has come back to the group, until somebody owns it."""
    if case.outcomes[title].seeks_owner:
        told = facts or NoticeFacts(outcome=title)
        yield from notify("outcome_returned", [SECRETARIAT, *co_chair_posts(case)], told, due=due)


@notices_on(e.OutcomeTakenOn)
def _(case: Case, event: e.OutcomeTakenOn) -> Iterable[Notice]:
    state = "accepted" if event.taken else "declined"
    facts = NoticeFacts(outcome=event.outcome, member=event.member, answer=state, text=event.text)
    yield from notify("outcome_taken_on", [*co_chair_posts(case), SECRETARIAT], facts)
    outcome = case.outcomes[event.outcome]
    if event.taken and outcome.state in ("open", "blocked"):  # it has it from now on, with its date
        facts = NoticeFacts(outcome=outcome.title, indicator=outcome.indicator, owner=outcome.owner)
        due = ladder_due(case, SubjectKind.OUTCOME, outcome.title)
        yield from notify("outcome_assigned", [desk_of(event.member)], facts, due=due)


@notices_on(e.OutcomeAmended)
def _(case: Case, event: e.OutcomeAmended) -> Iterable[Notice]:
    """Who works on it now, both Co-Chairs and the secretariat; and who worked on it before, and does no more."""
    now = owner_and_supporters(case, event.outcome)
    due = ladder_due(case, SubjectKind.OUTCOME, event.outcome)
    terms, was = event.terms, event.was
    facts = NoticeFacts(outcome=event.outcome, text=event.text, reasons=event.reasons, owner=terms.owner)
    facts = facts.also(amended=tuple(name for name, value in terms if value != getattr(was, name)))
    if event.returned:
        yield from owner_wanted(case, event.outcome, ladder_due(case, SubjectKind.TAKING_ON, event.outcome), facts)
        now = [post for post in now if post != SECRETARIAT]
        readers = dict.fromkeys(now)
    else:
        readers = dict.fromkeys([*now, *co_chair_posts(case), SECRETARIAT])
    yield from notify("outcome_amended", readers, facts, due=due)
    before = [desk_of(code) for code in (was.owner, *was.supporting)]
    over = (DutyFact(do="progress", about=event.outcome),)
    released = [post for post in dict.fromkeys(before) if post not in (*now, SECRETARIAT)]
    yield from notify("outcome_handed_on", released, facts.also(over=over))


@notices_on(e.OutcomeMoved)
def _(case: Case, event: e.OutcomeMoved) -> Iterable[Notice]:
    owners = owner_and_supporters(case, event.outcome)
    facts = NoticeFacts(outcome=event.outcome, text=event.text)
    match event.state:
        case "blocked":
            yield from notify("outcome_blocked", [*co_chair_posts(case), SECRETARIAT], facts)
        case "done":
            due = ladder_due(case, SubjectKind.VERIFY, event.outcome)
            yield from notify("outcome_done", verifiers(case, case.outcomes[event.outcome]), facts, due=due)
        case "verified":
            due = ladder_due(case, SubjectKind.VERIFIED, event.outcome)
            facts = facts.also(post=case.outcomes[event.outcome].verified_by)
            yield from notify("outcome_verified", [*co_chairs_or_substitutes(case), *owners], facts, due=due)
        case _:
            due = ladder_due(case, SubjectKind.OUTCOME, event.outcome)
            facts = facts.also(because=event.why or "", post=event.post)
            yield from notify("outcome_reopened", owners, facts, due=due)
