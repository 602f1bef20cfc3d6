"""What happens at a gate."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from models.base import Prose, Value, is_empty
from models.case.gates import Decider, GateName, GateOutcome, PositionKind
from models.posts import Post
from models.reasons import StatedReason


class GateOpened(Value):
    """``matter``: of which ``about`` is the text. ``text``: what the post said that had it opened."""

    type: Literal["gate_opened"] = "gate_opened"
    gate: GateName
    on: str
    about: Prose
    matter: tuple[StatedReason, ...] | None = None
    respondent: Post
    deciders: tuple[Decider, ...]
    terms: Mapping[str, str] = {}
    text: Prose = Field(default="", exclude_if=is_empty)


class PositionTaken(Value):
    """``recorded_by``: who wrote it down for the post, which had said it otherwise; None where it took it itself."""

    type: Literal["position_taken"] = "position_taken"
    gate: GateName
    post: Post
    position: PositionKind
    on: str
    text: Prose = ""
    interest: bool = False
    recorded_by: Post | None = None


class PositionsVoided(Value):
    """What they were given on was amended: all are asked again, on the new version (``on``).

    ``reasons``: of which ``why`` is the sentence.
    """

    type: Literal["positions_voided"] = "positions_voided"
    gate: GateName
    posts: tuple[Post, ...]
    on: str
    about: Prose
    matter: tuple[StatedReason, ...] | None = None
    why: Prose
    reasons: tuple[StatedReason, ...] | None = None
    deciders: tuple[Decider, ...]
    respondent: Post | None = None


class QuestionAsked(Value):
    type: Literal["asked"] = "asked"
    gate: GateName
    post: Post
    text: Prose


class QuestionAnswered(Value):
    type: Literal["answered"] = "answered"
    gate: GateName
    text: Prose


class QuestionDropped(Value):
    """The post that asked took a position without waiting for the answer."""

    type: Literal["question_dropped"] = "question_dropped"
    gate: GateName
    post: Post


class RespondentChanged(Value):
    """Who answers what Co-Chairs ask at the gate is another: the post before has left."""

    type: Literal["respondent_changed"] = "respondent_changed"
    gate: GateName
    respondent: Post


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
    """``recorded``: the posts on whose positions it rests that were written down for them by another."""

    type: Literal["gate_decided"] = "gate_decided"
    gate: GateName
    outcome: GateOutcome
    text: Prose = ""
    reasons: tuple[StatedReason, ...] | None = None
    recorded: tuple[Post, ...] = ()
