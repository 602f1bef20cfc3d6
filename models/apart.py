"""What differs between two states of a part of a case: asked of each step, so it is quick for hundreds of things."""

from collections.abc import Mapping
from itertools import compress, islice
from operator import eq, is_not
from typing import TypeVar

from models.base import Value

_Key = TypeVar("_Key")


def changed_parts(before: Value, after: Value) -> set[str]:
    """The fields of which two states do not hold the same object: all that a rule made anew, and maybe alike."""
    then, now = before.__dict__, after.__dict__
    return {name for name in now if now[name] is not then[name]}


def in_place(before: Mapping[_Key, object], after: Mapping[_Key, object]) -> bool:
    """Whether each thing of before has its place still: what is new comes behind it, and nothing is gone."""
    return len(before) <= len(after) and all(map(eq, before, after))


def changed_keys(before: Mapping[_Key, object], after: Mapping[_Key, object]) -> list[_Key]:
    """The keys of ``after`` whose value is new or another than before, in their order.

    Values are the same when they are one object: a rule makes those anew that it changes.
    """
    if before is after:
        return []
    if not in_place(before, after):
        return [key for key, value in after.items() if before.get(key) is not value]
    changed = compress(after, map(is_not, before.values(), after.values()))
    return [*changed, *islice(after, len(before), None)]


def gone_keys(before: Mapping[_Key, object], after: Mapping[_Key, object]) -> list[_Key]:
    """The keys of ``before`` that ``after`` has no more, in their order."""
    return [] if in_place(before, after) else [key for key in before if key not in after]
