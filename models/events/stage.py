"""The case enters a stage."""

from typing import Literal

from models.base import Prose, Value
from models.case.stage import Stage


class StageEntered(Value):
    type: Literal["stage_entered"] = "stage_entered"
    stage: Stage
    text: Prose = ""
