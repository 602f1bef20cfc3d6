"""Changes of the directory that wait: what the secretariat announces of a Co-Chair's post, and who co-chairs.

Each takes effect when its holder was told of it by mail and had time to stop it, or at once with the holder's own word,
unless it is stopped before, or what stood when it was announced is another by then. Where the holder cannot be told, it
waits until somebody agrees to it or stops it. It is carried out once, however many processes look.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import lock_table, write_transaction
from models.base import Value
from models.calendars import WorkingDays
from models.commands import Person
from models.directory_changes import (
    DIRECTORY_ROLES,
    AnnouncedState,
    ChangeKind,
    DirectoryRoles,
    HoldersTold,
    MailToHolder,
    check_roles,
    holders_told,
    posts_that_stop,
    waits_for_its_holder,
)
from models.notices import POST_CHANGED
from models.notices.state import NoticeState
from models.posts import SECRETARIAT, Post
from models.refusal import RefusalKind, Refused
from models.rules.posts import check_last_day
from models.tables import TABLES
from models.tables.administration import AnnouncedChangeRow
from records import directory_changes as record
from records.directory import members_in, opening, read_members, zone_of_member
from records.directory_changes import DirectoryChange, Editor, StaleDirectory, directory_fingerprint
from records.notices import NOTICES
from records.post_mails import PostNews, co_chairs_now, holder_before, keys_to_holders, tell_of_post
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
    state: AnnouncedState
    settled_at: datetime | None = None
    settled_by: str = ""
    settled_email: str = ""

    @property
    def waits(self) -> bool:
        """Whether it can still be stopped."""
        return self.state is AnnouncedState.WAITING


def _announced(row: AnnouncedChangeRow) -> AnnouncedChange:
    return AnnouncedChange.model_validate(columns_of(row))


# reading ------------------------------------------------------------------------------------------------------------


async def announced_change(connection: AsyncConnection, number: str) -> AnnouncedChange | None:
    """One by its id; None when there is none."""
    c = _ANNOUNCED.c  # days of offices have a page of their own
    row = await fetch_row(connection, select(AnnouncedChangeRow).where(c.id == number, c.kind != ChangeKind.DAY))
    return _announced(row) if row else None


async def waiting_changes(connection: AsyncConnection, about: Iterable[str]) -> list[AnnouncedChange]:
    """Those about these posts, or the marks, that wait: the next first."""
    mine = _ANNOUNCED.c.about.in_(list(about)), _ANNOUNCED.c.state == AnnouncedState.WAITING
    query = select(AnnouncedChangeRow).where(*mine).order_by(_ANNOUNCED.c.takes_effect_at, _ANNOUNCED.c.id)
    return [_announced(row) for row in await fetch_rows(connection, query)]


async def must_wait(connection: AsyncConnection, about: str) -> bool:
    """Whether a change of a post by the secretariat waits; of the marks: where a Co-Chair of now has its post."""

    def ask(on: Connection) -> bool:
        posts = co_chairs_now(on) if about == DIRECTORY_ROLES else [Post(about)]
        holders = ((post, holder_before(on, post)) for post in posts)
        return any(waits_for_its_holder(post, holder.email if holder else "") for post, holder in holders)

    return await connection.run_sync(ask)


class Concerned(NamedTuple):
    """Whom a change concerns now: the posts that can stop it, the Co-Chairs, and whether its holders were told of it."""

    stops: Sequence[Post]
    co_chairs: Sequence[Post]
    told: HoldersTold

    @property
    def instead(self) -> Sequence[Post]:
        """The Co-Chairs, whose word is enough where a holder cannot be told by mail."""
        return self.co_chairs if self.told.failed else ()


async def whom_it_concerns(connection: AsyncConnection, change: AnnouncedChange) -> Concerned:
    """Whom a change concerns now. A mail that was never queued, to a holder who came meanwhile, is on its way."""
    co_chairs = await connection.run_sync(co_chairs_now)
    stops = posts_that_stop(change.kind, change.about, co_chairs)
    keys = await connection.run_sync(keys_to_holders, change.id, change.kind, stops)
    c = NOTICES.c
    query = select(c.key, c.state, c.settled_at).where(c.key.in_(keys))
    found = {key: MailToHolder(NoticeState(state), at) for key, state, at in await connection.execute(query)}
    mails = [found.get(key, MailToHolder(NoticeState.QUEUED, None)) for key in keys]
    return Concerned(stops, co_chairs, holders_told(change.at, mails))


# announcing ---------------------------------------------------------------------------------------------------------


async def announce_person(
    engine: AsyncEngine, editor: Editor, kind: ChangeKind, post: Post, to: Person, until: date | None = None
) -> AnnouncedChange:
    """Announce that a post is to have another holder, or somebody who stands in ``until`` the end of a day.

    Raises:
        StaleDirectory, Refused: nothing was written.
    """
    after = {"post": str(post), **to.model_dump(), "until": until.isoformat() if until else None}

    async def check(connection: AsyncConnection) -> None:
        check_last_day(until, editor.at, await zone_of_member(connection, post.member))

    return await _announce(engine, editor, kind, post, after, check)


async def announce_roles(engine: AsyncEngine, editor: Editor, marks: DirectoryRoles) -> AnnouncedChange:
    """Announce who is to co-chair and to sit on the Steering Group. Raises as ``announce_person``."""

    async def check(connection: AsyncConnection) -> None:
        check_roles(marks, members_in(await read_members(connection)))

    return await _announce(engine, editor, ChangeKind.MARKS, DIRECTORY_ROLES, marks.model_dump(mode="json"), check)


async def _announce(
    engine: AsyncEngine,
    editor: Editor,
    kind: ChangeKind,
    about: str,
    after: dict[str, Any],
    check: Callable[[AsyncConnection], Awaitable[None]],
) -> AnnouncedChange:
    number = directory_fingerprint([editor.email, editor.post, "announced", kind.value, about, editor.form])
    async with write_transaction(engine) as connection:
        await lock_table(connection, "announced_changes")
        known = await announced_change(connection, number)
        if known is not None:
            return known
        await check(connection)
        stands = await _standing(connection, kind, about)
        if stands != editor.seen:
            newest = await record.directory_changes(connection, about=(about,), limit=1)
            raise StaleDirectory(next(iter(newest), None))
        if any(one.kind is kind for one in await waiting_changes(connection, [about])):
            raise Refused(RefusalKind.CONFLICT, "Another such change waits already; stop it first.")
        row = AnnouncedChangeRow(
            id=number,
            **editor.model_dump(include={"at", "email", "name"}),
            by=str(editor.post),
            kind=kind.value,
            about=str(about),
            after=after,
            seen=stands,
            takes_effect_at=await _time_to_stop(connection, kind, about, editor.at),
            state=AnnouncedState.WAITING,
        )
        await connection.execute(_ANNOUNCED.insert(), columns_of(row))
        made = _announced(row)
        await _tell(connection, made, "announced", editor.at, made.by, made.name)
    return made


async def _standing(connection: AsyncConnection, kind: ChangeKind, about: str) -> str:
    """The fingerprint of what an announced change would change."""
    if kind is ChangeKind.MARKS:
        return directory_fingerprint((await record.roles_of(connection)).model_dump(mode="json"))
    return await record.post_fingerprint(connection, kind, Post(about))


async def _time_to_stop(connection: AsyncConnection, kind: ChangeKind, about: str, since: datetime) -> datetime:
    """Until when a change can be stopped, by policy, whose holders were told of it at ``since``.

    Days on which an office is open after all shorten nothing: no mail has told the holders of them.
    """
    offices = await opening(connection, since.year)
    stops = posts_that_stop(kind, about, await connection.run_sync(co_chairs_now))
    known = WorkingDays(offices.calendars.without_open_days(), offices.policy.closes)
    return offices.policy.change_of_hands.after(since, known, [post.member for post in stops])


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
        change = await _settle(connection, number, AnnouncedState.STOPPED, by, email, at)
        await _tell(connection, change, "stopped", at, by, name)


async def agree_to_change(engine: AsyncEngine, number: str, by: Post, email: str, at: datetime) -> None:
    """The holder's own word: it need not wait any more, and is carried out next. Raises as ``stop_change``."""
    async with write_transaction(engine) as connection:
        await _settle(connection, number, AnnouncedState.AGREED, by, email, at)


async def _settle(
    connection: AsyncConnection, number: str, state: AnnouncedState, by: Post, email: str, at: datetime
) -> AnnouncedChange:
    waiting = _ANNOUNCED.c.id == number, _ANNOUNCED.c.state == AnnouncedState.WAITING
    values = {"state": state, "settled_at": at, "settled_by": str(by), "settled_email": email}
    done = await connection.execute(update(_ANNOUNCED).where(*waiting).values(**values))
    change = await announced_change(connection, number)
    if change is None or done.rowcount != 1:
        raise Refused(RefusalKind.CONFLICT, "This change does not wait any more.")
    return change


class CarriedOut(NamedTuple):
    """The changes of the directory that were made, and whether there are mails for the delivery to be nudged for."""

    made: Sequence[DirectoryChange]
    mails: bool


async def carry_out_changes(engine: AsyncEngine, now: datetime) -> CarriedOut:
    """Carry out every change that need not wait any more.

    It is one to which somebody has agreed whose word is enough, or whose holders were told of it and had their time.
    The running cases are to hear of them (``records.directory_changes.changes_not_heard``), and mails are queued.
    """
    async with write_transaction(engine) as connection:  # from here on nobody stops them
        for row in await _in_state(connection, AnnouncedState.WAITING):
            with _said(row):
                await _wait_on(connection, _announced(row), now)
        rows = await _in_state(connection, AnnouncedState.AGREED)
    made: list[DirectoryChange] = []
    for row in rows:
        with _said(row):
            change = await _carried_out(engine, _announced(row), now)
            made += [change] if change is not None else []
    c = NOTICES.c
    queued = select(c.id).where(c.kind == POST_CHANGED, c.state == NoticeState.QUEUED, c.queued_at == now).limit(1)
    async with engine.connect() as connection:
        return CarriedOut(made, (await connection.execute(queued)).first() is not None)


async def _in_state(connection: AsyncConnection, state: AnnouncedState) -> list[AnnouncedChangeRow]:
    c = _ANNOUNCED.c
    of_posts = c.kind != ChangeKind.DAY  # an office's days are confirmed, and not carried out by the worker
    return await fetch_rows(connection, select(AnnouncedChangeRow).where(c.state == state, of_posts).order_by(c.at))


@contextmanager
def _said(row: AnnouncedChangeRow) -> Iterator[None]:
    """What one row says cannot be read: the log says so, and the others take effect all the same."""
    try:
        yield
    except ValueError as error:
        _LOG.error("an announced change cannot be carried out", change=row.id, error=str(error))


async def _wait_on(connection: AsyncConnection, change: AnnouncedChange, now: datetime) -> None:
    """Whether a change still waits. Its time counts from when the mail server took over the mails to its holders."""
    mine = update(_ANNOUNCED).where(_ANNOUNCED.c.id == change.id)
    if await _standing(connection, change.kind, change.about) != change.seen:
        await connection.execute(mine.values(state=AnnouncedState.OVERTAKEN, settled_at=now))
        await _tell(connection, change, "overtaken", now, change.by)
        return
    await _tell(connection, change, "announced", now, change.by, change.name)  # whoever holds the post by now
    told = (await whom_it_concerns(connection, change)).told
    if told.failed:
        await _tell(connection, change, "untold", now, change.by)
    if told.since is None:
        return
    until = max(change.takes_effect_at, await _time_to_stop(connection, change.kind, change.about, told.since))
    over = {"state": AnnouncedState.AGREED, "settled_at": now} if until <= now else {}
    await connection.execute(mine.values(takes_effect_at=until, **over))


async def _carried_out(engine: AsyncEngine, change: AnnouncedChange, now: datetime) -> DirectoryChange | None:
    editor = Editor(
        post=SECRETARIAT, email=change.email, name=change.name, at=now, form=f"announced:{change.id}", seen=change.seen
    )
    made: DirectoryChange | None = None
    try:
        made = await _as_announced(engine, editor, change)
    except (StaleDirectory, Refused):
        state = AnnouncedState.OVERTAKEN  # the holder has handed the post over itself, or the like
    else:
        state = AnnouncedState.IN_FORCE
    async with write_transaction(engine) as connection:
        mine = _ANNOUNCED.c.id == change.id, _ANNOUNCED.c.state == AnnouncedState.AGREED
        done = await connection.execute(update(_ANNOUNCED).where(*mine).values(state=state))
        if state is AnnouncedState.OVERTAKEN and done.rowcount == 1:
            await _tell(connection, change, "overtaken", now, change.by)
    return made


async def _as_announced(engine: AsyncEngine, editor: Editor, change: AnnouncedChange) -> DirectoryChange:
    if change.kind is ChangeKind.MARKS:
        return await record.record_roles(engine, editor, DirectoryRoles.model_validate(change.after))
    to = Person.model_validate({part: change.after[part] for part in ("name", "email", "language")})
    if change.kind is ChangeKind.HANDED_OVER:
        return await record.record_hand_over(engine, editor, Post(change.about), to)
    until = date.fromisoformat(change.after["until"]) if change.after.get("until") else None
    return await record.record_alternate(engine, editor, Post(change.about), to, until)
