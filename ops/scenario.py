"""Scenario files: one case told from the outside, and how they are read.

The format is a contract: ``docs/scenarios.md`` tells it.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from models.base import Value
from models.calendars import Calendars
from models.policy import Policy, policy_with
from models.posts import SECRETARIAT, Post
from ops.scenario_synonyms import plain

_DURATION = re.compile(
    r"(\d+(?:\.\d+)?)\s*(working\s*days?|wd|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)(?![a-z])", re.IGNORECASE
)
_TRUTH = "tag:yaml.org,2002:bool"
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
EXPECTATIONS = (
    "stage",
    "waiting_on",
    "clock",
    "participants",
    "outcomes",
    "arrangements",
    "recommendations",
    "terms_of_reference",
    "notices",
    "gate",
    "versions",
)


class ScenarioError(Exception):
    """A scenario file cannot be read; the text names the act and what is wrong with it."""


class Act(Value):
    """One act: who does what when, and what must then be true."""

    at: str
    by: Post | None = None
    do: str | None = None
    fields: Mapping[str, Any] = Field(default={}, alias="with")
    refused: tuple[str, ...] = ()
    expect: Mapping[str, Any] = {}

    @field_validator("at", mode="before")
    @classmethod
    def _written(cls, given: Any) -> Any:
        return given.isoformat() if isinstance(given, datetime) else str(given)

    @field_validator("do", mode="before")
    @classmethod
    def _command(cls, given: Any) -> Any:
        return plain(given) if isinstance(given, str) else given

    @field_validator("by", mode="before")
    @classmethod
    def _post(cls, given: Any) -> Any:
        """A post in any case, with blanks or underscores; ``secretariat`` alone is that of the ``RSO``."""
        if not isinstance(given, str):
            return given
        if plain(given) == "secretariat":
            return SECRETARIAT
        member, slash, role = given.strip().partition("/")
        return f"{member.upper()}{slash}{plain(role).replace('_', '-')}"

    @field_validator("refused", mode="before")
    @classmethod
    def _words(cls, given: Any) -> Any:
        if given is True:
            return ("",)
        return (given,) if isinstance(given, str) else given

    @field_validator("fields", mode="before")
    @classmethod
    def _plain(cls, given: Any) -> Any:
        return _as_json(given or {})

    @model_validator(mode="after")
    def _whole(self) -> "Act":
        if self.do is None and not self.expect:
            raise ValueError("an act needs do or expect")
        if self.do is not None and self.by is None:
            raise ValueError("an act that does something needs by")
        unknown = set(self.expect) - set(EXPECTATIONS)
        if unknown:
            raise ValueError(f"expect knows {', '.join(EXPECTATIONS)}; not {', '.join(unknown)}")
        return self

    def moment(self, start: datetime, calendars: Calendars, member: str) -> datetime:
        """When the act happens (UTC): an ISO 8601 instant, or so long after the start, working days first.

        Working days are those of the member's office.
        """
        if re.match(r"\d{4}-", self.at):
            instant = datetime.fromisoformat(self.at)
            return (instant if instant.tzinfo else instant.replace(tzinfo=start.tzinfo)).astimezone(UTC)
        parts = [
            (number, "wd" if unit[:2].lower() in ("wd", "wo") else unit[0].lower())
            for number, unit in _DURATION.findall(self.at)
        ]
        if self.at.strip() in ("0", "start"):
            return start.astimezone(UTC)
        if not parts or re.sub(r"\band\b", "", _DURATION.sub("", self.at)).strip(" +,"):
            raise ScenarioError(f"{self.at!r} is not a time: write 30m, 3h, 2d, 1d 1h, 4wd, or an ISO instant")
        moment = start.astimezone(UTC)
        for number, unit in parts:
            if unit == "wd":
                moment = calendars.of(member).move(moment, int(float(number)))
        return moment + sum((_UNITS[unit] * float(number) for number, unit in parts if unit != "wd"), timedelta(0))

    def __str__(self) -> str:
        what = f"{self.by} {self.do}" if self.do else "expect"
        return f"{self.at}: {what}"


class Scenario(Value):
    """One case."""

    title: str = ""
    source: str = ""
    start: datetime
    policy: Mapping[str, Any] = {}
    acts: tuple[Act, ...]

    @field_validator("start")
    @classmethod
    def _zoned(cls, given: datetime) -> datetime:
        return given if given.tzinfo else given.replace(tzinfo=UTC)

    @field_validator("policy", mode="before")
    @classmethod
    def _none(cls, given: Any) -> Any:
        return given or {}

    def policy_document(self) -> Policy:
        """The default policy with the scenario's differences.

        Raises:
            ScenarioError: a key that policy does not have, or a value it cannot read.
        """
        try:
            return policy_with(self.policy)
        except ValueError as error:
            raise ScenarioError(f"policy: {error}") from None

    def in_order(self, calendars: Calendars) -> list[tuple[datetime, Act]]:
        """The acts with their instants (UTC), in order of time; at the same moment in the order of the file.

        An expectation, which no post acts in, counts the working days of the post that acted before it.
        """
        timed, member = [], ""
        for act in self.acts:
            member = act.by.member if act.by else member
            timed.append((act.moment(self.start, calendars, member), act))
        return sorted(timed, key=lambda one: one[0])


class _Words(yaml.SafeLoader):
    """Safe YAML in which ``yes``, ``no``, ``on`` and ``off`` are words; only true and false are truth values."""


_Words.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TRUTH]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Words.add_implicit_resolver(_TRUTH, re.compile("true|True|TRUE|false|False|FALSE"), list("tTfF"))


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        ScenarioError: it is not YAML, or not a scenario.
    """
    try:
        written = yaml.load(path.read_text(encoding="utf-8"), _Words)  # noqa: S506 (it is a SafeLoader)
        return Scenario.model_validate(written)
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from None
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_url=False)
        )
        raise ScenarioError(f"{path}: {faults}") from None


def _as_json(value: Any) -> Any:
    """Dates as ISO text."""
    if isinstance(value, Mapping):
        return {str(key): _as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
