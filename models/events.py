"""What has happened to a case: one class per event, in the past tense; the log holds them.

An event carries what a reader of the log must know; who did it and when stand in the entry that holds it
(``log``).
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import Field

from models.base import Instant, Line, Prose, Value
from models.calendars import Calendars
from models.case import (
    Arrangement,
    Circulation,
    Consent,
    Decider,
    GateName,
    GateOutcome,
    Meeting,
    Outcome,
    ParticipantState,
    PositionKind,
    Recommendation,
    Report,
    ReportState,
    Seat,
    Stage,
    Term,
)  # fmt: skip
from models.commands import Person
from models.ladder import ClockAct, Ladder
from models.members import Directory
from models.policy import Policy
from models.posts import Post
from models.request import Figure, Request

__all__ = ["EVENTS", "Event"]


class Submitted(Value):
    """The request, and all that the case copies from the deployment: the log alone rebuilds the case."""

    type: Literal["submitted"] = "submitted"
    reference: str
    requester: str
    request: Request
    directory: Directory
    calendars: Calendars
    policy: Policy


class Returned(Value):
    type: Literal["returned"] = "returned"
    missing: tuple[Line, ...]
    text: Prose = ""


class Resubmitted(Value):
    type: Literal["resubmitted"] = "resubmitted"
    version: int
    request: Request
    changed: tuple[str, ...]


class Joined(Value):
    type: Literal["joined"] = "joined"
    member: str


class FoundComplete(Value):
    type: Literal["found_complete"] = "found_complete"


class RequesterWithdrew(Value):
    type: Literal["requester_withdrew"] = "requester_withdrew"
    member: str
    text: Prose = ""


class StageEntered(Value):
    type: Literal["stage_entered"] = "stage_entered"
    stage: Stage
    text: Prose = ""


# the clock


class LadderSet(Value):
    type: Literal["ladder_set"] = "ladder_set"
    subject: str
    ladder: Ladder


class LadderCleared(Value):
    type: Literal["ladder_cleared"] = "ladder_cleared"
    subject: str


class RungPassed(Value):
    """The clock acted; ``due`` is the deadline the ladder belongs to."""

    type: Literal["rung_passed"] = "rung_passed"
    subject: str
    act: ClockAct
    due: Instant


class Suspended(Value):
    type: Literal["suspended"] = "suspended"
    text: Prose = ""


class Resumed(Value):
    type: Literal["resumed"] = "resumed"
    text: Prose = ""


# gates


class GateOpened(Value):
    type: Literal["gate_opened"] = "gate_opened"
    gate: GateName
    on: str
    about: Prose
    respondent: Post
    deciders: tuple[Decider, ...]
    terms: Mapping[str, str] = {}


class PositionTaken(Value):
    type: Literal["position_taken"] = "position_taken"
    gate: GateName
    post: Post
    position: PositionKind
    on: str
    text: Prose = ""
    interest: bool = False


class PositionsVoided(Value):
    """What they were given on was amended: all are asked again, on the new version (``on``)."""

    type: Literal["positions_voided"] = "positions_voided"
    gate: GateName
    posts: tuple[Post, ...]
    on: str
    about: Prose
    why: Prose
    deciders: tuple[Decider, ...]
    respondent: Post | None = None


class Asked(Value):
    type: Literal["asked"] = "asked"
    gate: GateName
    post: Post
    text: Prose


class Answered(Value):
    type: Literal["answered"] = "answered"
    gate: GateName
    text: Prose


class QuestionDropped(Value):
    """The post that asked took a position without waiting for the answer."""

    type: Literal["question_dropped"] = "question_dropped"
    gate: GateName
    post: Post


class Recused(Value):
    type: Literal["recused"] = "recused"
    gate: GateName
    post: Post
    substitute: Post
    text: Prose = ""


class GateSplit(Value):
    """One approved, one declined: consultation, then a second round."""

    type: Literal["gate_split"] = "gate_split"
    gate: GateName
    round: int


class GateDecided(Value):
    type: Literal["gate_decided"] = "gate_decided"
    gate: GateName
    outcome: GateOutcome
    text: Prose = ""


# participants


class Listed(Value):
    """One member on a proposed list."""

    member: str
    seat: Seat = Seat.PARTICIPANT
    why: Line = ""


class ParticipantsProposed(Value):
    type: Literal["participants_proposed"] = "participants_proposed"
    listed: tuple[Listed, ...]
    removed: tuple[str, ...] = ()


class Commented(Value):
    type: Literal["commented"] = "commented"
    text: Prose


class Invited(Value):
    type: Literal["invited"] = "invited"
    members: tuple[str, ...]


class Responded(Value):
    type: Literal["responded"] = "responded"
    member: str
    state: ParticipantState
    text: Prose = ""


class Replaced(Value):
    type: Literal["replaced"] = "replaced"
    member: str
    by: str
    text: Prose = ""


class Admitted(Value):
    type: Literal["admitted"] = "admitted"
    member: str
    seat: Seat
    text: Prose = ""


class Endorsed(Value):
    type: Literal["endorsed"] = "endorsed"
    member: str
    by: str


class MinimumMissing(Value):
    """Everyone has answered, but the minimum composition is not met: what it lacks."""

    type: Literal["minimum_missing"] = "minimum_missing"
    lacks: tuple[Line, ...]


class Convened(Value):
    type: Literal["convened"] = "convened"
    text: Prose = ""
    active_until: Instant


# operational


class OutcomeAdded(Value):
    type: Literal["outcome_added"] = "outcome_added"
    outcome: Outcome


class ProgressNoted(Value):
    type: Literal["progress_noted"] = "progress_noted"
    outcome: str
    value: float | None = None
    text: Prose = ""


class OutcomeMoved(Value):
    type: Literal["outcome_moved"] = "outcome_moved"
    outcome: str
    state: Literal["open", "blocked", "done", "verified"]
    text: Prose = ""


class ArrangementAdded(Value):
    type: Literal["arrangement_added"] = "arrangement_added"
    arrangement: Arrangement


class ArrangementAgreed(Value):
    type: Literal["arrangement_agreed"] = "arrangement_agreed"
    arrangement: str
    member: str


class ArrangementInForce(Value):
    type: Literal["arrangement_in_force"] = "arrangement_in_force"
    arrangement: str
    since: Instant | None = None
    """When it begins, if that is later than the last party's word."""


class ExchangeLogged(Value):
    """That information was exchanged; never what it said."""

    type: Literal["exchange_logged"] = "exchange_logged"
    arrangement: str
    member: str
    kind: Line = ""
    on: date


class ArrangementReviewed(Value):
    type: Literal["arrangement_reviewed"] = "arrangement_reviewed"
    arrangement: str
    review: date | None = None
    text: Prose = ""


class MeetingScheduled(Value):
    """``moved``: it had been called before, for another time or place."""

    type: Literal["meeting_scheduled"] = "meeting_scheduled"
    meeting: Meeting
    moved: bool = False


class AttendanceTaken(Value):
    type: Literal["attendance_taken"] = "attendance_taken"
    meeting: str
    present: tuple[str, ...] = ()
    observing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


class SituationUpdated(Value):
    type: Literal["situation_updated"] = "situation_updated"
    text: Prose = ""
    figures: tuple[Figure, ...] = ()


class Extended(Value):
    type: Literal["extended"] = "extended"
    active_until: Instant


# reporting


class ReportOpened(Value):
    type: Literal["report_opened"] = "report_opened"
    report: Report


class Contributed(Value):
    type: Literal["contributed"] = "contributed"
    member: str
    text: Prose
    content: str


class Recommended(Value):
    type: Literal["recommended"] = "recommended"
    recommendation: Recommendation
    content: str


class Objected(Value):
    type: Literal["objected"] = "objected"
    member: str
    text: Prose
    outcome: str = ""


class Revised(Value):
    type: Literal["revised"] = "revised"
    version: int
    text: Prose
    content: str


class ReportMoved(Value):
    """A report came into another state: tabled, adopted by silence, accepted, back in drafting."""

    type: Literal["report_moved"] = "report_moved"
    report: int
    kind: str
    state: ReportState
    text: Prose = ""


class CirculationProposed(Value):
    type: Literal["circulation_proposed"] = "circulation_proposed"
    circulation: Circulation


class ConsentNoted(Value):
    type: Literal["consent_noted"] = "consent_noted"
    circulation: int
    member: str
    consent: Consent


class CirculationMoved(Value):
    type: Literal["circulation_moved"] = "circulation_moved"
    circulation: int
    state: Literal["approved", "released", "declined", "lapsed"]


class Waived(Value):
    type: Literal["waived"] = "waived"
    term: Term
    text: Prose


# posts


class Delegated(Value):
    type: Literal["delegated"] = "delegated"
    post: Post
    to: Person
    until: date | None = None


class HandedOver(Value):
    type: Literal["handed_over"] = "handed_over"
    post: Post
    to: Person


AnyEvent = (
    Submitted | Returned | Resubmitted | Joined | FoundComplete | RequesterWithdrew | StageEntered
    | LadderSet | LadderCleared | RungPassed | Suspended | Resumed
    | GateOpened | PositionTaken | PositionsVoided | GateSplit | GateDecided
    | Asked | Answered | QuestionDropped | Recused
    | ParticipantsProposed | Commented | Invited | Responded | Replaced | Admitted | Endorsed
    | MinimumMissing | Convened
    | OutcomeAdded | ProgressNoted | OutcomeMoved
    | ArrangementAdded | ArrangementAgreed | ArrangementInForce | ExchangeLogged | ArrangementReviewed
    | MeetingScheduled | AttendanceTaken | SituationUpdated | Extended
    | ReportOpened | Contributed | Recommended | Objected | Revised | ReportMoved
    | CirculationProposed | ConsentNoted | CirculationMoved | Waived
    | Delegated | HandedOver
)  # fmt: skip

Event = Annotated[AnyEvent, Field(discriminator="type")]

EVENTS: dict[str, type[Value]] = {cls.model_fields["type"].default: cls for cls in get_args(AnyEvent)}
"""Every event by its type."""
