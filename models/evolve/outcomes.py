"""Practical outcomes."""

from datetime import datetime
from typing import Any

from models import events as e
from models.base import brief
from models.case import Case
from models.evolve.handlers import changed, on, put
from models.posts import Post


def _outcome(case: Case, title: str, **changes: Any) -> Case:
    return changed(case, outcomes=put(case.outcomes, title, changed(case.outcomes[title], **changes)))


@on(e.OutcomeAdded)
def _(case: Case, event: e.OutcomeAdded, at: datetime, by: Post) -> Case:
    return changed(case, outcomes=put(case.outcomes, event.outcome.title, event.outcome))


@on(e.OutcomeAmended)
def _(case: Case, event: e.OutcomeAmended, at: datetime, by: Post) -> Case:
    return _outcome(case, event.outcome, **dict(event.terms))


@on(e.ProgressNoted)
def _(case: Case, event: e.ProgressNoted, at: datetime, by: Post) -> Case:
    outcome = case.outcomes[event.outcome]
    value = outcome.value if event.value is None else event.value
    return _outcome(case, event.outcome, value=value, entries=outcome.entries + 1)


@on(e.OutcomeMoved)
def _(case: Case, event: e.OutcomeMoved, at: datetime, by: Post) -> Case:
    verified_by = by if event.state == "verified" else None
    return _outcome(case, event.outcome, state=event.state, note=brief(event.text), verified_by=verified_by)
