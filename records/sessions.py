"""Sessions: who is signed in, by the hash of a cookie's token."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import insert_for, write_transaction
from models.base import Value
from models.posts import Post
from models.tables import TABLES
from models.tables.people import AccountRow, SessionRow
from records.rows import columns_of

LIFETIME = timedelta(hours=12)
"""A session ends so long after it began."""

IDLE = timedelta(hours=2)
"""A session ends when nothing was asked in it for so long."""

_TOUCHED = timedelta(minutes=1)
_KEPT = timedelta(days=1)
_SESSIONS, _ACCOUNTS = TABLES.tables["sessions"], TABLES.tables["accounts"]


class Session(Value):
    """One sign-in on one device. ``number`` names it in lists; ``strong``: the second factor was shown in it.

    ``strong_at``: when it was shown last; None also for a session from before that was kept.

    ``post``: the one that was chosen to act, or empty. ``language`` and ``zone``: the account's, or empty.
    """

    number: str
    email: str
    post: str
    form_key: str
    strong: bool
    strong_at: datetime | None
    language: str
    zone: str
    began_at: datetime
    seen_at: datetime
    expires_at: datetime
    device: str


def cookie_name(secure: bool) -> str:
    """The name of the session's cookie; ``__Host-`` binds it to this host alone (RFC 6265bis, 4.1.3.2), over TLS only."""
    return "__Host-ahg" if secure else "ahg-session"


def make_token() -> str:
    """256 random bits, as text."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """What is kept of a token: SHA-256. A token is random, so nothing slower is needed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def still_alive(now: datetime) -> ColumnElement[bool]:
    """The condition that a row is of a session that is not over."""
    row = _SESSIONS.c
    return row.ended_at.is_(None) & (row.expires_at > now) & (row.seen_at > now - IDLE)


_FIELDS = [_SESSIONS.c[name] for name in Session.model_fields if name not in ("language", "zone")]
_QUERY = select(*_FIELDS, _ACCOUNTS.c.language, _ACCOUNTS.c.zone).join(
    _ACCOUNTS, _ACCOUNTS.c.email == _SESSIONS.c.email
)


async def begin_session(connection: AsyncConnection, email: str, device: str, now: datetime) -> str:
    """Begin a session of an account, which is made if it is new; returns the token for the cookie."""
    account = columns_of(AccountRow(email=email, created_at=now))
    await connection.execute(insert_for(connection)(_ACCOUNTS).values(account).on_conflict_do_nothing())
    await connection.execute(delete(_SESSIONS).where(_SESSIONS.c.expires_at < now - _KEPT))
    token = make_token()
    session = SessionRow(
        token=token_digest(token),
        number=secrets.token_hex(8),
        email=email,
        form_key=secrets.token_urlsafe(24),
        device=device,
        began_at=now,
        seen_at=now,
        expires_at=now + LIFETIME,
    )
    await connection.execute(_SESSIONS.insert(), columns_of(session))
    return token


async def session_of(engine: AsyncEngine, token: str, now: datetime, *, touch: bool = True) -> Session | None:
    """The session of a cookie's token; None when it is unknown, ended, expired, or was idle too long.

    The session counts as seen, which is written at most once a minute. Without ``touch`` it does not: requests that a
    page makes by itself keep no session alive.
    """
    found = _QUERY.where(_SESSIONS.c.token == token_digest(token), still_alive(now))
    async with engine.connect() as connection:
        row = (await connection.execute(found)).mappings().first()
    if row is None:
        return None
    session = Session(**row)
    if touch and now - session.seen_at >= _TOUCHED:
        async with write_transaction(engine) as connection:
            seen = update(_SESSIONS).where(_SESSIONS.c.number == session.number, still_alive(now))
            await connection.execute(seen.values(seen_at=now))
    return session


async def sessions_of(connection: AsyncConnection, email: str, now: datetime) -> list[Session]:
    """The sessions of an account that are not over, the newest first."""
    found = _QUERY.where(_SESSIONS.c.email == email, still_alive(now)).order_by(_SESSIONS.c.began_at.desc())
    return [Session(**row) for row in (await connection.execute(found)).mappings()]


async def end_session(engine: AsyncEngine, email: str, number: str, now: datetime) -> bool:
    """End one session of an account; False when it has none of that number that is not over."""
    if not number.isalnum():
        return False  # nothing of ours, and perhaps what a database cannot be asked for
    async with write_transaction(engine) as connection:
        one = _SESSIONS.c.number == number
        done = await connection.execute(
            update(_SESSIONS).where(one, _SESSIONS.c.email == email, still_alive(now)).values(ended_at=now)
        )
        return done.rowcount == 1


async def end_sessions(connection: AsyncConnection, email: str, now: datetime) -> None:
    """End every session of an account."""
    every = update(_SESSIONS).where(_SESSIONS.c.email == email, _SESSIONS.c.ended_at.is_(None))
    await connection.execute(every.values(ended_at=now))


async def end_session_of(connection: AsyncConnection, token: str, now: datetime) -> None:
    """End the session of a cookie's token, if there is one."""
    one = update(_SESSIONS).where(_SESSIONS.c.token == token_digest(token), _SESSIONS.c.ended_at.is_(None))
    await connection.execute(one.values(ended_at=now))


async def choose_post(engine: AsyncEngine, number: str, post: Post) -> None:
    """Set the post that acts in a session from now on."""
    async with write_transaction(engine) as connection:
        await connection.execute(update(_SESSIONS).where(_SESSIONS.c.number == number).values(post=str(post)))


async def set_preferences(engine: AsyncEngine, email: str, *, language: str, zone: str) -> None:
    """Set the language and the time zone (IANA) that an account wants in the pages; empty means its post's."""
    async with write_transaction(engine) as connection:
        await connection.execute(
            update(_ACCOUNTS).where(_ACCOUNTS.c.email == email).values(language=language, zone=zone)
        )
