"""Meetings of the group."""

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
