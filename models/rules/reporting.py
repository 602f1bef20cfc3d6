"""Reports and recommendations (c), the silence procedure, circulation with consent, waivers and closing."""

from collections.abc import Callable
from datetime import datetime, timedelta

from models import events as e
from models.case import (
    Case,
    Circulation,
    Consent,
    Gate,
    GateName,
    GateOutcome,
    Recommendation,
    Report,
    ReportState,
    Stage,
    Term,
)  # fmt: skip
from models.commands import (
    Adopt,
    Circulate,
    Close,
    Contribute,
    GiveConsent,
    Object,
    OpenReport,
    Recommend,
    Revise,
    Table,
    Waive,
)  # fmt: skip
from models.ladder import ClockAct, Ladder, Rung, halfway, ladder_of
from models.posts import SECRETARIAT as THE_SECRETARIAT
from models.posts import Post, Role
from models.refusal import Why
from models.request import fingerprint
from models.rules.gates import amend_gate, follows, open_gate
from models.rules.operational import DURATION, object_to_outcome
from models.rules.turn import Turn, Who, must_be_members, must_say, refuse, rule
from models.rules.who import ANY_MEMBER, CO_CHAIR, PARTICIPANT, SECRETARIAT, STEERING_GROUP

__all__ = ["terms_of_reference"]

SILENCE, CONTRIBUTIONS, CONSENT, CLOSING = "silence", "contributions", "consent", "closing"
"""The names of this part's ladders."""

_WORKING_DAY = timedelta(hours=9)
"""From the morning of the day by which contributions are due to its evening."""

WITH_REPORTS = {Stage.OPERATIONAL, Stage.REPORTING}


def _report_is(*states: ReportState) -> Callable[[Case, Post], bool]:
    return lambda case, post: case.report is not None and case.report.state in states


# the report -------------------------------------------------------------------------------------------------


@rule("open_report", "open a report", (SECRETARIAT, CO_CHAIR), WITH_REPORTS)
def open_report(turn: Turn, body: OpenReport) -> None:
    """Open an interim or the final report; the final one moves the case to reporting."""
    _not_closing(turn.case)
    report = turn.case.report
    if report is not None and report.state is not ReportState.ACCEPTED:
        raise refuse(
            f"The {report.name} is still open ({report.state.value}); one report is written at a time."
        )
    if report is not None and report.kind == "final":
        raise refuse("The final report has been accepted; no other report follows it.")
    by_when = body.contributions_by
    begin_report(turn, body.kind, Report(
        number=len(turn.case.reports) + 1, kind=body.kind, contributions_by=by_when,
        content=fingerprint(turn.case.reference, len(turn.case.reports) + 1),
    ))  # fmt: skip


def begin_report(turn: Turn, kind: str, report: Report) -> None:
    """Participants are asked to contribute until a date."""
    turn.emit(e.ReportOpened(report=report))
    until = None
    if report.contributions_by:
        until = turn.morning(report.contributions_by, THE_SECRETARIAT.member) + _WORKING_DAY
    if kind == "final" and turn.case.stage is Stage.OPERATIONAL:
        _enter_reporting(turn, "")
    _await_report(turn, until)


def _enter_reporting(turn: Turn, text: str) -> None:
    turn.supersede(GateName.EXTENSION, "The group reports; its activation is not extended any more.")
    turn.enter(Stage.REPORTING, text)
    turn.clear("situation", "duration")


def _await_report(turn: Turn, until: datetime | None = None) -> None:
    """The secretariat tables the report after the contributions; it is reminded until it does."""
    span, member = turn.case.track.gate, THE_SECRETARIAT.member
    if until is None or until <= turn.now:
        turn.once(CONTRIBUTIONS, span, ClockAct.REMIND, member)
    else:
        turn.climb(CONTRIBUTIONS, Ladder(due=until, rungs=(Rung(at=until, act=ClockAct.REMIND),)))


def report_owed(turn: Turn) -> None:
    """The report has not been tabled: the secretariat is reminded again."""
    if turn.case.report is not None and turn.case.report.state is ReportState.DRAFTING:
        _await_report(turn)


def final_report_due(turn: Turn) -> None:
    """The activation's time is over: the group reports, as its terms of reference ask.

    While an extension is before the Co-Chairs, its work goes on until they have decided.
    """
    extension = turn.case.gates.get(GateName.EXTENSION)
    if extension is not None and extension.open:
        return
    report = turn.case.report
    if report is not None and report.state is not ReportState.ACCEPTED:
        if report.kind == "interim":
            _enter_reporting(turn, "The activation's duration is over.")
        return
    _begin_final(turn)


def _begin_final(turn: Turn) -> None:
    number = len(turn.case.reports) + 1
    content = fingerprint(turn.case.reference, number)
    begin_report(turn, "final", Report(number=number, kind="final", content=content))


def _open_report(case: Case, *states: ReportState) -> Report:
    report = case.report
    if report is None:
        raise refuse("No report has been opened yet.")
    if report.state not in states:
        words = " or ".join(state.value for state in states)
        raise refuse(f"The {report.name} is {report.state.value}; this can be done while it is {words}.")
    return report


@rule("contribute", "contribute to the report", (PARTICIPANT, STEERING_GROUP, SECRETARIAT), WITH_REPORTS,
      ready=_report_is(ReportState.DRAFTING))  # fmt: skip
def contribute(turn: Turn, body: Contribute) -> None:
    """A contribution to the open report."""
    report = _open_report(turn.case, ReportState.DRAFTING)
    content = fingerprint(report.content, turn.by, body.text)
    turn.emit(e.Contributed(member=turn.by.member, text=body.text, content=content))


@rule("recommend", "add a recommendation", (STEERING_GROUP, PARTICIPANT, SECRETARIAT), WITH_REPORTS,
      ready=_report_is(ReportState.DRAFTING))  # fmt: skip
def recommend(turn: Turn, body: Recommend) -> None:
    """A concrete recommendation: to whom, owned by whom, due when."""
    report = _open_report(turn.case, ReportState.DRAFTING)
    codes = (*body.to, *([body.owner] if body.owner else ()))
    must_be_members(turn.case, tuple(code for code in codes if code != THE_SECRETARIAT.member))
    recommendation = Recommendation(
        number=len(turn.case.recommendations) + 1, text=body.text, to=body.to,
        owner=body.owner or THE_SECRETARIAT.member, due=body.due, report=report.number,
    )  # fmt: skip
    content = fingerprint(report.content, recommendation.model_dump(mode="json"))
    turn.emit(e.Recommended(recommendation=recommendation, content=content))


@rule("table", "table the report", (SECRETARIAT, CO_CHAIR), WITH_REPORTS,
      ready=_report_is(ReportState.DRAFTING))  # fmt: skip
def table(turn: Turn, body: Table) -> None:
    """Put the report before the Steering Group: adopted unless somebody objects by the date."""
    report = _open_report(turn.case, ReportState.DRAFTING)
    turn.clear(CONTRIBUTIONS)
    _move(turn, report, ReportState.TABLED, body.text)
    span = turn.case.track.silence
    members = tuple(post.member for post in turn.case.directory.steering_group)
    turn.once(SILENCE, span, ClockAct.LAPSE, *members)


def _move(turn: Turn, report: Report, state: ReportState, text: str = "") -> None:
    turn.emit(e.ReportMoved(report=report.number, kind=report.kind, state=state, text=text))


@rule("object", "object", (STEERING_GROUP,), WITH_REPORTS,
      ready=_report_is(ReportState.TABLED))  # fmt: skip
def object_(turn: Turn, body: Object) -> None:
    """Break the silence on a report, which reopens it; a Co-Chair may object to a verification too."""
    text = must_say(body, "what you object to")
    if body.outcome:
        object_to_outcome(turn, body.outcome, text)
        if "open" in terms_of_reference(turn.case).values():
            turn.supersede(GateName.CLOSURE, f"The outcome {body.outcome!r} is open again.")
        return
    report = _open_report(turn.case, ReportState.TABLED)
    turn.emit(e.Objected(member=turn.by.member, text=text))
    turn.clear(SILENCE)
    _move(turn, report, ReportState.DRAFTING, text)
    _await_report(turn)


@rule("revise", "revise the report", (SECRETARIAT, CO_CHAIR), WITH_REPORTS,
      ready=_report_is(ReportState.DRAFTING, ReportState.TABLED, ReportState.ADOPTED))  # fmt: skip
def revise(turn: Turn, body: Revise) -> None:
    """A new version: it leaves the silence procedure for drafting; positions of Co-Chairs are void."""
    report = _open_report(turn.case, ReportState.DRAFTING, ReportState.TABLED, ReportState.ADOPTED)
    text = must_say(body, "what the new version says")
    turn.emit(e.Revised(version=report.version + 1, text=text, content=fingerprint(report.content, text)))
    if report.state is ReportState.TABLED:
        turn.clear(SILENCE)
        _move(turn, report, ReportState.DRAFTING, "revised")
        _await_report(turn)
    amended = turn.case.reports[report.number]
    amend_gate(
        turn, GateName.REPORT, on=amended.content, about=_report_words(amended),
        why=f"{turn.by} wrote version {amended.version}",
    )  # fmt: skip


def silence_ended(turn: Turn) -> None:
    """Nobody objected: the Steering Group has adopted the report; the Co-Chairs accept or return it."""
    report = _open_report(turn.case, ReportState.TABLED)
    turn.clear(SILENCE)
    _move(turn, report, ReportState.ADOPTED, "Nobody objected by the date.")
    open_gate(
        turn, GateName.REPORT, on=report.content, about=_report_words(report), respondent=THE_SECRETARIAT
    )


def _report_words(report: Report) -> str:
    return f"{report.name.capitalize()}, version {report.version}"


@follows(GateName.REPORT, GateOutcome.APPROVED)
def _accepted(turn: Turn, gate: Gate) -> None:
    """Accepted: the secretariat circulates and closes; after an interim report here, the final begins."""
    report = _open_report(turn.case, ReportState.ADOPTED)
    _move(turn, report, ReportState.ACCEPTED, gate_conditions(gate))
    if turn.case.stage is Stage.REPORTING and report.kind == "interim":
        _begin_final(turn)
    elif turn.case.stage is Stage.REPORTING:
        await_closing(turn)


def await_closing(turn: Turn) -> None:
    """The secretariat is reminded, at the rhythm of gates, to have the case circulated and closed."""
    turn.once(CLOSING, turn.case.track.gate, ClockAct.REMIND, THE_SECRETARIAT.member)


@follows(GateName.EXTENSION, GateOutcome.DECLINED, GateOutcome.LAPSED)
def _not_extended(turn: Turn, gate: Gate) -> None:
    """If the time ran out while its extension was before the Co-Chairs, the group now reports."""
    if turn.case.stage is Stage.OPERATIONAL and DURATION not in turn.case.ladders:
        final_report_due(turn)


def gate_conditions(gate: Gate) -> str:
    """The conditions that Co-Chairs set when they approved."""
    return "\n".join(position.text for position in gate.positions.values() if position.text)[:20_000]


@follows(GateName.REPORT, GateOutcome.DECLINED, GateOutcome.LAPSED)
def _sent_back(turn: Turn, gate: Gate) -> None:
    """The Co-Chairs return it, or were silent: it can be revised and tabled again."""
    _move(turn, _open_report(turn.case, ReportState.ADOPTED), ReportState.DRAFTING, gate_conditions(gate))
    _await_report(turn)


@rule("adopt", "say what became of a recommendation", (ANY_MEMBER, CO_CHAIR, SECRETARIAT), WITH_REPORTS)
def adopt(turn: Turn, body: Adopt) -> None:
    """Recommendations of an accepted report are followed apart (``models.recommendation``)."""
    raise refuse(
        "A recommendation is followed once its report has been accepted by the Co-Chairs; "
        f"{body.recommendation!r} is not one of an accepted report."
    )


# circulation ------------------------------------------------------------------------------------------------


@rule("circulate", "propose a circulation", (CO_CHAIR, SECRETARIAT), WITH_REPORTS)
def circulate(turn: Turn, body: Circulate) -> None:
    """What the wider membership is told, to whom, naming whom: the Co-Chairs and all named must agree."""
    case = turn.case
    _not_closing(case)
    gate = case.gates.get(GateName.CIRCULATION)
    if (gate is not None and gate.open) or pending_circulation(case):
        raise refuse(
            "A circulation is under way already; it goes out, or is declined, before the next is proposed."
        )
    to = {"everyone": tuple(case.directory.members), "participants": case.taking_part()}.get(
        body.to if isinstance(body.to, str) else "", body.to if isinstance(body.to, tuple) else ()
    )
    must_be_members(case, (*to, *body.names))
    if not to:
        raise refuse("Say to whom it goes: everyone, participants, or a list of members.", Why.INVALID)
    number = len(case.circulations) + 1
    terms = {"what": body.what, "to": list(to), "names": list(body.names), "text": body.text}
    report = case.report.content if case.report else ""
    names = tuple(dict.fromkeys(body.names))
    circulation = Circulation(
        number=number, what=body.what, to=tuple(dict.fromkeys(to)), names=names, text=body.text,
        consents=dict.fromkeys(names, Consent.PENDING), on=fingerprint(number, terms, report),
    )  # fmt: skip
    turn.emit(e.CirculationProposed(circulation=circulation))
    naming = ", ".join(names) or "nobody"
    about = f"Circulation {number}: {body.what} to {len(circulation.to)} members, naming {naming}"
    open_gate(turn, GateName.CIRCULATION, on=circulation.on, about=about, respondent=THE_SECRETARIAT)
    _await_consents(turn, circulation)


def _await_consents(turn: Turn, circulation: Circulation) -> None:
    asked = consents_asked(turn.case, circulation)
    if asked:
        span = turn.case.track.consent
        due = turn.after(span, *asked)
        acts = {ClockAct.REMIND: halfway(turn.now, due), ClockAct.LAPSE: due}
        ladder = ladder_of(due, acts, now=turn.now, members=span.offices(asked), label=span.words)
        turn.climb(CONSENT, ladder)


def consents_asked(case: Case, circulation: Circulation) -> tuple[str, ...]:
    """The members still to be asked: a Co-Chair's own country consents by deciding, unless it is recused."""
    gate = case.gates.get(GateName.CIRCULATION)
    deciding = (
        {decider.post.member for decider in gate.deciders if decider.post == decider.place_of}
        if gate
        else set()
    )
    if gate is not None and not gate.open:
        deciding = set()
    return tuple(member for member in circulation.pending if member not in deciding)


def pending_circulation(case: Case) -> Circulation | None:
    """A circulation that has not gone out and may still."""
    circulation = case.circulation
    return circulation if circulation and circulation.state in ("proposed", "approved") else None


def _names_me(case: Case, post: Post) -> bool:
    circulation = pending_circulation(case)
    return post.role is Role.FOCAL_POINT and circulation is not None and post.member in circulation.names


def _is_asked(case: Case, post: Post) -> bool:
    circulation = pending_circulation(case)
    return circulation is not None and post.member in circulation.pending


NAMED = Who("the focal point of a member that a circulation names", _names_me)


@rule("consent", "consent to being named", (NAMED,), WITH_REPORTS,
      ready=_is_asked)  # fmt: skip
def consent(turn: Turn, body: GiveConsent) -> None:
    """Say yes or no to being named; a word can be changed until the circulation goes out."""
    circulation = pending_circulation(turn.case)
    if circulation is None:
        raise refuse("No circulation waits for consent.")
    said = Consent.GIVEN if body.answer == "give" else Consent.REFUSED
    turn.emit(e.ConsentNoted(circulation=circulation.number, member=turn.by.member, consent=said))
    _release_if_ready(turn)


@follows(GateName.CIRCULATION, GateOutcome.APPROVED)
def _circulation_approved(turn: Turn, gate: Gate) -> None:
    circulation = turn.case.circulation
    if circulation is None:
        return
    for decider in gate.deciders:
        member = decider.post.member
        unsaid = circulation.consents.get(member) in (Consent.PENDING, Consent.LAPSED)
        if decider.post == decider.place_of and unsaid:
            turn.emit(e.ConsentNoted(circulation=circulation.number, member=member, consent=Consent.GIVEN))
    turn.emit(e.CirculationMoved(circulation=circulation.number, state="approved"))
    circulation = turn.case.circulations[circulation.number]
    asked_now = set(circulation.pending) & {post.member for post in turn.case.directory.co_chairs}
    if circulation.pending and (asked_now or CONSENT not in turn.case.ladders):
        # A Co-Chair that recused has not consented by deciding: its country is asked, with the full time.
        _await_consents(turn, circulation)
    _release_if_ready(turn)


@follows(GateName.CIRCULATION, GateOutcome.DECLINED, GateOutcome.LAPSED)
def _circulation_refused(turn: Turn, gate: Gate) -> None:
    circulation = turn.case.circulation
    if circulation is not None:
        declined = gate.outcome is GateOutcome.DECLINED
        turn.emit(
            e.CirculationMoved(circulation=circulation.number, state="declined" if declined else "lapsed")
        )
    turn.clear(CONSENT)


def consents_lapsed(turn: Turn) -> None:
    """Who has not said yes is not named: that passage is not released; the rest goes out once approved."""
    turn.clear(CONSENT)
    circulation = pending_circulation(turn.case)
    if circulation is None:
        return
    for member in consents_asked(turn.case, circulation):
        turn.emit(e.ConsentNoted(circulation=circulation.number, member=member, consent=Consent.LAPSED))
    _release_if_ready(turn)


def _release_if_ready(turn: Turn) -> None:
    circulation = pending_circulation(turn.case)
    if circulation is None:
        return
    if not consents_asked(turn.case, circulation):
        turn.clear(CONSENT)
    if circulation.state == "approved" and not circulation.pending:
        turn.emit(e.CirculationMoved(circulation=circulation.number, state="released"))


# closing ----------------------------------------------------------------------------------------------------


def terms_of_reference(case: Case) -> dict[Term, str]:
    """For each term of reference: ``covered``, ``waived`` or ``open``.

    (a) is covered by an outcome that a Co-Chair verified, (b) by an arrangement in force, (c) by an accepted
    final report.
    """
    covered = {
        Term.OUTCOMES: any(outcome.state == "verified" for outcome in case.outcomes.values()),
        Term.ARRANGEMENTS: any(arrangement.in_force_from for arrangement in case.arrangements.values()),
        Term.REPORT: any(
            r.kind == "final" and r.state is ReportState.ACCEPTED for r in case.reports.values()
        ),
    }
    return {
        term: "covered" if covered[term] else "waived" if term in case.waivers else "open" for term in Term
    }


@rule("waive", "waive a term of reference", (CO_CHAIR, SECRETARIAT), WITH_REPORTS)
def waive(turn: Turn, body: Waive) -> None:
    """State why a term of reference is not covered; the Co-Chairs see it when they close the case."""
    turn.emit(e.Waived(term=body.term, text=must_say(body, "why it is waived")))
    amend_gate(
        turn, GateName.CLOSURE, on=_closing_hash(turn.case), about=_closing_words(turn.case),
        why=f"{turn.by} waived ({body.term.value})",
    )  # fmt: skip


@rule("close", "propose to close the case", (SECRETARIAT, CO_CHAIR), {Stage.REPORTING})
def close(turn: Turn, body: Close) -> None:
    """Ask the Co-Chairs to close: refused until each term of reference has evidence or a stated waiver."""
    case = turn.case
    uncovered = [f"({term.value})" for term, state in terms_of_reference(case).items() if state == "open"]
    if uncovered:
        raise refuse(
            f"The case cannot be closed: the terms of reference {' and '.join(uncovered)} have neither "
            "evidence nor a stated waiver."
        )
    if case.open_gates:
        gates = ", ".join(gate.name.value for gate in case.open_gates)
        raise refuse(f"The case cannot be closed while a gate is open: {gates}.")
    if pending_circulation(case):
        raise refuse("The case cannot be closed while a circulation waits for consent.")
    open_gate(
        turn, GateName.CLOSURE, on=_closing_hash(case), about=_closing_words(case), respondent=THE_SECRETARIAT
    )


def _closing_hash(case: Case) -> str:
    waived = {term.value: text for term, text in case.waivers.items()}
    return fingerprint({term.value: state for term, state in terms_of_reference(case).items()}, waived)


def _closing_words(case: Case) -> str:
    waived = "".join(f" Waived ({term.value}): {text}" for term, text in case.waivers.items())
    return f"Closing of the case.{waived}"


def _not_closing(case: Case) -> None:
    gate = case.gates.get(GateName.CLOSURE)
    if gate is not None and gate.open:
        raise refuse(
            "The closing of the case is before the Co-Chairs; nothing new is begun while they decide."
        )


@follows(GateName.CLOSURE, GateOutcome.APPROVED)
def _closed(turn: Turn, gate: Gate) -> None:
    turn.enter(Stage.CLOSED, gate_conditions(gate))
