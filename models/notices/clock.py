"""Who is told when the clock of the case stops or acts: reminders, escalations, what is overdue."""

from collections.abc import Callable, Iterable
from typing import Any

from models import events as e
from models.case import Case, GateName
from models.duties import open_duties
from models.ladder import ClockAct, MovedDeadline
from models.ladder_subjects import SubjectKind, read_subject
from models.notices.arrangements import agreement_asked, arrangement_facts
from models.notices.circles import (
    co_chair_posts,
    endorsing_posts,
    everybody_concerned,
    group_posts,
    requester_posts,
    text_for,
)
from models.notices.circulation import circulation_facts
from models.notices.dates import moved
from models.notices.facts import DelayFact, DutyFact, NoticeFacts
from models.notices.gates import gate_facts
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.notices.outcomes import outcome_offered, owner_and_supporters, owner_wanted
from models.posts import SECRETARIAT, Capacity, Post, desk_of
from models.rules.circulation import consents_asked, pending_circulation
from models.rules.closing import must_decide_on_circulation
from models.verification import verifiers
from models.visibility import Sight, sight


@notices_on(e.Suspended)
def _(case: Case, event: e.Suspended) -> Iterable[Notice]:
    def own(post: Post) -> dict[str, Any]:
        return {"text": text_for(case, post, event.text)}

    yield from notify("case_suspended", _awaited(case), own=own, due=event.review)


@notices_on(e.Resumed)
def _(case: Case, event: e.Resumed) -> Iterable[Notice]:
    def own(post: Post) -> dict[str, Any]:
        looks = case.policy.carries_out and post in (*co_chair_posts(case), SECRETARIAT)
        over = (DutyFact(do="resume"),) if looks else ()
        known = {"text": text_for(case, post, event.text), "dates": moved(case, post)}
        return known | {"delays": _delays(case, post, event.moved), "over": over}

    yield from notify("case_resumed", _awaited(case), own=own)


@notices_on(e.DeadlinesMoved)
def _(case: Case, event: e.DeadlinesMoved) -> Iterable[Notice]:
    """Whoever waits for a decision hears what a question has added; who decides is told with the answer."""
    names = {GateName(read_subject(one.subject).about) for one in event.moved}
    waits = [*requester_posts(case), *(case.gates[name].respondent for name in names), SECRETARIAT]
    deciding = {decider.post for name in names for decider in case.gates[name].deciders}
    readers = [post for post in dict.fromkeys(waits) if post not in deciding]
    due = max(one.until for one in event.moved)
    yield from notify(
        "deadlines_moved", readers, due=due, own=lambda post: {"delays": _delays(case, post, event.moved)}
    )


@notices_on(e.DayAnnounced)
def _(case: Case, event: e.DayAnnounced) -> Iterable[Notice]:
    """Whoever keeps a deadline that has moved, or waits for it, hears of the day and of both dates."""
    facts = NoticeFacts(
        member=event.office,
        starts=event.first.isoformat(),
        until=event.last,
        answer="closed" if event.closed else "open",
    )
    for post in dict.fromkeys(_awaited(case)):
        if delays := _delays(case, post, event.moved):
            dates, due = moved(case, post), max(one.until for one in delays)
            yield from notify("deadlines_moved", [post], facts.also(delays=delays, dates=dates), due=due)


def _delays(case: Case, post: Post, moved_deadlines: Iterable[MovedDeadline]) -> tuple[DelayFact, ...]:
    """What a post may know of deadlines that have moved: all of them, or those of its own part."""
    whole = sight(case, post) is Sight.CASE
    return tuple(
        DelayFact(subject=one.subject, was=one.was, until=one.until)
        for one in moved_deadlines
        if whole or read_subject(one.subject) == (SubjectKind.INVITATION, post.member)
    )


def _awaited(case: Case) -> list[Post]:
    """Everybody in the case, and whoever else has something to do in it."""
    return [*everybody_concerned(case), *(duty.post for duty in open_duties(case))]


@notices_on(e.RungPassed)
def _(case: Case, event: e.RungPassed) -> Iterable[Notice]:
    kind, about = read_subject(event.subject)
    if told := _BY_CLOCK.get(kind):
        yield from told(case, about, event)


def _gate_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    gate = case.gates[GateName(name)]
    if not gate.open:
        return
    facts = gate_facts(case, gate.name)
    if event.act in (ClockAct.REMIND, ClockAct.REMIND_LAST):
        yield from notify("review_reminder", gate.undecided, facts, due=event.due)
    elif event.act is ClockAct.ESCALATE_ALTERNATE:
        yield from notify("review_escalated", gate.undecided, facts, due=event.due, capacity=Capacity.ALTERNATE)
    elif event.act is ClockAct.ESCALATE_OFFICES:
        lapses = next((r.at for r in _rungs(case, event.subject) if r.act is ClockAct.LAPSE), None)
        readers = [*(decider.post for decider in gate.deciders), SECRETARIAT]
        yield from notify("review_overdue", readers, facts.also(silent=gate.undecided), due=lapses)


def _answer_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    gate = case.gates[GateName(name)]
    question = gate.questions[0].text if gate.questions else ""
    readers = [gate.respondent, *co_chair_posts(case)]
    facts = gate_facts(case, gate.name).also(text=question, askers=tuple(one.by for one in gate.questions))
    yield from notify("answer_overdue", readers, facts, due=event.due)


def _resubmission_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    if event.act is ClockAct.REMIND:
        facts = NoticeFacts(missing=case.returned)
        yield from notify("resubmission_reminder", [*requester_posts(case), SECRETARIAT], facts, due=event.due)


def _invitation_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    if event.act is ClockAct.REMIND:
        yield from notify("invitation_reminder", [desk_of(name)], due=event.due)


def _outcome_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    before = event.act is ClockAct.REMIND
    readers = owner_and_supporters(case, name) + ([] if before else [SECRETARIAT])
    kind = "outcome_due" if before else "outcome_overdue"
    facts = NoticeFacts(outcome=name, indicator=case.outcomes[name].indicator)
    yield from notify(kind, readers, facts, due=event.due)


def _arrangement_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    parties = [desk_of(code) for code in case.arrangements[name].parties]
    facts = NoticeFacts(arrangement=name)
    yield from notify("arrangement_review_due", [*parties, SECRETARIAT], facts, due=event.due)


def _duration_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    if event.act is ClockAct.REMIND:
        readers = [*co_chair_posts(case), SECRETARIAT, *group_posts(case)]
        yield from notify("activation_ending", readers, NoticeFacts(until=case.active_day), due=event.due)


def _agreement_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    yield from agreement_asked(case, name, event.due)


def _exchange_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    parties = [desk_of(code) for code in case.arrangements[name].parties]
    kind = "exchange_overdue" if event.act is ClockAct.OVERDUE else "exchange_due"
    yield from notify(kind, parties, arrangement_facts(case.arrangements[name]), due=event.due)


def _suspension_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    readers = [*co_chair_posts(case), SECRETARIAT, *requester_posts(case)]
    text = case.suspension.why if case.suspension else ""
    again = ladder_due(case, SubjectKind.SUSPENSION)
    yield from notify("suspension_to_review", readers, NoticeFacts(text=text, reasons=()), due=again)


def _closing_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    if not case.open_gates and not pending_circulation(case):
        facts = NoticeFacts(do="circulate" if must_decide_on_circulation(case) else "")
        yield from notify("closing_awaited", [SECRETARIAT, *co_chair_posts(case)], facts, due=event.due)


def _wording_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    circulation = pending_circulation(case)
    if circulation is not None and circulation.unsettled:
        facts = NoticeFacts(words=tuple(one.words for one in circulation.unsettled))
        yield from notify("rewording_awaited", [SECRETARIAT, *co_chair_posts(case)], facts, due=event.due)


def _consent_rung(case: Case, name: str, event: e.RungPassed) -> Iterable[Notice]:
    circulation = case.circulation
    if circulation is not None and event.act is ClockAct.REMIND:
        asked = [desk_of(code) for code in consents_asked(case, circulation)]
        yield from notify("consent_reminder", asked, circulation_facts(circulation), due=event.due)


def _rungs(case: Case, subject: str) -> Iterable[Any]:
    ladder = case.ladders.get(subject)
    return ladder.rungs if ladder else ()


_BY_CLOCK: dict[SubjectKind, Callable[[Case, str, e.RungPassed], Iterable[Notice]]] = {
    SubjectKind.GATE: _gate_rung,
    SubjectKind.ANSWER: _answer_rung,
    SubjectKind.COMPLETENESS: lambda case, name, event: notify(
        "completeness_overdue", [SECRETARIAT, *co_chair_posts(case)], due=event.due
    ),
    SubjectKind.RESUBMISSION: _resubmission_rung,
    SubjectKind.INVITATION: _invitation_rung,
    SubjectKind.LIST: lambda case, name, event: notify(
        "list_awaited", [SECRETARIAT, *case.directory.steering_group, *co_chair_posts(case)], due=event.due
    ),
    SubjectKind.ADMISSION: lambda case, name, event: notify(
        "admission_proposed", endorsing_posts(case, name), NoticeFacts(member=name), due=event.due
    ),
    SubjectKind.OUTCOME: _outcome_rung,
    SubjectKind.TAKING_ON: lambda case, name, event: [
        *outcome_offered(case, name, event.due),
        *owner_wanted(case, name, event.due),
    ],
    SubjectKind.VERIFY: lambda case, name, event: notify(
        "outcome_done", verifiers(case, case.outcomes[name]), NoticeFacts(outcome=name), due=event.due
    ),
    SubjectKind.ARRANGEMENT: _arrangement_rung,
    SubjectKind.SITUATION: lambda case, name, event: notify(
        "situation_update_due", [SECRETARIAT, *requester_posts(case)], due=event.due
    ),
    SubjectKind.DURATION: _duration_rung,
    SubjectKind.CONTRIBUTIONS: lambda case, name, event: notify("report_owed", [SECRETARIAT], due=event.due),
    SubjectKind.CONSENT: _consent_rung,
    SubjectKind.AGREEMENT: _agreement_rung,
    SubjectKind.WORDING: _wording_rung,
    SubjectKind.EXCHANGE: _exchange_rung,
    SubjectKind.SUSPENSION: _suspension_rung,
    SubjectKind.CLOSING: _closing_rung,
}
"""For each kind of ladder whose rungs are told, who is told what."""
