"""Practical outcomes: term of reference (a)."""

from datetime import date
from typing import Literal

from models.base import Line, Value
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
    state: OutcomeState = "open"
    note: Line = ""
    verified_by: Post | None = None

    @property
    def terms(self) -> OutcomeTerms:
        """What can be amended, as it holds now."""
        return OutcomeTerms(**{name: getattr(self, name) for name in OutcomeTerms.model_fields})
