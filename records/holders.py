"""The posts that a person holds now, found in the directory by mail address."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import Value
from models.mail_addresses import folded
from models.posts import Capacity, Post
from models.tables import TABLES
from models.zones import day_in
from records.directory import earliest_day, zone_of_member
from records.offers import offers_to

_HOLDERS, _ALTERNATES = TABLES.tables["holders"], TABLES.tables["alternates"]


class DirectoryPerson(Value):
    """Somebody as the directory has them. ``email`` is where mail goes: the directory's own spelling, never a visitor's.

    All of it is empty (``zone``: UTC) for an address that holds no post and is offered none.
    """

    email: str = ""
    name: str = ""
    language: str = "en"
    zone: str = "UTC"


class _Named(NamedTuple):
    """A row of the directory with an address: a holder's, or an alternate's with its last day, if it has one."""

    post: str
    name: str
    email: str
    language: str | None
    until: date | None = None
    capacity: Capacity = Capacity.HOLDER


async def _rows_of(connection: AsyncConnection, email: str, now: datetime) -> list[_Named]:
    """The directory's rows with that address: the holder's first, then those of an alternate whose time is not over.

    Compared here and not in SQL, whose idea of capitals differs from database to database.
    """
    wanted = folded(email)
    if not wanted:
        return []
    held = select(_HOLDERS.c.post, _HOLDERS.c.name, _HOLDERS.c.email, _HOLDERS.c.language)
    stood_in = (
        select(
            _ALTERNATES.c.post,
            _ALTERNATES.c.name,
            _ALTERNATES.c.email,
            # What an alternate is written in: the post's language (see records.directory.addressee_of).
            select(_HOLDERS.c.language)
            .where(_HOLDERS.c.post == _ALTERNATES.c.post)
            .scalar_subquery()
            .label("language"),
            _ALTERNATES.c.until,
        )
        .where(or_(_ALTERNATES.c.until.is_(None), _ALTERNATES.c.until >= earliest_day(now)))
        .order_by(_ALTERNATES.c.post)
    )
    found: list[_Named] = []
    for query, capacity in ((held.order_by(_HOLDERS.c.post), Capacity.HOLDER), (stood_in, Capacity.ALTERNATE)):
        rows = [_Named(*row)._replace(capacity=capacity) for row in await connection.execute(query)]
        mine = (row for row in rows if folded(row.email) == wanted)
        found += [row for row in mine if not await _over(connection, row, now)]
    return found


async def _over(connection: AsyncConnection, row: _Named, now: datetime) -> bool:
    """Whether the last day of an alternate has passed where the post's office is."""
    return row.until is not None and row.until < day_in(await zone_of_member(connection, Post(row.post).member), now)


async def capacities_of(connection: AsyncConnection, email: str, now: datetime) -> dict[Post, Capacity]:
    """The posts of this address, the holder's first: as whose it acts for each.

    An alternate is one until the day has passed; somebody who is named as both is the holder.
    """
    found: dict[Post, Capacity] = {}
    for row in await _rows_of(connection, email, now):
        found.setdefault(Post(row.post), row.capacity)
    return found


async def posts_of(connection: AsyncConnection, email: str, now: datetime) -> tuple[Post, ...]:
    """The posts of which this address is the holder's or, until its day has passed, an alternate's; holder's first."""
    return tuple(await capacities_of(connection, email, now))


async def person_of(connection: AsyncConnection, email: str, now: datetime) -> DirectoryPerson:
    """Who has this address, with the language and the time zone (IANA) of the first of the posts.

    Somebody who holds none, and is offered one, is known by the offer.
    """
    rows = await _rows_of(connection, email, now)
    rows = rows or [_Named(one.post, one.name, one.email, one.language) for one in await offers_to(connection, email)]
    if not rows:
        return DirectoryPerson()
    first = rows[0]
    zone = await zone_of_member(connection, Post(first.post).member)
    return DirectoryPerson(email=first.email, name=first.name, language=first.language or "en", zone=zone)
