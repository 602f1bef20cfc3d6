"""Reports and their recommendations: term of reference (c)."""

from typing import Literal

from pydantic import Field

from models.base import Prose, Value, is_empty
from models.case.reporting import Recommendation, Report, ReportState
from models.posts import Post
from models.reasons import StatedReason


class ReportOpened(Value):
    type: Literal["report_opened"] = "report_opened"
    report: Report
    text: Prose = Field(default="", exclude_if=is_empty)


class Contributed(Value):
    type: Literal["contributed"] = "contributed"
    member: str
    text: Prose
    content: str


class Recommended(Value):
    type: Literal["recommended"] = "recommended"
    recommendation: Recommendation
    content: str


class Objected(Value):
    """``outcome``: to its verification; ``newcomer``: to its admission, by ``post``; neither: to the report.

    ``taken_back``: the post had proposed the admission itself, and the group was asked already.
    """

    type: Literal["objected"] = "objected"
    member: str
    text: Prose
    outcome: str = ""
    newcomer: str = ""
    post: Post | None = None
    taken_back: bool = False


class Revised(Value):
    """``corrects``: of a correction of form, the words that ``text`` replaces."""

    type: Literal["revised"] = "revised"
    version: int
    text: Prose
    content: str
    corrects: Prose = ""


class ReportMoved(Value):
    """A report came into another state: tabled, adopted by silence, accepted, back in drafting.

    ``why`` it is in drafting again, or before the Steering Group again, and whose act that was, if a single post's; None
    in entries from before both were kept.
    """

    type: Literal["report_moved"] = "report_moved"
    report: int
    kind: str
    state: ReportState
    text: Prose = ""
    reasons: tuple[StatedReason, ...] | None = None
    why: Literal["revised", "objected", "declined", "lapsed"] | None = None
    post: Post | None = None
