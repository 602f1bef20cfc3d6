"""Participant selection: who is proposed, what the invited answer, who comes later or leaves."""

from typing import Literal

from pydantic import Field

from models.base import Line
from models.commands.body import Body, Codes


class Propose(Body):
    """Propose members and observers; the newest word on a member counts."""

    do: Literal["propose"] = "propose"
    members: Codes = ()
    observers: Codes = ()
    without: Codes = Field(default=(), description="taken off the list")


class Comment(Body):
    """Comment on the proposed participants."""

    do: Literal["comment"] = "comment"
    member: Line | None = None


class Respond(Body):
    """Answer an invitation."""

    do: Literal["respond"] = "respond"
    answer: Literal["accept", "decline", "observe"] = "accept"


class Replace(Body):
    """Propose another member in the place of one that will not take part."""

    do: Literal["replace"] = "replace"
    member: Line = Field(description="who goes")
    by: Line = Field(description="who comes")


class Admit(Body):
    """Steering Group: let a member join a group that is at work, unless another objects, and the group endorses it."""

    do: Literal["admit"] = "admit"
    member: Line
    observer: bool = False


class Endorse(Body):
    """A participant endorses a later admission."""

    do: Literal["endorse"] = "endorse"
    member: Line | None = None


class Leave(Body):
    """Leave the group; its arrangements are left with it."""

    do: Literal["leave"] = "leave"
    outcomes_to: Line | None = Field(
        default=None,
        description="the member of the group that owns its outcomes from then on; left out: the secretariat keeps them",
    )


class Convene(Body):
    """Start the group's work without waiting for the last answers."""

    do: Literal["convene"] = "convene"
