"""Where mail for posts goes now: holders, alternates and time zones, of many posts at once."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.posts import Capacity, Post
from models.tables import TABLES
from records.directory import seed_hours

__all__ = ["Addressee", "Office", "addressee_of", "addressees_now", "offices_of"]

Row = Mapping[str, Any]

_HOLDERS, _ALTERNATES, _MEMBERS = (TABLES.tables[name] for name in ("holders", "alternates", "members"))


class Addressee(NamedTuple):
    """Somebody who gets mail for a post."""

    name: str
    email: str
    language: str = "en"


class Office(NamedTuple):
    """Who gets the mail of a post today; the time zone (IANA) in which its dates are said; whose holidays it keeps."""

    holder: Addressee | None = None
    alternate: Addressee | None = None
    zone: str = "UTC"
    holidays: str = ""

    def reads(self, capacity: Capacity) -> Addressee | None:
        """Who receives mail for the post in that capacity; None when nobody does.

        Mail for an alternate goes to the holder where no alternate is named: an escalation never goes nowhere.
        """
        return (self.alternate or self.holder) if capacity is Capacity.ALTERNATE else self.holder

    @property
    def stands_in(self) -> Addressee | None:
        """Who gets what the holder could not be sent: the alternate, if it has another address."""
        same = self.alternate and self.holder and self.alternate.email.lower() == self.holder.email.lower()
        return None if same else self.alternate


async def offices_of(
    connection: AsyncConnection, posts: Collection[Post], today: date
) -> Mapping[Post, Office]:
    """The offices of these posts."""
    holders = await connection.run_sync(_holders, posts)
    alternates = await connection.run_sync(_alternates, posts, today)
    m = _MEMBERS.c
    members = select(m.code, m.zone, m.holidays).where(m.code.in_({post.member for post in posts}))
    hours = {
        row["code"]: (row["zone"] or seed_hours(row["code"])[0], row["holidays"] or "")
        for row in await connection.run_sync(_rows, members)
    }
    found = {}
    for post in posts:
        zone, holidays = hours.get(post.member) or seed_hours(post.member)
        found[post] = _office(holders.get(post), alternates.get(post), zone, holidays)
    return found


def addressees_now(
    connection: Connection, places: Collection[tuple[Post, Capacity]], today: date
) -> Mapping[tuple[Post, Capacity], Addressee | None]:
    """Who receives mail for these posts in these capacities, in the caller's transaction."""
    holders = _holders(connection, {post for post, _ in places})
    others = {post for post, capacity in places if capacity is Capacity.ALTERNATE}
    alternates = _alternates(connection, others, today) if others else {}
    return {
        (post, capacity): _office(holders.get(post), alternates.get(post)).reads(capacity)
        for post, capacity in places
    }


_H = _HOLDERS.c
_HOLDERS_OF = select(_H.post, _H.name, _H.email, _H.language).where(
    _H.post.in_(bindparam("posts", expanding=True))
)


def _holders(connection: Connection, posts: Collection[Post]) -> dict[str, Addressee]:
    """Whoever holds each post, whether there is an address or not."""
    found = connection.execute(_HOLDERS_OF, {"posts": list(posts)})
    return {post: Addressee(name, email, language) for post, name, email, language in found}


def _office(holder: Addressee | None, alternate: Row | None, zone: str = "UTC", holidays: str = "") -> Office:
    """An office. An alternate is written to in the language of the post."""
    language = holder.language if holder else "en"
    stand_in = Addressee(alternate["name"], alternate["email"], language) if alternate else None
    return Office(holder if holder and holder.email else None, stand_in, zone, holidays)


def _alternates(connection: Connection, posts: Collection[Post], today: date) -> dict[str, Row]:
    """The alternate of each post: one for a time comes before one for good."""
    a = _ALTERNATES.c
    named = select(_ALTERNATES).where(
        a.post.in_(posts), a.email != "", (a.until.is_(None)) | (a.until >= today)
    )
    first: dict[str, Row] = {}
    for row in _rows(connection, named.order_by(a.until.is_(None), a.until.desc(), a.name)):
        first.setdefault(row["post"], row)
    return first


def _rows(connection: Connection, query: Any) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]


async def addressee_of(
    connection: AsyncConnection, post: Post, capacity: Capacity, today: date
) -> Addressee | None:
    """Who receives mail for a post in that capacity today; None when nobody does."""
    return (await offices_of(connection, [post], today))[post].reads(capacity)
