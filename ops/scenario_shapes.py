"""Shapes that scenario files give to a command's fields, as the fields that the command has.

Each shape takes the fields under plain keys (``ops.scenario_synonyms.plain``) and what is known of the case, and
gives them in the command's own shape; what has no place there it leaves, to be kept in the text.
"""

import re
from collections.abc import Mapping
from typing import Any

from models.case import GateName, Term
from ops.scenario_meant import adopt, named, object_, recommend
from ops.scenario_request import situation
from ops.scenario_synonyms import answers, field_of, options, plain
from ops.scenario_values import Fields, Known, Shape, as_list, as_text, is_day, is_no, is_yes, members

_INDICATOR = {"name": "indicator", "what": "indicator", "title": "indicator", "measure": "indicator"}
_PERSON = ("to", "name", "holder", "new_holder", "alternate", "person")


def shaped(do: str, given: Mapping[Any, Any], known: Known) -> Fields:
    """The fields in the command's own shape, under plain keys."""
    fields = {plain(key): value for key, value in given.items() if value is not None}
    shape = _SHAPES.get(do)
    return _chosen(do, shape(fields, known) if shape else fields)


def _chosen(do: str, given: Fields) -> Fields:
    """An answer that stands as a key (``accept: true``, ``decline: no capacity``) in the field of answers."""
    name = _CHOICES.get(do)
    if name is None or any(field_of(_of(do), key) == name for key in given):
        return given
    rest = dict(given)
    for key in given:
        meant = answers(_of(do), name).get(key.replace("_", " "))
        if meant is None or field_of(_of(do), key) not in (None, "text"):
            continue
        value, both = rest.pop(key), options(_of(do), name)
        if is_no(value):
            others = [one for one in both if one != meant]
            return {**rest, name: others[0]} if len(others) == 1 else rest
        said = {} if is_yes(value) else {"note": as_text(value)}
        return {**said, **rest, name: meant}
    return given


def _of(do: str) -> str:
    return "request" if do in ("draft", "submit", "resubmit") else do


_CHOICES = {
    "draft": "urgency",
    "submit": "urgency",
    "resubmit": "urgency",
    "decide": "position",
    "respond": "answer",
    "open_report": "kind",
    "consent": "answer",
    "adopt": "state",
    "circulate": "what",
}
"""The field of answers of the commands that have one."""


# by command -----------------------------------------------------------------------------------------------------


def _request(given: Fields, known: Known) -> Fields:
    inner = given.get("changes")
    if isinstance(inner, Mapping):
        given = {
            **{key: value for key, value in given.items() if key != "changes"},
            **{plain(key): value for key, value in inner.items()},
        }
    return situation(given)


def _decide(given: Fields, known: Known) -> Fields:
    """``activation: approve`` names gate and position at once."""
    gates = [key for key in given if key in set(GateName)]
    if len(gates) == 1 and "gate" not in given and isinstance(given[gates[0]], str):
        rest = {key: value for key, value in given.items() if key != gates[0]}
        return {**rest, "gate": gates[0], "position": given[gates[0]]}
    return given


def _propose(given: Fields, known: Known) -> Fields:
    """Everybody in ``members`` and ``observers``, the reasons of each in the text."""
    rest = dict(given)
    seat = rest.pop("as", rest.pop("seat", rest.pop("role", None)))
    found: dict[str, list[str]] = {"members": [], "observers": [], "without": []}
    said: list[str] = []
    for key in list(rest):
        name = field_of("propose", key)
        if name not in found:
            continue
        name = "observers" if name == "members" and "observ" in str(seat) else name
        value = rest.pop(key)
        for one in as_list(value if isinstance(value, list | tuple) else [value]):
            inner = {plain(word): part for word, part in one.items()} if isinstance(one, Mapping) else {}
            reason = next((inner[word] for word in ("why", "reason", "text", "because") if word in inner), None)
            place = str(inner.get("as", inner.get("seat", inner.get("role", ""))))
            codes = members(inner if inner and "member" in inner else one, known)
            found["observers" if "observ" in place else name] += codes
            said += [f"{', '.join(codes)}: {as_text(reason)}"] if reason else []
    reasons = rest.get("reasons")
    if isinstance(reasons, Mapping):
        said += [f"{key}: {as_text(value)}" for key, value in rest.pop("reasons").items()]
    if said:
        rest["note"] = "\n".join(filter(None, (as_text(rest.get("note", "")), *said)))
    return {**rest, **{name: codes for name, codes in found.items() if codes}}


def _admit(given: Fields, known: Known) -> Fields:
    """The one member that is admitted, from whatever list it stands in."""
    rest = dict(given)
    observers = rest.get("observers", rest.get("observer"))
    if observers is not None and not (is_yes(observers) or is_no(observers)):
        rest.pop("observers", rest.pop("observer", None))
        rest |= {"member": observers, "observer": True}
    return rest


def _add_outcome(given: Fields, known: Known) -> Fields:
    indicator = given.get("indicator")
    if not isinstance(indicator, Mapping):
        return given
    rest = {key: value for key, value in given.items() if key != "indicator"}
    for key, value in indicator.items():
        rest.setdefault(_INDICATOR.get(plain(key), plain(key)), value)
    return rest


def _progress(given: Fields, known: Known) -> Fields:
    """``progress: two of three ports`` is said, ``progress: 2`` is the value."""
    said = given.get("progress")
    if isinstance(said, str) and not re.match(r"\s*[-+]?\d", said):
        rest = {key: value for key, value in given.items() if key != "progress"}
        return {**rest, "entry": said}
    return given


def _add_arrangement(given: Fields, known: Known) -> Fields:
    contacts = given.get("contacts", given.get("contact_points"))
    if not isinstance(contacts, Mapping):
        return given
    rest = {key: value for key, value in given.items() if key not in ("contacts", "contact_points")}
    return {**rest, "contacts": [_contact(key, value) for key, value in contacts.items()]}


def _contact(member: Any, post: Any) -> str:
    role = plain(post).replace("_", "-")
    return f"{member}/{role}" if role in ("focal-point", "co-chair", "steering-group") else f"{member}: {post}"


def _schedule_meeting(given: Fields, known: Known) -> Fields:
    """A day and a time are one instant; several days are the first and the last."""
    rest = dict(given)
    dates = rest.pop("dates", rest.pop("days", None))
    if dates:
        many = sorted(map(str, as_list(dates)))
        rest |= {"starts": many[0], "ends": many[-1]} if len(many) > 1 else {"starts": many[0]}
    time = rest.pop("time", None)
    when = next((key for key in rest if field_of("schedule_meeting", key) == "starts"), None)
    if time is not None and when is not None and re.match(r"\d{1,2}:\d{2}", str(time)):
        rest[when] = f"{str(rest[when])[:10]}T{str(time).zfill(5)}"
    elif time is not None:
        rest["starts" if when is None and is_day(time) else "time"] = time
    return rest


def _attend(given: Fields, known: Known) -> Fields:
    """Attendance by member (``MY: present``) as the three lists."""
    who = given.get("attendance")
    if not isinstance(who, Mapping):
        return given
    rest = {key: value for key, value in given.items() if key != "attendance"}
    for key, value in who.items():
        name = "absent" if is_no(value) else "present" if is_yes(value) else field_of("attend", plain(value))
        rest.setdefault(name or "present", []).append(key)
    return rest


def _extend(given: Fields, known: Known) -> Fields:
    """Until a date, or by a span, whichever word stands before it."""
    rest = dict(given)
    for key in given:
        name = field_of("extend", key)
        if name in ("until", "by"):
            value = rest.pop(key)
            rest["until" if is_day(value) else "by"] = value
    return rest


def _person(given: Fields, known: Known) -> Fields:
    """Name, address and language of the person in ``to``; what else is told of the person stays beside it."""
    word = next((word for word in _PERSON if word in given), None)
    if word is None:
        return given
    rest = {key: value for key, value in given.items() if key != word}
    person = given[word]
    if isinstance(person, Mapping):
        inner = {plain(key): value for key, value in person.items()}
        name = next((inner.pop(one) for one in ("name", "who", "person", "holder") if one in inner), "")
        rest = {**inner, **rest}
        person = name
    address = next((rest.pop(one) for one in ("email", "mail", "e_mail", "address") if one in rest), None)
    told = {"name": as_text(person)}
    told |= {"email": address} if address else {}
    told |= {"language": rest.pop("language")} if "language" in rest else {}
    return {**rest, "to": told}


def _waive(given: Fields, known: Known) -> Fields:
    """``a: why`` waives (a) with that reason."""
    letters = [key for key in given if key.strip("()") in set(Term)]
    if not letters:
        return given
    rest = {key: value for key, value in given.items() if key not in letters}
    said = [as_text(given[key]) for key in letters if not is_yes(given[key])]
    return {**rest, "term": [key.strip("()") for key in letters], **({"note": "\n".join(said)} if said else {})}


def _circulate(given: Fields, known: Known) -> Fields:
    """Whom a text names, where it names ``everyone``, are those in the group."""
    words = ("everyone", "everybody", "all")
    return {
        key: list(known.group or known.requesters)
        if field_of("circulate", key) == "names" and str(value).strip().lower() in words
        else value
        for key, value in given.items()
    }


def _consent(given: Fields, known: Known) -> Fields:
    """What the consent is to is the one circulation that is under way."""
    rest = {key: value for key, value in given.items() if key not in ("to", "circulation")}
    others = {key: given[key] for key in ("to", "circulation") if key in given}
    return (
        rest
        if all(plain(value) in ("circulation", "being_named") for value in others.values())
        else {**rest, **{("what" if key == "to" else key): value for key, value in others.items()}}
    )


def _then(*shapes: Shape) -> Shape:
    def shape(given: Fields, known: Known) -> Fields:
        for one in shapes:
            given = one(given, known)
        return given

    return shape


_SHAPES: dict[str, Shape] = {
    "draft": _request,
    "submit": _request,
    "resubmit": _request,
    "decide": _decide,
    "propose": _propose,
    "admit": _admit,
    "add_outcome": _add_outcome,
    "progress": _then(named("outcome"), _progress),
    "block": named("outcome"),
    "done": named("outcome"),
    "verify": named("outcome"),
    "object": object_,
    "add_arrangement": _add_arrangement,
    "agree": named("arrangement"),
    "log_exchange": named("arrangement"),
    "review_arrangement": named("arrangement"),
    "schedule_meeting": _schedule_meeting,
    "attend": _then(_attend, named("meeting")),
    "extend": _extend,
    "delegate": _person,
    "hand_over": _person,
    "waive": _waive,
    "circulate": _circulate,
    "consent": _consent,
    "recommend": recommend,
    "adopt": adopt,
}
