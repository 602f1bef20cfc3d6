"""Compares what a scenario file expects with the case as it is, and with the words of a refusal."""

from collections.abc import Collection, Mapping
from typing import Any

from models.refusal import Refused
from ops.scenarios.expected import NONE, Expected, ExpectedGate, ExpectedNotices
from ops.scenarios.file import Act
from ops.scenarios.observed import Observed, ObservedGate


def contains(refusal: str, words: str) -> bool:
    """Whether a refusal contains words, in upper or lower case."""
    return words.lower() in refusal.lower()


def misjudged(act: Act, refused: Refused | None) -> str:
    """The difference between what became of an act and what was to become of it; empty when it is as expected."""
    if refused is None:
        return f"accepted, though it was to be refused with {act.refused!r}" if act.refused else ""
    if not act.refused:
        return f"refused, though it was not expected to be: {refused}"
    if not contains(str(refused), act.refused):
        return f"the refusal does not say {act.refused!r}, it says: {refused}"
    return ""


def unmet(expected: Expected, actual: Observed) -> list[str]:
    """The differences from what is expected, as sentences. Only fields that are named are compared."""
    found: list[str] = []
    for name in expected.named:
        wanted, given = getattr(expected, name), getattr(actual, name)
        match name:
            case "waiting_on":
                found += _of_posts(name, wanted, given)
            case "notices":
                for kind, notices in wanted.items():
                    found += _of_notices(kind, notices, given.get(kind, ()))
            case "gate":
                for gate, stands in wanted.items():
                    found += _of_gate(gate, stands, given.get(gate, ObservedGate()))
            case _ if isinstance(wanted, Mapping):
                found += _of_words(f"{name} of", wanted, given)
            case _ if wanted != given:
                found.append(f"{name} is {_word(given)!r}, expected {_word(wanted)!r}")
    return found


def _of_words(what: str, wanted: Mapping[Any, Any], given: Mapping[str, Any]) -> list[str]:
    return [
        f"{what} {key} is {_word(given.get(key, NONE))!r}, expected {_word(want)!r}"
        for key, want in wanted.items()
        if given.get(key, NONE) != want
    ]


def _of_posts(what: str, wanted: Collection[str], given: Collection[str]) -> list[str]:
    want, have = sorted(set(wanted)), sorted(set(given))
    return [] if want == have else [f"{what} is {', '.join(have) or 'nobody'}, expected {', '.join(want) or 'nobody'}"]


def _of_notices(kind: str, wanted: ExpectedNotices, told: Collection[str]) -> list[str]:
    found = []
    if "count" in wanted.model_fields_set and wanted.count != len(told):
        found.append(f"notices of kind {kind}: {len(told)}, expected {wanted.count}")
    if "to" in wanted.model_fields_set:
        found += _of_posts(f"notices of kind {kind}: to", wanted.to, told)
    return found


def _of_gate(gate: str, wanted: ExpectedGate, given: ObservedGate) -> list[str]:
    found = []
    if "outcome" in wanted.model_fields_set and wanted.outcome != given.outcome:
        found.append(f"gate {gate}: outcome is {given.outcome!r}, expected {wanted.outcome!r}")
    if "positions" in wanted.model_fields_set:
        found += _of_words(f"gate {gate}: position of", wanted.positions, given.positions)
    return found


def _word(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)
