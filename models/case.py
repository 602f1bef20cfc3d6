"""The whole state of one case: a single serialisable value that the workflow carries and the rules read.

It holds what the rules need and no more; texts of contributions, exchanges and progress entries stand in the
event log.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from models.base import Instant, Line, Prose, Value, shared
from models.calendars import Calendars
from models.ladder import Ladder
from models.members import Directory
from models.policy import Policy, Track
from models.posts import Post
from models.request import Request, fingerprint

__all__ = [
    "Arrangement", "Case", "Circulation", "Clock", "Consent", "Decider", "Gate", "GateName", "GateOutcome",
    "Meeting", "Outcome", "Participant", "ParticipantState", "Position", "PositionKind", "Question",
    "Recommendation", "Report", "ReportState", "Seat", "Stage", "Suspension", "Term", "Touch",
]  # fmt: skip


class Stage(StrEnum):
    """Where a case is (``docs/what-it-does.md``, Stages)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CO_CHAIR_REVIEW = "co_chair_review"
    PARTICIPANT_SELECTION = "participant_selection"
    OPERATIONAL = "operational"
    REPORTING = "reporting"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    TERMINATED = "terminated"

    @property
    def ended(self) -> bool:
        """Whether the procedure is over. A lapsed request may still be resubmitted for a while."""
        return self in (Stage.CLOSED, Stage.DECLINED, Stage.WITHDRAWN, Stage.LAPSED, Stage.TERMINATED)

    @property
    def final(self) -> bool:
        """Whether nothing can change any more."""
        return self.ended and self is not Stage.LAPSED

    @property
    def words(self) -> str:
        """As people say it."""
        return {"co_chair_review": "Co-Chair review"}.get(self.value, self.value.replace("_", " "))


class Clock(StrEnum):
    """Whether deadlines run."""

    RUNNING = "running"
    STOPPED = "stopped"


# Gates ------------------------------------------------------------------------------------------------------


class GateName(StrEnum):
    """Every point where Co-Chairs decide."""

    ACTIVATION = "activation"
    PARTICIPANTS = "participants"
    EXTENSION = "extension"
    TERMINATION = "termination"
    REPORT = "report"
    CIRCULATION = "circulation"
    CLOSURE = "closure"


class PositionKind(StrEnum):
    """What a Co-Chair may say at a gate."""

    APPROVE = "approve"
    APPROVE_WITH_CONDITIONS = "approve with conditions"
    DECLINE = "decline"
    ASK = "ask"
    RECUSE = "recuse"


class GateOutcome(StrEnum):
    """How a gate ended."""

    APPROVED = "approved"
    DECLINED = "declined"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"


class Decider(Value):
    """A post that must answer at a gate; ``place_of`` is the Co-Chair whose place it holds (often itself).

    ``interest`` is shown wherever the decider is shown: its own country is the requester.
    """

    post: Post
    place_of: Post
    interest: bool = False


class Position(Value):
    """What a post said, bound by ``on`` (a SHA-256) to the exact version it was given on."""

    post: Post
    position: PositionKind
    at: Instant
    on: str
    round: int = 1
    text: Prose = ""
    void: Literal["", "amended", "second round", "changed"] = ""


class Question(Value):
    """A Co-Chair's question; the gate's clock stands until it is answered."""

    by: Post
    text: Prose
    at: Instant


class Gate(Value):
    """One decision of the Co-Chairs: who must answer, positions, outcome. Its ladder is in the case."""

    name: GateName
    on: str
    about: Prose
    opened_at: Instant
    respondent: Post
    deciders: tuple[Decider, ...]
    round: int = 1
    positions: Mapping[Post, Position] = {}
    past: tuple[Position, ...] = ()
    questions: tuple[Question, ...] = ()
    outcome: GateOutcome | None = None
    decided_at: Instant | None = None
    terms: Mapping[str, str] = {}

    @property
    def open(self) -> bool:
        """Whether it still waits for positions."""
        return self.outcome is None

    @property
    def undecided(self) -> tuple[Post, ...]:
        """Who has not taken a position, in the order of the places."""
        return tuple(decider.post for decider in self.deciders if decider.post not in self.positions)

    def decider(self, post: Post) -> Decider | None:
        """The place that the post holds at this gate, if any."""
        return next((decider for decider in self.deciders if decider.post == post), None)


# Participants -----------------------------------------------------------------------------------------------


class Seat(StrEnum):
    """As what a member is asked to take part."""

    PARTICIPANT = "participant"
    OBSERVER = "observer"


class ParticipantState(StrEnum):
    """Where a member stands with the group."""

    PROPOSED = "proposed"
    INVITED = "invited"
    ACCEPTED = "accepted"
    OBSERVER = "observer"
    DECLINED = "declined"
    LAPSED = "lapsed"
    ADMITTED = "admitted"
    REPLACED = "replaced"
    LEFT = "left"


class Participant(Value):
    """A member on the list, and the reason why it is there."""

    member: str
    seat: Seat = Seat.PARTICIPANT
    state: ParticipantState = ParticipantState.PROPOSED
    why: Line = ""
    endorsed_by: tuple[str, ...] = ()
    answered_at: Instant | None = None

    @property
    def takes_part(self) -> bool:
        """Whether it is in the group, as participant or observer."""
        return self.state in (ParticipantState.ACCEPTED, ParticipantState.OBSERVER)


# The group's work -------------------------------------------------------------------------------------------


class Outcome(Value):
    """A practical outcome: term of reference (a)."""

    title: Line
    owner: str
    supporting: tuple[str, ...] = ()
    indicator: Line = ""
    baseline: float | None = None
    target: float | None = None
    unit: Line = ""
    due: date | None = None
    value: float | None = None
    entries: int = 0
    state: Literal["open", "blocked", "done", "verified"] = "open"
    note: Line = ""
    verified_by: Post | None = None


class Arrangement(Value):
    """An information-sharing arrangement: term of reference (b). ``marking`` is a TLP 2.0 label (FIRST).

    ``begins``: the day from which the parties want it, if that is later than their agreement.
    """

    title: Line
    parties: tuple[str, ...]
    kind: Line = ""
    every: Line = ""
    marking: Line = "TLP:AMBER"
    contacts: tuple[Line, ...] = ()
    begins: date | None = None
    review: date | None = None
    agreed: tuple[str, ...] = ()
    in_force_from: Instant | None = None
    exchanges: int = 0

    @property
    def state(self) -> str:
        """``proposed`` until every party has agreed, then ``in_force``."""
        return "in_force" if self.in_force_from else "proposed"


class Meeting(Value):
    """A meeting of the group; an absent affected member is visible."""

    title: Line
    place: Line = ""
    starts: Line
    ends: Line = ""
    agenda: tuple[Line, ...] = ()
    present: tuple[str, ...] = ()
    observing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    held: bool = False


# Reporting --------------------------------------------------------------------------------------------------


class ReportState(StrEnum):
    """Where a report is."""

    DRAFTING = "drafting"
    TABLED = "tabled"
    ADOPTED = "adopted"
    ACCEPTED = "accepted"


class Report(Value):
    """An interim or final report. ``content`` is the SHA-256 over all that went into this version."""

    number: int
    kind: Literal["interim", "final"]
    state: ReportState = ReportState.DRAFTING
    version: int = 1
    content: str
    contributions_by: date | None = None
    contributed: tuple[str, ...] = ()
    objections: int = 0
    note: Line = ""

    @property
    def name(self) -> str:
        """As people say it: ``final report``."""
        return f"{self.kind} report"


class Recommendation(Value):
    """A concrete recommendation: term of reference (c). Followed across cases once its report is accepted."""

    number: int
    text: Prose
    to: tuple[str, ...] = ()
    owner: str = ""
    due: date | None = None
    report: int = 1


class Consent(StrEnum):
    """A member's word on being named."""

    PENDING = "pending"
    GIVEN = "given"
    REFUSED = "refused"
    LAPSED = "lapsed"


class Circulation(Value):
    """What the wider membership is told: what, to whom, naming whom."""

    number: int
    what: Literal["full", "summary", "nothing"]
    to: tuple[str, ...]
    names: tuple[str, ...]
    consents: Mapping[str, Consent] = {}
    on: str
    text: Prose = ""
    state: Literal["proposed", "approved", "released", "declined", "lapsed"] = "proposed"

    @property
    def named(self) -> tuple[str, ...]:
        """The members that the released text may name."""
        return tuple(member for member in self.names if self.consents.get(member) is Consent.GIVEN)

    @property
    def pending(self) -> tuple[str, ...]:
        """The members whose consent is still awaited."""
        return tuple(member for member, consent in self.consents.items() if consent is Consent.PENDING)


class Term(StrEnum):
    """The three terms of reference (Co-Chairs' Statement of April 2009)."""

    OUTCOMES = "a"
    ARRANGEMENTS = "b"
    REPORT = "c"


class Suspension(Value):
    """The clock of the whole case stands, with a reason."""

    since: Instant
    why: Prose
    by: Post


# The case ---------------------------------------------------------------------------------------------------


class Touch(Value):
    """The newest change of one part of a case: its place in the log, who made it and by which command."""

    seq: int
    by: Post
    do: str


class Case(Value):
    """One case.

    ``seq`` and ``head`` are number and hash of the newest entry in its log. ``recent`` holds the newest
    command ids with the entry each led to, ``touched`` the newest change of each part, by which stale forms
    are told apart.
    ``withdrew``: who submitted jointly and then left the request to the others.
    """

    reference: str
    directory: Directory
    policy: Policy
    calendars: Calendars = Field(repr=False)

    seq: int = 0
    head: str = ""
    recent: Mapping[str, int] = {}
    touched: Mapping[str, Touch] = {}

    stage: Stage = Stage.DRAFT
    stage_since: Instant | None = None
    opened_at: Instant | None = None
    updated_at: Instant | None = None

    request: Request = Request()
    version: int = 0
    requesters: tuple[str, ...] = ()
    withdrew: tuple[str, ...] = ()
    returned: tuple[Line, ...] = ()

    gates: Mapping[GateName, Gate] = {}
    participants: Mapping[str, Participant] = {}
    outcomes: Mapping[str, Outcome] = {}
    arrangements: Mapping[str, Arrangement] = {}
    meetings: Mapping[str, Meeting] = {}
    reports: Mapping[int, Report] = {}
    recommendations: Mapping[int, Recommendation] = {}
    circulations: Mapping[int, Circulation] = {}
    waivers: Mapping[Term, Prose] = {}

    active_until: Instant | None = None
    updates: int = 0
    suspension: Suspension | None = None
    ladders: Mapping[str, Ladder] = {}

    def slim(self) -> "Case":
        """The same case, holding what it copied from the deployment in common with the cases that copied alike."""
        same = {
            "directory": shared(self.directory),
            "calendars": shared(self.calendars),
            "policy": shared(self.policy),
        }
        return self.model_copy(update=same)

    @property
    def track(self) -> Track:
        """The deadlines of this case's urgency."""
        return self.policy.track(self.request.urgency)

    @property
    def report(self) -> Report | None:
        """The newest report."""
        return self.reports[max(self.reports)] if self.reports else None

    @property
    def circulation(self) -> Circulation | None:
        """The newest circulation."""
        return self.circulations[max(self.circulations)] if self.circulations else None

    @property
    def open_gates(self) -> tuple[Gate, ...]:
        """The gates that wait for positions."""
        return tuple(gate for gate in self.gates.values() if gate.open)

    @property
    def clock(self) -> Clock:
        """Stopped while the case is suspended or a question of a Co-Chair is open."""
        asked = any(gate.open and gate.questions for gate in self.gates.values())
        return Clock.STOPPED if self.suspension or asked else Clock.RUNNING

    @property
    def subject(self) -> str:
        """What a position on the request is bound to (SHA-256): its text and who submits it."""
        return fingerprint(self.request.model_dump(mode="json", by_alias=True), sorted(self.requesters))

    def is_requester(self, member: str) -> bool:
        """Whether the member submitted the request, alone or jointly."""
        return member in self.requesters

    def taking_part(self, *, seat: Seat | None = None) -> tuple[str, ...]:
        """The members in the group; with ``seat``, only those that are there as that."""
        state = {
            None: None,
            Seat.PARTICIPANT: ParticipantState.ACCEPTED,
            Seat.OBSERVER: ParticipantState.OBSERVER,
        }[seat]
        return tuple(
            p.member
            for p in self.participants.values()
            if (p.takes_part if state is None else p.state is state)
        )
