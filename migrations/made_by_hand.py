"""What the tables' metadata does not describe, since each database has its own: the index of the words searched for."""

from typing import Any


def is_described(_item: Any, name: str | None, _kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """For Alembic's ``include_object``: whether the models and the schema must agree on it."""
    return name is None or not name.startswith("search_index")
