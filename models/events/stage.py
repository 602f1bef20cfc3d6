"""The case enters a stage."""

from typing import Literal

from models.base import Prose, Value
from models.case.stage import Stage
from models.reasons import StatedReason


class StageEntered(Value):
    type: Literal["stage_entered"] = "stage_entered"
    stage: Stage
    text: Prose = ""
    reasons: tuple[StatedReason, ...] | None = None
