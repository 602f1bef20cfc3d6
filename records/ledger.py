"""The ledger of notices: look ahead, reserve, send, mark.

A row is reserved in a transaction of its own before its mail is handed to the server. A worker that dies in between
leaves it reserved: nobody can know whether the server took it, so it becomes ``ambiguous``, is shown, and is not sent
again by itself. A row is never reserved twice at once, whatever the number of workers.

A delivery writes in turns: one transaction marks what was sent and reserves what is sent next, so that never more rows
are reserved than it has connections.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import insert_for, write_transaction
from models.notices.state import WAITING, NoticeState
from models.posts import Capacity, Post
from models.tables import TABLES

_NOTICES, _PAUSES = TABLES.tables["notices"], TABLES.tables["mail_pauses"]

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
) -> list[dict[str, Any]]:
    """Up to ``limit`` notices that are due for an attempt, without those of these ids: first what was put off."""
    c = _NOTICES.c
    queued = select(_NOTICES).where(c.state == NoticeState.QUEUED, c.id.notin_(list(besides)))
    put_off = queued.where(c.next_attempt_at <= now).order_by(c.next_attempt_at, c.id)
    fresh = queued.where(c.next_attempt_at.is_(None)).order_by(c.id)
    found: list[dict[str, Any]] = []
    for query in (put_off, fresh):
        if len(found) < limit:
            rows = await connection.execute(query.limit(limit - len(found)))
            found += [dict(row) for row in rows.mappings()]
    return found


# writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LedgerBatch:
    """What one transaction of a delivery writes.

    ``marks``: what became of mails that this worker had reserved. ``settled``: what became of notices that it had not, if
    they still wait or are in a digest: they need no mail now, or the server does not take it. ``instead``: notices to
    queue, unless one with the same key is there. ``wanted``: ids to reserve.
    """

    marks: Sequence[Mapping[str, Any]] = ()
    settled: Sequence[Mapping[str, Any]] = ()
    instead: Sequence[Mapping[str, Any]] = ()
    wanted: Sequence[int] = ()


_COLUMNS = ("state", "attempts", "next_attempt_at", "settled_at", "address", "reply", "message_id", "reason")
_VALUES: dict[str, Any] = {name: bindparam(name) for name in _COLUMNS}
_MARK = update(_NOTICES).where(_NOTICES.c.id == bindparam("number")).values(**_VALUES)
# A worker that was taken for dead knows better than who marked its mail ambiguous, as long as nobody sent it again.
_MARK_RESERVED = _MARK.where(
    _NOTICES.c.reserved_by == bindparam("worker"),
    or_(_NOTICES.c.state == NoticeState.RESERVED, _NOTICES.c.state == NoticeState.AMBIGUOUS),
)
_MARK_WAITING = _MARK.where(or_(_NOTICES.c.state == NoticeState.QUEUED, _NOTICES.c.state == NoticeState.GATHERED))

_PAUSE = select(_PAUSES.c.id).where(_PAUSES.c.resumed_at.is_(None)).limit(1)
_MINE = and_(_NOTICES.c.state == NoticeState.RESERVED, _NOTICES.c.reserved_by == bindparam("worker"))
_RESERVE = (
    update(_NOTICES)
    .where(
        _NOTICES.c.id.in_(bindparam("wanted", expanding=True)),
        or_(_NOTICES.c.state == NoticeState.QUEUED, _MINE),
        ~_PAUSE.exists(),
    )
    .values(state=NoticeState.RESERVED, reserved_by=bindparam("worker"))
    .returning(_NOTICES.c.id)
)


def write_batch(connection: Connection, worker: str, turn: LedgerBatch) -> frozenset[int] | None:
    """Write a turn in the caller's transaction; answers with the ids that are reserved for this worker now.

    None: all mail is paused, and nothing is reserved. Written again with the same worker, it changes nothing more.
    """
    if turn.marks:
        connection.execute(_MARK_RESERVED, [_columns(mark, worker=worker) for mark in turn.marks])
    if turn.settled:
        connection.execute(_MARK_WAITING, [_columns(mark) for mark in turn.settled])
    if turn.instead:
        insert = insert_for(connection)(_NOTICES).on_conflict_do_nothing(index_elements=["key"])
        connection.execute(insert, [dict(row) for row in turn.instead])
    if not turn.wanted:
        return frozenset()
    reserving = {"wanted": list(turn.wanted), "worker": worker}
    taken = frozenset(connection.execute(_RESERVE, reserving).scalars())
    return taken if taken or not _paused(connection) else None


def _columns(mark: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {**{name: mark[name] for name in _COLUMNS}, "number": mark["id"], **more}


def _paused(connection: Connection) -> bool:
    return connection.execute(_PAUSE).first() is not None


NOBODY_INSTEAD = "Nobody could be told instead."


def alternate_notice(notice: Mapping[str, Any], at: datetime) -> dict[str, Any] | None:
    """The row of the notice that goes to the alternate instead; None for one that was for the alternate already.

    Its key follows from the first one's, so that it is queued once, and not at all where the alternate was told of the
    same thing anyhow (``records.log.notice_key``).
    """
    if notice["capacity"] == Capacity.ALTERNATE:
        return None
    kept = {name: notice[name] for name in ("reference", "seq", "kind", "post", "due", "facts")}
    return {
        **kept,
        "key": f"{notice['key']}:{Capacity.ALTERNATE.value}",
        "capacity": Capacity.ALTERNATE.value,
        "instead_of": notice["key"],
        "queued_at": at,
        "state": NoticeState.QUEUED.value,
        "attempts": 0,
        "reserved_by": "",
        "address": "",
        "reply": "",
        "message_id": "",
        "reason": "",
        "settled_by": "",
    }


def notice_of_no_case(
    key: str, kind: str, post: Post, at: datetime, facts: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The row of a notice that belongs to no case (``models.notices.OF_NO_CASE``), for the holder of a post."""
    return {
        "key": key,
        "reference": "",
        "seq": 0,
        "kind": kind,
        "post": post,
        "capacity": Capacity.HOLDER.value,
        "due": None,
        "facts": dict(facts or {}),
        "queued_at": at,
        "state": NoticeState.QUEUED,
        "attempts": 0,
        "reserved_by": "",
        "address": "",
        "reply": "",
        "message_id": "",
        "instead_of": "",
        "reason": "",
        "settled_by": "",
        "digest": "",
    }


async def mark_orphaned(engine: AsyncEngine, worker: str, now: datetime) -> int:
    """Mark as ambiguous what other workers than this one had reserved; returns how many.

    Temporal lets one round of delivery run at a time: the others are gone, or are taken for dead.
    """
    c = _NOTICES.c
    lost = (
        update(_NOTICES)
        .where(c.state == NoticeState.RESERVED, c.reserved_by != worker)
        .values(
            state=NoticeState.AMBIGUOUS,
            attempts=c.attempts + 1,
            settled_at=now,
            reply="the worker stopped before the server's answer was recorded",
        )
    )
    async with write_transaction(engine) as connection:
        return int((await connection.execute(lost)).rowcount)


async def next_attempt(connection: AsyncConnection) -> datetime | None:
    """When the next notice that was put off, or the next digest, is due; None when none waits."""
    c = _NOTICES.c
    found: list[datetime] = []
    for state in (NoticeState.QUEUED, NoticeState.DIGEST):
        waits = c.state == state, c.next_attempt_at.is_not(None)
        query = select(c.next_attempt_at).where(*waits).order_by(c.next_attempt_at).limit(1)
        found += (await connection.execute(query)).scalars()
    return min(found, default=None)


async def any_waiting(connection: AsyncConnection) -> bool:
    """Whether any notice is queued or reserved."""
    query = select(_NOTICES.c.id).where(_NOTICES.c.state.in_(WAITING)).limit(1)
    return (await connection.execute(query)).first() is not None


# who was told -----------------------------------------------------------------------------------------------------


async def notice_of(connection: AsyncConnection, key: str) -> dict[str, Any] | None:
    """The notice with that key; None when there is none."""
    row = (await connection.execute(select(_NOTICES).where(_NOTICES.c.key == key))).mappings().first()
    return dict(row) if row else None


async def notice_numbered(connection: AsyncConnection, reference: str, number: int) -> dict[str, Any] | None:
    """A notice of a case by its number in the ledger; None when the case has none such."""
    if not 0 < number < 2**62:
        return None
    query = select(_NOTICES).where(_NOTICES.c.id == number, _NOTICES.c.reference == reference)
    row = (await connection.execute(query)).mappings().first()
    return dict(row) if row else None


async def acknowledge(engine: AsyncEngine, key: str, at: datetime) -> bool:
    """Note that a notice reached its reader, by its key; False when that was noted before, or there is none."""
    c = _NOTICES.c
    noted = update(_NOTICES).where(c.key == key, c.acknowledged_at.is_(None)).values(acknowledged_at=at)
    async with write_transaction(engine) as connection:
        return bool((await connection.execute(noted)).rowcount)


async def ledger_of_case(
    connection: AsyncConnection, reference: str, *, after: int = 0, limit: int | None = None
) -> list[dict[str, Any]]:
    """The notices of a case in the order in which they were queued, after a number (keyset paging).

    ``digest_state`` is that of the digest in which a notice went (None: it went in none); what the ledger says of that
    mail then stands in the notice's own columns. Where that digest went to the alternate instead, a row more follows with
    the same number: of the notice as the alternate got it, with what became of that mail. ``limit`` does not count these.
    """
    c = _NOTICES.c
    digest, instead = _NOTICES.alias("digests"), _NOTICES.alias("instead")
    of_mails = [
        mail.c[name].label(f"{mail.name}_{name}") for mail in (digest, instead) for name in ("key", *_OF_THE_MAIL)
    ]
    query = (
        select(_NOTICES, *of_mails)
        .outerjoin(digest, digest.c.key == c.digest)
        .outerjoin(instead, instead.c.instead_of == digest.c.key)
        .where(c.reference == reference, c.id > after)
        .order_by(c.id)
        .limit(limit)
    )
    rows = (await connection.execute(query)).mappings()
    return [told for row in rows for told in _with_its_mails(row)]


_OF_THE_MAIL = (
    "state",
    "attempts",
    "next_attempt_at",
    "settled_at",
    "address",
    "reply",
    "message_id",
    "settled_by",
    "queued_at",
    "reason",
)


def _with_its_mails(row: Mapping[Any, Any]) -> Iterator[dict[str, Any]]:
    """The notice as it went in a digest, and as it went in the alternate's."""
    notice = {column.name: row[column.name] for column in _NOTICES.c}
    digest, instead = (
        {name: row[f"{mail}_{name}"] for name in ("key", *_OF_THE_MAIL)} for mail in ("digests", "instead")
    )
    if notice["state"] != NoticeState.GATHERED or digest["key"] is None:
        yield {**notice, "digest_state": digest["state"]}
        return
    queued = {"queued_at": notice["queued_at"], "key": notice["key"]}
    why = {"reason": digest["reason"] or notice["reason"]}
    yield {**notice, **digest, "state": notice["state"], **queued, **why, "digest_state": digest["state"]}
    if instead["key"] is not None:
        to = {"capacity": Capacity.ALTERNATE.value, "instead_of": notice["key"], "acknowledged_at": None}
        mail = {"key": f"{notice['key']}:{Capacity.ALTERNATE.value}", "digest": instead["key"]}
        yield {**notice, **instead, "state": notice["state"], **to, **mail, "digest_state": instead["state"]}
