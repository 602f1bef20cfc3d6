"""Meetings of the group."""

from datetime import date, datetime

from pydantic import Field

from models.base import Line, Value


class Meeting(Value):
    """A meeting of the group; an absent affected member is visible. ``cancelled``: it was called off."""

    title: Line
    place: Line = ""
    starts: Line
    ends: Line = ""
    agenda: tuple[Line, ...] = ()
    present: tuple[str, ...] = ()
    observing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    held: bool = False
    cancelled: bool = Field(default=False, exclude_if=lambda cancelled: not cancelled)

    @property
    def begins(self) -> date | None:
        """When it begins, as it was written (ISO 8601); None where it was written in words."""
        for read in (date.fromisoformat, datetime.fromisoformat):
            try:
                return read(self.starts)
            except ValueError:
                continue
        return None

    def lies_ahead(self, now: datetime) -> bool:
        """Whether it begins after ``now`` (aware); a day, a time without zone, and other words do as long as they may."""
        begins = self.begins
        if isinstance(begins, datetime) and begins.tzinfo is not None:
            return begins > now
        day = begins.date() if isinstance(begins, datetime) else begins
        return day is None or day >= now.date()
