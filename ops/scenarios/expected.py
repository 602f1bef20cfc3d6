"""The fields of ``expect`` in a scenario file. Only fields that are named are compared."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from models.base import Value
from models.case import Clock, GateName, ParticipantState, Stage, Term
from models.case.arrangements import ArrangementState
from models.case.closing import TermState
from models.case.outcomes import OutcomeState
from models.notices import NOTICE_KINDS
from models.posts import Post
from models.recommendation import FollowUpState

NONE = "none"
"""Nothing is there: no such member, title, gate or position."""

Nothing = Literal["none"]

GateWord = Literal["none", "open", "split", "approved", "declined", "lapsed", "superseded"]
"""How a gate stands: not opened, open, in its second round, or its outcome."""

PositionWord = Literal["none", "approve", "approve with conditions", "decline", "ask", "recuse", "void"]
"""What a post says at a gate. ``void``: the matter was amended after the post had said it."""

_NOT_NAMED: Any = None
"""The value of a field that is not named; ``model_fields_set`` has the names of the others."""


KindOfNotice: Any = Literal[tuple(NOTICE_KINDS)]


class _Something(Value):
    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("names nothing to compare")
        return self


class ExpectedNotices(_Something):
    """The posts that were told of a kind since the start, each named once, and how many notices there were."""

    to: tuple[Post, ...] = _NOT_NAMED
    count: int = Field(default=_NOT_NAMED, ge=0)


class ExpectedGate(_Something):
    """How a gate stands, and what the posts that are named say there."""

    outcome: GateWord = _NOT_NAMED
    positions: Mapping[Post, PositionWord] = _NOT_NAMED


class Expected(Value):
    """What must be true."""

    stage: Stage = _NOT_NAMED
    waiting_on: tuple[Post, ...] = _NOT_NAMED
    clock: Clock = _NOT_NAMED
    participants: Mapping[str, ParticipantState | Nothing] = _NOT_NAMED
    outcomes: Mapping[str, OutcomeState | Nothing] = _NOT_NAMED
    arrangements: Mapping[str, ArrangementState | Nothing] = _NOT_NAMED
    recommendations: Mapping[str, FollowUpState | Nothing] = _NOT_NAMED
    terms_of_reference: Mapping[Term, TermState] = _NOT_NAMED
    notices: Mapping[KindOfNotice, ExpectedNotices] = _NOT_NAMED
    gate: Mapping[GateName, ExpectedGate] = _NOT_NAMED
    versions: int = Field(default=_NOT_NAMED, ge=0)

    @property
    def named(self) -> tuple[str, ...]:
        """The names of the fields that are given, in the order of this class."""
        return tuple(name for name in type(self).model_fields if name in self.model_fields_set)
