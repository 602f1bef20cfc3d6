"""A member list that is imported, with a change in the directory's history for each office and for the marks.

What it says of who co-chairs, or sits on the Steering Group, goes the way of the pages: where a Co-Chair can stop it, it
is announced, and waits.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import lock_table, write_transaction
from models.base import Value
from models.directory_changes import DIRECTORY_ROLES, ChangeKind, DirectoryRoles
from models.posts import SECRETARIAT
from models.refusal import RefusalKind, Refused
from records.announced_changes import AnnouncedChange, announce_roles, must_wait, waiting_changes
from records.directory import read_list, read_members, write_list
from records.directory_changes import DirectoryChange, Editor, directory_fingerprint, keep_changes, office_in, roles_of

_NAME = "ahg directory import"

_State = dict[str, Any]


class Imported(Value):
    """What came of a list: how many members it has, and what of it waits, if anything."""

    count: int
    announced: AnnouncedChange | None = None


async def import_list(engine: AsyncEngine, members_csv: str, at: datetime) -> Imported:
    """Import a member list as ``records.directory`` does, and keep what it changed.

    The first filling of an empty directory changes nothing that stood.

    Raises:
        DirectoryError: the list is wrong; nothing was written.
        Refused: another change of who co-chairs waits; everything else of the list was written.
    """
    async with write_transaction(engine) as connection:
        await lock_table(connection, "directory_changes")
        before = await _offices_and_marks(connection)
        listed = await read_list(connection, members_csv)
        stand = DirectoryRoles.model_validate(before[DIRECTORY_ROLES])
        waits = not _same(listed.roles, stand) and await must_wait(connection, DIRECTORY_ROLES)
        await write_list(connection, listed.with_roles(stand) if waits else listed)
        await _keep(connection, before, await _offices_and_marks(connection), at)
    announced = await _announced(engine, listed.roles, at) if waits else None
    return Imported(count=len(listed.rows), announced=announced)


async def _announced(engine: AsyncEngine, wanted: DirectoryRoles, at: datetime) -> AnnouncedChange:
    """The announcement of who is to co-chair; the same list imported again while it waits makes no other."""
    async with engine.connect() as connection:
        now = await roles_of(connection)
        waiting = await waiting_changes(connection, [DIRECTORY_ROLES])
    same = next((one for one in waiting if _same(DirectoryRoles.model_validate(one.after), wanted)), None)
    seen = directory_fingerprint(now.model_dump(mode="json"))
    editor = Editor(post=SECRETARIAT, email="", name=_NAME, at=at, form=f"import:{at.isoformat()}", seen=seen)
    try:
        return same or await announce_roles(engine, editor, wanted)
    except Refused as refused:
        kept = "The list is imported, but for who co-chairs and who sits on the Steering Group. "
        raise Refused(RefusalKind.CONFLICT, f"{kept}{refused.sentence}") from None


def _same(one: DirectoryRoles, other: DirectoryRoles) -> bool:
    """Whether both name the same members; their order is that of the list."""
    pairs = (one.co_chairs, other.co_chairs), (one.steering_group, other.steering_group)
    return all(set(first) == set(second) for first, second in pairs)


async def _keep(connection: AsyncConnection, before: dict[str, _State], after: dict[str, _State], at: datetime) -> None:
    made = [_imported(about, before.get(about), now, at) for about, now in after.items() if before.get(about) != now]
    if made and len(before) > 1:
        await keep_changes(connection, made)


def _imported(about: str, before: _State | None, after: _State, at: datetime) -> DirectoryChange:
    kind = ChangeKind.MARKS if about == DIRECTORY_ROLES else ChangeKind.OFFICE
    number = directory_fingerprint([at.isoformat(), "import", about])
    return DirectoryChange(
        id=number, at=at, by=SECRETARIAT, name=_NAME, kind=kind, about=about, before=before or {}, after=after
    )


async def _offices_and_marks(connection: AsyncConnection) -> dict[str, _State]:
    """Name and office of each member by code, and the marks. An empty directory has the marks alone."""
    offices = {
        row.code: {"name": row.name, **office_in(row).model_dump(mode="json")} for row in await read_members(connection)
    }
    return {**offices, DIRECTORY_ROLES: (await roles_of(connection)).model_dump(mode="json")}
