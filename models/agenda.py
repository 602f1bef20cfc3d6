"""Who holds the ball, until when, and what happens by itself if nobody acts."""

from datetime import datetime
from operator import attrgetter

from models.base import Instant, Value
from models.case import Case, ParticipantState, ReportState, Stage
from models.endorsement import yet_to_endorse
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind
from models.posts import SECRETARIAT, Post, desk_of
from models.verification import verifiers


class NextAct(Value):
    """The next thing that the clock does by itself."""

    at: Instant
    subject: str
    act: ClockAct
    due: Instant


def next_act(case: Case) -> NextAct | None:
    """The earliest rung of all ladders whose clock runs: while the case is suspended, the next look at that alone."""
    best: NextAct | None = None
    for subject, ladder in case.ladders.items():
        if case.stands and subject != SubjectKind.SUSPENSION:
            continue
        rung = ladder.next
        if rung is not None and (best is None or (rung.at, subject) < (best.at, best.subject)):
            best = NextAct.model_construct(at=rung.at, subject=subject, act=rung.act, due=ladder.due)
    return best


def due(case: Case) -> datetime | None:
    """The earliest deadline that still lies on a running ladder."""
    return min((ladder.due for ladder in case.ladders.values() if ladder.next is not None), default=None)


def waiting_on(case: Case) -> tuple[Post, ...]:
    """Whose turn it is. Empty only when the procedure has ended, and no circulation is under way.

    An open question comes before open gates, open gates before what the stage itself waits for.
    """
    if case.stage is Stage.DRAFT or case.stage is Stage.LAPSED:
        return ()
    asked = [gate.respondent for gate in case.open_gates if gate.questions]
    if asked:
        return _each_once(asked)
    undecided = [post for gate in case.open_gates for post in gate.undecided]
    if undecided:
        return _each_once(undecided)
    if case.stage.final:
        return _each_once(_asked_on_circulation(case))
    return _each_once(_STAGE[case.stage](case)) or (SECRETARIAT,)


def _each_once(posts: list[Post]) -> tuple[Post, ...]:
    return tuple(dict.fromkeys(posts))


def _desks(*codes: str) -> list[Post]:
    return [desk_of(code) for code in codes]


def _submitted(case: Case) -> list[Post]:
    return _desks(*case.requesters) if case.returned else [SECRETARIAT]


def _review(case: Case) -> list[Post]:
    return list(case.directory.co_chairs)


def _selection(case: Case) -> list[Post]:
    if asked := [*_desks(*case.invited), *_asked_on_circulation(case)]:
        return asked
    return list(case.directory.co_chairs) if case.ladder(SubjectKind.MINIMUM) else [SECRETARIAT]


_ASKED_BY = attrgetter("state", "owner", "supporting", "taken_on", "refused_by", "returned")
"""That of an outcome by which it is known whom its work waits for."""


def _operational(case: Case) -> list[Post]:
    outcomes = case.outcomes.values()
    alike = dict(zip(map(_ASKED_BY, outcomes), outcomes, strict=True))  # one of hundreds that ask the same posts
    at_it = [one for one in alike.values() if one.state in ("open", "blocked")]
    working = {one.owner: None for one in at_it if case.taken_on(one, one.owner)}
    asked = {code: None for one in at_it for code in case.yet_to_take_on(one)}
    finding = [SECRETARIAT] if any(one.seeks_owner for one in at_it) else []
    owners = [*_desks(*working, *asked), *finding]
    verifying = [post for outcome in case.outcomes_in("done") for post in verifiers(case, outcome)]
    parties = _desks(*(code for one in case.arrangements.values() for code in one.awaited))
    admitted = [p for p in case.participants.values() if p.state is ParticipantState.ADMITTED]
    considering = [post for one in admitted if case.considered(one.member) for post in case.directory.steering_group]
    before_the_group = [one for one in admitted if not case.considered(one.member)]
    endorsers = _desks(*(code for one in before_the_group for code in yet_to_endorse(case, one)))
    return [*owners, *verifying, *parties, *considering, *endorsers, *_desks(*case.invited), *_asked_on_texts(case)]


def _reporting(case: Case) -> list[Post]:
    return _asked_on_texts(case) or [SECRETARIAT]


def _asked_on_texts(case: Case) -> list[Post]:
    """Who is asked about a report under the silence procedure, or for consent to being named."""
    report = case.report
    if report is not None and report.state is ReportState.TABLED:
        return list(case.directory.steering_group)
    return _asked_on_circulation(case)


def _asked_on_circulation(case: Case) -> list[Post]:
    """Who is asked about what is to be circulated: for consent, then for other words where it was not given."""
    circulation = case.circulation
    if circulation is None or circulation.state != "approved":
        return []
    return _desks(*circulation.pending) or ([SECRETARIAT] if circulation.unsettled else [])


_STAGE = {
    Stage.SUBMITTED: _submitted,
    Stage.CO_CHAIR_REVIEW: _review,
    Stage.PARTICIPANT_SELECTION: _selection,
    Stage.OPERATIONAL: _operational,
    Stage.REPORTING: _reporting,
}


class ClockPanel(Value):
    """The clock panel at one moment: the step, since when, who holds the ball, what comes by itself."""

    stage: Stage
    since: Instant | None
    hours: float
    waiting_on: tuple[Post, ...]
    next: NextAct | None


def clock_panel(case: Case, now: datetime) -> ClockPanel:
    """The clock panel at ``now`` (aware); ``hours`` counts from the beginning of the step."""
    hours = (now - case.stage_since).total_seconds() / 3600 if case.stage_since else 0.0
    whose, comes = waiting_on(case), next_act(case)
    return ClockPanel(stage=case.stage, since=case.stage_since, hours=hours, waiting_on=whose, next=comes)
