"""Reads scenario files strictly: everything that is wrong in a file is said, with line and column."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from models.commands import COMMANDS, faults_of
from models.faults import FieldFault, faults
from ops.scenarios.file import Scenario
from ops.yaml12 import LineColumn, NotYaml, Written, read_yaml


class ScenarioError(Exception):
    """A file is no scenario; the text has a line for everything that is wrong with it."""


class ScenarioFault(NamedTuple):
    """One thing that is wrong in a file: its place, and a sentence."""

    place: LineColumn
    says: str


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        ScenarioError: it cannot be read, or is no scenario.
    """
    try:
        scenario, problems = checked(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from None
    if scenario is None or problems:
        lines = (f"{path}:{place.line}:{place.column}: {says}" for place, says in problems)
        raise ScenarioError("\n".join(lines))
    return scenario


def checked(text: str) -> tuple[Scenario | None, list[ScenarioFault]]:
    """The scenario that a text tells, and everything that is wrong with it, in the order of the text."""
    try:
        written = read_yaml(text)
    except NotYaml as error:
        return None, [ScenarioFault(error.place, f"not YAML: {error}")]
    found = [(place, fault) for place, fault in written.faults]
    scenario = None
    try:
        scenario = Scenario.model_validate_json(json.dumps(written.value), strict=True)
    except ValidationError as error:
        found += [(written.place(fault), fault) for fault in faults(error, Scenario)]
    found += [(written.place(fault), fault) for fault in _of_commands(written)]
    return scenario, [
        ScenarioFault(place, _said(written, fault)) for place, fault in sorted(found, key=lambda one: one[0])
    ]


def _of_commands(written: Written) -> list[FieldFault]:
    """What is wrong with the fields of each act's command."""
    acts = written.value.get("acts") if isinstance(written.value, Mapping) else None
    found: list[FieldFault] = []
    for number, act in enumerate(acts if isinstance(acts, list) else ()):
        do, given = (act.get("do"), act.get("with", {})) if isinstance(act, Mapping) else (None, {})
        if isinstance(do, str) and do in COMMANDS and isinstance(given, Mapping):
            found += [one._replace(where=("acts", number, "with", *one.where)) for one in faults_of(do, given)]
    return found


def _said(written: Written, fault: FieldFault) -> str:
    """A fault with the act that it is in, and its field."""
    match fault.where:
        case ("acts", int() as number, *inner):
            act: Any = written.value["acts"][number]
            told = (
                [str(act[name]) for name in ("at", "by", "do") if act.get(name) is not None]
                if isinstance(act, Mapping)
                else []
            )
            which = f"act {number + 1} ({' '.join(told)})" if told else f"act {number + 1}"
            return f"{which}: {fault._replace(where=tuple(inner))}"
        case _:
            return str(fault)
