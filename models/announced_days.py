"""Days on which an office is closed after all, or open, as it has announced."""

from datetime import date, timedelta

from models.base import Line, Value
from models.refusal import RefusalKind, Refused

MOST_ANNOUNCED = timedelta(days=31)
"""As many days can be announced at once."""


class AnnouncedDay(Value):
    """Days, from the first to the last, on which an office is closed after all, or open."""

    first: date
    last: date
    closed: bool = True
    why: Line = ""


def check_announced_day(days: AnnouncedDay, today: date) -> None:
    """Whether an office's days can be announced; ``today`` is the office's.

    Raises:
        Refused: they do not lie ahead, or are not from a first to a last of a month.
    """
    if not timedelta(0) <= days.last - days.first < MOST_ANNOUNCED:
        raise Refused(
            RefusalKind.INVALID, f"From the first day to the last there are at most {MOST_ANNOUNCED.days} days."
        )
    if days.first <= today:
        raise Refused(RefusalKind.INVALID, "An announced day lies ahead: today and before, deadlines have passed.")
