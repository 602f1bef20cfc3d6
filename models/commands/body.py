"""What the bodies of all commands have in common, and how they read other words for the same thing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import AliasChoices, ConfigDict, Field, model_validator

from models.base import Line, Prose, Value

TEXT = ("text", "why", "reason", "reasons", "note", "comment", "condition", "conditions", "question", "message")
"""The words for what a post says with a command."""

Codes = tuple[Line, ...]
"""A list of codes, such as those of members."""


def also(*names: str) -> Any:
    """The words that a field is read from."""
    return AliasChoices(*names)


def as_tuple(given: Any) -> Any:
    """A single word as a list of one."""
    return (given,) if isinstance(given, str) else given


def read_as(**words: tuple[str, ...]) -> Callable[[Any], Any]:
    """A validator that reads other words for the same answer; what it does not know stays as it is."""
    known = {word: meant for meant, others in words.items() for word in others}

    def read(given: Any) -> Any:
        return known.get(str(given).strip().lower().replace("_", " "), given)

    return read


def in_one_text(given: Any, names: Sequence[str]) -> Any:
    """Where several of these words are given, or a list for one of them: all of it as one text, a line each."""
    if not isinstance(given, Mapping):
        return given
    said = {name: given[name] for name in names if name in given}
    if len(said) < 2 and not any(isinstance(one, list | tuple) for one in said.values()):
        return given
    lines: list[Any] = []
    for one in said.values():
        lines += one if isinstance(one, list | tuple) else [one]
    if not all(isinstance(line, str) for line in lines):
        return given
    return {**{name: one for name, one in given.items() if name not in said}, "text": "\n".join(filter(None, lines))}


class Body(Value):
    """What all commands have in common."""

    model_config = ConfigDict(populate_by_name=True)

    text: Prose = Field(default="", validation_alias=also(*TEXT))

    @model_validator(mode="before")
    @classmethod
    def _all_that_is_said(cls, given: Any) -> Any:
        alias = cls.model_fields["text"].validation_alias
        words = [str(word) for word in alias.choices] if isinstance(alias, AliasChoices) else []
        return in_one_text(given, [word for word in words if word in TEXT])
