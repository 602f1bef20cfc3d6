"""Changing the directory by hand, and its history: who changed what, when, and what it was before.

A change is kept with what it changes in one transaction. It carries the fingerprint of what its maker saw: where that
has changed meanwhile, nothing is written and the maker is told by whom. The same change sent twice is made once.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import lock_table, write_transaction
from models.base import Value
from models.case import Stage
from models.commands import Person
from models.directory_changes import DIRECTORY_ROLES, ECHO, ChangeKind, DirectoryRoles, OfficeSettings, check_roles
from models.posts import Post
from models.refusal import RefusalKind, Refused
from models.rules.posts import check_last_day
from models.tables import TABLES
from models.tables.administration import DirectoryChangeRow
from models.tables.directory import AlternateRow, HolderRow, MemberRow
from records.access import access_now, end_access
from records.digests import release_held_of_office
from records.directory import members_in, read_members, zone_of_member
from records.offices import Addressee
from records.post_mails import PostNews, holder_before, tell_of_post
from records.rows import columns_of, fetch_row, fetch_rows

_CHANGES, _MEMBERS = TABLES.tables["directory_changes"], TABLES.tables["members"]
_HOLDERS, _ALTERNATES = TABLES.tables["holders"], TABLES.tables["alternates"]
_DUTIES, _CASES = TABLES.tables["duties"], TABLES.tables["cases"]
_ENDED = tuple(stage.value for stage in Stage if stage.ended)
_MOST_CASES = 500

_State = dict[str, Any]


class DirectoryChange(Value):
    """One change of the directory. ``before`` is None where it is not known: the change was made in a case."""

    id: str
    at: datetime
    by: str
    email: str = ""
    name: str = ""
    kind: ChangeKind
    about: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] = {}
    cases: tuple[str, ...] = ()
    command: str = ""


class Editor(Value):
    """Who changes something, when, and from which form: ``form`` is that form's own id, ``seen`` what it showed."""

    post: Post
    email: str
    name: str
    at: datetime
    form: str
    seen: str


class StaleDirectory(Exception):
    """The state that the form showed has changed since. ``newest``: its last change, if the history has one."""

    def __init__(self, newest: DirectoryChange | None) -> None:
        super().__init__("the directory has changed")
        self.newest = newest


def directory_fingerprint(state: object) -> str:
    """A hash of what a form shows, of 24 hexadecimal digits: equal for equal states."""

    def plain(value: object) -> object:
        return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)

    written = json.dumps(state, sort_keys=True, ensure_ascii=False, default=plain)
    return hashlib.sha256(written.encode(errors="backslashreplace")).hexdigest()[:24]


# what stands now ----------------------------------------------------------------------------------------------------


async def holder_of_post(connection: AsyncConnection, post: Post) -> HolderRow | None:
    """Who holds a post; None: nobody."""
    return await fetch_row(connection, select(HolderRow).where(_HOLDERS.c.post == post))


async def alternates_of_post(connection: AsyncConnection, post: Post) -> list[AlternateRow]:
    """Who is named as alternate of a post, also those whose time is over."""
    named = select(AlternateRow).where(_ALTERNATES.c.post == post).order_by(_ALTERNATES.c.name)
    return await fetch_rows(connection, named)


async def office_of(connection: AsyncConnection, code: str) -> OfficeSettings | None:
    """Zone, holidays, mandate and other names of a member's office; None for one that the directory does not have."""
    row = await fetch_row(connection, select(MemberRow).where(_MEMBERS.c.code == code))
    return office_in(row) if row else None


def office_in(row: MemberRow) -> OfficeSettings:
    """How the office of a member works, as its row has it."""
    mandate, aliases = tuple(row.mandate or ()), tuple(row.aliases or ())
    return OfficeSettings.model_construct(zone=row.zone, holidays=row.holidays, mandate=mandate, aliases=aliases)


async def roles_of(connection: AsyncConnection) -> DirectoryRoles:
    """Who co-chairs, and who sits on the Steering Group."""
    return DirectoryRoles.of(members_in(await read_members(connection)).values())


async def waiting_cases(connection: AsyncConnection, post: Post) -> list[str]:
    """The references of the running cases in which something waits for a post: they hear of its change of hands."""
    mine = and_(_DUTIES.c.reference == _CASES.c.reference, _DUTIES.c.post == str(post))
    query = (
        select(_CASES.c.reference)
        .join(_DUTIES, mine)
        .where(_CASES.c.stage.not_in(_ENDED))
        .distinct()
        .order_by(_CASES.c.reference)
        .limit(_MOST_CASES)
    )
    return [reference for (reference,) in await connection.execute(query)]


def change_id(editor: Editor, kind: ChangeKind, about: str) -> str:
    """The id of the change that a form makes: the same form sent again makes no other."""
    return directory_fingerprint([editor.email, editor.post, kind.value, about, editor.form])


# changing -----------------------------------------------------------------------------------------------------------


async def _make(
    engine: AsyncEngine,
    editor: Editor,
    kind: ChangeKind,
    about: str,
    read: Callable[[AsyncConnection], Awaitable[_State]],
    write: Callable[[AsyncConnection, _State], Awaitable[_State]],
    *,
    changes_hands: Post | None = None,
    cases_hear: bool = True,
) -> DirectoryChange:
    """Change what ``read`` gives by ``write``, which answers with the new state, and keep the change.

    ``changes_hands``: the post of which it is changed who may act for it; ``cases_hear``: the running cases hear of that.
    """
    own_id = change_id(editor, kind, about)
    async with write_transaction(engine) as connection:
        await lock_table(connection, "directory_changes")
        known = await change_of(connection, own_id)
        if known is not None:
            return known
        before = await read(connection)
        held = await connection.run_sync(holder_before, about) if kind is not ChangeKind.OFFICE else None
        if directory_fingerprint(before) != editor.seen:
            raise StaleDirectory(next(iter(await directory_changes(connection, about=(about,), limit=1)), None))
        access = await access_now(connection, changes_hands, editor.at) if changes_hands else frozenset()
        after = await write(connection, before)
        if changes_hands:
            await end_access(connection, changes_hands, access, editor.at)
        if after == before:
            raise Refused(RefusalKind.INVALID, "Nothing is different from what stands now; nothing was recorded.")
        who = editor.model_dump(include={"at", "email", "name"})
        change = {"id": own_id, "by": editor.post, "kind": kind, "about": about, "before": before, "after": after}
        cases = await waiting_cases(connection, changes_hands) if changes_hands and cases_hear else []
        made = DirectoryChange.model_validate({**who, **change, "cases": cases})
        await connection.execute(_CHANGES.insert(), _columns(made))
        await _tell(connection, made, held)
    return made


async def _tell(connection: AsyncConnection, made: DirectoryChange, held: Addressee | None) -> None:
    """Queue the mails about who holds a post, stands in or co-chairs; ``held``: who held the post before."""
    if made.kind in (ChangeKind.OFFICE, ChangeKind.DAY):
        return
    after = moved_alternate(made).model_dump() if "alternates" in made.after else made.after
    news = PostNews(
        what="in_force", number=made.id, kind=made.kind, about=made.about, by=made.by, name=made.name, after=after
    )
    await connection.run_sync(lambda on: tell_of_post(on, news, made.at, before=held))


class StandIn(Value):
    """Somebody who stands in for a holder, as the history has it; ``until``: the last day (ISO 8601), if there is one."""

    name: str = ""
    email: str = ""
    until: str | None = None


def moved_alternate(made: DirectoryChange) -> StandIn:
    """Of a change of alternates: the one who came, or went."""
    before, after = _named(made.before), _named(made.after)
    longer, shorter = (before, after) if made.kind is ChangeKind.RELIEVED else (after, before)
    moved = next((one for one in longer if one not in shorter), {})
    return StandIn.model_validate({part: moved[part] for part in StandIn.model_fields if part in moved})


def _named(state: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return list((state or {}).get("alternates", ()))


async def post_fingerprint(connection: AsyncConnection, kind: ChangeKind, post: Post) -> str:
    """The fingerprint of who holds a post, or of who stands in, as the form for such a change carries it."""
    if kind is ChangeKind.HANDED_OVER:
        holder = await holder_of_post(connection, post)
        return directory_fingerprint(columns_of(holder) if holder else {})
    return directory_fingerprint(await _alternates(connection, post))


async def record_hand_over(engine: AsyncEngine, editor: Editor, post: Post, to: Person) -> DirectoryChange:
    """Record that another person holds the post from now on; its alternates and its tasks stay.

    Raises:
        StaleDirectory, Refused: nothing was written.
    """

    async def read(connection: AsyncConnection) -> _State:
        holder = await holder_of_post(connection, post)
        return columns_of(holder) if holder else {}

    async def write(connection: AsyncConnection, before: _State) -> _State:
        after = {"post": str(post), **to.model_dump()}
        query = _HOLDERS.update().where(_HOLDERS.c.post == post) if before else _HOLDERS.insert()
        await connection.execute(query.values(**after))
        return after

    return await _make(engine, editor, ChangeKind.HANDED_OVER, post, read, write, changes_hands=post)


async def record_alternate(
    engine: AsyncEngine, editor: Editor, post: Post, to: Person, until: date | None
) -> DirectoryChange:
    """Record that somebody stands in for the holder, until the end of a day or without end. ``to.language`` is not kept.

    Raises:
        StaleDirectory, Refused: nothing was written.
    """

    async def write(connection: AsyncConnection, before: _State) -> _State:
        check_last_day(until, editor.at, await zone_of_member(connection, post.member))
        same = and_(_ALTERNATES.c.post == post, _ALTERNATES.c.name == to.name)
        await connection.execute(_ALTERNATES.delete().where(same))
        row = {"post": str(post), "name": to.name, "email": to.email, "until": until}
        await connection.execute(_ALTERNATES.insert(), row)
        return await _alternates(connection, post)

    read = partial(_alternates, post=post)
    return await _make(engine, editor, ChangeKind.DELEGATED, post, read, write, changes_hands=post)


async def record_alternate_end(engine: AsyncEngine, editor: Editor, post: Post, name: str) -> DirectoryChange:
    """Record that somebody stands in no longer.

    Raises:
        StaleDirectory, Refused: nothing was written.
    """

    async def write(connection: AsyncConnection, before: _State) -> _State:
        same = and_(_ALTERNATES.c.post == post, _ALTERNATES.c.name == name)
        await connection.execute(_ALTERNATES.delete().where(same))
        return await _alternates(connection, post)

    read = partial(_alternates, post=post)
    return await _make(engine, editor, ChangeKind.RELIEVED, post, read, write, changes_hands=post, cases_hear=False)


async def _alternates(connection: AsyncConnection, post: Post) -> _State:
    rows = map(columns_of, await alternates_of_post(connection, post))
    return {"alternates": [{**row, "until": row["until"].isoformat() if row["until"] else None} for row in rows]}


async def record_office(engine: AsyncEngine, editor: Editor, code: str, office: OfficeSettings) -> DirectoryChange:
    """Record another time zone, other holidays, mandate or names of a member's office, for new cases.

    Mail that is held for the morning of its readers is decided on anew: whoever changes an office nudges the delivery.

    Raises:
        StaleDirectory, Refused: nothing was written.
    """

    async def read(connection: AsyncConnection) -> _State:
        state = await office_of(connection, code)
        if state is None:
            raise Refused(RefusalKind.NOT_FOUND, f"There is no member {code} in the directory.")
        return state.model_dump(mode="json")

    async def write(connection: AsyncConnection, before: _State) -> _State:
        after = office.model_dump(mode="json")
        await connection.execute(_MEMBERS.update().where(_MEMBERS.c.code == code).values(**after))
        if _hours(before) != _hours(after):
            await release_held_of_office(connection, code)
        return after

    return await _make(engine, editor, ChangeKind.OFFICE, code, read, write)


async def record_roles(engine: AsyncEngine, editor: Editor, marks: DirectoryRoles) -> DirectoryChange:
    """Record who co-chairs and who sits on the Steering Group, for cases that are submitted from now on.

    Raises:
        StaleDirectory, Refused: nothing was written.
    """

    async def read(connection: AsyncConnection) -> _State:
        return (await roles_of(connection)).model_dump(mode="json")

    async def write(connection: AsyncConnection, before: _State) -> _State:
        check_roles(marks, members_in(await read_members(connection)))
        for column, codes in (("co_chair", marks.co_chairs), ("steering_group", marks.steering_group)):
            await connection.execute(_MEMBERS.update().values({column: _MEMBERS.c.code.in_(codes)}))
        return await read(connection)

    return await _make(engine, editor, ChangeKind.MARKS, DIRECTORY_ROLES, read, write)


async def keep_changes(connection: AsyncConnection, made: list[DirectoryChange]) -> None:
    """Keep changes that were made together, in the caller's transaction, with what follows for mails."""
    await connection.execute(_CHANGES.insert(), [_columns(one) for one in made])
    for one in made:
        await _tell(connection, one, None)
        if one.kind is ChangeKind.OFFICE and _hours(one.before or {}) != _hours(one.after):
            await release_held_of_office(connection, one.about)


def _hours(office: Mapping[str, Any]) -> tuple[Any, Any]:
    """Time zone and holidays of an office: the mornings and the working days of its readers follow from them."""
    return office.get("zone"), office.get("holidays")


def _columns(made: DirectoryChange) -> dict[str, Any]:
    return {**made.model_dump(), "kind": made.kind.value, "cases": list(made.cases)}


# history ------------------------------------------------------------------------------------------------------------


def _changed(row: DirectoryChangeRow) -> DirectoryChange:
    return DirectoryChange.model_validate(columns_of(row))


async def change_of(connection: AsyncConnection, number: str) -> DirectoryChange | None:
    """One change by its id."""
    row = await fetch_row(connection, select(DirectoryChangeRow).where(_CHANGES.c.id == number))
    return _changed(row) if row else None


async def directory_changes(
    connection: AsyncConnection,
    *,
    about: Iterable[str] = (),
    before: DirectoryChange | None = None,
    limit: int | None = 100,
) -> list[DirectoryChange]:
    """Changes of these posts and members, or of all, the newest first. ``before``: only changes that came earlier."""
    query = select(DirectoryChangeRow).order_by(_CHANGES.c.at.desc(), _CHANGES.c.id.desc()).limit(limit)
    wanted = tuple(about)
    # That a case heard of a change is shown with the change.
    query = query.where(_CHANGES.c.about.in_(wanted) if wanted else _CHANGES.c.command.not_like(f"{ECHO}%"))
    if before is not None:
        earlier: ColumnElement[bool] = and_(_CHANGES.c.at == before.at, _CHANGES.c.id < before.id)
        query = query.where(or_(_CHANGES.c.at < before.at, earlier))
    return [_changed(row) for row in await fetch_rows(connection, query)]


def command_of(made: DirectoryChange) -> str:
    """The id of the command by which each case hears of a change. It never changes, so that a case hears once."""
    return f"{ECHO}{made.id}"


def _is_echo(one: DirectoryChange) -> bool:
    return one.command.startswith(ECHO)


async def changes_for_cases(connection: AsyncConnection, since: datetime) -> list[DirectoryChange]:
    """The changes of who holds a post or stands in, and the announced days, since, that running cases were to hear of."""
    kinds = (ChangeKind.HANDED_OVER.value, ChangeKind.DELEGATED.value, ChangeKind.DAY.value)
    query = select(DirectoryChangeRow).where(
        _CHANGES.c.kind.in_(kinds), _CHANGES.c.at > since, _CHANGES.c.command == ""
    )
    found = map(_changed, await fetch_rows(connection, query.order_by(_CHANGES.c.at, _CHANGES.c.id)))
    return [one for one in found if one.cases]


async def cases_that_heard(connection: AsyncConnection, made: DirectoryChange) -> set[str]:
    """The cases that have heard of a change."""
    query = select(_CHANGES.c.cases).where(_CHANGES.c.command == command_of(made))
    return {reference for (cases,) in await connection.execute(query) for reference in cases}


async def changes_not_heard(connection: AsyncConnection, made: DirectoryChange) -> list[str]:
    """The running cases that were to hear of a change and have not; none once the post has changed hands again."""
    if not made.cases:
        return []
    if made.kind is not ChangeKind.DAY:  # days stand beside each other
        newest = await directory_changes(connection, about=(made.about,), limit=None)
        later = next((one for one in newest if one.kind is made.kind and not _is_echo(one)), None)
        if later is None or later.id != made.id:
            return []
    query = select(_CASES.c.reference).where(_CASES.c.reference.in_(made.cases), _CASES.c.stage.not_in(_ENDED))
    running = {reference for (reference,) in await connection.execute(query)}
    return sorted(running - await cases_that_heard(connection, made))
