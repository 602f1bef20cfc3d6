"""``with:`` of a scenario file, as the command's own fields.

Whoever writes a scenario knows the procedure and not the names of fields. Here, and for scenario files alone, the
fields are found by other words for them, single values stand for lists, posts for members; what a command has no field
for is kept in its text. The other ways in stay strict: a program is better told of its slip.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.commands import COMMANDS, Person
from models.policy import Span
from ops import scenario_request as request
from ops.scenario_shapes import shaped
from ops.scenario_synonyms import IGNORED, MEMBERS, REQUESTS, answers, field_of, fields_of, options, plain
from ops.scenario_values import Known, as_list, as_text, day, members, number, one_member

NOT_SAID = "Not said in the scenario."
"""What stands where a command needs words and the file has none."""

_MUST_SAY = frozenset({"recommend", "revise", "suspend", "waive", "object", "comment", "contribute", "answer"})
_MUST_SAY_WITH = {"decide": ("position", ("decline", "ask", "approve with conditions"))}
_TEXT = {"draft": "situation", "submit": "situation"}
"""Where what is kept is kept; in ``text`` by default."""


@dataclass(frozen=True)
class Worded:
    """The fields of a command; what was kept in its text since it has no field for it; what was left out."""

    fields: dict[str, Any]
    kept: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def worded(do: str, given: Mapping[Any, Any], known: Known, *, fill: bool = True) -> Worded:
    """The fields that a command has, from those that a scenario file gives it.

    ``fill``: where the command needs words that the file does not have, ``NOT_SAID`` stands for them.
    """
    if do not in COMMANDS:
        return Worded(dict(given))
    if do == "act_for":
        return _act_for(given, known, fill)
    of = "request" if do in REQUESTS else do
    fields: dict[str, Any] = {}
    kept: list[str] = []
    left_out: list[str] = []
    for key, value in shaped(do, given, known).items():
        name = field_of(of, key)
        if do == "resubmit" and field_of(do, key) == "text" and name not in fields_of(of):
            name = "text"
        if name is None and key in IGNORED.get(do, ()):
            left_out.append(_line(key, value))
        elif name is None:
            kept.append(as_text(value) if field_of("comment", key) == "text" else _line(key, value))
        elif name == "text":
            fields["text"] = "\n".join(filter(None, (fields.get("text", ""), _said(value))))
        elif name in fields:
            kept.append(_line(key, value))
        else:
            read = _value(of, name, key, value, known, kept)
            if read is not None:
                fields[name] = read
    _keep(do, fields, kept)
    if fill:
        _fill(do, fields, known)
    return Worded(fields, tuple(kept), tuple(left_out))


def _line(key: str, value: Any) -> str:
    return f"{key.replace('_', ' ')}: {as_text(value)}"


def _said(value: Any) -> str:
    return "\n".join(map(as_text, as_list(value)))


def _keep(do: str, fields: dict[str, Any], kept: list[str]) -> None:
    """What a command has no field for goes into its text, or the situation of a request that has one."""
    if kept:
        name = _TEXT.get(do, "text")
        fields[name] = "\n".join(filter(None, (fields.get(name, ""), *kept)))


def _fill(do: str, fields: dict[str, Any], known: Known) -> None:
    name, when = _MUST_SAY_WITH.get(do, ("", ()))
    if (do in _MUST_SAY or fields.get(name) in when) and not fields.get("text"):
        fields["text"] = NOT_SAID
    if do == "return" and not (fields.get("missing") or fields.get("text")):
        fields["missing"] = [NOT_SAID]
    for name, value in _left_open(do, known).items():
        if value:
            fields.setdefault(name, value)


def _left_open(do: str, known: Known) -> dict[str, Any]:
    """What stands for a field that must be there."""
    match do:
        case "schedule_meeting":
            starts = known.at.isoformat() if known.at else ""
            return {"title": f"Meeting {len(known.meetings) + 1}", "starts": starts}
        case "add_outcome":
            return {"title": f"Outcome {len(known.outcomes) + 1}"}
        case "add_arrangement":
            return {"title": f"Arrangement {len(known.arrangements) + 1}", "parties": list(known.group)}
        case "delegate":
            return {"to": {"name": "The alternate"}}
        case "hand_over":
            return {"to": {"name": "The new holder"}}
        case _:
            return {}


# values ---------------------------------------------------------------------------------------------------------


def _value(of: str, name: str, key: str, value: Any, known: Known, kept: list[str]) -> Any:
    """A value as the field wants it; None where it cannot be read and is kept in the text."""
    match of, name:
        case "request", "routes":
            return request.routes(value, known, kept)
        case "request" | "situation_update", "figures":
            return request.figures(value, kept)
        case "request", "attachments":
            return request.attachments(value, kept) or None
        case "request", "confidential":
            return request.confidential(value, kept)
        case "circulate", "to" if plain(value) in ("everyone", "participants", "all", "everybody"):
            return "participants" if plain(value) == "participants" else "everyone"
        case "add_arrangement", "marking":
            return str(value).upper().replace("TLP", "").strip(" :-_").replace(" ", "+").replace("WHITE", "CLEAR")
    types = fields_of(of)[name]
    if (of, name) in MEMBERS:
        found = members(value, known)
        return found if tuple in types else found[0] if len(found) == 1 else one_member(as_text(value), known)
    if options(of, name):
        return _answer(of, name, key, value, kept)
    if tuple in types:
        return as_list(value)
    for kind, read in ((date, day), (float, number)):
        if kind in types:
            got = read(value)
            if got.lost:
                kept.append(_line(key, value))
            return got.value
    if name in ("situation", "done"):
        return _said(value)
    plain_line = not isinstance(value, bool | Mapping) and not types & {Span, Person}
    return as_text(value) if plain_line else value


def _answer(of: str, name: str, key: str, value: Any, kept: list[str]) -> Any:
    """An answer in any case and with hyphens; words after it are kept."""
    if not isinstance(value, str):
        return value
    known = answers(of, name)
    said = " ".join(plain(value).replace("_", " ").split())
    said = said.removesuffix(" gate") if name == "gate" else said
    if said in known:
        return known[said]
    begun = [word for word in sorted(known, key=len, reverse=True) if said.startswith((f"{word},", f"{word}:"))]
    if begun:
        kept.append(_line(key, value))
        return known[begun[0]]
    return said


# for another post -----------------------------------------------------------------------------------------------

_FOR = {
    "post": ("post", "for", "whom", "on_behalf_of", "behalf", "with_whom"),
    "how": ("how", "means", "by", "channel", "medium"),
    "why": ("why", "reason", "because"),
    "command": ("command", "act", "action", "inner_do", "do"),
    "with": ("with", "fields"),
}


def _act_for(given: Mapping[Any, Any], known: Known, fill: bool) -> Worded:
    """What a post answered otherwise; the command inside is read as if it stood alone."""
    rest = {plain(key): value for key, value in given.items()}
    taken: dict[str, Any] = {}
    for name, words in _FOR.items():
        word = next((word for word in words if word in rest), None)
        if word is not None:
            taken[name] = rest.pop(word)
    if "why" not in taken and "text" in rest:
        taken["why"] = rest.pop("text")
    persons = {key: rest.pop(key) for key in ("whom", "who", "with_whom", "person") if key in rest}
    command = taken.pop("command", None)
    inner = taken.pop("with", None)
    if isinstance(command, Mapping):
        command = {plain(key): value for key, value in command.items()}
        inner = (
            command.get("with")
            if isinstance(command.get("with"), Mapping)
            else {key: value for key, value in command.items() if key != "do"}
        )
        command = command.get("do")
    if not isinstance(command, str):
        return Worded(dict(given))
    read = worded(plain(command), inner if isinstance(inner, Mapping) else rest, known, fill=fill)
    if persons:
        taken["how"] = ", ".join(as_text(one) for one in (taken.get("how", ""), *persons.values()) if one)
    if fill:
        taken = {"how": "not said", "why": NOT_SAID, **taken}
    fields = {**taken, "command": {**read.fields, "do": plain(command)}}
    left = () if not isinstance(inner, Mapping) else tuple(_line(key, value) for key, value in rest.items())
    return Worded(fields, read.kept, (*read.left_out, *left))
