"""Where mail for posts goes now: holders, alternates and time zones, of many posts at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import Value
from models.posts import Capacity, Post
from models.tables import TABLES
from records.directory import seed_zone

__all__ = ["Addressee", "Office", "addressee_of", "offices_now", "offices_of"]

_HOLDERS, _ALTERNATES, _MEMBERS = (TABLES.tables[name] for name in ("holders", "alternates", "members"))


class Addressee(Value):
    """Somebody who gets mail for a post."""

    name: str
    email: str
    language: str = "en"


class Office(Value):
    """Who gets the mail of a post today, and the time zone (IANA) in which its dates are said."""

    holder: Addressee | None = None
    alternate: Addressee | None = None
    zone: str = "UTC"

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
    return await connection.run_sync(offices_now, posts, today)


def offices_now(connection: Connection, posts: Collection[Post], today: date) -> Mapping[Post, Office]:
    """The offices of these posts, in the caller's transaction."""
    h, a, m = _HOLDERS.c, _ALTERNATES.c, _MEMBERS.c
    wanted = list(posts)
    holders = {row["post"]: row for row in _rows(connection, select(_HOLDERS).where(h.post.in_(wanted)))}
    named = select(_ALTERNATES).where(
        a.post.in_(wanted), a.email != "", (a.until.is_(None)) | (a.until >= today)
    )
    alternates: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in _rows(connection, named.order_by(a.until.is_(None), a.until.desc(), a.name)):
        alternates[row["post"]].append(row)
    members = list(dict.fromkeys(post.member for post in wanted))
    zones = {
        row["code"]: row["zone"]
        for row in _rows(connection, select(m.code, m.zone).where(m.code.in_(members)))
    }
    return {
        post: _office(
            holders.get(post), alternates.get(post), zones.get(post.member) or seed_zone(post.member)
        )
        for post in wanted
    }


def _rows(connection: Connection, query: Any) -> Iterable[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _office(
    holder: Mapping[str, Any] | None, alternates: list[Mapping[str, Any]] | None, zone: str
) -> Office:
    language = holder["language"] if holder else "en"
    return Office(
        holder=_addressee(holder, language) if holder and holder["email"] else None,
        alternate=_addressee(alternates[0], language) if alternates else None,
        zone=zone,
    )


def _addressee(row: Mapping[str, Any], language: str) -> Addressee:
    """An alternate is written to in the language of the post."""
    return Addressee(name=row["name"], email=row["email"], language=language)


async def addressee_of(
    connection: AsyncConnection, post: Post, capacity: Capacity, today: date
) -> Addressee | None:
    """Who receives mail for a post in that capacity today; None when nobody does."""
    return (await offices_of(connection, [post], today))[post].reads(capacity)
