"""Meetings of the group."""

from models.base import Line, Value


class Meeting(Value):
    """A meeting of the group; an absent affected member is visible."""

    title: Line
    place: Line = ""
    starts: Line
    ends: Line = ""
    agenda: tuple[Line, ...] = ()
    present: tuple[str, ...] = ()
    observing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    held: bool = False
