"""Meetings with attendance, and situation updates."""

from typing import Literal

from pydantic import Field

from models.base import Line, Prose
from models.commands.body import Body, Codes
from models.request import Figure


class ScheduleMeeting(Body):
    """Call a meeting; called again by the same title it is moved."""

    do: Literal["schedule_meeting"] = "schedule_meeting"
    title: Line = Field(min_length=1)
    place: Line = ""
    starts: Line = Field(description="when it begins, as in 2026-03-16 or 2026-03-16T10:00:00+07:00")
    ends: Line = Field(default="", description="when it ends, likewise")
    agenda: tuple[Line, ...] = ()


class CancelMeeting(Body):
    """Call a meeting off; called again by the same title it is held after all."""

    do: Literal["cancel_meeting"] = "cancel_meeting"
    meeting: Line = Field(description="its title")
    text: Prose = Field(min_length=1, description="why")


class Attend(Body):
    """Note who came to a meeting; any member may be named."""

    do: Literal["attend"] = "attend"
    meeting: Line = Field(description="its title")
    present: Codes = ()
    observing: Codes = ()
    absent: Codes = ()


class SituationUpdate(Body):
    """Tell the group how the situation stands."""

    do: Literal["situation_update"] = "situation_update"
    figures: tuple[Figure, ...] = ()
