"""Participant selection: who is proposed, what the invited answer, who comes later or leaves."""

from typing import Literal

from pydantic import Field, field_validator

from models.base import Line
from models.commands.body import Body, Codes, also, as_tuple, read_as


class Propose(Body):
    """Propose members and observers; the newest word on a member counts."""

    do: Literal["propose"] = "propose"
    members: Codes = Field(default=(), validation_alias=also("members", "participants", "member"))
    observers: Codes = Field(default=(), validation_alias=also("observers", "observer"))
    without: Codes = Field(default=(), validation_alias=also("without", "remove"))

    _lists = field_validator("members", "observers", "without", mode="before")(as_tuple)


class Comment(Body):
    """Comment on the proposed participants."""

    do: Literal["comment"] = "comment"
    member: Line | None = Field(default=None, validation_alias=also("member", "on", "about"))


class Respond(Body):
    """Answer an invitation."""

    do: Literal["respond"] = "respond"
    answer: Literal["accept", "decline", "observe"] = "accept"

    _words = field_validator("answer", mode="before")(
        read_as(
            accept=("accepted", "participate", "participant", "yes", "true"),
            decline=("declined", "refuse", "refused", "no", "false"),
            observe=("observer", "observing", "as observer"),
        )
    )


class Replace(Body):
    """Propose another member in the place of one that will not take part."""

    do: Literal["replace"] = "replace"
    member: Line = Field(validation_alias=also("member", "replace", "out", "from"))
    by: Line = Field(validation_alias=also("by", "with", "to", "replacement", "in"))


class Admit(Body):
    """Steering Group: let a member join a group that is at work, subject to the group's endorsement."""

    do: Literal["admit"] = "admit"
    member: Line
    observer: bool = Field(default=False, validation_alias=also("observer", "as", "seat"))

    _words = field_validator("observer", mode="before")(read_as(true=("observer",), false=("participant",)))


class Endorse(Body):
    """A participant endorses a later admission."""

    do: Literal["endorse"] = "endorse"
    member: Line | None = None


class Leave(Body):
    """Leave the group."""

    do: Literal["leave"] = "leave"


class Convene(Body):
    """Start the group's work without waiting for the last answers."""

    do: Literal["convene"] = "convene"
