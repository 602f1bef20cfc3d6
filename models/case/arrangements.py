"""Information-sharing arrangements: term of reference (b)."""

from datetime import date
from typing import Literal

from models.base import Instant, Line, Value

ArrangementState = Literal["proposed", "agreed", "in_force"]


class Arrangement(Value):
    """An information-sharing arrangement: term of reference (b). ``marking`` is a TLP 2.0 label (FIRST).

    ``begins``: the day from which the parties want it, if that is later than their agreement.
    """

    title: Line
    parties: tuple[str, ...]
    kind: Line = ""
    every: Line = ""
    marking: Line = "TLP:AMBER"
    contacts: tuple[Line, ...] = ()
    begins: date | None = None
    review: date | None = None
    agreed: tuple[str, ...] = ()
    in_force_from: Instant | None = None
    exchanges: int = 0

    @property
    def state(self) -> ArrangementState:
        """``proposed`` until every party has agreed, then ``agreed`` until the day that they want, then ``in_force``."""
        if self.in_force_from:
            return "in_force"
        return "agreed" if set(self.parties) <= set(self.agreed) else "proposed"
