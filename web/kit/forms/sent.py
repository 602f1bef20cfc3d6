"""What was sent with a form, as a command's fields."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from models.base import N_
from models.refusal import RefusalKind, Refused
from models.zones import zone_named
from web.kit.forms.field import FIGURE_ROWS, GROUND_ROWS, ROUTE_ROWS, FormField, FormWords


class Sent(Protocol):
    """A form as it was sent: several values under one name."""

    def getlist(self, key: str) -> list[Any]: ...


def unanswered(form: FormWords, sent: Sent) -> Refused | None:
    """The refusal of a form in which a choice that it asks for was not made; None when all were.

    A command that fills such a field in by itself would answer for its sender.
    """
    chosen = ("choice", "member", "members", "person")
    if any(one.must and one.widget in chosen and _value(one, sent) in _NOTHING for one in form.fields):
        return Refused(RefusalKind.INVALID, N_("Choose an answer first; nothing was recorded."))
    return None


def fields_sent(form: FormWords, sent: Sent, zone: str) -> dict[str, Any]:
    """A command's fields from what was sent; what was left empty is left out. ``zone``: of moments, the reader's."""
    fields: dict[str, Any] = {}
    for field in form.fields:
        value = _value(field, sent)
        if value not in _NOTHING:
            fields[field.name] = f"{value}{_offset(value, zone)}" if field.widget == "moment" else value
    if "everyone" in fields:  # to whom a circulation goes is one choice, and then perhaps a list
        whom = fields.pop("everyone")
        if whom != "members":
            fields["to"] = whom
    if "entry" in fields:  # chosen among those that there are
        fields["entry"] = _as_number(str(fields["entry"]))
    if "term" in fields:  # the form waives one term at a time, the command several
        fields["term"] = [fields["term"]]
    return fields


_NOTHING: tuple[Any, ...] = (None, "", [], {})


def _value(field: FormField, sent: Sent) -> Any:
    return _READ.get(field.widget, _one)(sent, field.name)


def _offset(written: str, zone: str) -> str:
    """The offset from UTC of a local time in a zone: ``+07:00``."""

    try:
        return datetime.fromisoformat(written).replace(tzinfo=zone_named(zone)).isoformat()[-6:]
    except ValueError:
        return ""


def _one(sent: Sent, name: str) -> str:
    return str((sent.getlist(name) or [""])[0]).replace("\r\n", "\n").strip()


def _number(sent: Sent, name: str) -> Any:
    return _as_number(_one(sent, name))


def _as_number(written: str) -> Any:
    """The number that is written; the text itself where it is none, to be refused by the command."""
    try:
        number = float(written)
    except ValueError:
        return written
    return int(number) if number.is_integer() else number


def _lines(sent: Sent, name: str) -> list[str]:
    return [line.strip() for line in _one(sent, name).splitlines() if line.strip()]


def _many(sent: Sent, name: str) -> list[str]:
    return [str(value) for value in sent.getlist(name) if value]


def _person(sent: Sent, name: str) -> dict[str, str]:
    parts = {part: _one(sent, f"{name}.{part}") for part in ("name", "email", "language")}
    return {part: value for part, value in parts.items() if value}


def _rows(sent: Sent, name: str) -> list[dict[str, Any]]:
    parts = ("what", "number", "as_of", "source")
    rows = ({part: _one(sent, f"{name}.{row}.{part}") for part in parts} for row in range(FIGURE_ROWS))
    return [
        {part: _as_number(value) if part == "number" else value for part, value in row.items() if value}
        for row in rows
        if row["what"] or row["number"]
    ]


def _routes(sent: Sent, name: str) -> list[dict[str, Any]]:
    found = []
    for row in range(ROUTE_ROWS):
        parts: dict[str, Any] = {part: _one(sent, f"{name}.{row}.{part}") for part in ("from", "via", "to", "by")}
        parts["via"] = [place.strip() for place in parts["via"].split(",") if place.strip()]
        kept = {part: value for part, value in parts.items() if value}
        if kept:
            found.append(kept)
    return found


def _grounds(sent: Sent, name: str) -> list[dict[str, Any]]:
    parts = ("member", "ground", "number", "of", "since", "sources")
    found = []
    for row in range(GROUND_ROWS):
        given: dict[str, Any] = {part: _one(sent, f"{name}.{row}.{part}") for part in parts}
        given["sources"] = [source.strip() for source in given["sources"].split(";") if source.strip()]
        given |= {part: _as_number(given[part]) for part in ("number", "of")}
        kept = {part: value for part, value in given.items() if value not in _NOTHING}
        if kept.keys() - {"member"}:
            found.append(kept)
    return found


def _confidential(sent: Sent, name: str) -> dict[str, list[str]]:
    """The sections that were marked, each with the members it is open to."""
    return {section: _many(sent, f"{name}.{section}") for section in _many(sent, name)}


def _yes(sent: Sent, name: str) -> Any:
    return _one(sent, name) == "yes" or None


_READ: dict[str, Callable[[Sent, str], Any]] = {
    "lines": _lines,
    "number": _number,
    "members": _many,
    "person": _person,
    "figures": _rows,
    "yes": _yes,
    "routes": _routes,
    "grounds": _grounds,
    "confidential": _confidential,
    "files": _many,
}
