"""PostAccess that ends for good: everywhere at once when its owner says so, and when a post goes to somebody else.

A session or a token that has ended does not come back to life when the same person gets the post again.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.mail_addresses import folded
from models.posts import Post
from models.tables import TABLES
from records.api_tokens import end_tokens
from records.directory import day_in
from records.offices import office_hours
from records.sessions import end_sessions

_HOLDERS, _ALTERNATES = TABLES.tables["holders"], TABLES.tables["alternates"]
_SESSIONS, _TOKENS = TABLES.tables["sessions"], TABLES.tables["api_tokens"]

PostAccess = frozenset[tuple[str, str]]
"""Posts, each with the address (as it is compared) of somebody who may act for it."""


async def sign_out_everywhere(engine: AsyncEngine, email: str, now: datetime) -> None:
    """End every session and every token of an account."""
    async with write_transaction(engine) as connection:
        await end_sessions(connection, email, now)
        await end_tokens(connection, email, now)


def access_to(connection: Connection, posts: Collection[str], now: datetime) -> PostAccess:
    """Who may act for these posts at ``now`` (aware): holders, and alternates whose time is not over."""
    h, a = _HOLDERS.c, _ALTERNATES.c
    held = [(row.post, row.email) for row in connection.execute(select(h.post, h.email).where(h.post.in_(posts)))]
    hours = office_hours(connection, list(map(Post, posts)))
    stood_in = connection.execute(select(a.post, a.email, a.until).where(a.post.in_(posts)))
    held += [(post, email) for post, email, until in stood_in if not until or until >= day_in(hours[post][0], now)]
    return frozenset((post, folded(email)) for post, email in held if email)


def end_changed_access(connection: Connection, posts: Collection[str], before: PostAccess, now: datetime) -> None:
    """End what was begun under the access to these posts that has changed since ``before`` was read.

    Who has lost a post is signed out, and has no tokens for it any more. Who has got one has none from an earlier time.
    """
    after = access_to(connection, posts, now)
    for post, email in before ^ after:
        own = _TOKENS.c.email == email, _TOKENS.c.post == post, _TOKENS.c.ended_at.is_(None)
        connection.execute(update(_TOKENS).where(*own).values(ended_at=now))
        sessions = update(_SESSIONS).where(_SESSIONS.c.email == email, _SESSIONS.c.ended_at.is_(None))
        if (post, email) in after:
            sessions = sessions.where(_SESSIONS.c.post == post)
        connection.execute(sessions.values(ended_at=now))


async def access_now(connection: AsyncConnection, post: Post, now: datetime) -> PostAccess:
    """``access_to`` one post, on an asynchronous connection."""
    return await connection.run_sync(access_to, [str(post)], now)


async def end_access(connection: AsyncConnection, post: Post, before: PostAccess, now: datetime) -> None:
    """``end_changed_access`` to one post, on an asynchronous connection."""
    await connection.run_sync(end_changed_access, [str(post)], before, now)
