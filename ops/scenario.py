"""Scenario files: one case told from the outside. Reading them, and comparing what they expect with what is.

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
from models.posts import Post

__all__ = ["Act", "Scenario", "ScenarioError", "differences", "read_scenario"]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(wd|m|h|d|w)\b")
_TRUTH = "tag:yaml.org,2002:bool"
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
EXPECTATIONS = (
    "stage", "waiting_on", "clock", "participants", "outcomes", "arrangements", "recommendations",
    "terms_of_reference", "notices", "gate", "versions",
)  # fmt: skip


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
        parts = _DURATION.findall(self.at)
        if self.at == "0":
            return start.astimezone(UTC)
        if not parts or _DURATION.sub("", self.at).strip(" +,"):
            raise ScenarioError(
                f"{self.at!r} is not a time: write 30m, 3h, 2d, 1d 1h, 4wd, or an ISO instant"
            )
        moment = start.astimezone(UTC)
        for number, unit in parts:
            if unit == "wd":
                moment = calendars.of(member).move(moment, int(float(number)))
        return moment + sum(
            (_UNITS[unit] * float(number) for number, unit in parts if unit != "wd"), timedelta(0)
        )

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


# comparing -------------------------------------------------------------------------------------------------------

_SAME = {
    "agreed": "in_force", "force": "in_force", "participant": "accepted", "observing": "observer",
    "pending": "open", "none": "open", "consultation": "split", "second_round": "split", "returned": "declined",
    "approved_with_conditions": "approve_with_conditions", "approved": "approve", "declined": "decline",
    "recused": "recuse", "voided": "void",
}  # fmt: skip
"""Words that a scenario may use for the same state."""


_OUTCOMES = {"split": {"split", "open"}}
"""A gate in its second round is still open."""


def _word(value: Any) -> str:
    plain = str(value).strip().lower().replace(" ", "_").replace("-", "_")
    return _SAME.get(plain, plain)


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """What differs from what is expected, as sentences; only what ``expected`` names is compared."""
    found: list[str] = []
    for name, wanted in expected.items():
        _COMPARED.get(name, _compare_value)(name, wanted, actual.get(name), found)
    return found


def _compare_value(name: str, wanted: Any, given: Any, found: list[str]) -> None:
    if _word(wanted) != _word(given):
        found.append(f"{name} is {given!r}, expected {wanted!r}")


def _compare_set(name: str, wanted: Any, given: Any, found: list[str]) -> None:
    want = {str(one) for one in ([wanted] if isinstance(wanted, str) else wanted or [])}
    have = {str(one) for one in given or []}
    if want != have:
        found.append(f"{name} is {sorted(have)}, expected {sorted(want)}")


def _compare_map(name: str, wanted: Any, given: Any, found: list[str]) -> None:
    if not isinstance(wanted, Mapping):
        found.append(f"{name} is compared with a mapping of names to states, not with {wanted!r}")
        return
    for key, want in wanted.items():
        have = _named(str(key), dict(given or {}))
        if isinstance(want, Mapping):
            want = want.get("state", want)
        if _word(want) != _word(have):
            found.append(f"{name} of {key} is {have!r}, expected {want!r}")


def _named(key: str, given: Mapping[str, Any]) -> Any:
    """What is there by that name; by a member's code alone, what its only post said."""
    posts = [name for name in given if name.startswith(f"{key}/")]
    return given.get(key, given[posts[0]] if len(posts) == 1 else None)


def _compare_notices(name: str, wanted: Any, given: Any, found: list[str]) -> None:
    if not isinstance(wanted, Mapping):
        found.append(f"notices are compared with a mapping of kinds to what is told, not with {wanted!r}")
        return
    for kind, want in wanted.items():
        posts = list(dict(given or {}).get(str(kind), []))
        if not isinstance(want, Mapping):
            want = {"count": want} if isinstance(want, int) else {"to": want}
        if "count" in want and int(want["count"]) != len(posts):
            found.append(f"notices of kind {kind}: {len(posts)}, expected {want['count']}")
        if "to" in want:
            _compare_set(f"notices of kind {kind}: to", want["to"], posts, found)


def _compare_gates(name: str, wanted: Any, given: Any, found: list[str]) -> None:
    for gate, want in ({wanted: {}} if isinstance(wanted, str) else dict(wanted)).items():
        have = dict(given or {}).get(str(gate))
        if have is None:
            found.append(f"the gate {gate} has not been opened")
            continue
        if not isinstance(want, Mapping):
            want = {"outcome": want}
        if "outcome" in want and _word(want["outcome"]) not in _OUTCOMES.get(
            have["outcome"], {_word(have["outcome"])}
        ):
            found.append(f"gate {gate}: outcome is {have['outcome']!r}, expected {want['outcome']!r}")
        positions = want.get("positions")
        if isinstance(positions, Mapping):
            _compare_map(f"gate {gate}: position", positions, have["positions"], found)
        elif positions is not None and not isinstance(positions, int):
            _compare_set(f"gate {gate}: positions", positions, have["positions"], found)
        elif positions is not None and positions != len(have["positions"]):
            found.append(f"gate {gate}: {len(have['positions'])} positions, expected {positions}")


_COMPARED = {
    "waiting_on": _compare_set,
    "participants": _compare_map,
    "outcomes": _compare_map,
    "arrangements": _compare_map,
    "recommendations": _compare_map,
    "terms_of_reference": _compare_map,
    "notices": _compare_notices,
    "gate": _compare_gates,
}
