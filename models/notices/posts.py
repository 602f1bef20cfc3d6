"""Who is told that a post changes hands, that something was recorded in its name, or that it contests this."""

from collections.abc import Iterable

from models import events as e
from models.case import Case, GateName
from models.ladder_subjects import SubjectKind
from models.log import Entry
from models.notices.circles import called_to_meetings, co_chair_posts
from models.notices.dates import moved
from models.notices.facts import NoticeFacts
from models.notices.gates import gate_due, gate_facts
from models.notices.meetings import call_to_meetings, missed
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.notices.outcomes import outcome_offered
from models.posts import SECRETARIAT, Capacity, desk_of


@notices_on(e.Delegated)
def _(case: Case, event: e.Delegated) -> Iterable[Notice]:
    facts = NoticeFacts(post=event.post, person=event.to.name, until=event.until)
    yield from notify("post_delegated", [event.post, SECRETARIAT], facts)


@notices_on(e.HandedOver)
def _(case: Case, event: e.HandedOver) -> Iterable[Notice]:
    """The successor gets what lies ahead for the post into its calendar; who held it before has it taken out.

    To whom the last notice goes, its address of before tells (``records.post_mails``).
    """
    facts, dates = NoticeFacts(post=event.post, person=event.to.name), moved(case, event.post)
    to = dict.fromkeys((event.post, SECRETARIAT))
    yield from notify("post_handed_over", to, facts, own=lambda post: {"dates": dates if post == event.post else ()})
    called = event.post in called_to_meetings(case)
    if called:
        yield from call_to_meetings(case, event.post)
    over = tuple(duty.model_copy(update={"due": None}) for duty in dates)
    not_held = missed(case) if called else ()
    if over or not_held:
        yield from notify("post_passed_on", [event.post], facts.also(over=over, not_held=not_held))


@notices_on(e.Contested)
def _(case: Case, event: e.Contested) -> Iterable[Notice]:
    """Both offices, the secretariat, the post itself and who decides beside it; where it is asked anew, it is asked."""
    gate = case.gates[event.gate] if event.gate else None
    deciders = [decider.post for decider in gate.deciders] if gate and event.anew else []
    facts = NoticeFacts(
        post=event.post,
        entry=event.entry,
        gate=event.gate,
        position=event.position.value if event.position else "",
        anew=event.anew,
        stands=event.stands,
        outcomes=event.outcomes,
        waivers=tuple(term.value for term in event.waivers),
        text=event.text,
    )
    readers = dict.fromkeys((*co_chair_posts(case), event.recorded_by, event.post, *deciders))
    yield from notify("recording_contested", readers, facts)
    if gate is not None and event.anew:
        yield from notify("review_requested", [event.post], gate_facts(case, gate.name), due=gate_due(case, gate.name))
    for title in event.outcomes:
        due = ladder_due(case, SubjectKind.TAKING_ON, title)
        offered = outcome_offered(case, title, due)
        yield from (one for one in offered if one.to == desk_of(event.post.member))


def recorded_in_name(case: Case, entry: Entry, do: str) -> list[Notice]:
    """The notices to a post in whose name the command ``do`` was recorded: to its holder and to its alternate, at once.

    ``entry``: the first of the command. The date is the one until which the post may contest it.
    """
    if entry.acted_for is None:
        return []
    due = case.policy.contest.after(entry.at, case.working_days, [entry.by.member])
    gate, position = entry.event.get("gate"), str(entry.event.get("position") or "")
    facts = NoticeFacts(
        post=entry.by,
        do=do,
        how=entry.acted_for.how,
        entry=entry.seq,
        why=entry.acted_for.why,
        reasons=None,
        gate=GateName(gate) if gate else None,
        position=position,
    )
    told = [notify("recorded_in_name", [entry.by], facts, due=due, capacity=capacity) for capacity in Capacity]
    return [one for of_capacity in told for one in of_capacity]
