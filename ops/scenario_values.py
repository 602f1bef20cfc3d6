"""The values of scenario files: days, numbers, answers and members as people write them, as commands read them.

Each function gives what the command is to get, and whether something of what was written is lost in it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from models.members import Directory, MemberKind
from models.posts import SECRETARIAT

_DAYS = ("%Y-%m-%d", "%Y-%m", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%B %d %Y", "%B %Y", "%b %Y", "%Y", "%d.%m.%Y")
_NO_DAY = ("%Y-%m", "%B %Y", "%b %Y", "%Y")


@dataclass(frozen=True)
class Known:
    """What is known of the case while an act is read: whom and what its words can mean."""

    directory: Directory = field(default_factory=lambda: Directory(members={}))
    group: tuple[str, ...] = ()
    requesters: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    arrangements: tuple[str, ...] = ()
    meetings: tuple[str, ...] = ()
    recommendations: Mapping[int, str] = field(default_factory=dict)
    at: datetime | None = None


Fields = dict[str, Any]
"""The fields of a command, by what they are called in the file."""

Shape = Callable[[Fields, Known], Fields]
"""A shape that a file may give to fields, as the command's own shape."""


class Read(NamedTuple):
    """What a command gets; ``lost``: what was written says more than that. ``value`` None: nothing could be read."""

    value: Any
    lost: bool = False


def is_yes(value: Any) -> bool:
    """Whether a value says yes."""
    return value is True or str(value).strip().lower() in ("true", "yes", "y", "on")


def is_no(value: Any) -> bool:
    """Whether a value says no."""
    return value is False or str(value).strip().lower() in ("false", "no", "n", "off")


def as_text(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {as_text(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(as_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_list(value: Any) -> list[Any]:
    """A single value as a list of one; a mapping of words as lines."""
    if isinstance(value, Mapping):
        return [f"{key}: {as_text(inner)}" if inner not in (None, "") else str(key) for key, inner in value.items()]
    return list(value) if isinstance(value, list | tuple) else [] if value in (None, "") else [value]


def bare(text: Any) -> str:
    """A text as it is compared: in lower case, without its final stop."""
    return str(text).strip().rstrip(".").lower()


def day(value: Any) -> Read:
    """A date (ISO 8601): of an instant its day, of a month or a year its first, which loses something."""
    written = str(value).strip()
    try:
        found = datetime.fromisoformat(written)
        return Read(found.date().isoformat(), lost=len(written) > len("2026-01-01"))
    except ValueError:
        pass
    for form in _DAYS:
        try:
            return Read(datetime.strptime(written, form).date().isoformat(), lost=form in _NO_DAY)  # noqa: DTZ007
        except ValueError:
            continue
    return Read(None, lost=True)


def is_day(value: Any) -> bool:
    """Whether a value is a day or an instant."""
    return isinstance(value, date) or re.match(r"\d{4}-\d{2}-\d{2}", str(value)) is not None


def number(value: Any) -> Read:
    """A number, also with separators of thousands; words after it are lost."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Read(value)
    found = re.match(r"\s*([-+]?\d[\d,   ]*(?:\.\d+)?)\s*(.*)$", str(value), re.DOTALL)
    if found is None:
        return Read(None, lost=True)
    digits = re.sub(r"[,\s]", "", found[1])
    return Read(float(digits) if "." in digits else int(digits), lost=bool(found[2]))


# members ------------------------------------------------------------------------------------------------------


_NAMED = ("member", "code", "name", "post")
"""The words under which an entry of a list names its member."""


def one_member(value: Any, known: Known) -> str:
    """The code of a member that is named by its code, its name, or any of its posts; else what was written."""
    written = str(value).strip()
    code = written.partition("/")[0].strip()
    if code.upper() in (*known.directory.members, SECRETARIAT.member):
        return code.upper()
    if written.lower() in ("secretariat", "the secretariat"):
        return SECRETARIAT.member
    names = {member.name.lower(): member.code for member in known.directory.members.values()}
    return names.get(written.lower(), code)


def members(value: Any, known: Known) -> list[str]:
    """Codes of members: one or many, named as in ``one_member`` or by what they are together (``organisations``)."""
    found: list[str] = []
    named = isinstance(value, Mapping) and not set(value) & set(_NAMED)
    for one in [value] if isinstance(value, Mapping) and not named else as_list(list(value) if named else value):
        found += _some(one, known)
    return list(dict.fromkeys(found))


def _some(one: Any, known: Known) -> list[str]:
    if isinstance(one, Mapping):
        named = next((one[word] for word in _NAMED if word in one), None)
        return [one_member(named, known)] if named is not None else []
    written = str(one).strip()
    together = _together(written.lower().replace("-", " ").replace("_", " ").removeprefix("the "), known)
    if together is not None:
        return together
    code = one_member(written, known)
    parts = [part for part in re.split(r"\s*[,;]\s*|\s+and\s+", written) if part]
    if code not in known.directory and len(parts) > 1:
        return [one_member(part, known) for part in parts]
    return [code]


def _together(words: str, known: Known) -> list[str] | None:
    """The members that a word for several means; None where it is none."""
    listed = known.directory.members.values()
    match words:
        case "none" | "nobody" | "no one" | "noone" | "":
            return []
        case "everyone" | "everybody" | "all" | "all members" | "membership" | "wider membership" | "members":
            return [member.code for member in listed]
        case "participants" | "group" | "ad hoc group" | "all participants":
            return list(known.group)
        case "requester" | "requesters":
            return list(known.requesters)
        case "co chairs" | "cochairs" | "co chair":
            return [member.code for member in listed if member.co_chair]
        case "steering group" | "steering group members":
            return [member.code for member in listed if member.steering_group or member.co_chair]
        case "organisations" | "organizations" | "international organisations":
            return [member.code for member in listed if member.is_organisation]
        case "states" | "countries" | "member states":
            return [member.code for member in listed if member.kind is not MemberKind.ORGANISATION]
        case _:
            return None
