"""What is wrong with something that was written: where, what was found, what is allowed, and the nearest word.

``faults`` turns pydantic's errors into sentences for whoever wrote it, be it in a scenario file, a call of the API or a
command line.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from models.nearest import did_you_mean

Where = tuple[str | int, ...]
"""The way to a value: names of fields, keys, and numbers of entries of lists (from 0)."""

_KEY = "[key]"
"""How pydantic marks that a key of a mapping is at fault, and not its value."""


MOST_FAULTS = 100
"""More is said of nothing that was sent: the nearest word is looked for at each."""


class FieldFault(NamedTuple):
    """One thing that is wrong. ``of_key``: the key at ``where`` is at fault, not its value."""

    where: Where
    says: str
    of_key: bool = False

    def __str__(self) -> str:
        where = dotted(self.where)
        return f"{where}: {self.says}" if where else self.says


def dotted(where: Where) -> str:
    """A way in one word: ``figures.0.number``."""
    return ".".join(map(str, where))


def more_values_than(most: int, given: object) -> bool:
    """Whether something that was sent holds more values than that, however they are nested."""
    waiting, counted = [given], 0
    while waiting and counted <= most:
        one = waiting.pop()
        counted += 1
        inside = one.values() if isinstance(one, Mapping) else one if isinstance(one, list | tuple) else ()
        if len(inside) > most:
            return True
        waiting.extend(inside)
    return counted > most


def lists_longer_than(most: int, given: object) -> list[Where]:
    """Where in something that was sent a list has more entries than that, however it is nested."""
    waiting: list[tuple[Where, object]] = [((), given)]
    found: list[Where] = []
    while waiting:
        where, one = waiting.pop()
        if isinstance(one, Mapping):
            waiting.extend(((*where, str(key)), value) for key, value in one.items())
        elif isinstance(one, list | tuple):
            if len(one) > most:
                found.append(where)
            waiting.extend(((*where, number), value) for number, value in enumerate(one))
    return found


def faults(error: ValidationError, of: Any) -> list[FieldFault]:
    """What is wrong, each place once, up to ``MOST_FAULTS`` places. ``of``: the type that was to be read."""
    found: dict[Where, FieldFault] = {}
    for one in error.errors(include_url=False)[:MOST_FAULTS]:
        fault = _fault(one, of)
        if one["type"] == "too_short" and any(where[: len(fault.where)] == fault.where for where in found):
            continue  # what cannot be read is not counted
        found.setdefault(fault.where, fault)
    return list(found.values())


def _fault(error: Any, of: Any) -> FieldFault:
    where: list[str | int] = []
    kind, around = of, of
    for part in error["loc"]:
        if part == _KEY:
            return FieldFault(tuple(where), _says(error, get_args(_alternatives(around)[0])[0], around), of_key=True)
        if (tagged := _tagged(kind, part)) is not None:
            kind = tagged
            continue
        if len(_alternatives(kind)) > 1:  # which of several kinds was meant cannot be known: it is one fault
            break
        where.append(part)
        kind, around = _inside(kind, part), kind
    return FieldFault(tuple(where), _says(error, kind, around), of_key=error["type"] == "extra_forbidden")


def _says(error: Any, kind: Any, around: Any) -> str:
    given = error["input"]
    match error["type"]:
        case "extra_forbidden":
            names = _fields(around)
            word = str(error["loc"][-1])
            return f"there is no field {word!r}{did_you_mean(word, names)}; the fields are {_listed(names)}"
        case "missing":
            return f"must be given; {wanted(kind)}{_meaning(error, around)}"
        case "string_too_short" | "too_short":
            return "must not be empty"
        case "string_too_long" | "too_long":
            what = "characters" if isinstance(given, str) else "entries"
            return f"has {len(given):,} {what}; at most {error['ctx']['max_length']:,} are taken"
        case "value_error":
            return str(error["ctx"]["error"])
        case "union_tag_not_found" | "union_tag_invalid":
            commands = [_do(one) for one in _alternatives(kind)]
            word = str(given.get("do", "")) if isinstance(given, Mapping) else ""
            return f"do must name a command{did_you_mean(word, commands)}: {_listed(commands)}"
        case what if what.endswith(("_type", "_parsing")) or what in _OF_KIND:
            return f"{_found(given)}; {wanted(kind, given)}{_meaning(error, around)}"
        case _:
            return str(error["msg"])


def _meaning(error: Any, around: Any) -> str:
    """What the field at fault means, in brackets, where its name does not tell."""
    means = _fields(around).get(str(error["loc"][-1])) if error["loc"] else None
    return f" ({means})" if means else ""


_OF_KIND = ("literal_error", "enum", "date_from_datetime_inexact", "date_from_datetime_parsing", "int_from_float")


def _found(given: Any) -> str:
    match given:
        case None:
            return "nothing is given"
        case bool():
            return f"found {str(given).lower()}"
        case int() | float():
            return f"found the number {given}"
        case str():
            return f"found {given if len(given) <= 60 else given[:57] + '...'!r}"
        case _:
            return "found a mapping" if isinstance(given, Mapping) else "found a list"


def wanted(kind: Any, given: Any = "") -> str:
    """What is wanted where a kind of value stands, with the nearest word if ``given`` is one."""
    several = _alternatives(kind)
    words = _words(kind)
    lists = [one for one in several if get_origin(one) is tuple]
    if words:
        near = did_you_mean(given, words) if isinstance(given, str) else ""
        return f"allowed: {', '.join(words)}{', or a list' if lists else ''}{near}"
    if lists:
        return f"wanted: {_several(lists[0], given)}"
    if len(several) > 1:
        return "wanted: a command with its fields, as in {do: decide, gate: activation, position: approve}"
    if names := _fields(kind):
        return f"wanted: a mapping with the fields {_listed(names)}{_as_in(kind, given)}"
    if get_origin(several[0]) is not None:
        return f"wanted: a mapping{_of_keys(several[0])}{_as_in(kind, given)}"
    quote = isinstance(given, int | float) and not isinstance(given, bool) and _is_text(several[0])
    return f"wanted: {_SIMPLE.get(several[0], 'a text')}{'; put it in quotes' if quote else ''}"


def _as_in(kind: Any, given: Any) -> str:
    """What was given, in the mapping that is wanted: in the first field that takes it, or as its key."""
    one = _alternatives(kind)[0]
    if not _is_model(one):
        return f", as in {{{given[0]}: []}}" if isinstance(given, list) and given and isinstance(given[0], str) else ""
    taking = (
        name for name, field in one.model_fields.items() if given not in (None, "") and _takes(field.annotation, given)
    )
    name = next(taking, None)
    return f", as in {{{name}: {json.dumps(given) if isinstance(given, list) else given}}}" if name else ""


def _takes(kind: Any, given: Any) -> bool:
    try:
        TypeAdapter(kind).validate_json(json.dumps(given), strict=True)
    except (ValidationError, TypeError):
        return False
    return True


_SIMPLE: Mapping[Any, str] = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    date: "a date, as in 2026-03-31",
    datetime: "an instant, as in 2026-03-31T09:00:00+07:00",
}


def _is_text(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, str)


def _several(kind: Any, given: Any = "") -> str:
    """What a list holds; ``given``: a text that stood in its place."""
    inner = get_args(kind)[0]
    words, names = _words(inner), _fields(inner)
    if names:
        return f"a list of mappings with the fields {_listed(names)}"
    what = f"any of {', '.join(words)}" if words else "texts"
    return f"a list of {what}{f', as in [{given}]' if isinstance(given, str) and given else ''}"


def _of_keys(kind: Any) -> str:
    key, value = get_args(kind)
    keys = f" with any of the keys {', '.join(words)}" if (words := _words(key)) else ""
    return f"{keys}, each with {_several(value)}" if get_origin(value) is tuple else keys


def _listed(names: Iterable[str] | Mapping[str, str]) -> str:
    meant = names if isinstance(names, Mapping) else dict.fromkeys(names, "")
    return ", ".join(f"{name} ({means})" if means else name for name, means in meant.items())


# types --------------------------------------------------------------------------------------------------------


def _alternatives(kind: Any) -> list[Any]:
    """The kinds that a value may be of, but for being left open."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _alternatives(get_args(kind)[0])
    if origin in (Union, UnionType):
        return [one for part in get_args(kind) if part is not NoneType for one in _alternatives(part)]
    return [kind]


def _inside(kind: Any, part: str | int) -> Any:
    """The kind of a part: of a field, an entry of a list, a value of a mapping."""
    (one,) = _alternatives(kind)
    if _is_model(one):
        fields = one.model_fields.items()
        return next((field.annotation for name, field in fields if part in (name, field.alias)), str)
    inner = get_args(one)
    return (inner[0] if isinstance(part, int) else inner[-1]) if inner else str


def _tagged(kind: Any, part: str | int) -> Any:
    """The one of several commands that is named by its tag."""
    several = _alternatives(kind)
    return next((one for one in several if len(several) > 1 and _is_model(one) and _do(one) == part), None)


def _do(kind: Any) -> str:
    return str(kind.model_fields["do"].default) if "do" in kind.model_fields else ""


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _fields(kind: Any) -> dict[str, str]:
    """The fields of a model as they are written, ``text`` last, each with what it means where its name does not tell."""
    one = _alternatives(kind)[0]
    fields = one.model_fields.items() if _is_model(one) else ()
    listed = {field.alias or name: field.description or "" for name, field in fields if name != "do"}
    return {name: listed[name] for name in sorted(listed, key=lambda name: name == "text")}


def _words(kind: Any) -> list[str]:
    """The words that a kind admits; none where anything may stand."""
    found: list[str] = []
    for one in _alternatives(kind):
        if get_origin(one) is Literal:
            found += map(str, get_args(one))
        elif isinstance(one, type) and issubclass(one, Enum):
            found += [str(word.value) for word in one]
    return found
