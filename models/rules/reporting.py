"""Reports and recommendations (c), under the silence procedure of the Steering Group.

By ``object`` a Co-Chair also objects to a verification (``outcomes``); what a refused extension leads to is here too.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from models import events as e
from models.case import Case, Gate, GateName, GateOutcome, Recommendation, Report, ReportState, Stage
from models.commands import Adopt, Contribute, Object, OpenReport, Recommend, Revise, Table
from models.ladder import ClockAct, Ladder, Rung
from models.posts import SECRETARIAT as THE_SECRETARIAT
from models.posts import Post
from models.request import fingerprint
from models.rules.closing import await_closing, terms_of_reference
from models.rules.duration import DURATION
from models.rules.gates import amend_gate, follows, must_not_be_closing, open_gate, what_was_said
from models.rules.outcomes import object_to_outcome, verification_open_to
from models.rules.turn import AT_WORK, Turn, must_be_members, must_say, refuse, rule
from models.rules.unopened import what_comes_first
from models.rules.who import ANY_MEMBER, CO_CHAIR, IN_THE_GROUP, SECRETARIAT, STEERING_GROUP

SILENCE, CONTRIBUTIONS = "silence", "contributions"
"""The names of this part's ladders."""

_WORKING_DAY = timedelta(hours=9)
"""From the morning of the day by which contributions are due to its evening."""


def _report_is(*states: ReportState) -> Callable[[Case, Post], bool]:
    return lambda case, post: case.report is not None and case.report.state in states


@rule("open_report", "open a report", (SECRETARIAT, CO_CHAIR), AT_WORK)
def open_report(turn: Turn, body: OpenReport) -> None:
    """Open an interim or the final report; the final one moves the case to reporting."""
    must_not_be_closing(turn.case)
    report = turn.case.report
    if report is not None and report.state is not ReportState.ACCEPTED:
        raise refuse(f"The {report.name} is still open ({report.state.value}); one report is written at a time.")
    if report is not None and report.kind == "final":
        raise refuse("The final report has been accepted; no other report follows it.")
    by_when = body.contributions_by
    begin_report(
        turn,
        body.kind,
        Report(
            number=len(turn.case.reports) + 1,
            kind=body.kind,
            contributions_by=by_when,
            content=fingerprint(turn.case.reference, len(turn.case.reports) + 1),
        ),
    )


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


@rule(
    "contribute",
    "contribute to the report",
    (IN_THE_GROUP, STEERING_GROUP, SECRETARIAT),
    AT_WORK,
    ready=_report_is(ReportState.DRAFTING),
)
def contribute(turn: Turn, body: Contribute) -> None:
    """A contribution to the open report."""
    report = _open_report(turn.case, ReportState.DRAFTING)
    content = fingerprint(report.content, turn.by, body.text)
    turn.emit(e.Contributed(member=turn.by.member, text=body.text, content=content))


@rule(
    "recommend",
    "add a recommendation",
    (STEERING_GROUP, IN_THE_GROUP, SECRETARIAT),
    AT_WORK,
    ready=_report_is(ReportState.DRAFTING),
)
def recommend(turn: Turn, body: Recommend) -> None:
    """A concrete recommendation: to whom, owned by whom, due when."""
    report = _open_report(turn.case, ReportState.DRAFTING)
    codes = (*body.to, *([body.owner] if body.owner else ()))
    must_be_members(turn.case, tuple(code for code in codes if code != THE_SECRETARIAT.member))
    recommendation = Recommendation(
        number=len(turn.case.recommendations) + 1,
        text=body.text,
        to=body.to,
        owner=body.owner or THE_SECRETARIAT.member,
        due=body.due,
        report=report.number,
    )
    content = fingerprint(report.content, recommendation.model_dump(mode="json"))
    turn.emit(e.Recommended(recommendation=recommendation, content=content))


@rule("table", "table the report", (SECRETARIAT, CO_CHAIR), AT_WORK, ready=_report_is(ReportState.DRAFTING))
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


_Why = Literal["revised", "objected", "declined", "lapsed"]


def _back_to_drafting(turn: Turn, report: Report, text: str, why: _Why, post: Post | None = None) -> None:
    drafting = ReportState.DRAFTING
    turn.emit(e.ReportMoved(report=report.number, kind=report.kind, state=drafting, text=text, why=why, post=post))
    _await_report(turn)


def _may_object(case: Case, post: Post) -> bool:
    return _report_is(ReportState.TABLED)(case, post) or verification_open_to(case, post)


@rule("object", "object to a report or a verification", (STEERING_GROUP,), AT_WORK, ready=_may_object)
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
    _back_to_drafting(turn, report, text, "objected", turn.by)


@rule(
    "revise",
    "revise the report",
    (SECRETARIAT, CO_CHAIR),
    AT_WORK,
    ready=_report_is(ReportState.DRAFTING, ReportState.TABLED, ReportState.ADOPTED),
)
def revise(turn: Turn, body: Revise) -> None:
    """A new version: it leaves the silence procedure for drafting; positions of Co-Chairs are void."""
    report = _open_report(turn.case, ReportState.DRAFTING, ReportState.TABLED, ReportState.ADOPTED)
    text = must_say(body, "what the new version says")
    turn.emit(e.Revised(version=report.version + 1, text=text, content=fingerprint(report.content, text)))
    if report.state is ReportState.TABLED:
        turn.clear(SILENCE)
        _back_to_drafting(turn, report, "revised", "revised", turn.by)
    amended = turn.case.reports[report.number]
    amend_gate(
        turn,
        GateName.REPORT,
        on=amended.content,
        about=_report_words(amended),
        why=f"{turn.by} wrote version {amended.version}",
    )


def silence_ended(turn: Turn) -> None:
    """Nobody objected: the Steering Group has adopted the report; the Co-Chairs accept or return it."""
    report = _open_report(turn.case, ReportState.TABLED)
    turn.clear(SILENCE)
    _move(turn, report, ReportState.ADOPTED, "Nobody objected by the date.")
    open_gate(turn, GateName.REPORT, on=report.content, about=_report_words(report), respondent=THE_SECRETARIAT)


def _report_words(report: Report) -> str:
    return f"{report.name.capitalize()}, version {report.version}"


@follows(GateName.REPORT, GateOutcome.APPROVED)
def _accepted(turn: Turn, gate: Gate) -> None:
    """Accepted: the secretariat circulates and closes; after an interim report here, the final begins."""
    report = _open_report(turn.case, ReportState.ADOPTED)
    _move(turn, report, ReportState.ACCEPTED, what_was_said(gate))
    if turn.case.stage is Stage.REPORTING and report.kind == "interim":
        _begin_final(turn)
    elif turn.case.stage is Stage.REPORTING:
        await_closing(turn)


@follows(GateName.EXTENSION, GateOutcome.DECLINED, GateOutcome.LAPSED)
def _not_extended(turn: Turn, gate: Gate) -> None:
    """If the time ran out while its extension was before the Co-Chairs, the group now reports."""
    if turn.case.stage is Stage.OPERATIONAL and DURATION not in turn.case.ladders:
        final_report_due(turn)


@follows(GateName.REPORT, GateOutcome.DECLINED, GateOutcome.LAPSED)
def _sent_back(turn: Turn, gate: Gate) -> None:
    """The Co-Chairs return it, or were silent: it can be revised and tabled again."""
    why: _Why = "lapsed" if gate.outcome is GateOutcome.LAPSED else "declined"
    _back_to_drafting(turn, _open_report(turn.case, ReportState.ADOPTED), what_was_said(gate), why)


@rule("adopt", "say what became of a recommendation", (ANY_MEMBER, CO_CHAIR, SECRETARIAT), AT_WORK)
def adopt(turn: Turn, body: Adopt) -> None:
    """Recommendations of an accepted report are followed apart (``models.recommendation``)."""
    followed = "A recommendation is followed once its report has been accepted by the Co-Chairs"
    if not body.recommendation:
        meant = "say which of the accepted report's recommendations is meant, by its text"
    else:
        meant = f"{body.recommendation!r} is not one of an accepted report"
    raise refuse(f"{followed}; {meant}. {what_comes_first(turn.case, GateName.REPORT)}".strip())
