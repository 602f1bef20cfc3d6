"""Where mail for posts goes now: holders, alternates and time zones, of many posts at once.

An alternate's last day is a day of the post's office: it begins and ends there at midnight local time.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.mail_addresses import comparable_address
from models.posts import Capacity, Post
from models.tables import TABLES
from models.zones import day_in
from records.directory import earliest_day, seed_hours

_HOLDERS, _ALTERNATES, _MEMBERS = (TABLES.tables[name] for name in ("holders", "alternates", "members"))


class Addressee(NamedTuple):
    """Somebody who gets mail for a post."""

    name: str
    email: str
    language: str = "en"


class PostContacts(NamedTuple):
    """Who gets the mail of a post now; the time zone (IANA) in which its dates are said; whose holidays it keeps."""

    holder: Addressee | None = None
    alternate: Addressee | None = None
    zone: str = "UTC"
    holidays: str = ""

    def reads(self, capacity: Capacity) -> Addressee | None:
        """Who receives mail for the post in that capacity; None when nobody does.

        Mail for an alternate goes to the holder where no alternate is named: an escalation never goes nowhere.
        """
        return (self.alternate or self.holder) if capacity is Capacity.ALTERNATE else self.holder

    def as_what(self, capacity: Capacity) -> Capacity:
        """The capacity of the person who reads mail for this capacity: the holder where no alternate is named."""
        return capacity if self.alternate else Capacity.HOLDER

    @property
    def stands_in(self) -> Addressee | None:
        """Who gets mail that could not be sent to the holder: the alternate, if it has another address."""
        reached = {comparable_address(self.holder.email)} if self.holder else set()
        return None if self.alternate and comparable_address(self.alternate.email) in reached else self.alternate


async def offices_of(
    connection: AsyncConnection, posts: Collection[Post], now: datetime
) -> Mapping[Post, PostContacts]:
    """The offices of these posts at ``now`` (aware)."""
    return await connection.run_sync(_offices, posts, now)


def _offices(connection: Connection, posts: Collection[Post], now: datetime) -> dict[Post, PostContacts]:
    holders, hours = _holders(connection, posts), office_hours(connection, posts)
    alternates = _alternates(connection, hours, now)
    return {
        post: _office(holders.get(post), alternates.get(post), zone, holidays)
        for post, (zone, holidays) in hours.items()
    }


def addressees_now(
    connection: Connection, places: Collection[tuple[Post, Capacity]], now: datetime
) -> Mapping[tuple[Post, Capacity], Addressee | None]:
    """Who receives mail for these posts in these capacities at ``now`` (aware), in the caller's transaction."""
    holders = _holders(connection, {post for post, _ in places})
    others = {post for post, capacity in places if capacity is Capacity.ALTERNATE}
    alternates = _alternates(connection, office_hours(connection, others), now) if others else {}
    return {
        (post, capacity): _office(holders.get(post), alternates.get(post)).reads(capacity) for post, capacity in places
    }


_H = _HOLDERS.c
_HOLDERS_OF = select(_H.post, _H.name, _H.email, _H.language).where(_H.post.in_(bindparam("posts", expanding=True)))


def _holders(connection: Connection, posts: Collection[Post]) -> dict[str, Addressee]:
    """Whoever holds each post, whether there is an address or not."""
    found = connection.execute(_HOLDERS_OF, {"posts": list(posts)})
    return {post: Addressee(name, email, language) for post, name, email, language in found}


def _office(
    holder: Addressee | None, alternate: Row[Any] | None, zone: str = "UTC", holidays: str = ""
) -> PostContacts:
    """An office. An alternate is written to in the language of the post."""
    language = holder.language if holder else "en"
    stand_in = Addressee(alternate.name, alternate.email, language) if alternate else None
    return PostContacts(holder if holder and holder.email else None, stand_in, zone, holidays)


def office_hours(connection: Connection, posts: Collection[Post]) -> dict[Post, tuple[str, str]]:
    """The time zone (IANA) of each post's office, and whose holidays it keeps."""
    m = _MEMBERS.c
    members = select(m.code, m.zone, m.holidays).where(m.code.in_({post.member for post in posts}))
    hours = {
        code: (zone or seed_hours(code)[0], holidays or "") for code, zone, holidays in connection.execute(members)
    }
    return {post: hours.get(post.member) or seed_hours(post.member) for post in posts}


def _alternates(connection: Connection, hours: Mapping[Post, tuple[str, str]], now: datetime) -> dict[str, Row[Any]]:
    """The alternate of each post: one for a time comes before one for good."""
    a = _ALTERNATES.c
    named = select(_ALTERNATES).where(
        a.post.in_(hours), a.email != "", (a.until.is_(None)) | (a.until >= earliest_day(now))
    )
    first: dict[str, Row[Any]] = {}
    for row in connection.execute(named.order_by(a.until.is_(None), a.until.desc(), a.name)):
        if row.until is None or row.until >= day_in(hours[row.post][0], now):
            first.setdefault(row.post, row)
    return first


async def addressee_of(connection: AsyncConnection, post: Post, capacity: Capacity, now: datetime) -> Addressee | None:
    """Who receives mail for a post in that capacity at ``now`` (aware); None when nobody does."""
    return (await offices_of(connection, [post], now))[post].reads(capacity)
