"""Who is told of outcomes, arrangements, meetings, situation updates and the clock of the case."""

from collections.abc import Iterable

from models import events as e
from models.case import Case, Meeting
from models.duties import open_duties
from models.ladder_subjects import SubjectKind
from models.notices.dates import ahead, moved
from models.notices.telling import (
    Notice,
    arrangement_facts,
    called_to_meetings,
    co_chair_posts,
    everybody_concerned,
    group_posts,
    ladder_due,
    not_agreed,
    notices_on,
    notify,
    owner_and_supporters,
    text_for,
)
from models.posts import SECRETARIAT, Post, desk_of


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


@notices_on(e.ArrangementAdded)
def _(case: Case, event: e.ArrangementAdded) -> Iterable[Notice]:
    arrangement = case.arrangements[event.arrangement.title]
    due, facts = ladder_due(case, SubjectKind.AGREEMENT, arrangement.title), arrangement_facts(arrangement)
    yield from notify("arrangement_proposed", not_agreed(arrangement), due=due, facts=facts)


@notices_on(e.ArrangementInForce)
def _(case: Case, event: e.ArrangementInForce) -> Iterable[Notice]:
    parties = [desk_of(code) for code in case.arrangements[event.arrangement].parties]
    due = ladder_due(case, SubjectKind.ARRANGEMENT, event.arrangement)
    yield from notify("arrangement_in_force", [*parties, *co_chair_posts(case)], due=due, arrangement=event.arrangement)


@notices_on(e.MeetingScheduled)
def _(case: Case, event: e.MeetingScheduled) -> Iterable[Notice]:
    facts = {**_meeting_facts(event.meeting), "moved": "yes" if event.moved else ""}
    if event.before is not None:
        facts |= _as_called_before(event.before, event.meeting)
    yield from notify("meeting_called", called_to_meetings(case), facts=facts)


def call_to_meetings(case: Case, newcomer: Post) -> Iterable[Notice]:
    """Who takes part later is called to what the others have been called to."""
    for number, meeting in enumerate(ahead(case), start=1):
        yield from notify("meeting_called", [newcomer], facts=_meeting_facts(meeting), part=str(number))


def _meeting_facts(meeting: Meeting) -> dict[str, str]:
    return {
        "meeting": meeting.title,
        "place": meeting.place,
        "starts": meeting.starts,
        "ends": meeting.ends,
        "agenda": "\n".join(meeting.agenda),
    }


def _as_called_before(before: Meeting, now: Meeting) -> dict[str, str]:
    """What has changed of time and place, as it was before."""
    return {
        f"was_{name}": was
        for name, was, now_is in (
            ("starts", before.starts, now.starts),
            ("ends", before.ends, now.ends),
            ("place", before.place, now.place),
        )
        if was != now_is
    }


@notices_on(e.SituationUpdated)
def _(case: Case, event: e.SituationUpdated) -> Iterable[Notice]:
    yield from notify("situation_updated", [*group_posts(case), *co_chair_posts(case)], text=event.text)


@notices_on(e.Extended)
def _(case: Case, event: e.Extended) -> Iterable[Notice]:
    yield from notify("activation_extended", [*group_posts(case), SECRETARIAT], due=event.active_until)


@notices_on(e.Suspended)
def _(case: Case, event: e.Suspended) -> Iterable[Notice]:
    yield from notify("case_suspended", _awaited(case), own=lambda post: {"text": text_for(case, post, event.text)})


@notices_on(e.Resumed)
def _(case: Case, event: e.Resumed) -> Iterable[Notice]:
    yield from notify(
        "case_resumed",
        _awaited(case),
        own=lambda post: {"text": text_for(case, post, event.text), "dates": moved(case, post)},
    )


def _awaited(case: Case) -> list[Post]:
    """Everybody in the case, and whoever else has something to do in it."""
    return [*everybody_concerned(case), *(duty.post for duty in open_duties(case))]
