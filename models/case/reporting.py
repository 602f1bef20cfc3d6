"""Reports and recommendations: term of reference (c)."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from models.base import Line, Prose, Value, is_empty


class ReportState(StrEnum):
    """Where a report is."""

    DRAFTING = "drafting"
    TABLED = "tabled"
    ADOPTED = "adopted"
    ACCEPTED = "accepted"

    @property
    def words(self) -> str:
        """As people say it of a report."""
        return "being drafted" if self is ReportState.DRAFTING else self.value


class Report(Value):
    """An interim or final report. ``content`` is the SHA-256 over all that went into this version."""

    number: int
    kind: Literal["interim", "final"]
    state: ReportState = ReportState.DRAFTING
    version: int = 1
    content: str
    contributions_by: date | None = None
    contributed: tuple[str, ...] = ()
    objections: int = 0
    note: Line = ""

    @property
    def name(self) -> str:
        """As people say it: ``final report``."""
        return f"{self.kind} report"


class Recommendation(Value):
    """A concrete recommendation: term of reference (c). Followed across cases once its report is accepted.

    ``untold``: addressees outside the group to whom the accepted report has not been circulated. ``held``: it is not
    followed yet, because of them; by a policy of before. ``left_out``: those of ``untold`` of whom it is decided that they
    are not told.
    """

    number: int
    text: Prose
    to: tuple[str, ...] = ()
    owner: str = ""
    due: date | None = None
    report: int = 1
    untold: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    left_out: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    held: bool = Field(default=False, exclude_if=is_empty)
