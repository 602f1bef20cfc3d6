"""Duties: what each post is asked to do in a case now, by which command, until when.

Lists, the home page, links in mails and the digest show these; ``agenda.waiting_on`` names whose turn it is. Every
post whose turn it is has a duty, and every duty can be discharged by a command that the rules allow the post.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from models.apart import changed_keys, changed_parts, gone_keys
from models.base import Instant, Value
from models.case import Case, Participant, ParticipantState, Report, ReportState, Seat, Stage
from models.endorsement import yet_to_endorse
from models.ladder_subjects import SubjectKind, read_subject, subject_of
from models.posts import SECRETARIAT, Post, desk_of
from models.rules.circulation import consents_asked, pending_circulation
from models.rules.closing import must_decide_on_circulation
from models.verification import verifiers


class Duty(Value):
    """One thing that a post is asked to do: the command that does it, and what it is about.

    ``about`` names the gate, outcome, arrangement or member meant; empty where the case itself is. ``due``: the
    deadline (UTC), None while the clock stands or where there is none.
    """

    post: Post
    do: str
    about: str = ""
    due: Instant | None = None


def open_duties(case: Case) -> tuple[Duty, ...]:
    """Everything that the posts are asked to do now, each once; after its end only what is to be circulated."""
    if case.stage is Stage.LAPSED or case.stage is Stage.DRAFT:
        return ()
    found = [*_at_gates(case), *_in_stage(case), *_by_invitation(case), *_suspended(case)]
    return tuple({(one.post, one.do, one.about): one for one in found}.values())


def duties_apart(before: Case, after: Case) -> tuple[tuple[Duty, ...], tuple[Duty, ...]]:
    """The duties in two states, without those of outcomes and arrangements that are the same in both.

    Asked of each step, so it does little more for a case of many outcomes than for one of few.
    """
    parts = changed_parts(before, after)
    if parts & {"stage", "directory"} or ("gates" in parts and before.sitting != after.sitting):  # who verifies
        return open_duties(before), open_duties(after)
    subjects = [read_subject(subject) for subject in _apart(before.ladders, after.ladders)]
    waiting = {subject.about for subject in subjects}
    changed = {
        part: {*waiting, *_apart(getattr(before, part), getattr(after, part))} for part in ("outcomes", "arrangements")
    }
    reduced = _with_only(before, changed), _with_only(after, changed)
    if parts <= _OF_WORK and all(subject.kind in _WAITING_AT_WORK for subject in subjects):
        then, now = (tuple(_work(case)) if case.stage in _AT_WORK else () for case in reduced)
        return then, now
    then, now = map(open_duties, reduced)
    return then, now


def _apart(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return [*changed_keys(before, after), *gone_keys(before, after)]


_AT_WORK = (Stage.OPERATIONAL, Stage.REPORTING)
_OF_WORK = frozenset(
    ("outcomes", "arrangements", "ladders", "recordings", "recent", "touched", "seq", "head", "updated_at")
)
"""The parts that a step on outcomes or arrangements alone makes anew; of these duties outside the work read none."""
_WAITING_AT_WORK = (SubjectKind.TAKING_ON, SubjectKind.OUTCOME, SubjectKind.VERIFY, SubjectKind.AGREEMENT)


def _with_only(case: Case, titles: Mapping[str, set[str]]) -> Case:
    parts = {
        name: {one: getattr(case, name)[one] for one in only if one in getattr(case, name)}
        for name, only in titles.items()
    }
    return case.model_copy(update=parts)


_ONLY_DUTIES = frozenset(
    (
        "accept",
        "agree",
        "amend_outcome",
        "answer",
        "circulate",
        "close",
        "comment",
        "consent",
        "decide",
        "endorse",
        "object",
        "propose",
        "resubmit",
        "respond",
        "resume",
        "reword",
        "table",
        "take_on",
        "verify",
    )
)
"""Commands that nobody is asked for without a duty; for others a post may also be asked to help."""


def still_asked(case: Case, post: Post, do: str, about: str) -> bool:
    """Whether what a post was asked for, as ``models.asks`` has it, is asked of it still."""
    if do == "progress":
        outcome = case.outcomes.get(about)
        return not case.stage.ended and outcome is not None and outcome.state in ("open", "blocked")
    if do not in _ONLY_DUTIES:
        return not case.stage.ended
    mine = (duty for duty in open_duties(case) if (duty.post, duty.do) == (post, do))
    return any(about in ("", duty.about) for duty in mine)


def _duty(case: Case, post: Post, do: str, about: str = "", until: str = "") -> Duty:
    """``until``: the subject of the ladder that has its date."""
    return Duty.model_construct(post=post, do=do, about=about, due=_due(case, until))


def _due(case: Case, subject: str) -> datetime | None:
    ladder = case.ladders.get(subject)
    return ladder.due if ladder is not None and ladder.stopped_at is None else None


def _at_gates(case: Case) -> Iterable[Duty]:
    for gate in case.open_gates:
        name = gate.name.value
        if gate.questions:
            yield _duty(case, gate.respondent, "answer", name, subject_of(SubjectKind.ANSWER, name))
            continue
        for post in gate.undecided:
            yield _duty(case, post, "decide", name, subject_of(SubjectKind.GATE, name))


def _by_invitation(case: Case) -> Iterable[Duty]:
    if case.stage.ended:
        return
    for one in case.participants.values():
        if one.state is ParticipantState.INVITED or case.ladder(SubjectKind.INVITATION, one.member):
            yield _duty(case, desk_of(one.member), "respond", until=subject_of(SubjectKind.INVITATION, one.member))


def _suspended(case: Case) -> Iterable[Duty]:
    if case.ladder(SubjectKind.SUSPENSION):
        for post in (*case.directory.co_chairs, SECRETARIAT):
            yield _duty(case, post, "resume", until=SubjectKind.SUSPENSION)


def _in_stage(case: Case) -> Iterable[Duty]:
    match case.stage:
        case Stage.SUBMITTED if case.returned:
            for code in case.requesters:
                yield _duty(case, desk_of(code), "resubmit", until=SubjectKind.RESUBMISSION)
        case Stage.SUBMITTED:
            yield _duty(case, SECRETARIAT, "accept", until=SubjectKind.COMPLETENESS)
        case Stage.PARTICIPANT_SELECTION:
            yield from _selection(case)
            yield from _on_circulation(case)
        case Stage.OPERATIONAL:
            yield _duty(case, SECRETARIAT, "situation_update", until=SubjectKind.SITUATION)
            yield from _work(case)
            yield from _report(case)
        case Stage.REPORTING:
            yield from _work(case)
            yield from _report(case)
        case stage if stage.final:
            yield from _on_circulation(case)


def _selection(case: Case) -> Iterable[Duty]:
    if case.ladder(SubjectKind.COMMENTS):
        for post in case.directory.steering_group:
            yield _duty(case, post, "comment", until=SubjectKind.COMMENTS)
    if case.ladder(SubjectKind.MINIMUM):
        for post in case.directory.co_chairs:
            yield _duty(case, post, "replace", until=SubjectKind.MINIMUM)
    elif case.ladder(SubjectKind.LIST) or not (case.open_gates or case.invited):
        yield _duty(case, SECRETARIAT, "propose", until=SubjectKind.LIST)


def _work(case: Case) -> Iterable[Duty]:
    for outcome in case.outcomes.values():
        title = outcome.title
        for code in case.yet_to_take_on(outcome):
            yield _duty(case, desk_of(code), "take_on", title, subject_of(SubjectKind.TAKING_ON, title))
        if outcome.seeks_owner:
            yield _duty(case, SECRETARIAT, "amend_outcome", title, subject_of(SubjectKind.TAKING_ON, title))
        if outcome.state in ("open", "blocked") and case.taken_on(outcome, outcome.owner):
            yield _duty(case, desk_of(outcome.owner), "progress", title, subject_of(SubjectKind.OUTCOME, title))
        elif outcome.state == "done":
            for post in verifiers(case, outcome):
                yield _duty(case, post, "verify", outcome.title, subject_of(SubjectKind.VERIFY, outcome.title))
    for arrangement in case.arrangements.values():
        for code in arrangement.awaited:
            until = subject_of(SubjectKind.AGREEMENT, arrangement.title)
            yield _duty(case, desk_of(code), "agree", arrangement.title, until)
    for newcomer in case.participants.values():
        if newcomer.state is ParticipantState.ADMITTED:
            yield from _on_admission(case, newcomer)


def _on_admission(case: Case, newcomer: Participant) -> Iterable[Duty]:
    member = newcomer.member
    if case.considered(member):
        for post in case.directory.steering_group:
            yield _duty(case, post, "object", member, subject_of(SubjectKind.CONSIDERED, member))
        return
    for code in yet_to_endorse(case, newcomer):
        yield _duty(case, desk_of(code), "endorse", member, subject_of(SubjectKind.ADMISSION, member))


def _report(case: Case) -> Iterable[Duty]:
    report = case.report
    if report is not None:
        yield from _on_report(case, report)
    yield from _on_circulation(case)
    done = report is None or report.state is ReportState.ACCEPTED
    if case.stage is Stage.REPORTING and done and not case.open_gates:
        last = "circulate" if must_decide_on_circulation(case) else "close"
        if report is None or not (last == "circulate" and pending_circulation(case)):
            yield _duty(case, SECRETARIAT, last if report else "open_report", until=SubjectKind.CLOSING)


def _on_circulation(case: Case) -> Iterable[Duty]:
    circulation = pending_circulation(case)
    if circulation is None:
        return
    for code in consents_asked(case, circulation):
        yield _duty(case, desk_of(code), "consent", until=SubjectKind.CONSENT)
    if circulation.unsettled:
        yield _duty(case, SECRETARIAT, "reword", until=SubjectKind.WORDING)


def _on_report(case: Case, report: Report) -> Iterable[Duty]:
    about = report.name
    if report.state is ReportState.DRAFTING:
        for code in case.taking_part(seat=Seat.PARTICIPANT):
            if code not in report.contributed:
                yield _duty(case, desk_of(code), "contribute", about, SubjectKind.CONTRIBUTIONS)
        yield _duty(case, SECRETARIAT, "table", about)
    elif report.state is ReportState.TABLED:
        for post in case.directory.steering_group:
            yield _duty(case, post, "object", about, SubjectKind.SILENCE)
    elif report.state is ReportState.ADOPTED and not case.open_gates:
        yield _duty(case, SECRETARIAT, "revise", about)
