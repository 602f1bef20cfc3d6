"""A notice in the ledger: how it is read, what queues one, and what changes it.

The columns are described at ``models.tables.notices.NoticeRow``. What is read here is not checked row by row: the product
alone writes the ledger, and thousands of rows are read in a round of delivery.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import insert_for
from models.notices import POST_CHANGED
from models.notices.facts import NO_FACTS, NoticeFacts, facts_of_row
from models.notices.state import NoticeState
from models.posts import Capacity, Post
from models.tables import TABLES

NOTICES = TABLES.tables["notices"]


@dataclass(frozen=True, slots=True)
class LedgerNotice:
    """A row of the ledger: one notice to one recipient, and what has become of it."""

    id: int
    key: str
    reference: str
    seq: int
    kind: str
    post: Post
    capacity: Capacity
    due: datetime | None
    stored_facts: Mapping[str, Any]
    queued_at: datetime
    state: NoticeState
    attempts: int
    next_attempt_at: datetime | None
    reserved_by: str
    settled_at: datetime | None
    address: str
    reply: str
    message_id: str
    instead_of: str
    reason: str
    settled_by: str
    digest: str
    acknowledged_at: datetime | None

    @property
    def place(self) -> tuple[str, int]:
        """The log's entry that it tells of: the stream, with which its key begins, and the number (0: of no entry)."""
        return self.key.partition("#")[0].removeprefix(f"{POST_CHANGED}:"), self.seq

    @property
    def facts(self) -> NoticeFacts:
        """What the notice tells. Facts of old notices, which were texts, are read as well.

        Raises:
            ValueError: the row holds something that is no fact; only its own mail cannot be written then.
        """
        return facts_of_row(self.stored_facts)


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice to queue. ``reference`` is empty for one of no case, whose ``facts`` are texts; ``seq`` may name an entry.

    ``instead_of``: the key of the notice in whose place it goes to the alternate.
    """

    key: str
    kind: str
    post: Post
    queued_at: datetime
    capacity: Capacity = Capacity.HOLDER
    facts: NoticeFacts | Mapping[str, Any] = NO_FACTS
    due: datetime | None = None
    reference: str = ""
    seq: int = 0
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class NoticeUpdate:
    """What the ledger is to say of the notice with this id from now on: all the columns that a delivery changes."""

    id: int
    state: NoticeState
    attempts: int
    next_attempt_at: datetime | None
    settled_at: datetime | None
    address: str
    reply: str
    message_id: str
    reason: str

    @classmethod
    def of(cls, notice: LedgerNotice) -> "NoticeUpdate":
        """What the ledger says of a notice now."""
        return cls(**{one.name: getattr(notice, one.name) for one in fields(cls)})


# reading ----------------------------------------------------------------------------------------------------------

_NAMES = tuple(one.name for one in fields(LedgerNotice))
WIDTH = len(_NAMES)
"""How many columns ``notice_columns`` are."""


def notice_columns(table: FromClause = NOTICES) -> list[ColumnElement[Any]]:
    """The columns that ``read_notice`` takes, of the ledger or of an alias of it."""
    return [table.c[name.removeprefix("stored_")] for name in _NAMES]


SELECT_NOTICES = select(*notice_columns())
"""Selects what ``read_notice`` takes."""


def read_notice(row: Sequence[Any]) -> LedgerNotice:
    """A notice from the values of ``notice_columns``."""
    number, key, reference, seq, kind, post, capacity, due, facts, queued_at, state, *others = row
    known = number, key, reference, seq, kind, Post(post), Capacity(capacity), due, facts or {}, queued_at
    return LedgerNotice(*known, NoticeState(state), *others)


async def notices_of_case(connection: AsyncConnection, reference: str) -> list[LedgerNotice]:
    """The ledger of a case, row by row, in the order in which they were queued."""
    query = SELECT_NOTICES.where(NOTICES.c.reference == reference).order_by(NOTICES.c.id)
    return [read_notice(row) for row in await connection.execute(query)]


async def notice_of(connection: AsyncConnection, key: str) -> LedgerNotice | None:
    """The notice with that key; None when there is none."""
    row = (await connection.execute(SELECT_NOTICES.where(NOTICES.c.key == key))).first()
    return read_notice(row) if row else None


async def notice_numbered(connection: AsyncConnection, reference: str, number: int) -> LedgerNotice | None:
    """A notice of a case by its number in the ledger; None when the case has none such."""
    if not 0 < number < 2**62:
        return None
    query = SELECT_NOTICES.where(NOTICES.c.id == number, NOTICES.c.reference == reference)
    row = (await connection.execute(query)).first()
    return read_notice(row) if row else None


# queueing ---------------------------------------------------------------------------------------------------------


def queue_notices(connection: Connection, new: Sequence[NewNotice]) -> None:
    """Queue notices in the caller's transaction, but for those whose key is in the ledger already."""
    if new:
        connection.execute(_queueing(connection), [_columns(one) for one in new])


def queue_notice(connection: Connection, new: NewNotice) -> bool:
    """Queue one notice in the caller's transaction; False when its key is in the ledger already."""
    queueing = _queueing(connection).values(**_columns(new)).returning(NOTICES.c.id)
    return connection.execute(queueing).first() is not None


def _queueing(connection: Connection) -> Insert:
    insert: Insert = insert_for(connection)(NOTICES).on_conflict_do_nothing(index_elements=["key"])
    return insert


_FRESH = {
    "state": NoticeState.QUEUED.value,
    "attempts": 0,
    **dict.fromkeys(("reserved_by", "address", "reply", "message_id", "reason", "settled_by", "digest"), ""),
}


_OWN = [one.name for one in fields(NewNotice)]


def _columns(new: NewNotice) -> dict[str, Any]:
    facts = new.facts.model_dump(mode="json") if isinstance(new.facts, NoticeFacts) else dict(new.facts)
    own = {name: getattr(new, name) for name in _OWN}
    return {**own, "post": str(new.post), "capacity": new.capacity.value, "facts": facts, **_FRESH}


NOBODY_INSTEAD = "Nobody could be told instead."


def alternate_key(notice: LedgerNotice) -> str:
    """The key of the notice that goes to the alternate instead: the one that a notice to the alternate has anyhow."""
    return f"{notice.key}:{Capacity.ALTERNATE.value}"


def alternate_notice(notice: LedgerNotice, at: datetime) -> NewNotice | None:
    """The notice that goes to the alternate instead; None for one that was for the alternate already.

    Its key follows from the first one's, so that it is queued once, and not at all where the alternate was told of the
    same thing anyhow (``records.log.notice_key``).
    """
    if notice.capacity is Capacity.ALTERNATE:
        return None
    return NewNotice(
        key=alternate_key(notice),
        kind=notice.kind,
        post=notice.post,
        queued_at=at,
        capacity=Capacity.ALTERNATE,
        facts=notice.stored_facts,
        due=notice.due,
        reference=notice.reference,
        seq=notice.seq,
        instead_of=notice.key,
    )
