"""What has happened to a case: one class per event, in the past tense; the log holds them.

An event carries what a reader of the log must know; who did it and when stand in the entry that holds it (``log``).
Each part of the procedure has its module, named as in ``models.commands``:

``request``        the request, its versions, its requesters
``gates``          what Co-Chairs decide, whatever the stage
``participants``   the list, invitations, later admission
``outcomes``       term of reference (a)
``arrangements``   term of reference (b)
``meetings``       meetings, attendance, situation updates
``duration``       extension, early end
``reporting``      reports and recommendations: term of reference (c)
``circulation``    what the wider membership is told, and consent to being named
``closing``        waivers and the end of the case
``posts``          an alternate, a new holder; what was recorded in a post's name
``clock``          ladders, the clock of the whole case, announced days of offices
``stage``          the case enters a stage

A text that the rules wrote themselves is the English of the ``reasons`` (of a gate: the ``matter``) beside it
(``models.reasons``). No reasons: the text is somebody's own words. None: the entry is from before 29 November 2026, when
the text alone was kept (``models.old_sentences``).
"""

from typing import Annotated, get_args

from pydantic import Field

from models.base import Value
from models.events.arrangements import (
    ArrangementAdded,
    ArrangementAgreed,
    ArrangementAmended,
    ArrangementAmendmentProposed,
    ArrangementEnded,
    ArrangementInForce,
    ArrangementLeft,
    ArrangementReviewed,
    ExchangeLogged,
)
from models.events.circulation import CirculationMoved, CirculationProposed, CirculationReworded, ConsentNoted
from models.events.clock import DayAnnounced, DeadlinesMoved, LadderCleared, LadderSet, Resumed, RungPassed, Suspended
from models.events.closing import Waived
from models.events.duration import Extended
from models.events.gates import (
    GateDecided,
    GateOpened,
    GateSplit,
    PositionsVoided,
    PositionTaken,
    QuestionAnswered,
    QuestionAsked,
    QuestionDropped,
    Recused,
    RespondentChanged,
)
from models.events.meetings import AttendanceTaken, MeetingCancelled, MeetingScheduled, SituationUpdated
from models.events.outcomes import OutcomeAdded, OutcomeAmended, OutcomeMoved, OutcomeTakenOn, ProgressNoted
from models.events.participants import (
    AdmissionProposed,
    AdmissionUnopposed,
    Admitted,
    Commented,
    Convened,
    Endorsed,
    Invited,
    Listed,
    MinimumMissing,
    ParticipantsProposed,
    Replaced,
    Responded,
    SeatOffered,
)
from models.events.posts import Contested, Delegated, HandedOver, HandOverOffered
from models.events.reporting import Contributed, Objected, Recommended, ReportMoved, ReportOpened, Revised
from models.events.request import (
    FoundComplete,
    GroundReviewed,
    Joined,
    RequesterWithdrew,
    Resubmitted,
    Returned,
    Submitted,
)
from models.events.stage import StageEntered

_Request = Submitted | Returned | Resubmitted | Joined | FoundComplete | RequesterWithdrew | GroundReviewed
_Clock = StageEntered | LadderSet | LadderCleared | RungPassed | Suspended | Resumed | DeadlinesMoved | DayAnnounced
_Gate = GateOpened | PositionTaken | PositionsVoided | GateSplit | GateDecided
_Question = QuestionAsked | QuestionAnswered | QuestionDropped | RespondentChanged | Recused
_List = ParticipantsProposed | Commented | Invited | SeatOffered | Responded | Replaced
_Group = _List | Admitted | Endorsed | MinimumMissing | Convened
_Admission = AdmissionProposed | AdmissionUnopposed
_Outcome = OutcomeAdded | OutcomeAmended | OutcomeTakenOn | ProgressNoted | OutcomeMoved
_Sharing = ArrangementAdded | ArrangementAgreed | ArrangementInForce | ExchangeLogged | ArrangementReviewed
_Changed = ArrangementAmendmentProposed | ArrangementAmended | ArrangementLeft | ArrangementEnded
_Meeting = MeetingScheduled | MeetingCancelled | AttendanceTaken | SituationUpdated | Extended
_Report = ReportOpened | Contributed | Recommended | Objected | Revised | ReportMoved
_Circulation = CirculationProposed | CirculationReworded | ConsentNoted | CirculationMoved
_Other = Waived | Delegated | HandOverOffered | HandedOver | Contested

_AtWork = _Outcome | _Sharing | _Changed | _Meeting

AnyEvent = _Request | _Clock | _Gate | _Question | _Group | _Admission | _AtWork | _Report | _Circulation | _Other
"""Any event, of whatever part of the procedure."""

Event = Annotated[AnyEvent, Field(discriminator="type")]

EVENTS: dict[str, type[Value]] = {cls.model_fields["type"].default: cls for cls in get_args(AnyEvent)}
"""Every event by its type."""
