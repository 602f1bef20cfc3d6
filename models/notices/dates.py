"""What a notice tells its reader's calendar besides its own date: dates that moved, duties that are over, meetings.

A fact with a line for each: the command and what it is about, or the title of a meeting, after the date if there is one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime

from models.case import Case, GateOutcome, Meeting, Stage
from models.duties import Duty, open_duties
from models.notices.telling import called_to_meetings
from models.posts import Post


def moved(case: Case, post: Post) -> str:
    """The duties of a post with their dates (ISO 8601), after all of them have moved."""
    mine = (duty for duty in open_duties(case) if duty.post == post and duty.due is not None)
    return _lines(f"{duty.due.isoformat()} {_named(duty)}" for duty in mine if duty.due)


def over(case: Case, post: Post) -> str:
    """What the post need not do any more: decide where this step left nothing to decide; all, once the case has ended."""
    decides = (
        f"decide {gate.name.value}"
        for gate in case.gates.values()
        if gate.outcome is GateOutcome.SUPERSEDED and gate.decided_at == case.updated_at
        if post in gate.undecided
    )
    if not case.stage.ended:
        return _lines(decides)
    unfinished = (case.model_copy(update={"stage": stage}) for stage in (Stage.OPERATIONAL, Stage.SUBMITTED))
    left = (_named(duty) for as_before in unfinished for duty in open_duties(as_before) if duty.post == post)
    return _lines([*decides, *left])


def at_the_end(case: Case) -> Callable[[Post], Mapping[str, str]]:
    """What the end of the case takes out of the calendar of a post: duties, and meetings if it was called to them."""
    called, missed = called_to_meetings(case), not_held(case)
    return lambda post: {"over": over(case, post), "not_held": missed if post in called else ""}


def not_held(case: Case) -> str:
    """Meetings that were called for a time after the end of the case, each in a line: when it was to begin, its title.

    Empty while the case goes on: nobody takes back what it was called to.
    """
    return missed(case) if case.stage.ended else ""


def left_undecided(case: Case) -> str:
    """The gates that the end of the case left undecided, by name, between commas; empty while the case goes on."""
    if not case.stage.ended:
        return ""
    superseded = [gate for gate in case.gates.values() if gate.outcome is GateOutcome.SUPERSEDED]
    return ", ".join(gate.name.value for gate in superseded if gate.decided_at == case.stage_since)


def missed(case: Case) -> str:
    """The meetings ahead that a calendar can hold, each in a line: when it begins, its title."""
    dated = ((_begins(meeting.starts), meeting.title) for meeting in ahead(case))
    return _lines(f"{begins.isoformat()} {title}" for begins, title in dated if begins)


def ahead(case: Case) -> Iterator[Meeting]:
    """The meetings that have not been held and do not lie before the newest step, in the order of their calling."""
    for meeting in case.meetings.values():
        begins = _begins(meeting.starts)
        if not meeting.held and (begins is None or case.updated_at is None or _after(begins, case.updated_at)):
            yield meeting


def _begins(written: str) -> date | None:
    """When a meeting begins, as it was written (ISO 8601); None where it was written in words."""
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(written)
        except ValueError:
            continue
    return None


def _after(begins: date, now: datetime) -> bool:
    if isinstance(begins, datetime) and begins.tzinfo is not None:
        return begins > now
    day = begins.date() if isinstance(begins, datetime) else begins
    return day >= now.date()


def _named(duty: Duty) -> str:
    return f"{duty.do} {duty.about}".strip()


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(lines))
