"""Reports and recommendations (c), from the first contribution to what became of them."""

from typing import Literal

from pydantic import Field

from models.base import Day, Line, Prose
from models.commands.body import Body, Codes


class OpenReport(Body):
    """Open an interim or the final report and collect contributions until a date."""

    do: Literal["open_report"] = "open_report"
    kind: Literal["interim", "final"] = "final"
    contributions_by: Day | None = None


class Contribute(Body):
    """A participant's contribution to the open report."""

    do: Literal["contribute"] = "contribute"
    text: Prose = Field(min_length=1)


class Recommend(Body):
    """Add a recommendation to the open report."""

    do: Literal["recommend"] = "recommend"
    text: Prose = Field(min_length=1, description="the recommendation")
    to: Codes = Field(default=(), description="addressees")
    owner: Line | None = None
    due: Day | None = None


class Table(Body):
    """Put a report before the Steering Group under the silence procedure."""

    do: Literal["table"] = "table"


class Object(Body):
    """Break the silence on a report or on a later admission; or object to the verification of an outcome."""

    do: Literal["object"] = "object"
    outcome: Line | None = None
    member: Line | None = Field(default=None, description="whose later admission is objected to")


class Revise(Body):
    """Write a new version of a report; or correct its form after the Steering Group has adopted it."""

    do: Literal["revise"] = "revise"
    corrects: Prose = Field(default="", description="of a correction of form alone: the words that the text replaces")


class Adopt(Body):
    """Say what became of a recommendation."""

    do: Literal["adopt"] = "adopt"
    recommendation: Prose = Field(default="", description="its text")
    state: Literal["adopted", "declined", "done"] = "adopted"
