"""Changes of the directory that wait: what the secretariat announces of a Co-Chair's post, and who co-chairs.

Each takes effect at its time, or at once with the holder's own word, unless it is stopped before, or what stood when it
was announced is another by then. It is carried out once, however many processes look.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import Connection, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import lock_table, write_transaction
from models.base import Value
from models.commands import Person
from models.directory_changes import DIRECTORY_ROLES, ChangeKind, DirectoryRoles, check_roles, waits_for_its_holder
from models.policy import Policy
from models.posts import SECRETARIAT, Post
from models.refusal import RefusalKind, Refused
from models.tables import TABLES
from models.tables.administration import AnnouncedChangeRow
from records import directory_changes as record
from records.directory import members_in, opening, read_members
from records.directory_changes import DirectoryChange, Editor, StaleDirectory, directory_fingerprint
from records.post_mails import PostNews, co_chairs_now, holder_before, tell_of_post
from records.rows import columns_of, fetch_row, fetch_rows

_LOG = structlog.get_logger(__name__)
_ANNOUNCED = TABLES.tables["announced_changes"]


class AnnouncedChange(Value):
    """A change that was announced. ``after``: what is to stand then, as the directory's history has it."""

    id: str
    at: datetime
    by: Post
    email: str = ""
    name: str = ""
    kind: ChangeKind
    about: str
    after: Mapping[str, Any]
    seen: str
    takes_effect_at: datetime
    state: str
    settled_at: datetime | None = None
    settled_by: str = ""
    settled_email: str = ""

    @property
    def waits(self) -> bool:
        """Whether it can still be stopped."""
        return self.state == "waiting"


def _announced(row: AnnouncedChangeRow) -> AnnouncedChange:
    return AnnouncedChange.model_validate(columns_of(row))


# reading ------------------------------------------------------------------------------------------------------------


async def announced_change(connection: AsyncConnection, number: str) -> AnnouncedChange | None:
    """One by its id; None when there is none."""
    row = await fetch_row(connection, select(AnnouncedChangeRow).where(_ANNOUNCED.c.id == number))
    return _announced(row) if row else None


async def waiting_changes(connection: AsyncConnection, about: Iterable[str]) -> list[AnnouncedChange]:
    """Those about these posts, or the marks, that wait: the next first."""
    mine = _ANNOUNCED.c.about.in_(list(about)), _ANNOUNCED.c.state == "waiting"
    query = select(AnnouncedChangeRow).where(*mine).order_by(_ANNOUNCED.c.takes_effect_at, _ANNOUNCED.c.id)
    return [_announced(row) for row in await fetch_rows(connection, query)]


async def must_wait(connection: AsyncConnection, about: str) -> bool:
    """Whether a change of a post by the secretariat waits; of the marks: where a Co-Chair of now has its post."""

    def ask(on: Connection) -> bool:
        posts = co_chairs_now(on) if about == DIRECTORY_ROLES else [Post(about)]
        holders = ((post, holder_before(on, post)) for post in posts)
        return any(waits_for_its_holder(post, holder.email if holder else "") for post, holder in holders)

    return await connection.run_sync(ask)


async def posts_that_stop(connection: AsyncConnection, change: AnnouncedChange) -> list[Post]:
    """The posts whose holders can stop a change: its own, or the Co-Chairs of now."""
    if change.kind is ChangeKind.MARKS:
        return await connection.run_sync(co_chairs_now)
    return [Post(change.about)]


# announcing ---------------------------------------------------------------------------------------------------------


async def announce_person(
    engine: AsyncEngine, editor: Editor, kind: ChangeKind, post: Post, to: Person, until: date | None = None
) -> AnnouncedChange:
    """Announce that a post is to have another holder, or somebody who stands in ``until`` the end of a day.

    Raises:
        StaleDirectory, Refused: nothing was written.
    """
    if until is not None and until < editor.at.date():
        raise Refused(RefusalKind.INVALID, "The delegation would end before it begins.")
    after = {"post": str(post), **to.model_dump(), "until": until.isoformat() if until else None}

    async def seen(connection: AsyncConnection) -> str:
        return await record.post_fingerprint(connection, kind, post)

    return await _announce(engine, editor, kind, post, after, seen)


async def announce_roles(engine: AsyncEngine, editor: Editor, marks: DirectoryRoles) -> AnnouncedChange:
    """Announce who is to co-chair and to sit on the Steering Group. Raises as ``announce_person``."""

    async def seen(connection: AsyncConnection) -> str:
        check_roles(marks, members_in(await read_members(connection)))
        return directory_fingerprint((await record.roles_of(connection)).model_dump(mode="json"))

    return await _announce(engine, editor, ChangeKind.MARKS, DIRECTORY_ROLES, marks.model_dump(mode="json"), seen)


async def _announce(
    engine: AsyncEngine, editor: Editor, kind: ChangeKind, about: str, after: dict[str, Any], seen: Any
) -> AnnouncedChange:
    number = directory_fingerprint([editor.email, editor.post, "announced", kind.value, about, editor.form])
    async with write_transaction(engine) as connection:
        await lock_table(connection, "announced_changes")
        known = await announced_change(connection, number)
        if known is not None:
            return known
        stands = await seen(connection)
        if stands != editor.seen:
            newest = await record.directory_changes(connection, about=(about,), limit=1)
            raise StaleDirectory(next(iter(newest), None))
        if any(one.kind is kind for one in await waiting_changes(connection, [about])):
            raise Refused(RefusalKind.CONFLICT, "Another such change waits already; stop it first.")
        offices = await opening(connection, editor.at.year)
        policy: Policy = offices.policy
        members = [post.member for post in await connection.run_sync(co_chairs_now)]
        of = members if kind is ChangeKind.MARKS else [Post(about).member]
        row = AnnouncedChangeRow(
            id=number,
            **editor.model_dump(include={"at", "email", "name"}),
            by=str(editor.post),
            kind=kind.value,
            about=str(about),
            after=after,
            seen=stands,
            takes_effect_at=policy.change_of_hands.after(editor.at, offices.calendars, of),
        )
        await connection.execute(_ANNOUNCED.insert(), columns_of(row))
        made = _announced(row)
        await _tell(connection, made, "announced", editor.at, made.by, made.name)
    return made


async def _tell(
    connection: AsyncConnection, change: AnnouncedChange, what: Any, at: datetime, by: str, name: str = ""
) -> None:
    news = PostNews(
        what=what,
        number=change.id,
        kind=change.kind,
        about=change.about,
        by=str(by),
        name=name,
        after=change.after,
        takes_effect_at=change.takes_effect_at,
    )

    def queue(on: Connection) -> None:
        before = holder_before(on, change.about) if change.kind is not ChangeKind.MARKS else None
        tell_of_post(on, news, at, before=before)

    await connection.run_sync(queue)


# stopping, agreeing, carrying out -----------------------------------------------------------------------------------


async def stop_change(engine: AsyncEngine, number: str, by: Post, email: str, name: str, at: datetime) -> None:
    """Stop a change that waits. Everybody who was told of it is told. Raises Refused: it does not wait any more."""
    async with write_transaction(engine) as connection:
        change = await _settle(connection, number, "stopped", by, email, at)
        await _tell(connection, change, "stopped", at, by, name)


async def agree_to_change(engine: AsyncEngine, number: str, by: Post, email: str, at: datetime) -> None:
    """The holder's own word: it need not wait any more, and is carried out next. Raises as ``stop_change``."""
    async with write_transaction(engine) as connection:
        await _settle(connection, number, "agreed", by, email, at)


async def _settle(
    connection: AsyncConnection, number: str, state: str, by: Post, email: str, at: datetime
) -> AnnouncedChange:
    waiting = _ANNOUNCED.c.id == number, _ANNOUNCED.c.state == "waiting"
    values = {"state": state, "settled_at": at, "settled_by": str(by), "settled_email": email}
    done = await connection.execute(update(_ANNOUNCED).where(*waiting).values(**values))
    change = await announced_change(connection, number)
    if change is None or done.rowcount != 1:
        raise Refused(RefusalKind.CONFLICT, "This change does not wait any more.")
    return change


async def carry_out_changes(engine: AsyncEngine, now: datetime) -> list[DirectoryChange]:
    """Carry out every change whose time has come or to which its holder has agreed; returns the directory's changes.

    The running cases are to hear of them (``records.directory_changes.changes_not_heard``), and mails are queued.
    """
    c = _ANNOUNCED.c
    async with write_transaction(engine) as connection:  # from here on nobody stops them
        due = update(_ANNOUNCED).where(c.state == "waiting", c.takes_effect_at <= now)
        await connection.execute(due.values(state="agreed", settled_at=now))
        rows = await fetch_rows(connection, select(AnnouncedChangeRow).where(c.state == "agreed").order_by(c.at))
    made = []
    for row in rows:
        try:
            change = await _carried_out(engine, _announced(row), now)
        except ValueError as error:  # what one row says cannot be read; the others take effect all the same
            _LOG.error("an announced change cannot be carried out", change=row.id, error=str(error))
            continue
        if change is not None:
            made.append(change)
    return made


async def _carried_out(engine: AsyncEngine, change: AnnouncedChange, now: datetime) -> DirectoryChange | None:
    editor = Editor(
        post=SECRETARIAT, email=change.email, name=change.name, at=now, form=f"announced:{change.id}", seen=change.seen
    )
    made: DirectoryChange | None = None
    try:
        made = await _as_announced(engine, editor, change)
    except (StaleDirectory, Refused):
        state = "overtaken"  # the holder has handed the post over itself, or the like
    else:
        state = "in_force"
    async with write_transaction(engine) as connection:
        mine = _ANNOUNCED.c.id == change.id, _ANNOUNCED.c.state == "agreed"
        done = await connection.execute(update(_ANNOUNCED).where(*mine).values(state=state))
        if state == "overtaken" and done.rowcount == 1:
            await _tell(connection, change, state, now, change.by)
    return made


async def _as_announced(engine: AsyncEngine, editor: Editor, change: AnnouncedChange) -> DirectoryChange:
    if change.kind is ChangeKind.MARKS:
        return await record.record_roles(engine, editor, DirectoryRoles.model_validate(change.after))
    to = Person.model_validate({part: change.after[part] for part in ("name", "email", "language")})
    if change.kind is ChangeKind.HANDED_OVER:
        return await record.record_hand_over(engine, editor, Post(change.about), to)
    until = date.fromisoformat(change.after["until"]) if change.after.get("until") else None
    return await record.record_alternate(engine, editor, Post(change.about), to, until)
