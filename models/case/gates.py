"""Gates: every point where Co-Chairs decide, with their positions."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from models.base import N_, Instant, Prose, Value
from models.posts import Post
from models.reasons import StatedReason


class GateName(StrEnum):
    """Every point where Co-Chairs decide."""

    ACTIVATION = "activation"
    PARTICIPANTS = "participants"
    EXTENSION = "extension"
    TERMINATION = "termination"
    REPORT = "report"
    CIRCULATION = "circulation"
    CLOSURE = "closure"

    @property
    def words(self) -> str:
        """What is decided there, as people say it."""
        return _GATES[self]


_GATES = {
    GateName.ACTIVATION: N_("the activation of the Ad Hoc Group"),
    GateName.PARTICIPANTS: N_("the list of participants"),
    GateName.EXTENSION: N_("the extension of the activation"),
    GateName.TERMINATION: N_("the early end of the activation"),
    GateName.REPORT: N_("the report"),
    GateName.CIRCULATION: N_("the circulation to the wider membership"),
    GateName.CLOSURE: N_("the closing of the case"),
}


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
    """What a post said, bound by ``on`` (a SHA-256) to the exact version it was given on.

    ``recorded_by``: who wrote it down for the post, which had said it by telephone or letter; None where the post took it
    itself. ``contested_at``: when the post said that it never said this.
    """

    post: Post
    position: PositionKind
    at: Instant
    on: str
    round: int = 1
    text: Prose = ""
    void: Literal["", "amended", "second round", "changed", "contested"] = ""
    recorded_by: Post | None = None
    contested_at: Instant | None = None


class Question(Value):
    """A Co-Chair's question; the gate's clock stands until it is answered."""

    by: Post
    text: Prose
    at: Instant


class Gate(Value):
    """One decision of the Co-Chairs: who must answer, positions, outcome. Its ladder is in the case.

    ``matter``: of which ``about`` is the text; None where it was opened before that was kept.
    """

    name: GateName
    on: str
    about: Prose
    matter: tuple[StatedReason, ...] | None = None
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

    @property
    def recorded(self) -> tuple[Post, ...]:
        """The posts whose position was written down for them by another."""
        return tuple(post for post, position in self.positions.items() if position.recorded_by)

    @property
    def contested(self) -> tuple[Post, ...]:
        """The posts that contest the position on which it was decided, as it was written down for them."""
        return tuple(post for post, position in self.positions.items() if position.contested_at)

    def decider(self, post: Post) -> Decider | None:
        """The place that the post holds at this gate, if any."""
        return next((decider for decider in self.deciders if decider.post == post), None)
