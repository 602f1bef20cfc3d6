"""Circulation to the wider membership, and the consent of those it names."""

from typing import Literal

from pydantic import Field

from models.base import Prose
from models.commands.body import Body, Codes

_KEEP = "words of the text that name somebody and stay without consent, as they are written there"
_WHY_KEPT = "why they stay; both Co-Chairs take it on by approving"


class Circulate(Body):
    """Propose what the wider membership is told, to whom, naming whom."""

    do: Literal["circulate"] = "circulate"
    what: Literal["full", "summary", "nothing"] = "summary"
    to: Literal["everyone", "participants"] | Codes = "everyone"
    names: Codes = ()
    keep: Codes = Field(default=(), description=_KEEP)
    why_kept: Prose = Field(default="", description=_WHY_KEPT)


class Reword(Body):
    """Write what is to be circulated in other words: all are asked again."""

    do: Literal["reword"] = "reword"
    text: Prose = Field(min_length=1, description="the new wording, in full")
    what: Literal["full", "summary", "nothing"] | None = Field(default=None, description="left out: as before")
    names: Codes = ()
    keep: Codes = Field(default=(), description=_KEEP)
    why_kept: Prose = Field(default="", description=_WHY_KEPT)


class GiveConsent(Body):
    """Say whether one's member may be named."""

    do: Literal["consent"] = "consent"
    to: Literal["circulation"] = "circulation"
    answer: Literal["give", "refuse"] = "give"
