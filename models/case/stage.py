"""Where a case is, and whether its clock runs."""

from enum import StrEnum

from models.base import Instant, Prose, Value
from models.posts import Post


class Stage(StrEnum):
    """Where a case is (``docs/what-it-does.md``, Stages)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CO_CHAIR_REVIEW = "co_chair_review"
    PARTICIPANT_SELECTION = "participant_selection"
    OPERATIONAL = "operational"
    REPORTING = "reporting"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    TERMINATED = "terminated"

    @property
    def ended(self) -> bool:
        """Whether the procedure is over. A lapsed request may still be resubmitted for a while."""
        return self in (Stage.CLOSED, Stage.DECLINED, Stage.WITHDRAWN, Stage.LAPSED, Stage.TERMINATED)

    @property
    def final(self) -> bool:
        """Whether the procedure is over for good; the wider membership may still be told of it."""
        return self.ended and self is not Stage.LAPSED

    def over(self, *, clock_acts: bool) -> bool:
        """Whether nothing is awaited any more, so that the case needs no workflow. ``clock_acts``: the clock has an act
        ahead (``models.agenda.next_act``). A lapsed request waits for a new version until the last of its rungs; what is
        to be circulated after the end, for those who are asked.
        """
        return self.ended and not clock_acts

    @property
    def words(self) -> str:
        """As people say it."""
        return {"co_chair_review": "Co-Chair review"}.get(self.value, self.value.replace("_", " "))


class Clock(StrEnum):
    """Whether deadlines run."""

    RUNNING = "running"
    STOPPED = "stopped"


class Suspension(Value):
    """The clock of the whole case stands, with a reason."""

    since: Instant
    why: Prose
    by: Post
