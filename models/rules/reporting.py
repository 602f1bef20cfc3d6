"""Reports and recommendations (c), under the silence procedure of the Steering Group.

By ``object`` a Co-Chair also objects to a verification (``outcomes``); what a refused extension leads to is here too.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Literal

from models import events as e
from models.base import brief
from models.case import Case, Gate, GateName, GateOutcome, Recommendation, Report, ReportState, Stage
from models.commands import Adopt, Contribute, Object, OpenReport, Recommend, Revise, Table
from models.ladder import ClockAct, Ladder, Rung
from models.ladder_subjects import SubjectKind
from models.limits import LONGEST_TEXT
from models.policy import SilenceCovers
from models.posts import SECRETARIAT, Post
from models.reasons import ReasonCode, StatedReason, reason, text_and_reasons
from models.refusal import RefusalKind
from models.request import fingerprint
from models.rules.actors import BY_ANY_MEMBER, BY_CO_CHAIR, BY_GROUP, BY_SECRETARIAT, BY_STEERING_GROUP
from models.rules.checks import must_be_in_the_group, must_be_members, must_say, refuse
from models.rules.closing import await_closing, end_early, report_is_owed
from models.rules.context import RuleContext
from models.rules.gates import GateMatter, amend_gate, follows, must_not_be_closing, open_gate, what_was_said
from models.rules.later_admission import object_to_admission, open_to_objection
from models.rules.table import AT_WORK, rule
from models.rules.unopened import what_comes_first
from models.rules.verifying import object_to_outcome, verification_open_to

_WORKING_DAY = timedelta(hours=9)
"""From the morning of the day by which contributions are due to its evening."""


def _report_is(*states: ReportState) -> Callable[[Case, Post], bool]:
    return lambda case, post: case.report is not None and case.report.state in states


_in_drafting = _report_is(ReportState.DRAFTING)


@rule("open_report", "open a report", (BY_SECRETARIAT, BY_CO_CHAIR), AT_WORK)
def open_report(context: RuleContext, body: OpenReport) -> None:
    """Open an interim or the final report; the final one moves the case to reporting."""
    must_not_be_closing(context.case)
    report = context.case.report
    if report is not None and report.state is not ReportState.ACCEPTED:
        raise refuse(f"The {report.name} is still open ({report.state.words}); one report is written at a time.")
    if report is not None and report.kind == "final":
        raise refuse("The final report has been accepted; no other report follows it.")
    _begin_report(context, body.kind, body.contributions_by, body.text)


def _begin_report(
    context: RuleContext, kind: Literal["interim", "final"], by_when: date | None = None, said: str = ""
) -> None:
    """Open a report; participants are asked to contribute until a date, where one is given."""
    number = len(context.case.reports) + 1
    content = fingerprint(context.case.reference, number)
    report = Report(number=number, kind=kind, contributions_by=by_when, content=content)
    context.emit(e.ReportOpened(report=report, text=said))
    until = None
    if by_when:
        until = context.morning(by_when, SECRETARIAT.member) + _WORKING_DAY
    if kind == "final" and context.case.stage is Stage.OPERATIONAL:
        _enter_reporting(context)
    _await_report(context, until)


def _enter_reporting(context: RuleContext, said: str | StatedReason = "") -> None:
    context.supersede(GateName.EXTENSION, reason(ReasonCode.GROUP_REPORTS))
    context.enter(Stage.REPORTING, said)
    context.clear(SubjectKind.SITUATION, SubjectKind.DURATION)


def _await_report(context: RuleContext, until: datetime | None = None) -> None:
    """Remind the secretariat, once contributions have had their time, until it tables the report."""
    span, member = context.case.track.gate, SECRETARIAT.member
    if until is None or until <= context.now:
        context.once(SubjectKind.CONTRIBUTIONS, span, ClockAct.REMIND, member)
    else:
        context.set_ladder(SubjectKind.CONTRIBUTIONS, Ladder(due=until, rungs=(Rung(at=until, act=ClockAct.REMIND),)))


def report_owed(context: RuleContext) -> None:
    """Remind the secretariat again of a report that has not been tabled."""
    if context.case.report is not None and context.case.report.state is ReportState.DRAFTING:
        _await_report(context)


def final_report_due(context: RuleContext) -> None:
    """Begin the group's final report once the activation's time is over.

    While an extension is before the Co-Chairs, the group's work goes on until they have decided.
    """
    if context.case.waiting_gate(GateName.EXTENSION):
        return
    report = context.case.report
    if report is not None and report.state is not ReportState.ACCEPTED:
        if report.kind == "interim":
            _enter_reporting(context, reason(ReasonCode.DURATION_OVER))
        return
    _begin_report(context, "final")


def _open_report(case: Case, *states: ReportState) -> Report:
    report = case.report
    if report is None:
        raise refuse("No report has been opened yet.")
    if report.state not in states:
        words = " or ".join(state.words for state in states)
        raise refuse(f"The {report.name} is {report.state.words}; this can be done while it is {words}.")
    return report


_BY_WRITERS = (BY_GROUP, BY_STEERING_GROUP, BY_SECRETARIAT)
_BY_ADVISERS = (BY_STEERING_GROUP, BY_GROUP, BY_SECRETARIAT)


@rule("contribute", "contribute to the report", _BY_WRITERS, AT_WORK, ready=_in_drafting, own_word=True)
def contribute(context: RuleContext, body: Contribute) -> None:
    """Contribute to the open report."""
    report = _open_report(context.case, ReportState.DRAFTING)
    content = fingerprint(report.content, context.by, body.text)
    context.emit(e.Contributed(member=context.by.member, text=body.text, content=content))


@rule("recommend", "add a recommendation", _BY_ADVISERS, AT_WORK, ready=_in_drafting, own_word=True)
def recommend(context: RuleContext, body: Recommend) -> None:
    """Add a concrete recommendation: to whom, owned by whom, due when."""
    report = _open_report(context.case, ReportState.DRAFTING)
    codes = (*body.to, *([body.owner] if body.owner else ()))
    must_be_members(context.case, tuple(code for code in codes if code != SECRETARIAT.member))
    number, owner = len(context.case.recommendations) + 1, body.owner or SECRETARIAT.member
    must_be_in_the_group(context.case, (owner,), "owns a recommendation")
    recommendation = Recommendation(
        number=number, text=body.text, to=body.to, owner=owner, due=body.due, report=report.number
    )
    content = fingerprint(report.content, recommendation.model_dump(mode="json"))
    context.emit(e.Recommended(recommendation=recommendation, content=content))


@rule("table", "table the report", (BY_SECRETARIAT, BY_CO_CHAIR), AT_WORK, ready=_in_drafting, part="report")
def table(context: RuleContext, body: Table) -> None:
    """Put the report before the Steering Group: adopted unless somebody objects by the date."""
    report = _open_report(context.case, ReportState.DRAFTING)
    if not _covers_the_report(context.case) and not _has_content(context.case, report):
        raise refuse(
            f"The {report.name} says nothing yet, and nobody can be silent on that: a contribution, a recommendation or "
            "the text of a new version comes first."
        )
    context.clear(SubjectKind.CONTRIBUTIONS)
    _before_the_group(context, report, body.text)


_Why = Literal["revised", "objected", "declined", "lapsed"]
_Said = str | StatedReason


def _covers_the_report(case: Case) -> bool:
    """Whether silence is on the report whatever it says, and becomes: as in cases of before."""
    return case.policy.silence_covers is SilenceCovers.REPORT


def _has_content(case: Case, report: Report) -> bool:
    recommended = any(one.report == report.number for one in case.recommendations.values())
    return bool(report.contributed) or recommended or report.version > 1


def _before_the_group(
    context: RuleContext, report: Report, said: _Said, why: _Why | None = None, post: Post | None = None
) -> None:
    """Begin the silence of the Steering Group on the report as it is now."""
    _move(context, report, ReportState.TABLED, said, why, post)
    members = tuple(post.member for post in context.case.directory.steering_group)
    context.once(SubjectKind.SILENCE, context.case.track.silence, ClockAct.LAPSE, *members)


def _move(
    context: RuleContext,
    report: Report,
    to: ReportState,
    said: _Said,
    why: _Why | None = None,
    post: Post | None = None,
) -> None:
    text, reasons = text_and_reasons(said)
    number, kind = report.number, report.kind
    context.emit(e.ReportMoved(report=number, kind=kind, state=to, text=text, reasons=reasons, why=why, post=post))


def _back_to_drafting(context: RuleContext, report: Report, said: _Said, why: _Why, post: Post | None = None) -> None:
    _move(context, report, ReportState.DRAFTING, said, why, post)
    _await_report(context)


def _may_object(case: Case, post: Post) -> bool:
    return (
        bool(open_to_objection(case, post))
        or _report_is(ReportState.TABLED)(case, post)
        or verification_open_to(case, post)
    )


@rule(
    "object",
    "object to a report, an admission or a verification",
    (BY_STEERING_GROUP,),
    AT_WORK,
    ready=_may_object,
    part="report",
)
def object_(context: RuleContext, body: Object) -> None:
    """Break the silence on a report, which reopens it, or on an admission; a Co-Chair may object to a verification."""
    text = must_say(body, "what you object to")
    if body.member:
        object_to_admission(context, body.member, text)
        return
    if body.outcome:
        object_to_outcome(context, body.outcome, text)
        return
    report = _open_report(context.case, ReportState.TABLED)
    context.emit(e.Objected(member=context.by.member, text=text))
    context.clear(SubjectKind.SILENCE)
    _back_to_drafting(context, report, text, "objected", context.by)


_NOT_ACCEPTED = (ReportState.DRAFTING, ReportState.TABLED, ReportState.ADOPTED)


@rule("revise", "revise the report", (BY_SECRETARIAT, BY_CO_CHAIR), AT_WORK, _report_is(*_NOT_ACCEPTED), part="report")
def revise(context: RuleContext, body: Revise) -> None:
    """Write a new version: tabled, it goes back to drafting; adopted, to the Steering Group, whose silence begins anew.

    A correction of form does not where the policy allows it: both Co-Chairs see it, and say by approving that it is one.
    """
    report = _open_report(context.case, *_NOT_ACCEPTED)
    text = must_say(body, "what the new version says")
    if body.corrects:
        _may_correct(context.case, report)
        if context.case.policy.in_full:
            _must_stand_once(context.case, report, body.corrects, text)
    content = fingerprint(report.content, *([body.corrects] if body.corrects else []), text)
    context.emit(e.Revised(version=report.version + 1, text=text, content=content, corrects=body.corrects))
    amended = context.case.reports[report.number]
    written = reason(ReasonCode.VERSION_WRITTEN, post=context.by, version=amended.version)
    if report.state is ReportState.TABLED:
        context.clear(SubjectKind.SILENCE)
        _back_to_drafting(context, report, reason(ReasonCode.REPORT_REVISED), "revised", context.by)
    elif report.state is ReportState.ADOPTED and not body.corrects and not _covers_the_report(context.case):
        context.supersede(GateName.REPORT, written)
        _before_the_group(context, amended, text, "revised", context.by)
    else:
        corrected = [reason(ReasonCode.CORRECTED, was=body.corrects, now=text)] if body.corrects else []
        amend_gate(context, GateName.REPORT, _report_matter(amended, *_corrections(context.case), *corrected), written)


def _may_correct(case: Case, report: Report) -> None:
    if case.policy.silence_covers is not SilenceCovers.SUBSTANCE:
        raise refuse("The policy of this case knows no corrections of form: a new version is one, whatever it changes.")
    if report.state is not ReportState.ADOPTED:
        raise refuse(
            f"A correction of form is put to the Co-Chairs once the Steering Group has adopted the report; the "
            f"{report.name} is {report.state.words}, and is revised without naming what is corrected."
        )


def _must_stand_once(case: Case, report: Report, was: str, now: str) -> None:
    """Refuse a correction of what cannot be found: both Co-Chairs approve that these very words read otherwise."""
    own = (one.text for one in case.recommendations.values() if one.report == report.number)
    parts = [report.corrected(part) for part in (report.text, *own)]
    times = sum(part.count(was) for part in parts)
    if was == now:
        raise refuse("The correction reads the same as what it corrects.", RefusalKind.INVALID)
    if not times:
        raise refuse(
            f"{brief(was)!r} does not stand in the {report.name}: in the text of its newest version, or in one of its "
            "recommendations. A contribution is its member's own word, and nobody corrects it."
        )
    if times > 1:
        raise refuse(f"{brief(was)!r} stands {times} times in the {report.name}; say more of the words around it.")
    if any(len(part) + len(now) - len(was) > LONGEST_TEXT for part in parts if was in part):
        raise refuse(f"With this the text would have more than {LONGEST_TEXT} characters.", RefusalKind.INVALID)


def _corrections(case: Case) -> tuple[StatedReason, ...]:
    """The corrections of form that are before the Co-Chairs already."""
    gate = case.waiting_gate(GateName.REPORT)
    return tuple(one for one in (gate.matter or () if gate else ()) if one.code is ReasonCode.CORRECTED)


def silence_ended(context: RuleContext) -> None:
    """Note that nobody objected: the report is adopted, and the Co-Chairs are asked to accept it."""
    report = _open_report(context.case, ReportState.TABLED)
    context.clear(SubjectKind.SILENCE)
    _move(context, report, ReportState.ADOPTED, reason(ReasonCode.NOBODY_OBJECTED))
    open_gate(context, GateName.REPORT, _report_matter(report))


def _report_matter(report: Report, *corrected: StatedReason) -> GateMatter:
    version = reason(ReasonCode.REPORT, report=report.name, version=report.version)
    return GateMatter(report.content, (version, *corrected))


@follows(GateName.REPORT, GateOutcome.APPROVED)
def _accepted(context: RuleContext, gate: Gate) -> None:
    """Accept the report. In reporting, an interim one is followed by the final one, and that by the closing."""
    report = _open_report(context.case, ReportState.ADOPTED)
    _move(context, report, ReportState.ACCEPTED, what_was_said(gate))
    if context.case.stage is Stage.REPORTING and report.kind == "interim":
        _begin_report(context, "final")
    elif context.case.ends_early:
        end_early(context)
    elif context.case.stage is Stage.REPORTING:
        await_closing(context)


@follows(GateName.TERMINATION, GateOutcome.APPROVED)
def _ends_early(context: RuleContext, gate: Gate) -> None:
    """End the case, or have the group write the final report that it owes; an open interim one is finished first."""
    if not report_is_owed(context.case):
        end_early(context)
    elif context.case.stage is Stage.OPERATIONAL:
        if context.case.report is not None and context.case.report.state is not ReportState.ACCEPTED:
            _enter_reporting(context, reason(ReasonCode.ENDS_EARLY))
        else:
            _begin_report(context, "final")


@follows(GateName.EXTENSION, GateOutcome.DECLINED, GateOutcome.LAPSED)
def _not_extended(context: RuleContext, gate: Gate) -> None:
    """Begin the final report if the time ran out while the extension was before the Co-Chairs."""
    if context.case.stage is Stage.OPERATIONAL and context.case.ladder(SubjectKind.DURATION) is None:
        final_report_due(context)


@follows(GateName.REPORT, GateOutcome.DECLINED, GateOutcome.LAPSED)
def _sent_back(context: RuleContext, gate: Gate) -> None:
    """Send the report back to drafting, where it can be revised and tabled again."""
    why: _Why = "lapsed" if gate.outcome is GateOutcome.LAPSED else "declined"
    _back_to_drafting(context, _open_report(context.case, ReportState.ADOPTED), what_was_said(gate), why)


@rule("adopt", "say what became of a recommendation", (BY_ANY_MEMBER, BY_CO_CHAIR, BY_SECRETARIAT), AT_WORK)
def adopt(context: RuleContext, body: Adopt) -> None:
    """Refuse: recommendations of an accepted report are followed apart (``models.recommendation``)."""
    followed = "A recommendation is followed once its report has been accepted by the Co-Chairs"
    if not body.recommendation:
        meant = "say which of the accepted report's recommendations is meant, by its text"
    else:
        meant = f"{body.recommendation!r} is not one of an accepted report"
    raise refuse(f"{followed}; {meant}. {what_comes_first(context.case, GateName.REPORT)}".strip())
