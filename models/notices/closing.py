"""What the end of a case takes from its readers: duties, meetings, decisions."""

from collections.abc import Callable, Iterable, Mapping

from models.case import Case, GateOutcome, Stage
from models.duties import Duty, open_duties
from models.notices.circles import called_to_meetings
from models.notices.meetings import not_held
from models.posts import Post


def at_the_end(case: Case) -> Callable[[Post], Mapping[str, str]]:
    """What the end of the case takes out of the calendar of a post: duties, and meetings if it was called to them."""
    called, missed = called_to_meetings(case), not_held(case)
    return lambda post: {"over": over(case, post), "not_held": missed if post in called else ""}


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


def left_undecided(case: Case) -> str:
    """The gates that the end of the case left undecided, by name, between commas; empty while the case goes on."""
    if not case.stage.ended:
        return ""
    superseded = [gate for gate in case.gates.values() if gate.outcome is GateOutcome.SUPERSEDED]
    return ", ".join(gate.name.value for gate in superseded if gate.decided_at == case.stage_since)


def _named(duty: Duty) -> str:
    return f"{duty.do} {duty.about}".strip()


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(lines))
