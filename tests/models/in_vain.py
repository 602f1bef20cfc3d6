"""Nothing waits in vain: a ladder stands only while what it is about is awaited (``models.ladder_subjects``)."""

from collections.abc import Callable, Iterator

from models.case import Case, GateName, GateOutcome, ParticipantState, ReportState, Stage
from models.ladder_subjects import SubjectKind, read_subject
from models.rules.circulation import pending_circulation


def _stage(*stages: Stage) -> Callable[[Case, str], bool]:
    return lambda case, about: case.stage in stages


def _outcome(*states: str) -> Callable[[Case, str], bool]:
    return lambda case, about: case.outcomes[about].state in states


def _report(*states: ReportState) -> Callable[[Case, str], bool]:
    return lambda case, about: case.report is not None and case.report.state in states


def _answer(case: Case, about: str) -> bool:
    gate = case.gates[GateName(about)]
    return gate.open and bool(gate.questions)


def _comments(case: Case, about: str) -> bool:
    confirmed = case.gates[GateName.PARTICIPANTS].outcome is GateOutcome.APPROVED
    return case.stage is Stage.PARTICIPANT_SELECTION and not confirmed


def _asked(case: Case, member: str) -> bool:
    """Invited; or an observer that is offered a participant's seat."""
    listed = case.participants[member]
    return listed.state is ParticipantState.INVITED or listed.seat is not listed.sits_as


def _circulation(case: Case, about: str) -> bool:
    return pending_circulation(case) is not None


_AWAITED: dict[SubjectKind, Callable[[Case, str], bool]] = {
    SubjectKind.COMPLETENESS: _stage(Stage.SUBMITTED),
    SubjectKind.RESUBMISSION: lambda case, about: case.stage is Stage.LAPSED or case.returned,
    SubjectKind.GATE: lambda case, about: case.gates[GateName(about)].open,
    SubjectKind.ANSWER: _answer,
    SubjectKind.COMMENTS: _comments,
    SubjectKind.LIST: _stage(Stage.PARTICIPANT_SELECTION),
    SubjectKind.MINIMUM: _stage(Stage.PARTICIPANT_SELECTION),
    SubjectKind.INVITATION: _asked,
    SubjectKind.SITUATION: _stage(Stage.OPERATIONAL),
    SubjectKind.DURATION: _stage(Stage.OPERATIONAL),
    SubjectKind.OUTCOME: _outcome("open", "blocked"),
    SubjectKind.VERIFY: _outcome("done"),
    SubjectKind.VERIFIED: _outcome("verified"),
    SubjectKind.BEGINS: lambda case, about: str(case.arrangements[about].state) == "agreed",
    SubjectKind.ARRANGEMENT: lambda case, about: case.arrangements[about].ended_at is None,
    SubjectKind.EXCHANGE: lambda case, about: case.arrangements[about].ended_at is None,
    SubjectKind.CONTRIBUTIONS: _report(ReportState.DRAFTING),
    SubjectKind.SILENCE: _report(ReportState.TABLED),
    SubjectKind.CONSENT: _circulation,
    SubjectKind.WORDING: _circulation,
}


def in_vain(case: Case) -> Iterator[str]:
    """The ladders of a case that nothing is awaited for any more."""
    for subject in case.ladders:
        kind, about = read_subject(subject)
        if kind in _AWAITED and not _AWAITED[kind](case, about):
            yield f"{subject} in {case.stage}"
