"""Closing: what covers the terms of reference, waivers, and the gate."""

from collections.abc import Iterable

from models import events as e
from models.case import Case, Gate, GateName, GateOutcome, ReportState, Stage, Term
from models.case.closing import TermState
from models.commands import Close, Waive
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind
from models.policy import Circulating
from models.posts import SECRETARIAT
from models.reasons import ReasonCode, reason
from models.request import fingerprint
from models.rules.actors import BY_CO_CHAIR, BY_SECRETARIAT
from models.rules.checks import must_say, refuse
from models.rules.circulation import circulation_decided, pending_circulation
from models.rules.context import RuleContext
from models.rules.gates import GateMatter, amend_gate, follows, open_gate, what_was_said
from models.rules.table import AT_WORK, rule

_NAMES = {
    Term.OUTCOMES: "practical outcomes",
    Term.ARRANGEMENTS: "information-sharing arrangements",
    Term.REPORT: "concrete recommendations in an accepted final report",
}


def terms_of_reference(case: Case) -> dict[Term, TermState]:
    """The state of each term of reference: ``covered``, ``waived`` or ``open``.

    (a) is covered by an outcome that a Co-Chair verified, (b) by an arrangement that its parties have agreed to, (c) by
    an accepted final report.
    """
    covered = {
        Term.OUTCOMES: any(outcome.state == "verified" for outcome in case.outcomes.values()),
        Term.ARRANGEMENTS: any(one.state != "proposed" for one in case.arrangements.values()),
        Term.REPORT: any(r.kind == "final" and r.state is ReportState.ACCEPTED for r in case.reports.values()),
    }
    return {term: "covered" if covered[term] else "waived" if term in case.waivers else "open" for term in Term}


def await_closing(context: RuleContext) -> None:
    """Remind the secretariat and the Co-Chairs, at the rhythm of gates, to have the case circulated and closed."""
    context.once(SubjectKind.CLOSING, context.case.track.gate, ClockAct.REMIND, SECRETARIAT.member)


def must_decide_on_circulation(case: Case) -> bool:
    """Whether it is still to be decided what the wider membership is told before the case can be closed."""
    return case.policy.circulating is Circulating.AT_EVERY_TURN and not circulation_decided(case)


@rule("waive", "waive a term of reference", (BY_CO_CHAIR, BY_SECRETARIAT), AT_WORK)
def waive(context: RuleContext, body: Waive) -> None:
    """State why a term of reference is not covered; the Co-Chairs see it when they close the case."""
    why = must_say(body, "why it is waived")
    for term in body.term:
        context.emit(e.Waived(term=term, text=why))
    waived = reason(ReasonCode.TERMS_WAIVED, post=context.by, terms=tuple(term.value for term in body.term))
    amend_gate(context, GateName.CLOSURE, _closing_matter(context.case), waived)


def _letters(terms: Iterable[Term]) -> str:
    return " and ".join(f"({term.value})" for term in terms)


@rule("close", "propose to close the case", (BY_SECRETARIAT, BY_CO_CHAIR), {Stage.REPORTING})
def close(context: RuleContext, body: Close) -> None:
    """Ask the Co-Chairs to close: refused until each term of reference has evidence or a stated waiver."""
    case = context.case
    uncovered = [term for term, state in terms_of_reference(case).items() if state == "open"]
    if uncovered:
        raise refuse(
            f"The case cannot be closed: the terms of reference {_letters(uncovered)} have neither evidence nor a "
            f"stated waiver; open: {', '.join(_NAMES[term] for term in uncovered)}."
        )
    if case.open_gates:
        gates = ", ".join(gate.name.value for gate in case.open_gates)
        raise refuse(f"The case cannot be closed while a gate is open: {gates}.")
    if pending_circulation(case):
        raise refuse("The case cannot be closed while a circulation waits for consent.")
    if must_decide_on_circulation(case):
        raise refuse(
            "The case cannot be closed before the Co-Chairs have decided what the wider membership is told: propose it "
            "with circulate, also where nothing is to be circulated."
        )
    open_gate(context, GateName.CLOSURE, _closing_matter(case))


def _closing_matter(case: Case) -> GateMatter:
    waived = {term.value: text for term, text in case.waivers.items()}
    on = fingerprint({term.value: state for term, state in terms_of_reference(case).items()}, waived)
    said = (reason(ReasonCode.WAIVER, term=term, words=text) for term, text in waived.items())
    return GateMatter(on, (reason(ReasonCode.CLOSING), *said))


@follows(GateName.CLOSURE, GateOutcome.APPROVED)
def _closed(context: RuleContext, gate: Gate) -> None:
    context.enter(Stage.CLOSED, what_was_said(gate))
