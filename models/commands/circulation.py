"""Circulation to the wider membership, and the consent of those it names."""

from typing import Literal

from models.commands.body import Body, Codes


class Circulate(Body):
    """Propose what the wider membership is told, to whom, naming whom."""

    do: Literal["circulate"] = "circulate"
    what: Literal["full", "summary", "nothing"] = "summary"
    to: Literal["everyone", "participants"] | Codes = "everyone"
    names: Codes = ()


class GiveConsent(Body):
    """Say whether one's member may be named."""

    do: Literal["consent"] = "consent"
    to: Literal["circulation"] = "circulation"
    answer: Literal["give", "refuse"] = "give"
