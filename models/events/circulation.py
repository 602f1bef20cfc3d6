"""What the wider membership is told, and who consents to being named."""

from typing import Literal

from pydantic import Field

from models.base import Prose, Value, is_empty
from models.case.circulation import Circulation, Consent


class CirculationProposed(Value):
    type: Literal["circulation_proposed"] = "circulation_proposed"
    circulation: Circulation


class CirculationReworded(Value):
    """What is to be told reads otherwise: consents were to the old wording, and are asked for anew."""

    type: Literal["circulation_reworded"] = "circulation_reworded"
    circulation: Circulation


class ConsentNoted(Value):
    type: Literal["consent_noted"] = "consent_noted"
    circulation: int
    member: str
    consent: Consent
    text: Prose = Field(default="", exclude_if=is_empty)


class CirculationMoved(Value):
    type: Literal["circulation_moved"] = "circulation_moved"
    circulation: int
    state: Literal["approved", "released", "declined", "lapsed"]
