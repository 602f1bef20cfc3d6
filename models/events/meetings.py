"""Meetings, and what is told of the situation."""

from typing import Literal

from pydantic import Field

from models.base import Prose, Value, is_empty
from models.case.meetings import Meeting
from models.request import Figure


class MeetingScheduled(Value):
    """``moved``: it had been called before, as ``before`` says (None in entries written before that was kept)."""

    type: Literal["meeting_scheduled"] = "meeting_scheduled"
    meeting: Meeting
    moved: bool = False
    before: Meeting | None = None
    text: Prose = Field(default="", exclude_if=is_empty)


class MeetingCancelled(Value):
    type: Literal["meeting_cancelled"] = "meeting_cancelled"
    meeting: Meeting
    text: Prose = ""


class AttendanceTaken(Value):
    type: Literal["attendance_taken"] = "attendance_taken"
    meeting: str
    present: tuple[str, ...] = ()
    observing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    text: Prose = Field(default="", exclude_if=is_empty)


class SituationUpdated(Value):
    type: Literal["situation_updated"] = "situation_updated"
    text: Prose = ""
    figures: tuple[Figure, ...] = ()
