"""Puts what was changed in a module into the functions that are imported already: nothing is imported anew for it.

A function keeps its identity, so whoever holds it, a table of rules or another module, runs the change. What runs at
import, a class or a table, cannot be changed so; ``changed_functions`` tells it.
"""

import gc
from collections.abc import Iterator
from inspect import CO_OPTIMIZED
from types import CodeType, FunctionType

Living = dict[tuple[str, CodeType], list[FunctionType]]
"""The functions that are imported, by their file and what they do."""


def _within(code: CodeType) -> list[CodeType]:
    return [one for one in code.co_consts if isinstance(one, CodeType)]


def _own(code: CodeType) -> CodeType:
    """Without what is written within it, and wherever it stands: a change may move what comes after it."""
    consts = tuple(None if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_consts=consts, co_firstlineno=1, co_linetable=b"")


def _differing(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Each that differs, itself or in what is written within it, with what it is made."""
    if before != after:
        yield before, after
        for one, other in zip(_within(before), _within(after), strict=True):
            yield from _differing(one, other)


def changed_functions(file: str, before: str, after: str) -> dict[CodeType, CodeType] | None:
    """What the functions of a module are made by a change; None where the change is of what runs at import.

    Raises:
        SyntaxError: the change cannot be read.
    """
    try:
        differing = dict(_differing(compile(before, file, "exec"), compile(after, file, "exec")))
    except ValueError:  # what is written within another has come or gone
        return None
    for one, other in differing.items():
        if (one.co_qualname, one.co_freevars) != (other.co_qualname, other.co_freevars):
            return None
        if not one.co_flags & CO_OPTIMIZED and _own(one) != _own(other):
            return None
    return {one: other for one, other in differing.items() if one.co_flags & CO_OPTIMIZED}


def living_functions(folder: str) -> Living:
    """Those that are written in a folder."""
    found: Living = {}
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__code__.co_filename.startswith(folder):
            found.setdefault((one.__code__.co_filename, one.__code__), []).append(one)
    return found


def put_in_place(file: str, before: str, after: str, living: Living) -> None:
    """Change what is imported of a module to what it is after a change of functions."""
    for code, other in (changed_functions(file, before, after) or {}).items():
        for function in living.get((file, code), ()):
            function.__code__ = other
