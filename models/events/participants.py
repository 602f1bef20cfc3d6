"""How the group comes together and changes."""

from typing import Literal

from pydantic import Field

from models.base import Instant, Line, Prose, Value, is_empty
from models.case.participants import ParticipantState, Seat
from models.posts import Post
from models.reasons import StatedReason


class Listed(Value):
    """One member on a proposed list; ``reasons``: of which ``why`` is the text."""

    member: str
    seat: Seat = Seat.PARTICIPANT
    why: Line = ""
    reasons: tuple[StatedReason, ...] | None = None


class ParticipantsProposed(Value):
    type: Literal["participants_proposed"] = "participants_proposed"
    listed: tuple[Listed, ...]
    removed: tuple[str, ...] = ()


class Commented(Value):
    type: Literal["commented"] = "commented"
    text: Prose
    reasons: tuple[StatedReason, ...] | None = None


class Invited(Value):
    type: Literal["invited"] = "invited"
    members: tuple[str, ...]


class SeatOffered(Value):
    """A member of the group is asked to take part as something else: to take part in full, or to observe."""

    type: Literal["seat_offered"] = "seat_offered"
    member: str
    seat: Seat


class Responded(Value):
    type: Literal["responded"] = "responded"
    member: str
    state: ParticipantState
    text: Prose = ""
    reasons: tuple[StatedReason, ...] | None = None


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


class AdmissionProposed(Value):
    """One of the Steering Group proposes to admit a member later; its silence on that begins."""

    type: Literal["admission_proposed"] = "admission_proposed"
    member: str
    seat: Seat
    text: Prose = ""
    post: Post


class AdmissionUnopposed(Value):
    """Nobody in the Steering Group objected in time: it is for the group to endorse."""

    type: Literal["admission_unopposed"] = "admission_unopposed"
    member: str


class Endorsed(Value):
    type: Literal["endorsed"] = "endorsed"
    member: str
    by: str
    text: Prose = Field(default="", exclude_if=is_empty)


class MinimumMissing(Value):
    """Everyone has answered, but the minimum composition is not met: what it lacks."""

    type: Literal["minimum_missing"] = "minimum_missing"
    lacks: tuple[Line, ...]
    reasons: tuple[StatedReason, ...] | None = None


class Convened(Value):
    type: Literal["convened"] = "convened"
    text: Prose = ""
    reasons: tuple[StatedReason, ...] | None = None
    active_until: Instant
