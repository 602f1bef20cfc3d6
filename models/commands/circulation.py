"""Circulation to the wider membership, and the consent of those it names."""

from typing import Any, Literal

from pydantic import Field, field_validator

from models.commands.body import Body, Codes, also, as_tuple


class Circulate(Body):
    """Propose what the wider membership is told, to whom, naming whom."""

    do: Literal["circulate"] = "circulate"
    what: Literal["full", "summary", "nothing"] = "summary"
    to: Literal["everyone", "participants"] | Codes = "everyone"
    names: Codes = ()

    _lists = field_validator("names", mode="before")(as_tuple)

    @field_validator("to", mode="before")
    @classmethod
    def _one(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        said = given.strip().lower()
        if said in ("all", "everybody", "all members", "membership", "wider membership"):
            return "everyone"
        return said if said in ("everyone", "participants") else (given,)


class GiveConsent(Body):
    """Say whether one's member may be named."""

    do: Literal["consent"] = "consent"
    to: Literal["circulation"] = "circulation"
    answer: Literal["give", "refuse"] = Field(default="give", validation_alias=also("answer", "consent", "position"))

    @field_validator("answer", mode="before")
    @classmethod
    def _words(cls, given: Any) -> Any:
        said = str(given).lower()
        if said in ("true", "yes", "given", "accept", "approve", "agree", "granted"):
            return "give"
        return "refuse" if said in ("false", "no", "refused", "decline", "declined", "withhold", "withheld") else given
