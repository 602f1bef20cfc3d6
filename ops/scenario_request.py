"""A request as scenario files write it: routes, figures, attachments and confidentiality in their natural shapes."""

import re
from collections.abc import Mapping
from typing import Any

from models.request import SECTIONS
from ops.scenario_synonyms import field_of, plain
from ops.scenario_values import Known, as_list, as_text, day, is_no, is_yes, number, one_member

_STOPS = re.compile(r"\s*(?:->|→|–|—|>|\bto\b|\s-\s)\s*", re.IGNORECASE)
_ROUTE = {
    "from": ("from", "origin", "start", "departure", "source"),
    "via": ("via", "through", "transit", "stops", "over"),
    "to": ("to", "destination", "end", "arrival", "towards"),
    "by": ("by", "mode", "means", "transport", "how"),
}
_FIGURE = {
    "what": ("what", "name", "label", "kind", "of", "description", "title", "figure", "indicator", "unit"),
    "number": ("number", "value", "count", "quantity", "amount", "total", "figure"),
    "as_of": ("as_of", "date", "on", "at", "when", "day", "dated"),
    "source": ("source", "by", "from", "according_to"),
}


def situation(given: dict[str, Any]) -> dict[str, Any]:
    """A situation in parts (what, where, since when) as fields beside each other."""
    inner = given.get("situation")
    if not isinstance(inner, Mapping):
        return given
    rest = {name: value for name, value in given.items() if name != "situation"}
    for key, value in inner.items():
        name = plain(key)
        name = "situation" if name in ("what", "text", "description", "summary") else name
        rest.setdefault(field_of("request", name) or name, value)
    return rest


def routes(value: Any, known: Known, kept: list[str]) -> list[Any]:
    """Routes: mappings, or texts such as ``MM to MY by sea``; a list of codes is one route through all of them."""
    many = [value] if isinstance(value, Mapping | str) else as_list(value)
    if len(many) > 1 and all(isinstance(one, str) and one_member(one, known) in known.directory for one in many):
        return [_through([one_member(one, known) for one in many])]
    return [_route(one, known, kept) for one in many]


def _route(one: Any, known: Known, kept: list[str]) -> Any:
    if isinstance(one, list | tuple):
        return _through([one_member(stop, known) for stop in one])
    if isinstance(one, str):
        way, _, means = one.partition(" by ")
        stops = [one_member(stop, known) for stop in _STOPS.split(way) if stop.strip()]
        return {**_through(stops), **({"by": means.strip()} if means else {})}
    if not isinstance(one, Mapping):
        return one
    read = _named(one, _ROUTE, "route", kept)
    if "via" in read:
        read["via"] = [one_member(stop, known) for stop in as_list(read["via"])]
    for end in ("from", "to"):
        if end in read:
            read[end] = " / ".join(one_member(stop, known) for stop in as_list(read[end]))
    return {name: as_text(value) if name == "by" else value for name, value in read.items()}


def _through(stops: list[str]) -> dict[str, Any]:
    if len(stops) < 2:
        return {"from": "".join(stops)}
    return {"from": stops[0], "via": stops[1:-1], "to": stops[-1]}


def figures(value: Any, kept: list[str]) -> list[Any]:
    """Figures: mappings, a mapping of what is counted to its number, or texts such as ``2,700 persons``."""
    if isinstance(value, Mapping):
        words = {word for words in _FIGURE.values() for word in words}
        alone = any(plain(key) in words for key in value)
        value = [value] if alone else [_counted(key, inner) for key, inner in value.items()]
    read = []
    for one in [value] if isinstance(value, str | int | float) else as_list(value):
        figure = _figure(one, kept)
        if figure is None:
            kept.append(f"figure: {as_text(one)}")
        else:
            read.append(figure)
    return read


def _counted(what: Any, value: Any) -> Any:
    return {"what": str(what), **value} if isinstance(value, Mapping) else {"what": str(what), "number": value}


def _figure(one: Any, kept: list[str]) -> dict[str, Any] | None:
    """A figure; None where no number can be read."""
    if not isinstance(one, Mapping):
        found = re.match(r"\s*([\d,.  ]*\d)\s*(.*)$", str(one))
        if found is None:
            return None
        one = {"what": found[2] or "persons", "number": found[1]}
    read = _named(one, _FIGURE, "figure", kept)
    counted = number(read.get("number"))
    if counted.value is None:
        return None
    if counted.lost:
        kept.append(f"figure: {as_text(read['number'])}")
    if "as_of" in read:
        when = day(read.pop("as_of"))
        if when.lost:
            kept.append(f"figure as of: {as_text(one)}")
        read |= {} if when.value is None else {"as_of": when.value}
    read = {name: as_text(value) if name in ("what", "source") else value for name, value in read.items()}
    return {"what": "persons", **read, "number": counted.value}


def _named(one: Mapping[Any, Any], words: Mapping[str, tuple[str, ...]], of: str, kept: list[str]) -> dict[str, Any]:
    """The parts of a route or a figure by their own names; what has no place there is kept."""
    read: dict[str, Any] = {}
    for key, value in one.items():
        word = plain(key)
        name = next((name for name, others in words.items() if word in others and name not in read), None)
        if name is None:
            kept.append(f"{of}, {str(key).replace('_', ' ')}: {as_text(value)}")
        elif value not in (None, ""):
            read[name] = value
    return read


def attachments(value: Any, kept: list[str]) -> list[Any]:
    """Files that are known by their content; what is only named is kept in the text."""
    whole = []
    for one in [value] if isinstance(value, Mapping) else as_list(value):
        if isinstance(one, Mapping) and {"name", "sha256", "size"} <= set(one):
            whole.append(one)
        else:
            kept.append(f"attachment: {as_text(one)}")
    return whole


def confidential(value: Any, kept: list[str]) -> dict[str, list[str]]:
    """Sections, each with the posts or members that may read it; sections that a request does not have are kept."""
    if isinstance(value, Mapping):
        sections = dict(value)
    elif is_yes(value) or str(value).strip().lower() in ("all", "everything"):
        sections = dict.fromkeys(SECTIONS)
    else:
        many = re.split(r"\s*[,;]\s*", value) if isinstance(value, str) else as_list(value)
        sections = {} if is_no(value) else {one: None for one in many if plain(one) != "none"}
    read: dict[str, list[str]] = {}
    for key, readers in sections.items():
        section = field_of("request", plain(key))
        if section not in SECTIONS:
            kept.append(f"confidential: {key}")
        elif not is_no(readers):
            read[section] = _readers(readers)
            if readers not in (None, [], ()) and not read[section] and not is_yes(readers):
                kept.append(f"confidential, {key}: {as_text(readers)}")
    return read


def _readers(given: Any) -> list[str]:
    """Codes and posts; other words (``co-chairs``, ``confidential``) open a section to nobody else."""
    many = as_list(given) if not isinstance(given, Mapping) else []
    return [str(one) for one in many if re.fullmatch(r"[A-Z]{2,8}(/[a-z-]+)?", str(one))]
