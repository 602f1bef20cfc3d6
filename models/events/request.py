"""What happens to a request until it is complete."""

from typing import Literal

from pydantic import Field

from models.base import Line, Prose, Value, is_empty
from models.calendars import Calendars
from models.grounds import Ground, StatedGround
from models.members import Directory
from models.policy import Policy
from models.request import Request


class Submitted(Value):
    """The request, and all that the case copies from the deployment: the log alone rebuilds the case."""

    type: Literal["submitted"] = "submitted"
    reference: str
    requester: str
    request: Request
    directory: Directory
    calendars: Calendars
    policy: Policy


class Returned(Value):
    type: Literal["returned"] = "returned"
    missing: tuple[Line, ...]
    text: Prose = ""


class Resubmitted(Value):
    type: Literal["resubmitted"] = "resubmitted"
    version: int
    request: Request
    changed: tuple[str, ...]
    text: Prose = Field(default="", exclude_if=is_empty)


class Joined(Value):
    type: Literal["joined"] = "joined"
    member: str
    grounds: tuple[StatedGround, ...] = Field(default=(), exclude_if=is_empty)
    text: Prose = Field(default="", exclude_if=is_empty)


class GroundReviewed(Value):
    type: Literal["ground_reviewed"] = "ground_reviewed"
    member: str
    ground: Ground
    disputed: bool
    text: Prose = ""


class FoundComplete(Value):
    type: Literal["found_complete"] = "found_complete"
    text: Prose = Field(default="", exclude_if=is_empty)


class RequesterWithdrew(Value):
    type: Literal["requester_withdrew"] = "requester_withdrew"
    member: str
    text: Prose = ""
