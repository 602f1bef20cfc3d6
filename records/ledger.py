"""The ledger of notices: look ahead, reserve, send, record the outcome.

A row is reserved in a transaction of its own before its mail is handed to the server. A worker that dies in between
leaves it reserved: nobody can know whether the server took it, so it becomes ``ambiguous``, is shown, and is not sent
again by itself. A row is never reserved twice at once, whatever the number of workers.

A delivery writes in batches: one transaction records what was sent and reserves what is sent next, so that never more
rows are reserved than it has connections.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.notices.state import WAITING, NoticeState
from models.tables import TABLES
from records.notices import NOTICES, SELECT_NOTICES, LedgerNotice, NewNotice, NoticeUpdate, queue_notices, read_notice
from records.offices import offices_of

_PAUSES = TABLES.tables["mail_pauses"]

_FIRST_DELAY = timedelta(seconds=30)
_LONGEST_DELAY = timedelta(hours=4)
MOST_ATTEMPTS = 38
"""How often a notice is tried: with the delays above, for five days (RFC 5321, section 4.5.4.1: at least 4 to 5)."""


def retry_delay(attempts: int, longest: timedelta | None = None) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, at most four hours or ``longest``."""
    longest = min(_LONGEST_DELAY, longest or _LONGEST_DELAY)
    doublings = min(max(attempts - 1, 0), 32)
    return min(_FIRST_DELAY * int(2**doublings), longest)


# looking ahead ----------------------------------------------------------------------------------------------------


async def due_notices(
    connection: AsyncConnection, now: datetime, limit: int, besides: Collection[int] = ()
) -> list[LedgerNotice]:
    """Up to ``limit`` notices that are due for an attempt, except these ids; notices that were put off come first."""
    c = NOTICES.c
    queued = SELECT_NOTICES.where(c.state == NoticeState.QUEUED, c.id.notin_(list(besides)))
    put_off = queued.where(c.next_attempt_at <= now).order_by(c.next_attempt_at, c.id)
    fresh = queued.where(c.next_attempt_at.is_(None)).order_by(c.id)
    found: list[LedgerNotice] = []
    for query in (put_off, fresh):
        if len(found) < limit:
            found += map(read_notice, await connection.execute(query.limit(limit - len(found))))
    return found


async def waiting_since(connection: AsyncConnection, now: datetime) -> datetime | None:
    """Since when the oldest notice or digest that is due has waited for its attempt; None when none is due."""
    c = NOTICES.c
    due = func.coalesce(c.next_attempt_at, c.queued_at, type_=c.queued_at.type)
    waits = or_(c.state == NoticeState.QUEUED, and_(c.state == NoticeState.DIGEST, c.next_attempt_at.is_not(None)))
    oldest: datetime | None = await connection.scalar(select(due).where(waits, due <= now).order_by(due).limit(1))
    return oldest


# writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LedgerBatch:
    """What one transaction of a delivery writes.

    ``outcomes``: outcomes of mails that this worker had reserved. ``settled``: outcomes of other notices, written if they
    still wait or are in a digest: they need no mail now, or the server does not take it. ``instead``: notices to queue
    for alternates. ``wanted``: ids to reserve.
    """

    outcomes: Sequence[NoticeUpdate] = ()
    settled: Sequence[NoticeUpdate] = ()
    instead: Sequence[NewNotice] = ()
    wanted: Sequence[int] = ()


_COLUMNS = ("state", "attempts", "next_attempt_at", "settled_at", "address", "reply", "message_id", "reason")
_VALUES: dict[str, Any] = {name: bindparam(name) for name in _COLUMNS}
_UPDATE = update(NOTICES).where(NOTICES.c.id == bindparam("number")).values(**_VALUES)
# A worker that was taken for dead knows better than who marked its mail ambiguous, as long as nobody sent it again.
_UPDATE_RESERVED = _UPDATE.where(
    NOTICES.c.reserved_by == bindparam("worker"),
    or_(NOTICES.c.state == NoticeState.RESERVED, NOTICES.c.state == NoticeState.AMBIGUOUS),
)
_UPDATE_WAITING = _UPDATE.where(or_(NOTICES.c.state == NoticeState.QUEUED, NOTICES.c.state == NoticeState.GATHERED))

_PAUSE = select(_PAUSES.c.id).where(_PAUSES.c.resumed_at.is_(None)).limit(1)
_MINE = and_(NOTICES.c.state == NoticeState.RESERVED, NOTICES.c.reserved_by == bindparam("worker"))
_RESERVE = (
    update(NOTICES)
    .where(
        NOTICES.c.id.in_(bindparam("wanted", expanding=True)),
        or_(NOTICES.c.state == NoticeState.QUEUED, _MINE),
        ~_PAUSE.exists(),
    )
    .values(state=NoticeState.RESERVED, reserved_by=bindparam("worker"))
    .returning(NOTICES.c.id)
)


def write_batch(connection: Connection, worker: str, batch: LedgerBatch) -> frozenset[int] | None:
    """Write a batch in the caller's transaction; answers with the ids that are reserved for this worker now.

    None: all mail is paused, and nothing is reserved. Written again with the same worker, it changes nothing more.
    """
    if batch.outcomes:
        connection.execute(_UPDATE_RESERVED, [_columns(one, worker=worker) for one in batch.outcomes])
    if batch.settled:
        connection.execute(_UPDATE_WAITING, [_columns(one) for one in batch.settled])
    queue_notices(connection, batch.instead)
    if not batch.wanted:
        return frozenset()
    reserving = {"wanted": list(batch.wanted), "worker": worker}
    taken = frozenset(connection.execute(_RESERVE, reserving).scalars())
    return taken if taken or not _paused(connection) else None


_values_of = attrgetter(*_COLUMNS)


def _columns(outcome: NoticeUpdate, **more: Any) -> dict[str, Any]:
    return {**dict(zip(_COLUMNS, _values_of(outcome), strict=True)), "number": outcome.id, **more}


def _paused(connection: Connection) -> bool:
    return connection.execute(_PAUSE).first() is not None


async def mark_orphaned(
    engine: AsyncEngine, worker: str, now: datetime, message_id_of: Callable[[str], str] = lambda key: ""
) -> int:
    """Mark as ambiguous what other workers than this one had reserved; returns how many.

    Temporal lets one round of delivery run at a time: the others are gone, or are taken for dead. What to look for in the
    mail server's log is noted: ``message_id_of`` gives the Message-ID of the mail with a key, which is always the same,
    and the address is that of the post now.
    """
    c = NOTICES.c
    lost = c.state == NoticeState.RESERVED, c.reserved_by != worker
    async with write_transaction(engine) as connection:
        found = [read_notice(row) for row in await connection.execute(SELECT_NOTICES.where(*lost))]
        offices = await offices_of(connection, {one.post for one in found}, now) if found else {}
        for one in found:
            reader = offices[one.post].reads(one.capacity)
            marked = {
                "state": NoticeState.AMBIGUOUS,
                "attempts": one.attempts + 1,
                "settled_at": now,
                "reply": "the worker stopped before the server's answer was recorded",
                "message_id": one.message_id or message_id_of(one.key),
                "address": one.address or (reader.email if reader else ""),
            }
            await connection.execute(update(NOTICES).where(c.id == one.id, *lost).values(marked))
    return len(found)


async def next_attempt(connection: AsyncConnection) -> datetime | None:
    """When the next notice that was put off, or the next digest, is due; None when none waits."""
    c = NOTICES.c
    found: list[datetime] = []
    for state in (NoticeState.QUEUED, NoticeState.DIGEST):
        waits = c.state == state, c.next_attempt_at.is_not(None)
        query = select(c.next_attempt_at).where(*waits).order_by(c.next_attempt_at).limit(1)
        found += (await connection.execute(query)).scalars()
    return min(found, default=None)


async def any_waiting(connection: AsyncConnection) -> bool:
    """Whether any notice is queued or reserved."""
    query = select(NOTICES.c.id).where(NOTICES.c.state.in_(WAITING)).limit(1)
    return (await connection.execute(query)).first() is not None


async def acknowledge(engine: AsyncEngine, key: str, at: datetime) -> bool:
    """Note that a notice reached its reader, by its key; False when that was noted before, or there is none."""
    c = NOTICES.c
    noted = update(NOTICES).where(c.key == key, c.acknowledged_at.is_(None)).values(acknowledged_at=at)
    async with write_transaction(engine) as connection:
        return bool((await connection.execute(noted)).rowcount)
