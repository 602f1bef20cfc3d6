"""Meetings with attendance, and situation updates."""

from typing import Any, Literal

from pydantic import Field, field_validator

from models.base import Line, Prose
from models.commands.body import Body, Codes, also, as_tuple
from models.request import Figure


class ScheduleMeeting(Body):
    """Call a meeting; called again by the same title it is moved."""

    do: Literal["schedule_meeting"] = "schedule_meeting"
    title: Line = Field(min_length=1)
    place: Line = Field(default="", validation_alias=also("place", "location", "where"))
    starts: Line = Field(validation_alias=also("from", "starts", "on", "date", "at", "when", "start"))
    ends: Line = Field(default="", validation_alias=also("to", "ends", "until", "end"))
    agenda: tuple[Line, ...] = ()

    _lists = field_validator("agenda", mode="before")(as_tuple)

    @field_validator("starts", "ends", mode="before")
    @classmethod
    def _written(cls, given: Any) -> Any:
        return given.isoformat() if hasattr(given, "isoformat") else given


class Attend(Body):
    """Note who came to a meeting; any member may be named."""

    do: Literal["attend"] = "attend"
    meeting: Line = Field(validation_alias=also("meeting", "title"))
    present: Codes = Field(default=(), validation_alias=also("present", "attended", "attending"))
    observing: Codes = Field(default=(), validation_alias=also("observing", "observers"))
    absent: Codes = ()

    _lists = field_validator("present", "observing", "absent", mode="before")(as_tuple)


class SituationUpdate(Body):
    """Tell the group how the situation stands."""

    do: Literal["situation_update"] = "situation_update"
    text: Prose = Field(default="", validation_alias=also("text", "situation", "update", "summary", "note"))
    figures: tuple[Figure, ...] = ()
