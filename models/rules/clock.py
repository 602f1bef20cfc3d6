"""What the clock does at the rungs of each ladder, where nobody acted in time."""

from collections.abc import Callable

from models import events as e
from models.case import GateName
from models.ladder import ClockAct
from models.rules import arrangements, circulation, closing, gates, meetings, outcomes, participants, reporting, request
from models.rules.context import RuleContext


def pass_rung(context: RuleContext, subject: str) -> None:
    """Let the next rung of a ladder happen: it is told, and what the procedure says follows."""
    ladder = context.case.ladders[subject]
    rung = ladder.rungs[0]
    kind, _, name = subject.partition(":")
    context.emit(e.RungPassed(subject=subject, act=rung.act, due=ladder.due))
    _FOLLOWS[kind](context, name, rung.act)


def _gate(context: RuleContext, name: str, act: ClockAct) -> None:
    gates.rung_passed(context, GateName(name), act)


def _answer(context: RuleContext, name: str, act: ClockAct) -> None:
    gates.answer_overdue(context, GateName(name))


def _resubmission(context: RuleContext, name: str, act: ClockAct) -> None:
    if act is ClockAct.REMIND:
        request.await_resubmission(context)
    else:
        context.clear(request.RESUBMISSION)


def _invitation(context: RuleContext, name: str, act: ClockAct) -> None:
    if act is ClockAct.LAPSE:
        participants.invitation_lapsed(context, name)


def _duration(context: RuleContext, name: str, act: ClockAct) -> None:
    if act is ClockAct.END:
        context.clear("duration")
        reporting.final_report_due(context)


def _consent(context: RuleContext, name: str, act: ClockAct) -> None:
    if act is ClockAct.LAPSE:
        circulation.consents_lapsed(context)


def _verified(context: RuleContext, name: str, act: ClockAct) -> None:
    context.clear(f"verified:{name}")


_FOLLOWS: dict[str, Callable[[RuleContext, str, ClockAct], None]] = {
    "completeness": lambda context, name, act: request.check_overdue(context),
    "resubmission": _resubmission,
    "gate": _gate,
    "answer": _answer,
    "comments": lambda context, name, act: context.clear("comments"),
    "list": lambda context, name, act: participants.await_list(context),
    "minimum": lambda context, name, act: participants.maybe_begin(context),
    "invitation": _invitation,
    "admission": lambda context, name, act: participants.admission_pending(context, name),
    "situation": lambda context, name, act: meetings.await_update(context),
    "duration": _duration,
    "outcome": lambda context, name, act: outcomes.outcome_overdue(context, name),
    "verify": lambda context, name, act: outcomes.await_verification(context, name),
    "verified": _verified,
    "arrangement": lambda context, name, act: arrangements.review_overdue(context, name),
    "contributions": lambda context, name, act: reporting.report_owed(context),
    "silence": lambda context, name, act: reporting.silence_ended(context),
    "consent": _consent,
    "closing": lambda context, name, act: closing.await_closing(context),
    "begins": lambda context, name, act: arrangements.begun(context, name),
    "agreement": lambda context, name, act: arrangements.agreement_owed(context, name),
}
"""For each kind of ladder, what follows a rung."""
