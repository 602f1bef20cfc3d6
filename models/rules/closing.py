"""Closing: what covers the terms of reference, waivers, and the gate."""

from collections.abc import Iterable

from models import events as e
from models.case import Case, Gate, GateName, GateOutcome, ReportState, Stage, Term
from models.case.closing import TermState
from models.commands import Close, Waive
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind
from models.policy import Circulating, TermsCovered
from models.posts import SECRETARIAT, Post
from models.reasons import ReasonCode, StatedReason, reason
from models.refusal import RefusalKind
from models.request import fingerprint
from models.rules.actors import BY_CO_CHAIR, BY_SECRETARIAT, Actor
from models.rules.checks import must_say, refuse
from models.rules.circulation import circulation_decided, pending_circulation
from models.rules.composition import affected_countries
from models.rules.context import RuleContext
from models.rules.gates import GateMatter, amend_gate, follows, open_gate, what_was_said
from models.rules.table import AT_WORK, rule
from models.verification import co_chairs_or_substitutes

_NAMES = {
    Term.OUTCOMES: "practical outcomes",
    Term.ARRANGEMENTS: "information-sharing arrangements",
    Term.REPORT: "concrete recommendations in an accepted final report",
}


def terms_of_reference(case: Case) -> dict[Term, TermState]:
    """The state of each term of reference: ``covered``, ``waived`` or ``open``.

    (a) is covered by an outcome that is verified as reached, or whose verifier says why less is enough; (b) by an
    arrangement in force between two of the most-affected countries; (c) by an accepted final report with a
    recommendation. In cases of before something of the kind on record is enough.
    """
    covered = _on_record(case) if _by_the_record(case) else _in_substance(case)
    return {term: "covered" if covered[term] else "waived" if term in case.waivers else "open" for term in Term}


def _by_the_record(case: Case) -> bool:
    return case.policy.terms_covered is TermsCovered.RECORD


def _accepted_final_reports(case: Case) -> list[int]:
    accepted = (one for one in case.reports.values() if one.state is ReportState.ACCEPTED)
    return [one.number for one in accepted if one.kind == "final"]


def _on_record(case: Case) -> dict[Term, bool]:
    return {
        Term.OUTCOMES: bool(case.outcomes_in("verified")),
        Term.ARRANGEMENTS: any(one.state != "proposed" for one in case.arrangements.values()),
        Term.REPORT: bool(_accepted_final_reports(case)),
    }


def _in_substance(case: Case) -> dict[Term, bool]:
    countries, reports = affected_countries(case), _accepted_final_reports(case)
    in_force = (one for one in case.arrangements.values() if one.state == "in_force")
    return {
        Term.OUTCOMES: any(outcome.achieved for outcome in case.outcomes_in("verified")),
        Term.ARRANGEMENTS: any(len(countries.intersection(one.parties)) > 1 for one in in_force),
        Term.REPORT: any(one.report in reports for one in case.recommendations.values()),
    }


def must_still_be_covered(context: RuleContext) -> None:
    """End the gate of the closing, undecided, when an act has opened a term of reference again.

    In cases of before only an objection to a verification does.
    """
    objected = (one for one in context.events if isinstance(one, e.OutcomeMoved) and one.why == "objected")
    reopened = next(objected, None)
    gate = context.case.waiting_gate(GateName.CLOSURE)
    if gate is None or (reopened is None and _by_the_record(context.case)):
        return
    if "open" in terms_of_reference(context.case).values():
        why = reason(ReasonCode.OUTCOME_REOPENED, outcome=reopened.outcome) if reopened else None
        context.supersede(GateName.CLOSURE, why or reason(ReasonCode.TERM_OPEN_AGAIN))


def report_is_owed(case: Case) -> bool:
    """Whether a case that ends early still owes a final report: there is none, and (c) is not waived."""
    owes = not _by_the_record(case) and case.stage in AT_WORK
    return owes and Term.REPORT not in case.waivers and not _accepted_final_reports(case)


def end_early(context: RuleContext) -> None:
    """End a case whose early end both Co-Chairs have approved, once it owes nothing."""
    case = context.case
    if case.ends_early and not report_is_owed(case):
        context.enter(Stage.TERMINATED, case.gates[GateName.TERMINATION].terms.get("why", ""))


def await_closing(context: RuleContext) -> None:
    """Remind the secretariat and the Co-Chairs, at the rhythm of gates, to have the case circulated and closed."""
    context.once(SubjectKind.CLOSING, context.case.track.gate, ClockAct.REMIND, SECRETARIAT.member)


def must_decide_on_circulation(case: Case) -> bool:
    """Whether it is still to be decided what the wider membership is told before the case can be closed."""
    return case.policy.circulating is Circulating.AT_EVERY_TURN and not circulation_decided(case)


BY_WAIVING = Actor(
    "a Co-Chair (or the Steering Group member in its place)",
    lambda case, post: post in (*case.directory.co_chairs, *co_chairs_or_substitutes(case)),
)


def _may_waive(case: Case, post: Post) -> bool:
    return _by_the_record(case) or post in case.sitting


def _can_waive(case: Case, post: Post) -> bool:
    left = not case.policy.in_full or any(state != "covered" for state in terms_of_reference(case).values())
    return left and _may_waive(case, post)


@rule("waive", "waive a term of reference", (BY_WAIVING, BY_SECRETARIAT), AT_WORK, _can_waive, "waive", own_word=True)
def waive(context: RuleContext, body: Waive) -> None:
    """State why a term of reference is not covered: it is waived when both Co-Chairs have, and they see it on closing.

    In cases of before one of them, or the secretariat, says it for both.
    """
    why = must_say(body, "why it is waived")
    if not _may_waive(context.case, context.by):
        posts = " and ".join(context.case.sitting)
        raise refuse(
            f"A term of reference is waived by both that sit as Co-Chairs, {posts}; {context.by} may not.",
            RefusalKind.FORBIDDEN,
        )
    if context.case.policy.in_full:
        _must_not_be_covered(context.case, body.term)
    for term in body.term:
        context.emit(_waived(context, term, why))
    if context.case.ends_early:
        end_early(context)
        return
    terms = tuple(term.value for term in body.term)
    closing_anew(context, reason(ReasonCode.TERMS_WAIVED, post=context.by, terms=terms))


def _must_not_be_covered(case: Case, terms: Iterable[Term]) -> None:
    states = terms_of_reference(case)
    covered = [term for term in dict.fromkeys(terms) if states[term] == "covered"]
    if covered:
        names, are = ", ".join(_NAMES[term] for term in covered), "is" if len(covered) == 1 else "are"
        still = _letters(term for term, state in states.items() if state == "open")
        left = f"What has neither evidence nor a waiver is {still}." if still else "No term is left to be waived."
        raise refuse(f"{_letters(covered)} {are} covered already ({names}), and no waiver is needed. {left}")


def closing_anew(context: RuleContext, why: StatedReason) -> None:
    """Ask both Co-Chairs of an open closing again: what is waived is another than it was."""
    amend_gate(context, GateName.CLOSURE, _closing_matter(context.case), why)


def _waived(context: RuleContext, term: Term, why: str) -> e.Waived:
    if _by_the_record(context.case):
        return e.Waived(term=term, text=why)
    said = {*context.case.waiver_words.get(term, {}), context.by}
    return e.Waived(term=term, text=why, post=context.by, by_both=said.issuperset(context.case.sitting))


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
        gates = ", ".join(gate.name.words for gate in case.open_gates)
        raise refuse(f"The case cannot be closed before the Co-Chairs have decided on what is before them: {gates}.")
    if pending_circulation(case):
        raise refuse(
            "The case cannot be closed while a circulation is under way: it goes out when those who are to be named have "
            "said whether they may be, or their time for it is over."
        )
    if must_decide_on_circulation(case):
        raise refuse(
            "The case cannot be closed before the Co-Chairs have decided what the wider membership is told. The "
            "secretariat or a Co-Chair proposes a circulation first, or proposes that nothing is circulated."
        )
    open_gate(context, GateName.CLOSURE, _closing_matter(case), said=body.text)


def _closing_matter(case: Case) -> GateMatter:
    waived = {term.value: text for term, text in case.waivers.items()}
    on = fingerprint({term.value: state for term, state in terms_of_reference(case).items()}, waived)
    said = (reason(ReasonCode.WAIVER, term=term, words=text) for term, text in waived.items())
    return GateMatter(on, (reason(ReasonCode.CLOSING), *said))


@follows(GateName.CLOSURE, GateOutcome.APPROVED)
def _closed(context: RuleContext, gate: Gate) -> None:
    context.enter(Stage.CLOSED, what_was_said(gate))
