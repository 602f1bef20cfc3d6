"""Nothing waits in vain, and nothing is forgotten: a ladder stands while what it is about is awaited, and only then.

``models.ladder_subjects`` names what can be awaited.
"""

from collections.abc import Callable, Iterator

from models.case import Arrangement, Case, GateName, GateOutcome, Outcome, ParticipantState, ReportState, Stage
from models.endorsement import by_one_word
from models.ladder_subjects import SubjectKind, read_subject, subject_of
from models.rhythms import rhythm_of
from models.rules.circulation import consents_asked, pending_circulation
from models.rules.table import AT_WORK


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


def _admitted(case: Case, member: str) -> bool:
    return case.participants[member].state is ParticipantState.ADMITTED


def _word(case: Case, title: str) -> bool:
    outcome = case.outcomes[title]
    return bool(case.yet_to_take_on(outcome)) or outcome.seeks_owner


_AWAITED: dict[SubjectKind, Callable[[Case, str], bool]] = {
    SubjectKind.COMPLETENESS: _stage(Stage.SUBMITTED),
    SubjectKind.RESUBMISSION: lambda case, about: case.stage is Stage.LAPSED or bool(case.returned),
    SubjectKind.GATE: lambda case, about: case.gates[GateName(about)].open,
    SubjectKind.ANSWER: _answer,
    SubjectKind.COMMENTS: _comments,
    SubjectKind.LIST: _stage(Stage.PARTICIPANT_SELECTION),
    SubjectKind.MINIMUM: _stage(Stage.PARTICIPANT_SELECTION),
    SubjectKind.INVITATION: _asked,
    SubjectKind.CONSIDERED: _admitted,
    SubjectKind.ADMISSION: _admitted,
    SubjectKind.SITUATION: _stage(Stage.OPERATIONAL),
    SubjectKind.DURATION: _stage(Stage.OPERATIONAL),
    SubjectKind.OUTCOME: _outcome("open", "blocked"),
    SubjectKind.TAKING_ON: _word,
    SubjectKind.VERIFY: _outcome("done"),
    SubjectKind.VERIFIED: _outcome("verified"),
    SubjectKind.AGREEMENT: lambda case, about: bool(case.arrangements[about].awaited),
    SubjectKind.BEGINS: lambda case, about: str(case.arrangements[about].state) == "agreed",
    SubjectKind.ARRANGEMENT: lambda case, about: case.arrangements[about].ended_at is None,
    SubjectKind.EXCHANGE: lambda case, about: case.arrangements[about].ended_at is None,
    SubjectKind.CONTRIBUTIONS: _report(ReportState.DRAFTING),
    SubjectKind.SILENCE: _report(ReportState.TABLED),
    SubjectKind.CONSENT: _circulation,
    SubjectKind.WORDING: _circulation,
    SubjectKind.CLOSING: _stage(Stage.REPORTING),
    SubjectKind.SUSPENSION: lambda case, about: case.stands,
}


def in_vain(case: Case) -> Iterator[str]:
    """The ladders of a case that nothing is awaited for any more."""
    for subject in case.ladders:
        kind, about = read_subject(subject)
        if kind in _AWAITED and not _AWAITED[kind](case, about):
            yield f"{subject} in {case.stage}"


def forgotten(case: Case) -> Iterator[str]:
    """What a case waits for and no clock will ever remind of."""
    for subjects in _waited_for(case):
        ladders = [case.ladders[subject] for subject in subjects if subject in case.ladders]
        if not any(one.rungs for one in ladders):
            yield f"{' or '.join(subjects)} in {case.stage}"


def _waited_for(case: Case) -> Iterator[tuple[str, ...]]:
    """By subject; of several one is enough."""
    if case.stage is Stage.SUBMITTED:
        yield (SubjectKind.RESUBMISSION if case.returned else SubjectKind.COMPLETENESS,)
    for gate in case.open_gates:
        yield (subject_of(SubjectKind.GATE, gate.name),)
        if gate.questions:
            yield (subject_of(SubjectKind.ANSWER, gate.name),)
    circulation = pending_circulation(case)
    if circulation is not None and consents_asked(case, circulation):
        yield (SubjectKind.CONSENT,)
    if case.stands and case.policy.carries_out:
        yield (SubjectKind.SUSPENSION,)
    if case.stage.ended:
        return
    for member in case.invited:
        yield (subject_of(SubjectKind.INVITATION, member),)
    if case.stage in AT_WORK:
        yield from _at_work(case)


def _at_work(case: Case) -> Iterator[tuple[str, ...]]:
    for member, one in case.participants.items():
        if one.state is ParticipantState.ADMITTED:
            considered = () if by_one_word(case) else (subject_of(SubjectKind.CONSIDERED, member),)
            yield (*considered, subject_of(SubjectKind.ADMISSION, member))
    for outcome in case.outcomes.values():
        yield from _of_outcome(case, outcome)
    for arrangement in case.arrangements.values():
        yield from _of_arrangement(case, arrangement)
    if _report(ReportState.DRAFTING)(case, ""):
        yield (SubjectKind.CONTRIBUTIONS,)
    if _report(ReportState.TABLED)(case, ""):
        yield (SubjectKind.SILENCE,)
    if case.stage is Stage.OPERATIONAL:
        yield (SubjectKind.SITUATION,)
        if case.waiting_gate(GateName.EXTENSION) is None:
            yield (SubjectKind.DURATION,)


def _of_outcome(case: Case, outcome: Outcome) -> Iterator[tuple[str, ...]]:
    if outcome.state in ("open", "blocked") and _word(case, outcome.title):
        yield (subject_of(SubjectKind.TAKING_ON, outcome.title),)
    if outcome.state == "open" and outcome.due is not None and case.taken_on(outcome, outcome.owner):
        yield (subject_of(SubjectKind.OUTCOME, outcome.title),)
    if outcome.state == "done":
        yield (subject_of(SubjectKind.VERIFY, outcome.title),)


def _of_arrangement(case: Case, arrangement: Arrangement) -> Iterator[tuple[str, ...]]:
    state, title = arrangement.state, arrangement.title
    if arrangement.awaited:
        yield (subject_of(SubjectKind.AGREEMENT, title),)
    if state == "agreed":
        yield (subject_of(SubjectKind.BEGINS, title),)
    if state == "in_force" and arrangement.review is not None:
        yield (subject_of(SubjectKind.ARRANGEMENT, title),)
    if state == "in_force" and rhythm_of(arrangement.every) is not None and case.policy.carries_out:
        yield (subject_of(SubjectKind.EXCHANGE, title),)
