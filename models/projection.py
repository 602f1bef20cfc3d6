"""What of a case is written to SQL: the rows by which lists and pages show it, and the step that brings them.

A row is written when its part of the state is another object than before (states are never changed in place),
so the same function serves each step and the rebuilding of everything from the log.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from models import events as e
from models.agenda import due, next_act, waiting_on
from models.apart import changed_keys, gone_keys, in_place
from models.base import Value
from models.case import Case, Outcome, Stage
from models.duties import duties_apart
from models.log import Entry, event_of
from models.notices import Notice, notices_of, recorded_in_name
from models.posts import Post
from models.rules import Transition
from models.rules.closing import terms_of_reference
from models.search import text_columns, texts_apart
from models.visibility import Sight, readers


class Row(Value):
    """One row to insert or update: the table's name and the columns written, its key among them.

    A row that is ``gone`` is deleted; its columns are those of its key.
    """

    table: str
    columns: dict[str, Any]
    gone: bool = False


class Queued(Value):
    """A notice and the number of the entry that caused it; unique together with kind, post and capacity."""

    seq: int
    notice: Notice


class Step(Value):
    """One step of a stream (a case, or the follow-up of a recommendation): what one transaction writes.

    ``of_signed_command``: it is recorded only when its first entry carries a good signature.
    """

    stream: str
    entries: tuple[Entry, ...]
    rows: tuple[Row, ...]
    notices: tuple[Queued, ...]
    of_signed_command: bool = False


class Recorded(Value):
    """What became of a step.

    ``seq`` and ``head``: the newest entry of the stream after the step. ``ahead``: entries that the log
    already held where the step's own would have gone (a worker died between the commit and its answer to
    Temporal); the step was not written, and the caller must take them over and decide again. ``done``: the entry of
    the same command, which the log holds and the workflow has forgotten; the step was not written.
    """

    seq: int
    head: str
    ahead: tuple[Entry, ...] = ()
    done: int | None = None


def step_of(taken: Transition) -> Step:
    """The step that records what the rules allowed."""
    return Step.model_construct(
        stream=taken.after.reference,
        entries=taken.entries,
        rows=tuple(rows_of(taken.before, taken.after, taken.entries)),
        notices=tuple(notices_of_step(taken)),
    )


def notices_of_step(taken: Transition) -> Iterator[Queued]:
    """The notices that a step queues."""
    for entry in taken.entries:
        for notice in notices_of(taken.after, event_of(entry)):
            yield Queued.model_construct(seq=entry.seq, notice=notice)
    first = taken.entries[0]
    after = taken.after
    due = after.policy.contest.after(first.at, after.working_days, [first.by.member])
    for notice in recorded_in_name(first, taken.do, due):
        yield Queued.model_construct(seq=first.seq, notice=notice)


def rows_of(before: Case, after: Case, entries: tuple[Entry, ...]) -> Iterator[Row]:
    """The rows that differ between two states of a case, and those that its posts' changes write."""
    waiting = waiting_on(after)
    yield Row.model_construct(table="cases", columns=_case(after, waiting))
    if after.version != before.version:
        yield Row.model_construct(table="request_versions", columns=_version(after))
    for part, columns in _PARTS.items():
        yield from _changed(after.reference, part, getattr(before, part), getattr(after, part), columns)
    yield from _duties(before, after)
    yield from _offers(before, after)
    yield from _readers(before, after)
    yield from _marks(before, after, waiting)
    yield from _search_texts(before, after)
    for entry in entries:
        if entry.type in ("delegated", "handed_over"):
            event = event_of(entry)
            if isinstance(event, e.Delegated | e.HandedOver):
                yield _office(event)
                yield _office_change(after.reference, entry, event)
        if entry.type == "day_announced" and isinstance(event := event_of(entry), e.DayAnnounced):
            yield _announced_day(after.reference, entry, event)


def _changed(
    reference: str, table: str, before: Mapping[Any, Any], after: Mapping[Any, Any], columns: Callable[[Any], Any]
) -> Iterator[Row]:
    for key in changed_keys(before, after):
        yield Row.model_construct(table=table, columns={"reference": reference, **columns(after[key])})
    for key in gone_keys(before, after):
        columns_before = {"reference": reference, **columns(before[key]), "gone": True}
        yield Row.model_construct(table=table, columns=columns_before)


def _duties(before: Case, after: Case) -> Iterator[Row]:
    """The duties that are new or due at another time, and those that are gone."""
    old, new = ({(one.post, one.do, one.about): one.due for one in duties} for duties in duties_apart(before, after))
    for key, due_at in new.items():
        if key not in old or old[key] != due_at:
            yield Row.model_construct(table="duties", columns={**_duty(after, key), "due": due_at})
    for key in old.keys() - new.keys():
        yield Row.model_construct(table="duties", columns=_duty(after, key), gone=True)


def _offers(before: Case, after: Case) -> Iterator[Row]:
    """The posts that are offered to somebody else than before, and those that are offered no more."""
    for post, offer in after.offers.items():
        if before.offers.get(post) != offer:
            to = {"name": offer.name, "email": offer.email, "language": offer.language, "offered_at": offer.at}
            columns = {"reference": after.reference, "post": str(post), **to}
            yield Row.model_construct(table="offers", columns=columns)
    for post in before.offers.keys() - after.offers.keys():
        yield Row.model_construct(table="offers", columns={"reference": after.reference, "post": str(post)}, gone=True)


def _duty(case: Case, key: tuple[Post, str, str]) -> dict[str, Any]:
    post, do, about = key
    return {"reference": case.reference, "post": str(post), "do": do, "about": about}


_READ = ("requesters", "withdrew", "participants", "outcomes", "arrangements", "recommendations", "circulations")
"""The parts of a case on which it depends who may see it."""


def _readers(before: Case, after: Case) -> Iterator[Row]:
    """The posts whose sight of the case is new or another; sight is gone with what it was for."""
    if all(_names_alike(getattr(before, part), getattr(after, part)) for part in _READ):
        return
    old, new = readers(before) if before.version else {}, readers(after)
    for post in old.keys() | new.keys():
        sight = new.get(post, Sight.NOTHING)
        if sight != old.get(post, Sight.NOTHING):
            columns = {"reference": after.reference, "post": str(post)}
            if sight is Sight.NOTHING:
                yield Row.model_construct(table="readers", columns=columns, gone=True)
            else:
                columns_now = {**columns, "sight": int(sight), "opened_at": after.opened_at}
                yield Row.model_construct(table="readers", columns=columns_now)


def _names_alike(before: Any, after: Any) -> bool:
    """Whether a part of the case is the same as before, or names the same members in its outcomes."""
    if before is after or not isinstance(after, Mapping) or len(before) != len(after) or not in_place(before, after):
        return before is after
    changed = ((before[key], after[key]) for key in changed_keys(before, after))
    return all(
        isinstance(new, Outcome) and (old.owner, old.supporting) == (new.owner, new.supporting) for old, new in changed
    )


def _marks(before: Case, after: Case, waiting: tuple[Post, ...]) -> Iterator[Row]:
    """What a list of cases can be narrowed down to and that is several values, or few of many cases."""
    old, new = _marks_of(before, waiting_on(before)), _marks_of(after, waiting)
    for mark, value in sorted(old ^ new):
        key = {"reference": after.reference, "mark": mark, "value": value}
        if (mark, value) in old:
            yield Row.model_construct(table="case_marks", columns=key, gone=True)
        else:
            yield Row.model_construct(table="case_marks", columns={**key, "opened_at": after.opened_at})


def _marks_of(case: Case, waiting: tuple[Post, ...]) -> set[tuple[str, str]]:
    marks = {("requester", member) for member in case.requesters}
    marks |= {("waiting_on", str(post)) for post in waiting}
    if case.stage is not Stage.DRAFT and not case.stage.ended:
        marks.add(("open", ""))
    return marks


def _search_texts(before: Case, after: Case) -> Iterator[Row]:
    """The texts that are searched, where one is new, reads otherwise, or is open to others than before."""
    old, new = texts_apart(before, after)
    for number, text in new.items():
        if old.get(number) != text:
            yield Row.model_construct(table="search_texts", columns=text_columns(text))
    for number in old.keys() - new.keys():
        yield Row.model_construct(table="search_texts", columns={"id": number}, gone=True)


def _case(case: Case, waiting: tuple[Post, ...]) -> dict[str, Any]:
    act = next_act(case)
    return {
        **_fields(case, "reference", "stage", "stage_since"),
        "title": case.request.title,
        "requesters": list(case.requesters),
        "urgency": case.request.urgency.value,
        "clock": case.clock.value,
        "waiting_on": list(waiting),
        "due": due(case),
        "next_act": {"at": act.at.isoformat(), "subject": act.subject, "act": act.act.value} if act else None,
        "version": case.version,
        "terms": {term.value: state for term, state in terms_of_reference(case).items()},
        **_fields(case, "active_until", "opened_at", "updated_at", "seq", "head"),
    }


def _version(case: Case) -> dict[str, Any]:
    content = case.request.model_dump(mode="json", by_alias=True)
    return {**_fields(case, "reference", "version"), "submitted_at": case.updated_at, "content": content}


def _fields(value: Value, *names: str) -> dict[str, Any]:
    """Columns that are fields of the value; a word of an enumeration as it is written."""
    given = {name: getattr(value, name) for name in names}
    return {name: one.value if isinstance(one, StrEnum) else one for name, one in given.items()}


def _json(value: Value) -> dict[str, Any]:
    return value.model_dump(mode="json")


_OF_RECORDING = {"__all__": {"recorded_by", "contested_at"}}
_NOT_IN_ROWS: Any = {"matter": True, "positions": _OF_RECORDING, "past": _OF_RECORDING}

_PARTS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "gates": lambda g: {
        "gate": g.name.value,
        "outcome": g.outcome.value if g.outcome else None,
        **_fields(g, "round", "opened_at", "decided_at"),
        # Without what the text ``about`` is made of: rows that older code wrote are the same as those made anew.
        # The same of who wrote a position down, and of who contests it.
        "body": g.model_dump(mode="json", exclude=_NOT_IN_ROWS),
    },
    "participants": lambda p: {**_fields(p, "member", "seat", "state", "why"), "gone": False},
    "outcomes": lambda o: {**_fields(o, "title", "owner", "state", "due"), "body": _json(o)},
    "arrangements": lambda a: {**_fields(a, "title", "state", "review"), "body": _json(a)},
    "meetings": lambda m: {**_fields(m, "title", "starts", "held"), "body": _json(m)},
    "reports": lambda r: {**_fields(r, "number", "kind", "state", "version"), "body": _json(r)},
    "recommendations": lambda r: {
        **_fields(r, "number", "text", "owner", "due"),
        "addressees": list(r.to),
        **_fields(r, "report", "held"),
    },
    "circulations": lambda c: {**_fields(c, "number", "what", "state"), "body": _json(c)},
}
"""The columns of one value of a part of the state; its table has the same name."""


def _office(event: e.Delegated | e.HandedOver) -> Row:
    """Who holds a post, or stands in: the directory follows the log in the same transaction."""
    if isinstance(event, e.HandedOver):
        columns: dict[str, Any] = {"post": event.post, "name": event.to.name, "language": event.to.language}
        if event.to.email:
            columns["email"] = event.to.email
        return Row.model_construct(table="holders", columns=columns)
    columns = {"post": event.post, "name": event.to.name, "email": event.to.email, "until": event.until}
    return Row.model_construct(table="alternates", columns=columns)


def _announced_day(reference: str, entry: Entry, event: e.DayAnnounced) -> Row:
    """That a case has heard of an announced day, in the directory's history."""
    after = _json(event)
    what = {
        "kind": entry.type,
        "about": event.office,
        "before": None,
        "after": {name: after[name] for name in _OF_A_DAY},
    }
    columns = {"id": f"{reference}#{entry.seq}", "at": entry.at, "by": str(entry.by), "email": "", "name": "", **what}
    return Row.model_construct(
        table="directory_changes", columns={**columns, "cases": [reference], "command": entry.command}
    )


_OF_A_DAY = ("first", "last", "closed")


def _office_change(reference: str, entry: Entry, event: e.Delegated | e.HandedOver) -> Row:
    """The same in the directory's history; what was before is not the case's to know."""
    after = {"post": event.post, **_json(event.to)}
    if isinstance(event, e.Delegated):
        after["until"] = event.until.isoformat() if event.until else None
    who = {"at": entry.at, "by": str(entry.by), "email": "", "name": ""}
    what = {"kind": entry.type, "about": str(event.post), "before": None, "after": after}
    columns = {"id": f"{reference}#{entry.seq}", **who, **what, "cases": [reference], "command": entry.command}
    return Row.model_construct(table="directory_changes", columns=columns)
