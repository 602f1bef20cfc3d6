"""Who takes part, and as what."""

from enum import StrEnum

from pydantic import Field

from models.base import Instant, Line, Value
from models.posts import Post
from models.reasons import StatedReason


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
    NOT_ADMITTED = "not admitted"
    REPLACED = "replaced"
    LEFT = "left"


class Participant(Value):
    """A member on the list, and why it is there. ``place_of``: the member in whose place it was proposed.

    ``reasons``: of which ``why`` is the text; none where it is somebody's own words, None where it was listed before they
    were kept. ``proposed_by``: the Steering Group's post that proposed its later admission. ``offered``: the other seat
    in the group that it is proposed for, until the Co-Chairs have confirmed it. ``asked``: it was invited at some time,
    whatever has become of that.
    """

    member: str
    seat: Seat = Seat.PARTICIPANT
    state: ParticipantState = ParticipantState.PROPOSED
    why: Line = ""
    reasons: tuple[StatedReason, ...] | None = None
    place_of: str = ""
    endorsed_by: tuple[str, ...] = ()
    proposed_by: Post | None = None
    answered_at: Instant | None = None
    offered: Seat | None = None
    asked: bool = Field(default=False, exclude_if=lambda asked: not asked)

    @property
    def sits_as(self) -> Seat | None:
        """As what it takes part; None where it does not."""
        return _SEATS.get(self.state)

    def proposed_of(self, member: str) -> bool:
        """Whether the Steering Group's post of that member proposed its later admission."""
        return self.proposed_by is not None and self.proposed_by.member == member

    @property
    def takes_part(self) -> bool:
        """Whether it is in the group, as participant or observer."""
        return self.state in (ParticipantState.ACCEPTED, ParticipantState.OBSERVER)

    @property
    def has_a_seat(self) -> bool:
        """Whether it takes part, or is invited and has not answered yet."""
        return self.takes_part or self.state is ParticipantState.INVITED


_SEATS = {ParticipantState.ACCEPTED: Seat.PARTICIPANT, ParticipantState.OBSERVER: Seat.OBSERVER}
