"""How large a case is: the bytes of JSON that travel when its workflow goes on as a new run, before they are compressed.

It depends on the state alone. A case remembers what its parts measured, and copies remember it, too, so that after a step
only what the step has changed is measured: what is the very same object has the same size.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import to_json

from models.apart import changed_keys, gone_keys
from models.case import Case, MeasuredParts

_FIELDS = tuple(Case.model_fields)


def size_of(case: Case) -> int:
    """The bytes of a case as JSON (UTF-8), as they travel."""
    known = case.measured
    found: MeasuredParts = {}
    for name in _FIELDS:
        part = getattr(case, name)
        before = known.get(name)
        if before is not None and before[0] is part:
            found[name] = before
        elif isinstance(part, Mapping):
            found[name] = (part, _of_mapping(part, *(before or ({}, 0))))
        else:
            found[name] = (part, len(to_json(part)))
    case.remember(found)
    # Of each field: its name in quotes, a colon, and what parts it from the next or ends the whole.
    return 1 + sum(len(name) + 4 + size for name, (_, size) in found.items())


def _of_mapping(part: Mapping[Any, Any], before: Mapping[Any, Any], size: int) -> int:
    if not part or not before:
        return 1 + max(1, _of_entries(part, part))
    changed = changed_keys(before, part)
    gone = [*gone_keys(before, part), *(key for key in changed if key in before)]
    return size + _of_entries(part, changed) - _of_entries(before, gone)


def _of_entries(part: Mapping[Any, Any], keys: Iterable[Any]) -> int:
    """The bytes of some entries, each with its colon and what parts it from the next or ends the whole."""
    return sum(len(to_json(str(key))) + len(to_json(part[key])) + 2 for key in keys)
