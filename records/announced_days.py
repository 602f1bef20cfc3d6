"""Announced days of offices: one person of the secretariat enters them, another confirms them, and running cases hear.

They stand among the changes that wait until they are confirmed, and in the directory's history from then on, where new
cases find them. What nobody has confirmed before its first day comes to nothing.
"""

from collections.abc import Collection
from datetime import datetime, time

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import lock_table, write_transaction
from models.announced_days import AnnouncedDay, check_announced_day
from models.case import Stage
from models.directory_changes import AnnouncedState, ChangeKind
from models.mail_addresses import folded
from models.notices import DAY_ENTERED
from models.posts import SECRETARIAT
from models.refusal import RefusalKind, Refused
from models.tables import TABLES
from models.tables.administration import AnnouncedChangeRow
from models.zones import day_in, zone_named
from records.directory import zone_of_member
from records.directory_changes import DirectoryChange, Editor, directory_fingerprint, keep_changes, office_of
from records.notices import NewNotice, queue_notices
from records.offices import offices_of
from records.post_mails import sent_to
from records.rows import columns_of, fetch_row, fetch_rows

_ANNOUNCED, _CASES = TABLES.tables["announced_changes"], TABLES.tables["cases"]
_ENDED = tuple(stage.value for stage in Stage if stage.ended)


async def waiting_days(connection: AsyncConnection, member: str, now: datetime) -> list[AnnouncedChangeRow]:
    """The days of an office that wait for another person of the secretariat, the next first."""
    c = _ANNOUNCED.c
    mine = c.kind == ChangeKind.DAY, c.about == member, c.state == AnnouncedState.WAITING, c.takes_effect_at > now
    return await fetch_rows(connection, select(AnnouncedChangeRow).where(*mine).order_by(c.takes_effect_at, c.id))


async def enter_day(engine: AsyncEngine, editor: Editor, member: str, days: AnnouncedDay) -> None:
    """Enter days of an office, for somebody else to confirm; the same form sent again enters them once.

    Who else can confirm them is asked by mail: whoever calls it nudges the delivery.

    Raises:
        Refused: there is no such office, or the days do not lie ahead.
    """
    number = directory_fingerprint([editor.email, editor.post, ChangeKind.DAY.value, member, editor.form])
    async with write_transaction(engine) as connection:
        await lock_table(connection, "announced_changes")
        if await _the_day(connection, number) is not None:
            return
        if member != SECRETARIAT.member and await office_of(connection, member) is None:
            raise Refused(RefusalKind.NOT_FOUND, f"There is no member {member} in the directory.")
        zone = await zone_of_member(connection, member)
        check_announced_day(days, day_in(zone, editor.at))
        row = AnnouncedChangeRow(
            id=number,
            **editor.model_dump(include={"at", "email", "name"}),
            by=str(editor.post),
            kind=ChangeKind.DAY.value,
            about=member,
            after=days.model_dump(mode="json"),
            seen="",
            takes_effect_at=datetime.combine(days.first, time(0), zone_named(zone)),
            state=AnnouncedState.WAITING,
        )
        await connection.execute(_ANNOUNCED.insert(), columns_of(row))
        await _ask_another_person(connection, editor, number, member, days)


async def _ask_another_person(
    connection: AsyncConnection, editor: Editor, number: str, member: str, days: AnnouncedDay
) -> None:
    """Queue the mail to each other person who holds the secretariat's post or stands in."""
    office = (await offices_of(connection, [SECRETARIAT], editor.at))[SECRETARIAT]
    persons = {folded(one.email): one for one in (office.holder, office.alternate) if one is not None and one.email}
    persons.pop(folded(editor.email), None)
    facts = {
        "number": number,
        "member": member,
        "by": editor.name or editor.email,
        "first": days.first.isoformat(),
        "last": days.last.isoformat(),
        "closed": "closed" if days.closed else "open",
        "why": days.why,
    }
    new = [
        NewNotice(
            f"{DAY_ENTERED}:{number}:{at}", DAY_ENTERED, SECRETARIAT, editor.at, facts={**facts, **sent_to(person)}
        )
        for at, person in persons.items()
    ]
    await connection.run_sync(queue_notices, new)


async def days_that_wait(connection: AsyncConnection, numbers: Collection[str], now: datetime) -> set[str]:
    """Those of the entered days, by their numbers, that still wait to be confirmed at ``now`` (aware)."""
    if not numbers:
        return set()
    c = _ANNOUNCED.c
    waits = c.id.in_(numbers), c.kind == ChangeKind.DAY, c.state == AnnouncedState.WAITING, c.takes_effect_at > now
    return set((await connection.execute(select(c.id).where(*waits))).scalars())


async def confirm_day(engine: AsyncEngine, editor: Editor, number: str) -> DirectoryChange:
    """Confirm days that somebody else has entered: they stand in the directory, and running cases are to hear of them.

    Raises:
        Refused: they do not wait any more, or are of the same person.
    """
    async with write_transaction(engine) as connection:
        await lock_table(connection, "announced_changes")
        row = await _waiting(connection, number)
        if folded(row.email) == folded(editor.email):
            raise Refused(RefusalKind.FORBIDDEN, "Another person of the secretariat confirms what you have entered.")
        days = AnnouncedDay.model_validate(row.after)
        check_announced_day(days, day_in(await zone_of_member(connection, row.about), editor.at))
        await _settle(connection, number, AnnouncedState.IN_FORCE, editor)
        cases = select(_CASES.c.reference).where(_CASES.c.stage.not_in(_ENDED)).order_by(_CASES.c.reference)
        made = DirectoryChange(
            id=number,
            at=editor.at,
            by=str(editor.post),
            email=editor.email,
            name=editor.name,
            kind=ChangeKind.DAY,
            about=row.about,
            before={},
            after=row.after,
            cases=tuple(reference for (reference,) in await connection.execute(cases)),
        )
        await keep_changes(connection, [made])
    return made


async def drop_day(engine: AsyncEngine, editor: Editor, number: str) -> None:
    """Take back days that wait. Raises Refused: they do not wait any more."""
    async with write_transaction(engine) as connection:
        await lock_table(connection, "announced_changes")
        await _waiting(connection, number)
        await _settle(connection, number, AnnouncedState.STOPPED, editor)


async def day_about(connection: AsyncConnection, number: str) -> str | None:
    """The member whose office the days are of; None where there are none of that id."""
    row = await _the_day(connection, number) if number.isascii() and number.isprintable() else None
    return row.about if row else None


async def _the_day(connection: AsyncConnection, number: str) -> AnnouncedChangeRow | None:
    c = _ANNOUNCED.c
    return await fetch_row(connection, select(AnnouncedChangeRow).where(c.id == number, c.kind == ChangeKind.DAY))


async def _waiting(connection: AsyncConnection, number: str) -> AnnouncedChangeRow:
    row = await _the_day(connection, number)
    if row is None or row.state != AnnouncedState.WAITING:
        raise Refused(RefusalKind.CONFLICT, "These days do not wait any more.")
    return row


async def _settle(connection: AsyncConnection, number: str, state: AnnouncedState, editor: Editor) -> None:
    values = {"state": state, "settled_at": editor.at, "settled_by": str(editor.post), "settled_email": editor.email}
    await connection.execute(update(_ANNOUNCED).where(_ANNOUNCED.c.id == number).values(**values))
