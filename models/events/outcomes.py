"""What becomes of practical outcomes: term of reference (a)."""

from typing import Literal

from pydantic import Field

from models.base import Prose, Value, is_empty
from models.case.outcomes import Outcome, OutcomeTerms
from models.posts import Post
from models.reasons import StatedReason


class OutcomeAdded(Value):
    type: Literal["outcome_added"] = "outcome_added"
    outcome: Outcome
    text: Prose = Field(default="", exclude_if=is_empty)


class OutcomeAmended(Value):
    """What it is to reach, by when, or who works on it is another than it was.

    ``returned``: nobody owns it any more; it has come back to the group.
    """

    type: Literal["outcome_amended"] = "outcome_amended"
    outcome: str
    terms: OutcomeTerms
    was: OutcomeTerms
    text: Prose = ""
    reasons: tuple[StatedReason, ...] = ()
    returned: bool = Field(default=False, exclude_if=is_empty)


class OutcomeTakenOn(Value):
    """Its owner, or a supporter, takes an outcome on; or does not."""

    type: Literal["outcome_taken_on"] = "outcome_taken_on"
    outcome: str
    member: str
    taken: bool = True
    text: Prose = ""


class ProgressNoted(Value):
    type: Literal["progress_noted"] = "progress_noted"
    outcome: str
    value: float | None = None
    text: Prose = ""


class OutcomeMoved(Value):
    """``why`` it is open again and whose act that was; None in entries from before both were kept."""

    type: Literal["outcome_moved"] = "outcome_moved"
    outcome: str
    state: Literal["open", "blocked", "done", "verified"]
    text: Prose = ""
    why: Literal["progress", "objected"] | None = None
    post: Post | None = None
