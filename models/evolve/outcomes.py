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
    said_at = dict.fromkeys(event.outcome.taken_on, at)
    return changed(case, outcomes=put(case.outcomes, event.outcome.title, changed(event.outcome, said_at=said_at)))


@on(e.OutcomeAmended)
def _(case: Case, event: e.OutcomeAmended, at: datetime, by: Post) -> Case:
    outcome = case.outcomes[event.outcome]
    terms = event.terms
    kept = (terms.owner == outcome.owner or event.returned) and outcome.refused_by not in terms.supporting
    gone = {outcome.owner, *outcome.supporting} - {terms.owner, *terms.supporting}
    if event.returned:
        gone.discard(outcome.refused_by)
    said_at = {code: said for code, said in outcome.said_at.items() if code not in gone}
    changes = {**dict(terms), "refused_by": outcome.refused_by if kept else "", "said_at": said_at}
    if case.policy.to_the_end:
        # A word is given to what one is named for now: not kept from before, and not a supporter's for an owner.
        named = {*terms.supporting, *((terms.owner,) if terms.owner == outcome.owner else ())}
        taken_on = tuple(code for code in outcome.taken_on if code in named)
        still = outcome.returned and terms.owner == outcome.owner
        changes |= {"taken_on": taken_on, "returned": event.returned or still}
    return _outcome(case, event.outcome, **changes)


@on(e.OutcomeTakenOn)
def _(case: Case, event: e.OutcomeTakenOn, at: datetime, by: Post) -> Case:
    outcome, member = case.outcomes[event.outcome], event.member
    without = tuple(code for code in outcome.taken_on if code != member)
    said_at = put(outcome.said_at, member, at)
    if event.taken:
        refused = "" if outcome.refused_by == member else outcome.refused_by
        own = member == outcome.owner
        changes: dict[str, Any] = {"taken_on": (*without, member), "refused_by": refused, "said_at": said_at}
        if own and outcome.returned:
            changes |= {"returned": False, "refused_by": ""}
        return _outcome(case, event.outcome, **changes)
    supporting = tuple(code for code in outcome.supporting if code != member)
    refused = member if outcome.owner == member else outcome.refused_by
    changes = {"taken_on": without, "supporting": supporting, "refused_by": refused, "said_at": said_at}
    return _outcome(case, event.outcome, **changes)


def unsaid_of(case: Case, title: str, member: str) -> Case:
    """The case where a member has not said yet whether it takes an outcome on; one that supported it does so again."""
    outcome = case.outcomes[title]
    named = member in (outcome.owner, *outcome.supporting)
    back = {"owner": member, "returned": False} if outcome.returned and outcome.refused_by == member else {}
    return _outcome(
        case,
        title,
        taken_on=tuple(code for code in outcome.taken_on if code != member),
        supporting=outcome.supporting if named or back else (*outcome.supporting, member),
        refused_by="" if outcome.refused_by == member else outcome.refused_by,
        said_at={code: said for code, said in outcome.said_at.items() if code != member},
        **back,
    )


@on(e.ProgressNoted)
def _(case: Case, event: e.ProgressNoted, at: datetime, by: Post) -> Case:
    outcome = case.outcomes[event.outcome]
    value = outcome.value if event.value is None else event.value
    return _outcome(case, event.outcome, value=value, entries=outcome.entries + 1)


@on(e.OutcomeMoved)
def _(case: Case, event: e.OutcomeMoved, at: datetime, by: Post) -> Case:
    verified_by = by if event.state == "verified" else None
    return _outcome(case, event.outcome, state=event.state, note=brief(event.text), verified_by=verified_by)
