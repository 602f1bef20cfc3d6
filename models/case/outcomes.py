"""Practical outcomes: term of reference (a)."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from models.base import Instant, Line, Value, is_empty
from models.posts import Post

OutcomeState = Literal["open", "blocked", "done", "verified"]


class OutcomeTerms(Value):
    """What an outcome is to reach, by when, and who works on it: what can be amended."""

    owner: str
    supporting: tuple[str, ...] = ()
    indicator: Line = ""
    target: float | None = None
    unit: Line = ""
    due: date | None = None


class Outcome(Value):
    """A practical outcome: term of reference (a).

    ``taken_on``: those of owner and supporters that have taken it on by their own word; ``refused_by``: the owner that
    has not; ``said_at``: when each of them, or a supporter that supports it no more, said so. ``returned``: nobody owns
    it since then; the secretariat keeps it until another takes it on.
    """

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
    state: OutcomeState = "open"
    note: Line = ""
    verified_by: Post | None = None
    taken_on: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    refused_by: str = Field(default="", exclude_if=is_empty)
    said_at: Mapping[str, Instant] = Field(default={}, exclude_if=is_empty)
    returned: bool = Field(default=False, exclude_if=is_empty)

    @property
    def seeks_owner(self) -> bool:
        """Whether it has come back to the group, and somebody is to be found who owns it."""
        return self.returned and self.state in ("open", "blocked")

    @property
    def reached(self) -> bool:
        """Whether its value has come to its target; from a baseline above the target it has to fall."""
        if self.target is None or self.value is None:
            return False
        falls = self.baseline is not None and self.baseline > self.target
        return self.value <= self.target if falls else self.value >= self.target

    @property
    def achieved(self) -> bool:
        """Whether it is verified as reached, or its verifier says in words (``note``) why less is enough."""
        return self.state == "verified" and (self.reached or bool(self.note))

    @property
    def terms(self) -> OutcomeTerms:
        """What can be amended, as it holds now."""
        return OutcomeTerms(**{name: getattr(self, name) for name in OutcomeTerms.model_fields})
