"""What the clock does at the rungs of each ladder, where nobody acted in time."""

from collections.abc import Callable

from models import events as e
from models.case import GateName
from models.ladder import ClockAct
from models.rules import arrangements, circulation, closing, gates, meetings, outcomes, participants, reporting, request
from models.rules.turn import Turn


def strike(turn: Turn, subject: str) -> None:
    """Let the next rung of a ladder happen: it is told, and what the procedure says follows."""
    ladder = turn.case.ladders[subject]
    rung = ladder.rungs[0]
    kind, _, name = subject.partition(":")
    turn.emit(e.RungPassed(subject=subject, act=rung.act, due=ladder.due))
    _FOLLOWS[kind](turn, name, rung.act)


def _gate(turn: Turn, name: str, act: ClockAct) -> None:
    gates.rung_passed(turn, GateName(name), act)


def _answer(turn: Turn, name: str, act: ClockAct) -> None:
    gates.answer_overdue(turn, GateName(name))


def _resubmission(turn: Turn, name: str, act: ClockAct) -> None:
    if act is ClockAct.REMIND:
        request.await_resubmission(turn)
    else:
        turn.clear(request.RESUBMISSION)


def _invitation(turn: Turn, name: str, act: ClockAct) -> None:
    if act is ClockAct.LAPSE:
        participants.invitation_lapsed(turn, name)


def _duration(turn: Turn, name: str, act: ClockAct) -> None:
    if act is ClockAct.END:
        turn.clear("duration")
        reporting.final_report_due(turn)


def _consent(turn: Turn, name: str, act: ClockAct) -> None:
    if act is ClockAct.LAPSE:
        circulation.consents_lapsed(turn)


def _verified(turn: Turn, name: str, act: ClockAct) -> None:
    turn.clear(f"verified:{name}")


_FOLLOWS: dict[str, Callable[[Turn, str, ClockAct], None]] = {
    "completeness": lambda turn, name, act: request.check_overdue(turn),
    "resubmission": _resubmission,
    "gate": _gate,
    "answer": _answer,
    "comments": lambda turn, name, act: turn.clear("comments"),
    "list": lambda turn, name, act: participants.await_list(turn),
    "minimum": lambda turn, name, act: participants.maybe_begin(turn),
    "invitation": _invitation,
    "admission": lambda turn, name, act: participants.admission_pending(turn, name),
    "situation": lambda turn, name, act: meetings.await_update(turn),
    "duration": _duration,
    "outcome": lambda turn, name, act: outcomes.outcome_overdue(turn, name),
    "verify": lambda turn, name, act: outcomes.await_verification(turn, name),
    "verified": _verified,
    "arrangement": lambda turn, name, act: arrangements.review_overdue(turn, name),
    "contributions": lambda turn, name, act: reporting.report_owed(turn),
    "silence": lambda turn, name, act: reporting.silence_ended(turn),
    "consent": _consent,
    "closing": lambda turn, name, act: closing.await_closing(turn),
    "begins": lambda turn, name, act: arrangements.begun(turn, name),
    "agreement": lambda turn, name, act: arrangements.agreement_owed(turn, name),
}
"""For each kind of ladder, what follows a rung."""
