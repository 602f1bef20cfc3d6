"""What the wider membership is told, and who consents to being named."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from models.base import Prose, Value


class Consent(StrEnum):
    """A member's word on being named."""

    PENDING = "pending"
    GIVEN = "given"
    REFUSED = "refused"
    LAPSED = "lapsed"


class Circulation(Value):
    """What the wider membership is told: what, to whom, naming whom."""

    number: int
    what: Literal["full", "summary", "nothing"]
    to: tuple[str, ...]
    names: tuple[str, ...]
    consents: Mapping[str, Consent] = {}
    on: str
    text: Prose = ""
    state: Literal["proposed", "approved", "released", "declined", "lapsed"] = "proposed"

    @property
    def named(self) -> tuple[str, ...]:
        """The members that the released text may name."""
        return tuple(member for member in self.names if self.consents.get(member) is Consent.GIVEN)

    @property
    def pending(self) -> tuple[str, ...]:
        """The members whose consent is still awaited."""
        return tuple(member for member, consent in self.consents.items() if consent is Consent.PENDING)
