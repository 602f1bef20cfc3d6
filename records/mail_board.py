"""The secretariat's board of mail: what is stuck and why, and what a person decides on it.

To send an ambiguous notice again, or to give one up, is a person's decision: nobody else can know whether it arrived. It
is a new attempt of the same row of the ledger, and so of the same mail with the same Message-ID; the decision, and how
the notice stood before, stay on record.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql import ColumnElement

from db import write_transaction
from models.notices.state import STUCK, NoticeState
from models.tables import TABLES
from models.tables.mail import MailDecisionRow, MailReturnRow
from records.mail_pauses import current_pause
from records.notices import NOTICES, SELECT_NOTICES, LedgerNotice, notice_columns, read_notice
from records.returns import returns_of, undecided
from records.rows import fetch_rows

_DECISIONS = TABLES.tables["mail_decisions"]

_DECIDABLE = (*STUCK, NoticeState.QUEUED)
"""States in which a person may decide on a notice. One that waits for its next attempt may be tried now or given up."""


class StuckMailDecision(StrEnum):
    """What a person decides on a notice that is stuck."""

    RESEND = "resend"
    GIVE_UP = "give_up"


_NEEDS_A_REASON = {
    StuckMailDecision.RESEND: "may have arrived, and its reader may get it twice",
    StuckMailDecision.GIVE_UP: "will not be sent any more",
}


class NotDecided(Exception):
    """Nothing was decided on that notice; the text says why."""


@dataclass(frozen=True, slots=True)
class StuckNotice:
    """A notice that is stuck, with what came back and what people decided on it, each the oldest first.

    ``alternate_state``: that of the notice that went to the alternate instead; None: there is none.
    """

    notice: LedgerNotice
    alternate_state: NoticeState | None
    returns: Sequence[MailReturnRow]
    decisions: Sequence[MailDecisionRow]


async def stuck_notices(
    connection: AsyncConnection, *, after: tuple[str, int] | None = None, limit: int | None = None
) -> list[StuckNotice]:
    """What is stuck, by post and then in the order of queueing; ``after``: post and number of the last that was shown.

    A notice is stuck when nothing more happens to it by itself (``models.notices.state.STUCK``); when it was tried and
    waits for its next attempt; when the server was away; and when it is queued while all mail is paused. It is stuck as
    well when it was sent and may have come back (``models.returns.Fate.UNCONFIRMED``), until its reader confirms it or a
    person decides.
    """
    c, instead = NOTICES.c, NOTICES.alias("instead")
    query = (
        select(*notice_columns(), instead.c.state)
        .outerjoin_from(NOTICES, instead, instead.c.instead_of == c.key)
        .where(_stuck(held=await current_pause(connection) is not None))
        .order_by(c.post, c.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(c.post, c.id) > tuple_(*after))
    rows = (await connection.execute(query)).all()
    found = [(read_notice(row[:-1]), NoticeState(row[-1]) if row[-1] else None) for row in rows]
    ids = [notice.id for notice, _ in found]
    returns, decisions = await returns_of(connection, ids), await decisions_of(connection, ids)
    return [
        StuckNotice(notice, alternate_state, returns.get(notice.id, []), decisions.get(notice.id, []))
        for notice, alternate_state in found
    ]


def _stuck(*, held: bool) -> ColumnElement[bool]:
    c = NOTICES.c
    waits = c.state == NoticeState.QUEUED
    tried = or_(c.attempts > 0, c.reply != "")  # a server that is away costs no attempt
    return or_(c.state.in_(STUCK), waits if held else and_(waits, tried), _may_have_come_back())


def _may_have_come_back() -> ColumnElement[bool]:
    c = NOTICES.c
    return and_(c.state == NoticeState.SENT, c.acknowledged_at.is_(None), c.id.in_(undecided()))


async def queue_length(connection: AsyncConnection) -> int:
    """How many notices wait to be sent, whether or not they have been tried."""
    query = select(func.count()).where(NOTICES.c.state == NoticeState.QUEUED)
    return int((await connection.execute(query)).scalar_one())


async def refused_keys(connection: AsyncConnection, said: str = "") -> list[str]:
    """The keys of all notices that are refused or undeliverable and whose reply has these words in it, oldest first."""
    c = NOTICES.c
    query = (
        select(c.key)
        .where(c.state.in_((NoticeState.REFUSED, NoticeState.UNDELIVERABLE)))
        .where(c.reply.icontains(said, autoescape=True))
        .order_by(c.id)
    )
    return list((await connection.execute(query)).scalars())


async def decisions_of(connection: AsyncConnection, notices: Iterable[int]) -> dict[int, list[MailDecisionRow]]:
    """What people decided on each of these notices, oldest first, by the notice's number."""
    query = select(MailDecisionRow).where(_DECISIONS.c.notice.in_(list(notices))).order_by(_DECISIONS.c.id)
    found: dict[int, list[MailDecisionRow]] = {}
    for row in await fetch_rows(connection, query):
        found.setdefault(row.notice, []).append(row)
    return found


async def resend(engine: AsyncEngine, key: str, *, by: str, why: str, at: datetime) -> None:
    """Have a notice tried again, at once and for as long as a new one. Whoever resends nudges the delivery afterwards.

    Raises:
        NotDecided: there is no such notice, it is not stuck, or it may have arrived and no reason is given.
    """
    again = {"state": NoticeState.QUEUED, "attempts": 0, "next_attempt_at": None, "settled_at": None}
    decision = {"what": StuckMailDecision.RESEND, "by": by, "why": why, "decided_at": at}
    await _decide(engine, key, decision, {**again, "reason": "", "settled_by": ""})


async def give_up(engine: AsyncEngine, key: str, *, by: str, why: str, at: datetime) -> None:
    """Give a notice up: it is not sent any more, and leaves the board.

    One that was sent and may have come back leaves the board and stays as it is.

    Raises:
        NotDecided: there is no such notice, it is not stuck, or no reason is given.
    """
    over = {"state": NoticeState.GIVEN_UP, "next_attempt_at": None, "settled_at": at}
    decision = {"what": StuckMailDecision.GIVE_UP, "by": by, "why": why, "decided_at": at}
    await _decide(engine, key, decision, {**over, "reason": why, "settled_by": by})


async def _decide(engine: AsyncEngine, key: str, decision: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Keep a decision (its columns), and give the notice these values of the ledger's columns."""
    what, why = decision["what"], decision["why"]
    async with write_transaction(engine) as connection:
        query = SELECT_NOTICES.where(NOTICES.c.key == key).with_for_update()
        row = (await connection.execute(query)).first()
        if row is None:
            raise NotDecided(f"There is no notice {key}.")
        notice = read_notice(row)
        doubtful = select(NOTICES.c.id).where(NOTICES.c.id == notice.id, _may_have_come_back())
        in_doubt = (await connection.execute(doubtful)).first() is not None
        if notice.state not in _DECIDABLE and not in_doubt:
            raise NotDecided(f"The notice {key} is not stuck: it is {notice.state.value.replace('_', ' ')}.")
        waits = notice.state == NoticeState.QUEUED and notice.attempts == 0
        if waits and what is StuckMailDecision.RESEND:
            raise NotDecided(f"The notice {key} is not stuck: it waits to be sent.")
        twice = in_doubt or notice.state == NoticeState.AMBIGUOUS
        if not why.strip() and (what is StuckMailDecision.GIVE_UP or twice):
            raise NotDecided(f"Say why: the notice {key} {_NEEDS_A_REASON[what]}.")
        before = {"state": notice.state, "attempts": notice.attempts, "said": notice.reason or notice.reply}
        await connection.execute(_DECISIONS.insert(), {**decision, "notice": notice.id, **before})
        if in_doubt and what is StuckMailDecision.GIVE_UP:
            return  # the decision alone takes it off the board: it was sent, and that is what the ledger says
        await connection.execute(update(NOTICES).where(NOTICES.c.id == notice.id).values(**values))
