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


class Correction(Value):
    """A correction of form: words of a report as they were, and as they read now."""

    was: Prose
    now: Prose


class Report(Value):
    """An interim or final report. ``content`` is the SHA-256 over all that went into this version.

    ``text``: what the newest version says; ``corrections``: of its form, while they are before the Co-Chairs. With their
    acceptance these stand in the text and in the recommendations. Reports of before keep neither.
    """

    number: int
    kind: Literal["interim", "final"]
    state: ReportState = ReportState.DRAFTING
    version: int = 1
    content: str
    contributions_by: date | None = None
    contributed: tuple[str, ...] = ()
    objections: int = 0
    note: Line = ""
    text: Prose = Field(default="", exclude_if=is_empty)
    corrections: tuple[Correction, ...] = Field(default=(), exclude_if=is_empty)

    def corrected(self, words: str) -> str:
        """Words of the report, its text or a recommendation, as they read with the corrections."""
        for one in self.corrections:
            words = words.replace(one.was, one.now)
        return words

    @property
    def name(self) -> str:
        """As people say it: ``final report``."""
        return f"{self.kind} report"


class Recommendation(Value):
    """A concrete recommendation: term of reference (c). Followed across cases once its report is accepted.

    ``untold``: addressees outside the group to whom the accepted report has not been circulated. ``held``: it is not
    followed yet, because of them; by a policy of before. ``left_out``: those of ``untold`` of whom it is decided that
    they are not told.
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
