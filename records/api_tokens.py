"""API tokens: with one a program acts for a post, as far and as long as the person who made it allowed."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.base import Line, Value
from models.posts import Post
from models.tables import TABLES
from models.tables.people import TokenRow
from records.holders import posts_of
from records.rows import fetch_row, fetch_rows
from records.sessions import make_token, token_digest

LONGEST_TOKEN_LIFE = timedelta(days=365)
TOKENS_AT_MOST = 20
"""Tokens that one account can have at a time."""

_PREFIX = "ahg_"  # so that a token that lies about is known for what it is
_TOUCHED = timedelta(minutes=1)
_TOKENS = TABLES.tables["api_tokens"]


class Scope(StrEnum):
    """What a program may do with a token."""

    READ = "read"
    WRITE = "write"
    """The post's own work, and nothing that stands for the post (``models.authentication.suffices``)."""


class TooManyTokens(Exception):
    """The account has as many tokens as it can have."""


class ApiToken(Value):
    """A token as lists show it; ``number`` names it there."""

    number: str
    email: str
    post: Post
    name: Line
    scopes: tuple[Scope, ...]
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    def allows(self, scope: Scope) -> bool:
        """Whether a program may do this with the token."""
        return scope in self.scopes


def _read(row: TokenRow) -> ApiToken:
    scopes = tuple(map(Scope, row.scopes.split()))
    return ApiToken(scopes=scopes, **{name: getattr(row, name) for name in ApiToken.model_fields if name != "scopes"})


async def new_api_token(
    engine: AsyncEngine,
    email: str,
    post: Post,
    name: str,
    scopes: tuple[Scope, ...],
    *,
    expires_at: datetime,
    now: datetime,
) -> str:
    """Make a token; the text that is returned is kept nowhere.

    Raises:
        ValueError: no scope, no name, or more than a year.
        TooManyTokens: the account has as many as it can have.
    """
    if not scopes or not name.strip() or not now < expires_at <= now + LONGEST_TOKEN_LIFE:
        raise ValueError("a token has a name, at least one scope, and a life of at most a year")
    token = _PREFIX + make_token()
    kept = ApiToken(
        number=secrets.token_hex(8),
        email=email,
        post=post,
        name=name,
        scopes=tuple(sorted(set(scopes))),
        made_at=now,
        expires_at=expires_at,
    )
    row = {**kept.model_dump(), "post": str(post), "scopes": " ".join(kept.scopes), "token": token_digest(token)}
    async with write_transaction(engine) as connection:
        mine = (_TOKENS.c.email == email) & _TOKENS.c.ended_at.is_(None) & (_TOKENS.c.expires_at > now)
        if (await connection.execute(select(func.count()).where(mine))).scalar_one() >= TOKENS_AT_MOST:
            raise TooManyTokens
        await connection.execute(_TOKENS.insert(), row)
    return token


async def token_of(engine: AsyncEngine, token: str, now: datetime, *, touch: bool = True) -> ApiToken | None:
    """What a token stands for; None when it is unknown, ended or expired, or its post is no longer the account's.

    Its use is noted, at most once a minute; without ``touch`` it is not.
    """
    good = (_TOKENS.c.token == token_digest(token)) & _TOKENS.c.ended_at.is_(None) & (_TOKENS.c.expires_at > now)
    async with engine.connect() as connection:
        row = await fetch_row(connection, select(TokenRow).where(good))
        if row is None:
            return None
        found = _read(row)
        if found.post not in await posts_of(connection, found.email, now):
            return None
    if touch and (found.used_at is None or now - found.used_at >= _TOUCHED):
        async with write_transaction(engine) as connection:
            await connection.execute(update(_TOKENS).where(good).values(used_at=now))
    return found


async def tokens_of(connection: AsyncConnection, email: str, now: datetime) -> list[ApiToken]:
    """The tokens of an account that are not over, the newest first."""
    mine = (_TOKENS.c.email == email) & _TOKENS.c.ended_at.is_(None) & (_TOKENS.c.expires_at > now)
    rows = await fetch_rows(connection, select(TokenRow).where(mine).order_by(_TOKENS.c.made_at.desc()))
    return list(map(_read, rows))


async def end_token(engine: AsyncEngine, email: str, number: str, now: datetime) -> bool:
    """End one token of an account; False when it has none of that number that is not over."""
    if not number.isalnum():
        return False  # nothing of ours, and perhaps what a database cannot be asked for
    one = (_TOKENS.c.email == email) & (_TOKENS.c.number == number) & _TOKENS.c.ended_at.is_(None)
    async with write_transaction(engine) as connection:
        return (await connection.execute(update(_TOKENS).where(one).values(ended_at=now))).rowcount == 1


async def end_tokens(connection: AsyncConnection, email: str, now: datetime) -> None:
    """End every token of an account."""
    every = update(_TOKENS).where(_TOKENS.c.email == email, _TOKENS.c.ended_at.is_(None))
    await connection.execute(every.values(ended_at=now))
