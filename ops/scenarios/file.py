"""What a scenario file holds: one case told from the outside, act by act."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from models.authentication import Standing
from models.base import Instant, Value
from models.calendars import Calendars
from models.commands import COMMANDS
from models.policy import Policy, PolicyDifferences
from models.posts import Post
from ops.scenarios.expected import Expected

INSTANT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})"
"""An instant as ISO 8601 writes it, with its offset from UTC."""

SINCE = r"\d{1,6}(m|h|d|wd)( \d{1,6}(m|h|d|wd))*"
"""An interval since the start, in minutes, hours, days or working days, or the sum of several."""

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def _instant(given: Any) -> Any:
    if isinstance(given, str) and not re.fullmatch(INSTANT, given):
        raise ValueError(f"{given!r} is no instant: write date, time and offset, as in 2026-03-02T09:00:00+07:00")
    return datetime.fromisoformat(given) if isinstance(given, str) else given


def _moment(given: str) -> str:
    if re.fullmatch(INSTANT, given):
        datetime.fromisoformat(given)
    elif not re.fullmatch(SINCE, given):
        raise ValueError(
            f"{given!r} is not a time: write 30m, 3h, 2d, 4wd (working days) or several, as in 1d 1h, since the start; "
            "or an instant, as in 2026-03-02T09:00:00+07:00"
        )
    return given


At = Annotated[
    str, AfterValidator(_moment), WithJsonSchema({"type": "string", "pattern": f"^(({SINCE})|({INSTANT}))$"})
]
"""A time: an interval since the start, or an instant."""

CommandName: Any = Literal[tuple(COMMANDS)]


class Act(Value):
    """One act: who does what when, and what must then be true."""

    at: At = Field(description="when: 30m, 3h, 2d, 1d 1h, 4wd since the start, or an instant with its offset")
    by: Post = Field(default=None, description="who: MEMBER/POST")  # type: ignore[assignment]
    do: CommandName = Field(default=None, description="a command")
    fields: Mapping[str, Any] = Field(default={}, alias="with", description="the command's fields")
    refused: str = Field(default="", min_length=1, description="words that the refusal must contain")
    expect: Expected = Field(default=Expected(), description="what must be true then")

    @model_validator(mode="after")
    def _whole(self) -> "Act":
        given = self.model_fields_set
        if not given & {"do", "expect"}:
            raise ValueError("an act needs do or expect")
        if "expect" in given and not self.expect.named:
            raise ValueError("expect names nothing")
        if "do" in given and "by" not in given:
            raise ValueError("an act that does something needs by")
        for name in ("fields", "refused"):
            if name in given and "do" not in given:
                raise ValueError(f"{type(self).model_fields[name].alias or name} belongs to an act with do")
        return self

    def moment(self, start: datetime, calendars: Calendars, member: str) -> datetime:
        """When the act happens (UTC). Of an interval since the start, the working days are counted first.

        They are working days of the member's office.
        """
        if re.fullmatch(INSTANT, self.at):
            return datetime.fromisoformat(self.at).astimezone(UTC)
        parts = [(int(number), unit) for number, unit in re.findall(r"(\d+)(wd|m|h|d)", self.at)]
        moment = start.astimezone(UTC)
        for number, unit in parts:
            if unit == "wd":
                moment = calendars.of(member).move(moment, number)
        return moment + sum((_UNITS[unit] * number for number, unit in parts if unit != "wd"), timedelta(0))

    @property
    def standing(self) -> Standing:
        """As whom the post gives the command: its holder, who is named before a post is taken over, or the directory."""
        return {"take_over": Standing.NAMED, "announce_day": Standing.DIRECTORY}.get(self.do, Standing.HOLDER)

    def __str__(self) -> str:
        return f"{self.at}: {f'{self.by} {self.do}' if self.do else 'expect'}"


class Scenario(Value):
    """One case told from the outside: who did what, when, and what must then be true."""

    editors: str = Field(default="", alias="$schema", description="the address of this schema, for editors")
    title: str = Field(default="", description="one line")
    source: str = Field(default="", description="where the facts come from; what is invented is marked so")
    start: Annotated[Instant, BeforeValidator(_instant), WithJsonSchema({"type": "string", "pattern": f"^{INSTANT}$"})]
    policy: PolicyDifferences = PolicyDifferences()
    acts: tuple[Act, ...]

    def policy_document(self) -> Policy:
        """The default policy with the scenario's differences."""
        return self.policy.policy()

    def in_order(self, calendars: Calendars) -> list[tuple[datetime, Act]]:
        """The acts with their instants (UTC), in order of time; at the same moment in the order of the file.

        An expectation, which no post acts in, counts the working days of the post that acted before it.
        """
        timed, member = [], ""
        for act in self.acts:
            member = act.by.member if act.by else member
            timed.append((act.moment(self.start, calendars, member), act))
        return sorted(timed, key=lambda one: one[0])
