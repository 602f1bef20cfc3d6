"""What the end of a case takes from its readers: duties, meetings, decisions."""

from collections.abc import Callable, Mapping
from typing import Any

from models.case import Case, GateName, GateOutcome, Stage
from models.duties import open_duties
from models.notices.circles import called_to_meetings
from models.notices.facts import DutyFact
from models.notices.meetings import missed
from models.posts import Post


def at_the_end(case: Case) -> Callable[[Post], Mapping[str, Any]]:
    """What the end of the case takes out of the calendar of a post: duties, and meetings if it was called to them; and
    whether what is to be circulated goes on, and asks something of it.

    While the case goes on nobody takes back the meetings that it was called to.
    """
    called, not_held = called_to_meetings(case), missed(case) if case.stage.ended else ()
    asked = {duty.post for duty in open_duties(case)} if case.stage.ended else set()

    def own(post: Post) -> Mapping[str, Any]:
        goes_on = "" if not asked else "asked" if post in asked else "told"
        return {"over": over(case, post), "not_held": not_held if post in called else (), "goes_on": goes_on}

    return own


def over(case: Case, post: Post) -> tuple[DutyFact, ...]:
    """What the post need not do any more: decide where this step left nothing to decide; all, once the case has ended."""
    decides = [
        DutyFact(do="decide", about=gate.name.value)
        for gate in case.gates.values()
        if gate.outcome is GateOutcome.SUPERSEDED and gate.decided_at == case.updated_at
        if post in gate.undecided
    ]
    if not case.stage.ended:
        return tuple(decides)
    unfinished = (case.model_copy(update={"stage": stage}) for stage in (Stage.OPERATIONAL, Stage.SUBMITTED))
    still = {(duty.post, duty.do, duty.about) for duty in open_duties(case)}
    before = (duty for as_before in unfinished for duty in open_duties(as_before) if duty.post == post)
    duties = (duty for duty in before if (duty.post, duty.do, duty.about) not in still)
    return tuple(dict.fromkeys([*decides, *(DutyFact(do=duty.do, about=duty.about) for duty in duties)]))


def left_undecided(case: Case) -> tuple[GateName, ...]:
    """The gates that the end of the case left undecided; none while the case goes on."""
    if not case.stage.ended:
        return ()
    superseded = [gate for gate in case.gates.values() if gate.outcome is GateOutcome.SUPERSEDED]
    return tuple(gate.name for gate in superseded if gate.decided_at == case.stage_since)
