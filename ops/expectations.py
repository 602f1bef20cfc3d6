"""What a scenario file expects, compared with what is; and the words of a refusal.

``docs/scenarios.md`` tells what is compared with what.
"""

from collections.abc import Mapping
from typing import Any

from ops.scenario_synonyms import plain
from ops.scenario_values import bare

_SAME = {
    "agreed": "in_force",
    "force": "in_force",
    "participant": "accepted",
    "observing": "observer",
    "pending": "open",
    "none": "open",
    "consultation": "split",
    "second_round": "split",
    "returned": "declined",
    "approved_with_conditions": "approve_with_conditions",
    "approved": "approve",
    "declined": "decline",
    "recused": "recuse",
    "voided": "void",
}
"""Words that a scenario may use for the same state."""


_OUTCOMES = {"split": {"split", "open"}}
"""A gate in its second round is still open."""


_NOT_SAID = ("none", "null", "pending", "nothing", "")
"""Words for what is not there, or has not been said."""

_NOT_OPENED = ("", "none", "null", "nothing", "not_opened", "unopened", "not_open")
"""Words for a gate at which nothing is."""


def _word(value: Any) -> str:
    plain = str(value).strip().lower().replace(" ", "_").replace("-", "_")
    return _SAME.get(plain, plain)


def not_said(wanted: tuple[str, ...], refusal: str) -> list[str]:
    """The words that a refusal was to contain and does not; case does not matter, nor ``_`` and ``-`` for blanks."""
    return [words for words in wanted if _even(words) not in _even(refusal)]


def _even(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").replace("-", " ").split())


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
        nothing = want is None or plain(want) in _NOT_SAID
        if not nothing if have is None else _word(want) != _word(have):
            found.append(f"{name} of {key} is {have!r}, expected {want!r}")


def _named(key: str, given: Mapping[str, Any]) -> Any:
    """What is there by that name: in another case or without the final stop; by one of its lines, if only one has it.

    By a member's code alone, what its only post said.
    """
    if key in given:
        return given[key]
    same = [name for name in given if bare(name) == bare(key)]
    near = [name for name in given if name.startswith(f"{key}/") or bare(key) in map(bare, name.split("\n"))]
    found = same or near
    return given[found[0]] if len(found) == 1 else None


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
        have = dict(given or {}).get(plain(gate))
        if have is None and _nothing(want):
            continue
        if have is None:
            found.append(f"the gate {gate} has not been opened")
            continue
        if not isinstance(want, Mapping):
            want = {"outcome": want}
        if "outcome" in want and _word(want["outcome"]) not in _OUTCOMES.get(have["outcome"], {_word(have["outcome"])}):
            found.append(f"gate {gate}: outcome is {have['outcome']!r}, expected {want['outcome']!r}")
        positions = want.get("positions")
        if isinstance(positions, Mapping):
            _compare_map(f"gate {gate}: position", positions, have["positions"], found)
        elif positions is not None and not isinstance(positions, int):
            _compare_set(f"gate {gate}: positions", positions, have["positions"], found)
        elif positions is not None and positions != len(have["positions"]):
            found.append(f"gate {gate}: {len(have['positions'])} positions, expected {positions}")


def _nothing(want: Any) -> bool:
    """Whether an expectation of a gate says that nothing has been decided there: it holds before the gate is opened."""
    outcome = want.get("outcome") if isinstance(want, Mapping) else want
    said_something = isinstance(want, Mapping) and (not want or want.get("positions"))
    return not said_something and (outcome is None or plain(outcome) in _NOT_OPENED)


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
