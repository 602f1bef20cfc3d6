"""Digests in the ledger: what is held for a reader's next one, and which notices went in which.

A digest is a row of the ledger like any notice, of no case: it is reserved, sent and marked as they are. Which notices
are in it is fixed in the transaction that queues it: from then on none of them goes anywhere else. Its key follows from
the first of them, which is never gathered again, so that nothing is gathered twice, whatever the number of workers.

What is held was decided on for one holder of a post. When the post changes hands, or its holder says otherwise, it is
queued anew and decided on again.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.mail_preferences import HoldReason
from models.notices import DIGEST
from models.notices.state import NoticeState
from models.posts import Post
from models.tables import TABLES
from records.mail_pauses import current_pause
from records.notices import NOTICES, SELECT_NOTICES, LedgerNotice, NewNotice, queue_notice, read_notice

_HOLDERS = TABLES.tables["holders"]
_ANEW = {"state": NoticeState.QUEUED, "next_attempt_at": None, "reason": "", "address": ""}


def _held() -> ColumnElement[bool]:
    """The condition that a notice waits because its reader wants it to."""
    c = NOTICES.c
    quiet = and_(c.state == NoticeState.QUEUED, c.next_attempt_at.is_not(None), c.reason == HoldReason.QUIET)
    return or_(c.state == NoticeState.DIGEST, quiet)


async def gather(engine: AsyncEngine, *, due: datetime, now: datetime) -> int:
    """Queue the digests that are due, one for each post; returns how many. ``now`` dates them.

    While all mail is paused none is made: after the pause, one digest holds all notices that came meanwhile.
    """
    async with engine.connect() as connection:
        nothing = (await connection.execute(select(NOTICES.c.id).where(_held()).limit(1))).first() is None
        if nothing or await current_pause(connection):
            return 0
    async with write_transaction(engine) as connection:
        return await connection.run_sync(_gather, due, now)


def _gather(connection: Connection, due: datetime, now: datetime) -> int:
    c, h = NOTICES.c, _HOLDERS.c
    for_its_holder = select(h.post).where(h.post == c.post, h.email == c.address).exists()
    connection.execute(update(NOTICES).where(_held(), ~for_its_holder).values(**_ANEW))
    waits = and_(c.state == NoticeState.DIGEST, c.next_attempt_at <= due)
    firsts = connection.execute(select(c.post, func.min(c.id)).where(waits).group_by(c.post)).all()
    made = 0
    for post, first in firsts:
        key = f"{DIGEST}:{post}:{first}"
        if queue_notice(connection, NewNotice(key, DIGEST, Post(post), now)):  # else another worker has gathered it
            gone = {"state": NoticeState.GATHERED, "digest": key, "next_attempt_at": None, "settled_at": now}
            connection.execute(update(NOTICES).where(waits, c.post == post).values(**gone))
            made += 1
    return made


async def items_of(connection: AsyncConnection, notices: Iterable[LedgerNotice]) -> dict[str, list[LedgerNotice]]:
    """The notices that went in these digests, oldest first, by the digest's key. Other notices are passed over.

    A digest that goes to the alternate instead holds the notices of the holder's digest.
    """
    keys = {one.instead_of or one.key: one.key for one in notices if one.kind == DIGEST}
    if not keys:
        return {}
    c = NOTICES.c
    query = SELECT_NOTICES.where(c.digest.in_(list(keys)), c.state == NoticeState.GATHERED).order_by(c.id)
    found: dict[str, list[LedgerNotice]] = {key: [] for key in keys.values()}
    for item in map(read_notice, await connection.execute(query)):
        found[keys[item.digest]].append(item)
    return found


async def release_held(connection: AsyncConnection, post: Post) -> None:
    """Have everything that is held for a post decided on anew, in the caller's transaction."""
    await connection.execute(update(NOTICES).where(_held(), NOTICES.c.post == str(post)).values(**_ANEW))


async def release_held_of_office(connection: AsyncConnection, member: str) -> None:
    """Have everything that is held for the posts of a member decided on anew: the hours of its office have changed."""
    of_its_posts = NOTICES.c.post.startswith(f"{member}/", autoescape=True)
    await connection.execute(update(NOTICES).where(_held(), of_its_posts).values(**_ANEW))
