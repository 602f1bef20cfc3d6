"""A case as the API answers with it: made of what its reader sees (``as_seen``) and of nothing else.

What a reader does not see is empty or null, just as what is not there.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from models import case as c
from models.agenda import NextAct, clock_panel
from models.base import Instant
from models.case import Case, Circulation, Gate, Position
from models.duties import open_duties
from models.posts import Post
from models.recommendation.state import FollowUpAnswer
from models.release import Release, release_of
from models.request import Request
from models.rules import allowed, terms_of_reference
from models.tables.cases import FollowUpRow
from models.visibility import Seen, Sight, closed_sections
from web.api.views import View


class DeadlineView(View):
    """Something that waits: ``subject`` says what; ``next`` is what the clock does by itself, null while it stands."""

    subject: str
    due: Instant
    label: str
    next: NextAct | None


class GateView(View):
    """One decision of the Co-Chairs. ``on``: hash of what positions are bound to, for who may read all of it."""

    name: c.GateName
    about: str
    round: int
    opened_at: Instant
    decided_at: Instant | None
    outcome: c.GateOutcome | None
    on: str
    respondent: Post
    deciders: tuple[c.Decider, ...]
    undecided: tuple[Post, ...]
    positions: tuple[c.Position, ...]
    past: tuple[c.Position, ...]
    questions: tuple[c.Question, ...]
    terms: Mapping[str, str]


class RecordingView(View):
    """What was recorded in a post's name; ``entry``: the first entry of the log that tells of it."""

    entry: int
    post: Post
    by: Post
    how: str
    at: Instant
    contested_at: Instant | None


class ParticipantView(View):
    """A member on the list of participants; ``why`` it is there, in English."""

    member: str
    seat: c.Seat
    state: c.ParticipantState
    why: str
    place_of: str
    endorsed_by: tuple[str, ...]
    answered_at: Instant | None


class ReportView(View):
    """An interim or final report. ``text``: of its newest version; ``corrections`` of its form stand in it, and in its
    recommendations, once both Co-Chairs have accepted it.
    """

    number: int
    kind: str
    state: c.ReportState
    version: int
    contributions_by: date | None
    contributed: tuple[str, ...]
    objections: int
    text: str
    corrections: tuple[c.Correction, ...]


class RecordedAnswerView(View):
    """Who wrote an addressee's answer down in its name, when, and until when it may contest that."""

    by: Post
    at: Instant
    contest_until: Instant | None


class RecommendationView(View):
    """A recommendation; ``state`` is what became of it, empty until its report is accepted. ``answers``: the word of each
    addressee that has answered for itself, by its code; ``recorded``: of those that were written down in its name.
    """

    number: int
    text: str
    to: tuple[str, ...]
    owner: str
    due: date | None
    report: int
    state: str
    answers: Mapping[str, str] = {}
    recorded: Mapping[str, RecordedAnswerView] = {}


class CirculationView(View):
    """What the wider membership is told. ``release``: what its readers read, once it is released."""

    number: int
    what: str
    state: str
    to: tuple[str, ...]
    names: tuple[str, ...]
    consents: Mapping[str, c.Consent]
    text: str
    release: Release | None


class DutyHereView(View):
    """What the post is asked to do on this case."""

    do: str
    about: str
    due: Instant | None


class CaseView(View):
    """A case as the post sees it. ``why``: the reason that it sees this much.

    ``allowed``: the commands that the rules let the post give now. ``hidden``: the confidential sections of the request
    that are not open to the post and left empty. ``waiver_words``: what each Co-Chair has said for waiving a term; it is
    waived when both have. ``seq`` and ``head``: number and hash of the newest entry of its log.
    """

    reference: str
    sight: str
    why: str
    seq: int | None = None
    head: str = ""
    stage: c.Stage | None = None
    stage_since: Instant | None = None
    opened_at: Instant | None = None
    updated_at: Instant | None = None
    active_until: Instant | None = None
    active_day: date | None = None
    clock: c.Clock | None = None
    waiting_on: tuple[Post, ...] = ()
    next: NextAct | None = None
    deadlines: tuple[DeadlineView, ...] = ()
    suspension: c.Suspension | None = None
    allowed: tuple[str, ...] = ()
    duties: tuple[DutyHereView, ...] = ()
    version: int = 0
    requesters: tuple[str, ...] = ()
    withdrew: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    request: Request = Request()
    hidden: tuple[str, ...] = ()
    gates: tuple[GateView, ...] = ()
    recordings: tuple[RecordingView, ...] = ()
    participants: tuple[ParticipantView, ...] = ()
    outcomes: tuple[c.Outcome, ...] = ()
    arrangements: tuple[c.Arrangement, ...] = ()
    meetings: tuple[c.Meeting, ...] = ()
    updates: int = 0
    reports: tuple[ReportView, ...] = ()
    recommendations: tuple[RecommendationView, ...] = ()
    circulations: tuple[CirculationView, ...] = ()
    terms: Mapping[c.Term, str] = {}
    waivers: Mapping[c.Term, str] = {}
    waiver_words: Mapping[c.Term, Mapping[Post, str]] = {}


def case_view(case: Case, seen: Seen, followed: Mapping[int, FollowUpRow]) -> CaseView:
    """The case for the reader of ``seen``; ``case`` is asked what the post may do. ``followed``: by number."""
    shown, post = seen.case, seen.post
    begun = CaseView(reference=shown.reference, sight=seen.sight.name.lower(), why=seen.why)
    told = tuple(_circulation(shown, one, seen.sight) for one in shown.circulations.values())
    if seen.sight is Sight.CIRCULATED:
        return begun.model_copy(update={"circulations": told})
    duties = tuple(DutyHereView.of(duty) for duty in open_duties(case) if duty.post == post)
    followed_up = (_recommendation(one, followed.get(one.number)) for one in shown.recommendations.values())
    part = begun.model_copy(
        update={
            **{name: getattr(shown, name) for name in _PART},
            "allowed": allowed(case, post),
            "hidden": tuple(sorted(closed_sections(shown, shown.request, post))),
            "duties": duties,
            "recordings": tuple(RecordingView.of(one, entry=number) for number, one in shown.recordings.items()),
            "participants": tuple(map(ParticipantView.of, shown.participants.values())),
            "outcomes": tuple(shown.outcomes.values()),
            "arrangements": tuple(shown.arrangements.values()),
            "circulations": told,
            "recommendations": tuple(followed_up),
        }
    )
    return _whole(part, shown) if seen.sight is Sight.CASE else part


def _recommendation(one: c.Recommendation, row: FollowUpRow | None) -> RecommendationView:
    said = {code: FollowUpAnswer.model_validate(answer) for code, answer in row.answers.items()} if row else {}
    return RecommendationView.of(
        one,
        state=row.state if row else "",
        answers={code: answer.state for code, answer in said.items()},
        recorded={
            code: RecordedAnswerView.of(answer, by=answer.recorded_by)
            for code, answer in said.items()
            if answer.recorded_by is not None
        },
    )


_PART = ("seq", "stage", "stage_since", "opened_at", "active_until", "active_day", "version", "requesters", "request")
_GROUP = ("updated_at", "clock", "withdrew", "returned", "updates", "waivers", "waiver_words")
"""Fields of a case as they are: those of a part of it, and those that are the group's own."""


def _whole(part: CaseView, shown: Case) -> CaseView:
    """With what is the group's own."""
    open_to_all_of_it = not part.hidden
    panel = clock_panel(shown, shown.updated_at) if shown.updated_at else None
    return part.model_copy(
        update={
            **{name: getattr(shown, name) for name in _GROUP},
            "suspension": shown.suspension if shown.stands else None,
            # A hash over text that the reader may not read would let it try out guesses.
            "head": shown.head if open_to_all_of_it else "",
            "waiting_on": panel.waiting_on if panel else (),
            "next": panel.next if panel else None,
            "deadlines": tuple(_deadlines(shown)),
            "gates": tuple(_gate(gate, open_to_all_of_it) for gate in shown.gates.values()),
            "meetings": tuple(shown.meetings.values()),
            "reports": tuple(map(ReportView.of, shown.reports.values())),
            "terms": terms_of_reference(shown),
        }
    )


def _deadlines(shown: Case) -> Iterable[DeadlineView]:
    for subject, ladder in shown.ladders.items():
        rung = ladder.next
        following = NextAct(at=rung.at, subject=subject, act=rung.act, due=ladder.due) if rung else None
        yield DeadlineView.of(ladder, subject=subject, next=following)


def _gate(gate: Gate, whole: bool) -> GateView:
    def position(one: Position) -> Position:
        return one if whole else one.model_copy(update={"on": ""})

    return GateView.of(
        gate,
        on=gate.on if whole else "",
        undecided=gate.undecided if gate.open else (),
        positions=tuple(map(position, gate.positions.values())),
        past=tuple(map(position, gate.past)),
    )


def _circulation(shown: Case, one: Circulation, sight: Sight) -> CirculationView:
    """To the membership, only what its readers read: the text itself may name members that have not consented."""
    release = release_of(shown, one) if one.state == "released" else None
    hidden = {} if sight is Sight.CASE else {"to": (), "text": ""}
    return CirculationView.of(one, release=release, **hidden)
