"""Sign-in links: asked for within limits (``models.sign_in_limits``), used once, within a quarter of an hour."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import NameLock, lock_by_name, write_transaction
from models.base import Value, tidy
from models.mail_addresses import folded
from models.sign_in_limits import WINDOW, Asker, EarlierRequest, answer_request
from models.tables import TABLES
from records.holders import posts_of
from records.offers import offers_to
from records.sessions import begin_session, end_session_of, make_token, token_digest

LINK_LIFETIME = timedelta(minutes=15)
_LONGEST_ADDRESS = 320  # 64 before the @, 255 after it (RFC 5321, 4.5.3.1)
_SIGN_INS = TABLES.tables["sign_ins"]


class TooMany(Exception):
    """Whoever asks has asked too often for this address; ``seconds`` until it may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class RequestedLink(Value):
    """A link that was asked for: whose it is, and the page to go to then (a path of this site, or empty)."""

    email: str
    onward: str


class BegunSession(Value):
    """A session that has begun: the token for its cookie, the address, the page to go to (may be empty)."""

    token: str
    email: str
    onward: str


async def ask_link(engine: AsyncEngine, email: str, asker: Asker, onward: str, now: datetime) -> str:
    """Note a request for a link to an address (``storable``). Returns the link's token.

    The token is empty when the address has had its mails for this hour, and one within the last minutes.
    What is read and written does not depend on whether anybody has the address.

    Raises:
        TooMany: whoever asks has had its links to the address for now; nothing is written.
    """
    token = make_token()
    c = _SIGN_INS.c
    async with write_transaction(engine) as connection:
        await lock_by_name(connection, NameLock.LINKS, email)
        await connection.execute(delete(_SIGN_INS).where(c.asked_at <= now - WINDOW))
        query = select(c.client, c.asked_at, c.expires_at > c.asked_at).where(c.email == email)
        earlier = [EarlierRequest(by, at, bool(mailed)) for by, at, mailed in await connection.execute(query)]
        wait, sends = answer_request(asker, earlier, now)
        if wait:
            raise TooMany(wait)
        # A request beyond the limit has expired when it is asked, so it does not push the limit further off.
        row = {"token": token_digest(token), "email": email, "client": asker.counted_as, "onward": onward}
        expires_at = now + LINK_LIFETIME if sends else now
        await connection.execute(_SIGN_INS.insert(), {**row, "asked_at": now, "expires_at": expires_at})
    return token if sends else ""


def storable(address: str) -> str:
    """The address as it is compared and kept; empty when it is none that could be."""
    try:
        return folded(tidy(address)) if len(address) <= _LONGEST_ADDRESS else ""
    except ValueError:
        return ""


async def link_of(engine: AsyncEngine, token: str, now: datetime) -> RequestedLink | None:
    """The link of a token, which stays as it is; None when it is unknown, used, or too old."""
    row = _SIGN_INS.c
    good = (row.token == token_digest(token)) & row.used_at.is_(None) & (row.expires_at > now)
    async with engine.connect() as connection:
        found = (await connection.execute(select(row.email, row.onward).where(good))).mappings().first()
    return RequestedLink(**found) if found else None


async def use_link(engine: AsyncEngine, token: str, *, device: str, earlier: str, now: datetime) -> BegunSession | None:
    """Use a link up and begin a new session; the session of the cookie that came with it (``earlier``) ends.

    None when the link is unknown, used or too old, or when nobody has the address any more. Of two that use it at
    once, one begins a session.
    """
    row = _SIGN_INS.c
    good = (row.token == token_digest(token)) & row.used_at.is_(None) & (row.expires_at > now)
    async with write_transaction(engine) as connection:
        used = update(_SIGN_INS).where(good).values(used_at=now).returning(row.email, row.onward)
        found = (await connection.execute(used)).mappings().first()
        begun = await _begin(connection, found["email"], device, earlier, now) if found else None
    return BegunSession(token=begun, **found) if found and begun else None


async def begin_for(
    engine: AsyncEngine, email: str, *, device: str, earlier: str, now: datetime
) -> BegunSession | None:
    """Begin a session for an address that an identity provider vouches for; None when no post has it."""
    email = storable(email)
    async with write_transaction(engine) as connection:
        begun = await _begin(connection, email, device, earlier, now) if email else None
    return BegunSession(token=begun, email=email, onward="") if begun else None


async def _begin(connection: AsyncConnection, email: str, device: str, earlier: str, now: datetime) -> str | None:
    """A new session in place of the earlier one; its token. None when nobody has the address, nor is offered a post."""
    if not await posts_of(connection, email, now) and not await offers_to(connection, email):
        return None
    if earlier:
        await end_session_of(connection, earlier, now)
    return await begin_session(connection, email, device, now)
