"""What the clock does at the rungs of each ladder, where nobody acted in time."""

from collections.abc import Callable

from models import events as e
from models.case import GateName
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind, read_subject, subject_of
from models.rules import (
    arrangements,
    circulation,
    closing,
    duration,
    gates,
    invitations,
    later_admission,
    meetings,
    overdue,
    participants,
    reporting,
    request,
    verifying,
)
from models.rules.context import RuleContext


def pass_rung(context: RuleContext, subject: str) -> None:
    """Emit the passing of a ladder's next rung, and what the procedure has follow from it."""
    ladder = context.case.ladders[subject]
    rung = ladder.rungs[0]
    kind, about = read_subject(subject)
    context.emit(e.RungPassed(subject=subject, act=rung.act, due=ladder.due))
    _FOLLOWS[kind](context, about, rung.act)


def _gate(context: RuleContext, name: str, act: ClockAct) -> None:
    gates.rung_passed(context, GateName(name), act)


def _answer(context: RuleContext, name: str, act: ClockAct) -> None:
    gates.answer_overdue(context, GateName(name))


def _resubmission(context: RuleContext, name: str, act: ClockAct) -> None:
    if act is ClockAct.REMIND:
        request.await_resubmission(context)
    else:
        context.clear(SubjectKind.RESUBMISSION)


def _invitation(context: RuleContext, name: str, act: ClockAct) -> None:
    if act is ClockAct.LAPSE:
        invitations.invitation_lapsed(context, name)


def _duration(context: RuleContext, name: str, act: ClockAct) -> None:
    if act is ClockAct.END:
        context.clear(SubjectKind.DURATION)
        reporting.final_report_due(context)


def _consent(context: RuleContext, name: str, act: ClockAct) -> None:
    if act is ClockAct.LAPSE:
        circulation.consents_lapsed(context)


def _verified(context: RuleContext, name: str, act: ClockAct) -> None:
    context.clear(subject_of(SubjectKind.VERIFIED, name))


_FOLLOWS: dict[SubjectKind, Callable[[RuleContext, str, ClockAct], None]] = {
    SubjectKind.COMPLETENESS: lambda context, name, act: request.check_overdue(context),
    SubjectKind.RESUBMISSION: _resubmission,
    SubjectKind.GATE: _gate,
    SubjectKind.ANSWER: _answer,
    SubjectKind.COMMENTS: lambda context, name, act: context.clear(SubjectKind.COMMENTS),
    SubjectKind.LIST: lambda context, name, act: participants.await_list(context),
    SubjectKind.MINIMUM: lambda context, name, act: invitations.maybe_begin(context),
    SubjectKind.INVITATION: _invitation,
    SubjectKind.CONSIDERED: lambda context, name, act: later_admission.not_opposed(context, name),
    SubjectKind.ADMISSION: lambda context, name, act: later_admission.admission_pending(context, name),
    SubjectKind.SITUATION: lambda context, name, act: meetings.await_update(context),
    SubjectKind.DURATION: _duration,
    SubjectKind.OUTCOME: lambda context, name, act: overdue.outcome_overdue(context, name),
    SubjectKind.TAKING_ON: lambda context, name, act: overdue.word_awaited(context, name),
    SubjectKind.VERIFY: lambda context, name, act: verifying.await_verification(context, name),
    SubjectKind.VERIFIED: _verified,
    SubjectKind.ARRANGEMENT: lambda context, name, act: arrangements.review_overdue(context, name),
    SubjectKind.EXCHANGE: lambda context, name, act: arrangements.exchange_overdue(context, name),
    SubjectKind.SUSPENSION: lambda context, name, act: duration.suspension_stands(context),
    SubjectKind.CONTRIBUTIONS: lambda context, name, act: reporting.report_owed(context),
    SubjectKind.SILENCE: lambda context, name, act: reporting.silence_ended(context),
    SubjectKind.CONSENT: _consent,
    SubjectKind.WORDING: lambda context, name, act: circulation.await_wording(context),
    SubjectKind.CLOSING: lambda context, name, act: closing.await_closing(context),
    SubjectKind.BEGINS: lambda context, name, act: arrangements.begun(context, name),
    SubjectKind.AGREEMENT: lambda context, name, act: arrangements.agreement_owed(context, name),
}
"""For each kind of ladder, what follows a rung."""
