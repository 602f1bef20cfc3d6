"""The table of what each event means, and the two ways in which a state is changed: as a copy."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from models.base import Value
from models.case import Case
from models.posts import Post

_V = TypeVar("_V", bound=Value)
_K = TypeVar("_K")
Handler = Callable[[Case, Any, datetime, Post], Case]

HANDLERS: dict[type[Value], Handler] = {}


def on(kind: type[Value]) -> Callable[[Handler], Handler]:
    """The function below says what an event of this type means."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


def changed(value: _V, /, **changes: Any) -> _V:
    """The value with these fields changed."""
    return value.model_copy(update=changes)


def put(mapping: Mapping[_K, Any], key: _K, value: Any) -> dict[_K, Any]:
    """The mapping with this value under this key."""
    return {**mapping, key: value}
