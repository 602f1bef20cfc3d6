"""Practical outcomes: term of reference (a)."""

from datetime import date
from typing import Literal

from models.base import Line, Value
from models.posts import Post

OutcomeState = Literal["open", "blocked", "done", "verified"]


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
