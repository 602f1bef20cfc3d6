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
    outcome = case.outcomes[event.outcome]
    terms = event.terms
    refused = outcome.refused_by if terms.owner == outcome.owner else ""
    changes = {**dict(terms), "refused_by": refused}
    if case.policy.to_the_end:
        # A word is given to what one is named for now: not kept from before, and not a supporter's for an owner.
        named = {*terms.supporting, *((terms.owner,) if terms.owner == outcome.owner else ())}
        taken_on = tuple(code for code in outcome.taken_on if code in named)
        kept = outcome.returned and terms.owner == outcome.owner
        changes |= {"taken_on": taken_on, "returned": event.returned or kept}
    return _outcome(case, event.outcome, **changes)


@on(e.OutcomeTakenOn)
def _(case: Case, event: e.OutcomeTakenOn, at: datetime, by: Post) -> Case:
    outcome, member = case.outcomes[event.outcome], event.member
    without = tuple(code for code in outcome.taken_on if code != member)
    if event.taken:
        refused = "" if outcome.refused_by == member else outcome.refused_by
        returned = outcome.returned and member != outcome.owner
        return _outcome(case, event.outcome, taken_on=(*without, member), refused_by=refused, returned=returned)
    supporting = tuple(code for code in outcome.supporting if code != member)
    refused = member if outcome.owner == member else outcome.refused_by
    return _outcome(case, event.outcome, taken_on=without, supporting=supporting, refused_by=refused)


@on(e.ProgressNoted)
def _(case: Case, event: e.ProgressNoted, at: datetime, by: Post) -> Case:
    outcome = case.outcomes[event.outcome]
    value = outcome.value if event.value is None else event.value
    return _outcome(case, event.outcome, value=value, entries=outcome.entries + 1)


@on(e.OutcomeMoved)
def _(case: Case, event: e.OutcomeMoved, at: datetime, by: Post) -> Case:
    verified_by = by if event.state == "verified" else None
    return _outcome(case, event.outcome, state=event.state, note=brief(event.text), verified_by=verified_by)
