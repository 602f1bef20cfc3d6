"""Who is told of practical outcomes."""

from collections.abc import Iterable

from models import events as e
from models.case import Case
from models.ladder_subjects import SubjectKind
from models.notices.circles import co_chair_posts
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.posts import SECRETARIAT, Post, desk_of


def owner_and_supporters(case: Case, title: str) -> list[Post]:
    """The focal points of those who work on an outcome."""
    outcome = case.outcomes[title]
    return [desk_of(code) for code in (outcome.owner, *outcome.supporting)]


@notices_on(e.OutcomeAdded)
def _(case: Case, event: e.OutcomeAdded) -> Iterable[Notice]:
    title, due = event.outcome.title, ladder_due(case, SubjectKind.OUTCOME, event.outcome.title)
    facts = {"outcome": title, "indicator": event.outcome.indicator, "owner": event.outcome.owner}
    yield from notify("outcome_assigned", owner_and_supporters(case, title), due=due, facts=facts)


@notices_on(e.OutcomeMoved)
def _(case: Case, event: e.OutcomeMoved) -> Iterable[Notice]:
    owners = owner_and_supporters(case, event.outcome)
    facts: dict[str, object] = {"outcome": event.outcome, "text": event.text}
    match event.state:
        case "blocked":
            yield from notify("outcome_blocked", [*co_chair_posts(case), SECRETARIAT], facts=facts)
        case "done":
            yield from notify(
                "outcome_done",
                co_chair_posts(case),
                due=ladder_due(case, SubjectKind.VERIFY, event.outcome),
                facts=facts,
            )
        case "verified":
            due = ladder_due(case, SubjectKind.VERIFIED, event.outcome)
            facts |= {"post": case.outcomes[event.outcome].verified_by}
            yield from notify("outcome_verified", [*co_chair_posts(case), *owners], due=due, facts=facts)
        case _:
            due = ladder_due(case, SubjectKind.OUTCOME, event.outcome)
            facts |= {"because": event.why, "post": event.post}
            yield from notify("outcome_reopened", owners, due=due, facts=facts)
