"""Whether a reminder that waited to be sent is still due: the rules that told it are asked once more, as things are now.

Mail may stand still for days: all of it is paused, a server is away or puts it off. What the clock told meanwhile may
be settled by then, and nobody is reminded of what is done.
"""

from collections.abc import Sequence

from models import events as e
from models.case import Case, Stage
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind
from models.log import Entry, event_of
from models.notices import Notice, notices_of
from models.posts import Capacity, Post
from models.recommendation import FollowUp, catch_up_follow_up

REMINDING = ("rung_passed", "minimum_missing", "recommendation_reminded")
"""The types of the entries by which the clock tells, or that tell what may soon be otherwise."""


_SETTLED = "What it reminds of is settled."
_STANDS = "The clock of the case stands."
_MOVED = "The deadline has moved."
_NEWER = "A newer reminder goes instead."


def reminder_now(
    case: Case, told: Entry, since: Sequence[Entry], kind: str, post: Post, capacity: Capacity
) -> Notice | str | None:
    """A notice of the clock, or of a missing minimum, as it is to be told now, or in a sentence why it is not any more.

    ``case``: the state now. ``told``: the entry that caused the notice. ``since``: the entries after it, in order. None:
    the entry is no act of the clock, or nothing has happened since; the notice stands as it was queued.
    """
    event = event_of(told)
    later = [entry for entry in since if entry.command != told.command]
    if isinstance(event, e.MinimumMissing) and later:
        return _minimum_now(case, later)
    if not isinstance(event, e.RungPassed) or not later:
        return None
    ladder = case.ladders.get(event.subject)
    if case.stage is Stage.LAPSED or ladder is None:
        return _SETTLED
    if (case.stands and event.subject != SubjectKind.SUSPENSION) or ladder.stopped_at:
        return _STANDS
    now = {(one.kind, one.to, one.capacity): one for one in notices_of(case, event)}
    if (kind, post, capacity) not in now:
        return _SETTLED
    for happened in map(event_of, later):
        if isinstance(happened, e.RungPassed) and happened.subject == event.subject:
            again = ((one.kind, one.to, one.capacity) for one in notices_of(case, happened))
            if (kind, post, capacity) in again:
                return _NEWER
    if ladder.due > event.due and any(_sets(entry, event.subject) for entry in later):
        return _MOVED
    return now[kind, post, capacity]


def _minimum_now(case: Case, later: Sequence[Entry]) -> str | None:
    """The same of what the minimum composition lacks, which an answer or another list may have settled."""
    if case.stage is not Stage.PARTICIPANT_SELECTION or case.ladder(SubjectKind.MINIMUM) is None:
        return _SETTLED
    if case.suspension:
        return _STANDS
    return _NEWER if any(entry.type == "minimum_missing" for entry in later) else None


def _sets(entry: Entry, subject: str) -> bool:
    """Whether somebody's act, not the clock's, set the ladder anew."""
    event = event_of(entry)
    return isinstance(event, e.LadderSet) and event.subject == subject and not entry.by_clock


def follow_up_reminder_now(then: FollowUp, since: Sequence[Entry], post: Post) -> str | None:
    """Why a reminder of a recommendation is not to be told to a post any more; None while it is due.

    ``then``: the follow-up as it was reminded of. ``since``: the entries of its log after the reminder, in order. What
    was recorded in somebody's name and contested since settles nothing, and neither does another's answer.
    """
    now = then
    for entry in since:
        reminds = entry.type == "recommendation_reminded" and entry.event["act"] != ClockAct.END
        if reminds and post in now.reminded:
            return _NEWER
        now = catch_up_follow_up(now, (entry,))
    return None if post in now.reminded else _SETTLED
