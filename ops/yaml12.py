"""YAML as the core schema of YAML 1.2 reads it, so that it is JSON, with the line and column of everything.

``yes``, ``no``, ``on`` and ``off`` are words and dates are texts, as editors take them; only ``true`` and ``false`` are
truth values. A key that stands twice in a mapping is a fault, as in JSON Schema and unlike YAML 1.1.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from models.faults import FieldFault, Where

_CORE = {
    "null": ("~|null|Null|NULL|", "~nN"),
    "bool": ("true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": ("[-+]?[0-9]+", "-+0123456789"),
    "float": (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
}
"""The plain scalars that are no texts (YAML 1.2.2, 10.3.2). Octal and hexadecimal numbers, .inf and .nan are texts."""

_TAG = "tag:yaml.org,2002:"
_DEEPEST = 100
_LONGEST_NUMBER = 300
_MOST_VALUES = 50_000
"""Values of a text, with those that anchors stand for: ten anchors, each of ten others, are ten thousand million."""


class LineColumn(NamedTuple):
    """A place in a text: line and column, both from 1."""

    line: int
    column: int


class NotYaml(Exception):
    """The text is not YAML. ``place``: where its reader stopped, if it says."""

    def __init__(self, sentence: str, place: LineColumn) -> None:
        super().__init__(sentence)
        self.place = place


@dataclass
class Written:
    """The value of a text, the place of each key and value, and what is wrong with it as YAML."""

    value: Any = None
    keys: dict[Where, LineColumn] = field(default_factory=dict)
    values: dict[Where, LineColumn] = field(default_factory=dict)
    faults: list[tuple[LineColumn, FieldFault]] = field(default_factory=list)

    def place(self, fault: FieldFault) -> LineColumn:
        """The place of a fault: its key, its value, or what encloses it where a field is missing."""
        where = fault.where
        if fault.of_key and where in self.keys:
            return self.keys[where]
        while where and where not in self.values:
            where = where[:-1]
        return self.values.get(where, LineColumn(1, 1))


class _Core(yaml.SafeLoader):
    """A loader that knows no plain scalars but those of the core schema."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (a table of PyYAML's class)


for _name, (_pattern, _first) in _CORE.items():
    _Core.add_implicit_resolver(
        _TAG + _name, re.compile(f"(?:{_pattern})$"), [*_first, *([""] if _name == "null" else [])]
    )


def read_yaml(text: str) -> Written:
    """The value of a text, with places and faults.

    Raises:
        NotYaml: its syntax is wrong.
    """
    try:
        root = yaml.compose(text, _Core)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = LineColumn(mark.line + 1, mark.column + 1) if mark else LineColumn(1, 1)
        raise NotYaml(", ".join(filter(None, (error.context, error.problem))), place) from None
    except yaml.YAMLError as error:
        raise NotYaml(str(error), LineColumn(1, 1)) from None
    except RecursionError:
        raise NotYaml("it is nested too deeply", LineColumn(1, 1)) from None
    written = Written()
    if root is not None:
        written.value = _value(root, (), written, ())
    return written


def _value(node: Node, where: Where, written: Written, around: tuple[Node, ...]) -> Any:
    if len(written.values) > _MOST_VALUES or len(around) > _DEEPEST:
        raise NotYaml("it holds too much, or stands for too much by its anchors", _place(node))
    written.values[where] = _place(node)
    if node in around:
        _wrong(written, node, where, "the anchor stands for something that it is a part of")
        return None
    inside = (*around, node)
    match node:
        case MappingNode():
            return _mapping(node, where, written, inside)
        case SequenceNode():
            return [_value(one, (*where, number), written, inside) for number, one in enumerate(node.value)]
        case ScalarNode():
            return _scalar(node, where, written)
        case _:
            raise TypeError(node)


def _mapping(node: MappingNode, where: Where, written: Written, inside: tuple[Node, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            _wrong(written, key, where, "a key is a text")
            continue
        name = str(key.value)
        if name in found:
            first = written.keys[*where, name].line
            _wrong(written, key, (*where, name), f"the key {name!r} stands twice in one mapping, first in line {first}")
            continue
        written.keys[*where, name] = _place(key)
        found[name] = _value(value, (*where, name), written, inside)
    return found


def _scalar(node: ScalarNode, where: Where, written: Written) -> Any:
    text = str(node.value)
    match node.tag.removeprefix(_TAG):
        case "str":
            return text
        case "null":
            return None
        case "bool" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "int" | "float" if len(text) > _LONGEST_NUMBER:
            _wrong(written, node, where, "the number is too long")
            return text
        case "int" if re.fullmatch(_CORE["int"][0], text):
            return int(text)
        case "float" if re.fullmatch(_CORE["float"][0], text):
            return float(text)
        case _:
            _wrong(written, node, where, f"the tag {node.tag} is not read here; leave it out")
            return text


def _wrong(written: Written, node: Node, where: Where, says: str) -> None:
    written.faults.append((_place(node), FieldFault(where, says)))


def _place(node: Node) -> LineColumn:
    return LineColumn(node.start_mark.line + 1, node.start_mark.column + 1)
