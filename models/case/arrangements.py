"""Information-sharing arrangements: term of reference (b)."""

from datetime import date
from typing import Literal

from pydantic import Field

from models.base import Instant, Line, Value

ArrangementState = Literal["proposed", "agreed", "in_force", "ended"]


class ArrangementTerms(Value):
    """What parties agree to, as far as it can be amended."""

    parties: tuple[str, ...]
    kind: Line = ""
    every: Line = ""
    marking: Line = "TLP:AMBER"
    contacts: tuple[Line, ...] = ()
    review: date | None = None


class Amendment(Value):
    """Other terms of an arrangement, or its end, which wait for every party; ``agreed``: those that have agreed."""

    terms: ArrangementTerms
    ends: bool = False
    agreed: tuple[str, ...] = ()


class Arrangement(Value):
    """An information-sharing arrangement: term of reference (b). ``marking`` is a TLP 2.0 label (FIRST).

    ``begins``: the day from which the parties want it, if that is later than their agreement. ``overdue``: an exchange
    that its rhythm asks for has not been noted. ``amendment``: what is proposed to its parties.
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
    overdue: bool = Field(default=False, exclude_if=lambda overdue: not overdue)
    amendment: Amendment | None = Field(default=None, exclude_if=lambda amendment: amendment is None)
    ended_at: Instant | None = Field(default=None, exclude_if=lambda ended_at: ended_at is None)

    @property
    def terms(self) -> ArrangementTerms:
        """What can be amended, as it holds now."""
        return ArrangementTerms(**{name: getattr(self, name) for name in ArrangementTerms.model_fields})

    @property
    def concerned(self) -> tuple[str, ...]:
        """The parties, and those that would be by what is proposed."""
        joining = self.amendment.terms.parties if self.amendment is not None else ()
        return tuple(dict.fromkeys((*self.parties, *joining)))

    @property
    def awaited(self) -> tuple[str, ...]:
        """The parties whose agreement is asked: to the arrangement, or to what is proposed to change of it."""
        if self.ended_at is not None:
            return ()
        if self.amendment is not None:
            return tuple(code for code in self.concerned if code not in self.amendment.agreed)
        return () if self.in_force_from else tuple(code for code in self.parties if code not in self.agreed)

    @property
    def state(self) -> ArrangementState:
        """``proposed`` until every party has agreed, then ``agreed`` until the day that they want, then ``in_force``."""
        if self.ended_at is not None:
            return "ended"
        if self.in_force_from:
            return "in_force"
        return "agreed" if set(self.parties) <= set(self.agreed) else "proposed"
