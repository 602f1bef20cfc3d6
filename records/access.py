"""Access that ends for good: everywhere at once when its owner says so, and when a post goes to somebody else.

A session or a token that has ended does not come back to life when the same person gets the post again.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.mail_addresses import folded
from models.posts import Post
from models.tables import TABLES
from models.zones import day_in
from records.api_tokens import end_tokens
from records.offices import office_hours
from records.sessions import end_sessions

_HOLDERS, _ALTERNATES = TABLES.tables["holders"], TABLES.tables["alternates"]
_SESSIONS, _TOKENS = TABLES.tables["sessions"], TABLES.tables["api_tokens"]
_ACCOUNTS, _PASSKEYS = TABLES.tables["accounts"], TABLES.tables["passkeys"]


class PostAccess(NamedTuple):
    """A post, and the address and name (as they are compared) of somebody who may act for it."""

    post: str
    email: str
    name: str


async def sign_out_everywhere(engine: AsyncEngine, email: str, now: datetime) -> None:
    """End every session and every token of an account."""
    async with write_transaction(engine) as connection:
        await end_sessions(connection, email, now)
        await end_tokens(connection, email, now)


def access_to(connection: Connection, posts: Collection[str], now: datetime) -> frozenset[PostAccess]:
    """Who may act for these posts at ``now`` (aware): holders, and alternates whose time is not over."""
    h, a = _HOLDERS.c, _ALTERNATES.c
    held = [(*row,) for row in connection.execute(select(h.post, h.email, h.name).where(h.post.in_(posts)))]
    hours = office_hours(connection, list(map(Post, posts)))
    stood_in = connection.execute(select(a.post, a.email, a.name, a.until).where(a.post.in_(posts)))
    held += [tuple(who) for *who, until in stood_in if not until or until >= day_in(hours[who[0]][0], now)]
    return frozenset(
        PostAccess(post, folded(email), folded(" ".join(name.split()))) for post, email, name in held if email
    )


def end_changed_access(
    connection: Connection, posts: Collection[str], before: frozenset[PostAccess], now: datetime
) -> None:
    """End what was begun under the access to these posts that has changed since ``before`` was read.

    Who has lost a post is signed out, and has no tokens for it any more. Who has got one has none from an earlier time.
    Where another person takes over at the same address, as in the mailbox of an office, the account begins anew: its
    second factor and passkeys were the other one's.
    """
    after = access_to(connection, posts, now)
    changed = before ^ after
    lost, got = ({(one.post, one.email) for one in whose & changed} for whose in (before, after))
    _begin_anew(connection, {email for _, email in lost & got}, now)
    for post, email in lost | got:
        own = _TOKENS.c.email == email, _TOKENS.c.post == post, _TOKENS.c.ended_at.is_(None)
        connection.execute(update(_TOKENS).where(*own).values(ended_at=now))
        sessions = update(_SESSIONS).where(_SESSIONS.c.email == email, _SESSIONS.c.ended_at.is_(None))
        if (post, email) in got:
            sessions = sessions.where(_SESSIONS.c.post == post)
        connection.execute(sessions.values(ended_at=now))


def _begin_anew(connection: Connection, emails: Collection[str], now: datetime) -> None:
    if not emails:
        return
    blank = {"second_factor": "", "last_code": 0, "wrong_codes": 0}
    connection.execute(update(_ACCOUNTS).where(_ACCOUNTS.c.email.in_(emails)).values(**blank))
    for table in (_SESSIONS, _TOKENS, _PASSKEYS):
        own = table.c.email.in_(emails), table.c.ended_at.is_(None)
        connection.execute(update(table).where(*own).values(ended_at=now))


async def access_now(connection: AsyncConnection, post: Post, now: datetime) -> frozenset[PostAccess]:
    """``access_to`` one post, on an asynchronous connection."""
    return await connection.run_sync(access_to, [str(post)], now)


async def end_access(connection: AsyncConnection, post: Post, before: frozenset[PostAccess], now: datetime) -> None:
    """``end_changed_access`` to one post, on an asynchronous connection."""
    await connection.run_sync(end_changed_access, [str(post)], before, now)
