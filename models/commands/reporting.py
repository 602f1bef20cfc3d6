"""Reports and recommendations (c), from the first contribution to what became of them."""

from typing import Literal

from pydantic import Field, field_validator

from models.base import Day, Line, Prose
from models.commands.body import Body, Codes, also, as_tuple, read_as


class OpenReport(Body):
    """Open an interim or the final report and collect contributions until a date."""

    do: Literal["open_report"] = "open_report"
    kind: Literal["interim", "final"] = Field(default="final", validation_alias=also("kind", "type"))
    contributions_by: Day | None = Field(
        default=None, validation_alias=also("contributions_by", "by", "until", "due", "deadline")
    )


class Contribute(Body):
    """A participant's contribution to the open report."""

    do: Literal["contribute"] = "contribute"
    text: Prose = Field(min_length=1)


class Recommend(Body):
    """Add a recommendation to the open report."""

    do: Literal["recommend"] = "recommend"
    text: Prose = Field(min_length=1, validation_alias=also("text", "recommendation", "title"))
    to: Codes = Field(default=(), validation_alias=also("to", "addressees", "addressee", "addressed_to"))
    owner: Line | None = None
    due: Day | None = Field(default=None, validation_alias=also("due", "due_date"))

    _lists = field_validator("to", mode="before")(as_tuple)


class Table(Body):
    """Put a report before the Steering Group under the silence procedure."""

    do: Literal["table"] = "table"


class Object(Body):
    """Break the silence on a report; or object to the verification of an outcome."""

    do: Literal["object"] = "object"
    outcome: Line | None = None


class Revise(Body):
    """Write a new version of a report."""

    do: Literal["revise"] = "revise"


class Adopt(Body):
    """Say what became of a recommendation."""

    do: Literal["adopt"] = "adopt"
    recommendation: Prose = Field(default="", validation_alias=also("recommendation", "title", "text"))
    text: Prose = Field(default="", validation_alias=also("why", "note", "reason", "comment"))
    state: Literal["adopted", "declined", "done"] = Field(
        default="adopted", validation_alias=also("state", "status", "as", "answer", "outcome", "position")
    )

    _words = field_validator("state", mode="before")(
        read_as(
            adopted=("adopt", "accept", "accepted"),
            declined=("decline", "refuse", "refused"),
            done=("complete", "completed"),
        )
    )
