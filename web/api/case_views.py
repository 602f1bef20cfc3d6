"""A case as the API answers with it: made of what its reader sees (``as_seen``) and of nothing else.

What a reader does not see is empty or null, just as what is not there.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from models.agenda import NextAct, clock_panel
from models.base import Instant, Value
from models.case import (
    Arrangement,
    Case,
    Circulation,
    Clock,
    Consent,
    Decider,
    Gate,
    GateName,
    GateOutcome,
    Meeting,
    Outcome,
    Participant,
    ParticipantState,
    Position,
    Question,
    ReportState,
    Seat,
    Stage,
    Suspension,
    Term,
)
from models.duties import open_duties
from models.posts import Post
from models.release import Release, release_of
from models.request import Request
from models.rules import allowed, terms_of_reference
from models.visibility import Seen, Sight, closed_sections


class DeadlineView(Value):
    """Something that waits: ``subject`` says what; ``next`` is what the clock does by itself, null while it stands."""

    subject: str
    due: Instant
    label: str
    next: NextAct | None


class GateView(Value):
    """One decision of the Co-Chairs. ``on``: hash of what positions are bound to, for who may read all of it."""

    name: GateName
    about: str
    round: int
    opened_at: Instant
    decided_at: Instant | None
    outcome: GateOutcome | None
    on: str
    respondent: Post
    deciders: tuple[Decider, ...]
    undecided: tuple[Post, ...]
    positions: tuple[Position, ...]
    past: tuple[Position, ...]
    questions: tuple[Question, ...]
    terms: Mapping[str, str]


class ParticipantView(Value):
    """A member on the list of participants; ``why`` it is there, in English."""

    member: str
    seat: Seat
    state: ParticipantState
    why: str
    place_of: str
    endorsed_by: tuple[str, ...]
    answered_at: Instant | None

    @classmethod
    def of(cls, one: Participant) -> "ParticipantView":
        """As the list has it."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class ReportView(Value):
    """An interim or final report."""

    number: int
    kind: str
    state: ReportState
    version: int
    contributions_by: date | None
    contributed: tuple[str, ...]
    objections: int


class RecommendationView(Value):
    """A recommendation; ``state`` is what became of it, empty until its report is accepted."""

    number: int
    text: str
    to: tuple[str, ...]
    owner: str
    due: date | None
    report: int
    state: str


class CirculationView(Value):
    """What the wider membership is told. ``release``: what its readers read, once it is released."""

    number: int
    what: str
    state: str
    to: tuple[str, ...]
    names: tuple[str, ...]
    consents: Mapping[str, Consent]
    text: str
    release: Release | None


class DutyHereView(Value):
    """What the post is asked to do on this case."""

    do: str
    about: str
    due: Instant | None


class CaseView(Value):
    """A case as the post sees it. ``why``: the reason that it sees this much.

    ``allowed``: the commands that the rules let the post give now. ``hidden``: the confidential sections of the request
    that are not open to the post and left empty. ``seq`` and ``head``: number and hash of the newest entry of its log.
    """

    reference: str
    sight: str
    why: str
    seq: int | None = None
    head: str = ""
    stage: Stage | None = None
    stage_since: Instant | None = None
    opened_at: Instant | None = None
    updated_at: Instant | None = None
    active_until: Instant | None = None
    clock: Clock | None = None
    waiting_on: tuple[Post, ...] = ()
    next: NextAct | None = None
    deadlines: tuple[DeadlineView, ...] = ()
    suspension: Suspension | None = None
    allowed: tuple[str, ...] = ()
    duties: tuple[DutyHereView, ...] = ()
    version: int = 0
    requesters: tuple[str, ...] = ()
    withdrew: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    request: Request = Request()
    hidden: tuple[str, ...] = ()
    gates: tuple[GateView, ...] = ()
    participants: tuple[ParticipantView, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    arrangements: tuple[Arrangement, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    updates: int = 0
    reports: tuple[ReportView, ...] = ()
    recommendations: tuple[RecommendationView, ...] = ()
    circulations: tuple[CirculationView, ...] = ()
    terms: Mapping[Term, str] = {}
    waivers: Mapping[Term, str] = {}


def case_view(case: Case, seen: Seen, followed: Mapping[int, str]) -> CaseView:
    """The case for the reader of ``seen``; ``case`` is asked what the post may do. ``followed``: states by number."""
    shown, post = seen.case, seen.post
    begun = CaseView(reference=shown.reference, sight=seen.sight.name.lower(), why=seen.why)
    told = tuple(_circulation(shown, one, seen.sight) for one in shown.circulations.values())
    if seen.sight is Sight.CIRCULATED:
        return begun.model_copy(update={"circulations": told})
    hidden = tuple(sorted(closed_sections(shown, shown.request, post)))
    recommended = (
        RecommendationView(**one.model_dump(), state=followed.get(one.number, ""))
        for one in shown.recommendations.values()
    )
    part = begun.model_copy(
        update={
            "seq": shown.seq,
            "stage": shown.stage,
            "stage_since": shown.stage_since,
            "opened_at": shown.opened_at,
            "active_until": shown.active_until,
            "version": shown.version,
            "requesters": shown.requesters,
            "allowed": allowed(case, post),
            "request": shown.request,
            "hidden": hidden,
            "duties": tuple(
                DutyHereView(do=d.do, about=d.about, due=d.due) for d in open_duties(case) if d.post == post
            ),
            "participants": tuple(map(ParticipantView.of, shown.participants.values())),
            "outcomes": tuple(shown.outcomes.values()),
            "arrangements": tuple(shown.arrangements.values()),
            "circulations": told,
            "recommendations": tuple(recommended),
        }
    )
    return _whole(part, shown) if seen.sight is Sight.CASE else part


def _whole(part: CaseView, shown: Case) -> CaseView:
    """With what is the group's own."""
    open_to_all_of_it = not part.hidden
    panel = clock_panel(shown, shown.updated_at) if shown.updated_at else None
    return part.model_copy(
        update={
            # A hash over text that the reader may not read would let it try out guesses.
            "head": shown.head if open_to_all_of_it else "",
            "updated_at": shown.updated_at,
            "clock": shown.clock,
            "suspension": shown.suspension,
            "waiting_on": panel.waiting_on if panel else (),
            "next": panel.next if panel else None,
            "deadlines": tuple(_deadlines(shown)),
            "withdrew": shown.withdrew,
            "returned": shown.returned,
            "gates": tuple(_gate(gate, open_to_all_of_it) for gate in shown.gates.values()),
            "meetings": tuple(shown.meetings.values()),
            "updates": shown.updates,
            "reports": tuple(
                ReportView(**one.model_dump(include=set(ReportView.model_fields))) for one in shown.reports.values()
            ),
            "terms": terms_of_reference(shown),
            "waivers": shown.waivers,
        }
    )


def _deadlines(shown: Case) -> Iterable[DeadlineView]:
    for subject, ladder in shown.ladders.items():
        rung = ladder.next
        following = NextAct(at=rung.at, subject=subject, act=rung.act, due=ladder.due) if rung else None
        yield DeadlineView(subject=subject, due=ladder.due, label=ladder.label, next=following)


def _gate(gate: Gate, whole: bool) -> GateView:
    def position(one: Position) -> Position:
        return one if whole else one.model_copy(update={"on": ""})

    return GateView(
        name=gate.name,
        about=gate.about,
        round=gate.round,
        opened_at=gate.opened_at,
        decided_at=gate.decided_at,
        outcome=gate.outcome,
        on=gate.on if whole else "",
        respondent=gate.respondent,
        deciders=gate.deciders,
        undecided=gate.undecided if gate.open else (),
        positions=tuple(map(position, gate.positions.values())),
        past=tuple(map(position, gate.past)),
        questions=gate.questions,
        terms=gate.terms,
    )


def _circulation(shown: Case, one: Circulation, sight: Sight) -> CirculationView:
    """To the membership, only what its readers read: the text itself may name members that have not consented."""
    whole = sight is Sight.CASE
    return CirculationView(
        number=one.number,
        what=one.what,
        state=one.state,
        to=one.to if whole else (),
        names=one.names,
        consents=one.consents,
        text=one.text if whole else "",
        release=release_of(shown, one) if one.state == "released" else None,
    )
