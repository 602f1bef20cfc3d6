"""What comes before a gate that is not open: whose step it is, and until when."""

from datetime import UTC

from models.case import Case, GateName, ReportState, Stage
from models.ladder_subjects import SubjectKind

_ASKED_FOR = {
    GateName.EXTENSION: "An extension has to be asked for first.",
    GateName.TERMINATION: "An early end has to be asked for first.",
    GateName.CIRCULATION: "A circulation has to be proposed first.",
    GateName.CLOSURE: "The closing of the case has to be proposed first.",
}


def what_comes_first(case: Case, gate: GateName | None) -> str:
    """A sentence on what comes before the gate opens (without a gate: before the next one does); empty: nothing known."""
    if case.stage is Stage.SUBMITTED and gate in (None, GateName.ACTIVATION, GateName.PARTICIPANTS):
        return "The secretariat's completeness check comes first."
    if gate is GateName.PARTICIPANTS and case.stage is Stage.CO_CHAIR_REVIEW:
        return "The activation is decided first."
    if gate in (None, GateName.REPORT) and case.report is not None:
        return _of_the_report(case)
    if gate is GateName.REPORT:
        return "A report has to be opened and tabled first."
    return _ASKED_FOR.get(gate, "") if gate else ""


def _of_the_report(case: Case) -> str:
    report = case.report
    if report is not None and report.state is ReportState.TABLED:
        ladder = case.ladder(SubjectKind.SILENCE)
        runs = ladder is not None and not ladder.stopped_at
        until = f" until {ladder.due.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if ladder and runs else ""
        return f"The {report.name} is tabled; the silence procedure runs{until}, and the Co-Chairs decide after it."
    if report is not None and report.state is ReportState.DRAFTING:
        return f"The {report.name} is being drafted; it is tabled first, and the Co-Chairs decide after the silence."
    return ""
