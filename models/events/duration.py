"""How long the group is active."""

from typing import Literal

from models.base import Instant, Value


class Extended(Value):
    type: Literal["extended"] = "extended"
    active_until: Instant
