"""Notes mails that came back for notices, each once, and only as far as the ledger confirms what they say.

Anybody can send a report. One counts only if it names a mail that we sent, by its Message-ID or its envelope id, and the
very address that it went to; a program's reply must come from that address. A failure must be told in the form of the
standard, and while servers still try. A report of failure that is late or in another form, that names the mail and
another address (the one behind an alias, say), or names no mail and an address that we write to, may be true: it is
kept with the notice as unconfirmed, one until a person has decided, and shown on the board; nothing follows from it.
Everything else changes nothing and is not kept.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql import ColumnElement

from db import write_transaction
from models.mail_addresses import comparable_address
from models.notices.state import NoticeState
from models.returns import Fate, RecipientReport, ReturnedMail
from models.tables import TABLES
from models.tables.mail import MailReturnRow
from records.notices import (
    NOBODY_INSTEAD,
    NOTICES,
    SELECT_NOTICES,
    LedgerNotice,
    NewNotice,
    alternate_notice,
    queue_notices,
    read_notice,
)
from records.offices import offices_of
from records.rows import fetch_rows

_RETURNS, _DECISIONS = TABLES.tables["mail_returns"], TABLES.tables["mail_decisions"]

BY_REPORT = "delivery report"
"""What stands in ``settled_by`` of a notice that came back."""

_LATELY = 5000
"""The number of newest mails among which a report that names nothing but an address is looked for."""

_LONGEST_NAMES = 300

_SERVERS_TRY = timedelta(days=14)
"""How long after a mail was sent a report of its failure is believed: servers give up after days (RFC 5321, 4.5.4.1)."""

_MAY_COME_BACK = (NoticeState.SENT, NoticeState.AMBIGUOUS)


class Noted(StrEnum):
    """What became of a mail that came back."""

    BOUNCED = "bounced"
    """A notice was not delivered: it is marked so, and goes to the alternate. Whoever notes it nudges the delivery."""
    DELAYED = "delayed"
    DELIVERED = "delivered"
    AUTO_REPLY = "auto_reply"
    KNOWN = "known"
    """The same mail was noted before."""
    TOO_LATE = "too_late"
    """It says that a notice failed of which we know better: its reader has confirmed it, or it was given up."""
    UNCONFIRMED = "unconfirmed"
    """It may be that a notice was not delivered: the board shows it, and nothing else happens."""
    NOTHING = "nothing"
    """It says nothing of a notice that we sent to that address."""


async def note(engine: AsyncEngine, returned: ReturnedMail | None, at: datetime) -> Noted:
    """Note what a mail says of a notice, if the ledger confirms it. ``at``: when the mail is read (UTC)."""
    if returned is None:
        return Noted.NOTHING
    async with write_transaction(engine) as connection:
        found = await _match(connection, returned)
        if found is None or not _proven(*found, at):
            return await _unconfirmed(connection, returned, at)
        notice, report = found
        if not await _kept(connection, notice, notice.address, returned.fingerprint, report, at):
            return Noted.KNOWN
        if report.fate is not Fate.FAILED:
            return Noted(report.fate.value)
        if notice.state not in _MAY_COME_BACK or notice.acknowledged_at is not None:
            return Noted.TOO_LATE
        await _bounce(connection, notice, report, at)
        return Noted.BOUNCED


def _proven(notice: LedgerNotice, report: RecipientReport, at: datetime) -> bool:
    """Whether a report may be believed by itself. Message-IDs of before December 2026 could be worked out by others."""
    late = notice.settled_at is not None and at > notice.settled_at + _SERVERS_TRY
    return report.regular and not (report.fate is Fate.FAILED and late)


async def _match(connection: AsyncConnection, returned: ReturnedMail) -> tuple[LedgerNotice, RecipientReport] | None:
    """The notice that a mail is about, and what the mail says of the address that this notice went to."""
    query = SELECT_NOTICES.where(_named(returned)).order_by(NOTICES.c.id).with_for_update()
    for notice in map(read_notice, await connection.execute(query)):
        for report in returned.reports:
            if comparable_address(notice.address) in map(comparable_address, report.addresses):
                return notice, report
    return None


async def _unconfirmed(connection: AsyncConnection, returned: ReturnedMail, at: datetime) -> Noted:
    """Keep a report of failure that may be about a notice; nothing else changes."""
    report = next((one for one in returned.reports if one.fate is Fate.FAILED), None)
    if report is None:
        return Noted.NOTHING
    about = _named(returned) if returned.message_ids else await _newest_to(connection, report)
    query = SELECT_NOTICES.where(about).order_by(NOTICES.c.id).limit(1).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        return Noted.NOTHING
    notice = read_notice(row)
    if notice.state not in _MAY_COME_BACK or notice.acknowledged_at is not None:
        return Noted.TOO_LATE
    if (await connection.execute(undecided().where(_RETURNS.c.notice == notice.id))).first() is not None:
        return Noted.KNOWN  # so that nobody fills the board with forged reports
    names = ", ".join(sorted(report.addresses))[:_LONGEST_NAMES]
    doubtful = report.model_copy(update={"fate": Fate.UNCONFIRMED})
    kept = await _kept(connection, notice, names, returned.fingerprint, doubtful, at)
    return Noted.UNCONFIRMED if kept else Noted.KNOWN


def _named(returned: ReturnedMail) -> ColumnElement[bool]:
    return NOTICES.c.message_id.in_(returned.message_ids)


async def _newest_to(connection: AsyncConnection, report: RecipientReport) -> ColumnElement[bool]:
    """The newest of the mails that were lately sent to one of these addresses."""
    c = NOTICES.c
    lately = select(c.id, c.address).where(c.state == NoticeState.SENT).order_by(c.id.desc()).limit(_LATELY)
    addresses = set(map(comparable_address, report.addresses))
    sent = (await connection.execute(lately)).all()
    return c.id == next((number for number, address in sent if comparable_address(address) in addresses), None)


def undecided() -> Select[int]:
    """The numbers of notices with an unconfirmed report on which nobody has decided since."""
    c = _RETURNS.c
    since = select(_DECISIONS.c.id).where(_DECISIONS.c.notice == c.notice, _DECISIONS.c.decided_at >= c.noted_at)
    return select(c.notice).where(c.fate == Fate.UNCONFIRMED, ~since.exists())


async def _kept(
    connection: AsyncConnection,
    notice: LedgerNotice,
    address: str,
    fingerprint: str,
    report: RecipientReport,
    at: datetime,
) -> bool:
    """Keep the report, which names an address; False when it was kept before."""
    c = _RETURNS.c
    before = select(c.notice).where(c.notice == notice.id, c.fingerprint == fingerprint)
    if (await connection.execute(before)).first() is not None:
        return False
    values = {
        "notice": notice.id,
        "fingerprint": fingerprint,
        "fate": report.fate.value,
        "address": address,
        "status": report.status,
        "text": report.text,
        "noted_at": at,
    }
    await connection.execute(_RETURNS.insert(), values)
    return True


async def _bounce(connection: AsyncConnection, notice: LedgerNotice, report: RecipientReport, at: datetime) -> None:
    """The notice came back, and goes to the alternate instead. ``reply`` stays: it proves that a server had taken it."""
    instead = await _instead(connection, notice, at)
    said = (report.status, report.text, "" if instead else NOBODY_INSTEAD)
    came_back = (
        update(NOTICES)
        .where(NOTICES.c.id == notice.id)
        .values(state=NoticeState.BOUNCED, settled_at=at, settled_by=BY_REPORT, reason=" ".join(filter(None, said)))
    )
    await connection.execute(came_back)
    if instead is not None:
        await connection.run_sync(queue_notices, [instead])


async def _instead(connection: AsyncConnection, notice: LedgerNotice, at: datetime) -> NewNotice | None:
    """The notice for the alternate; None where nobody has another address than the one from which this came back."""
    stands_in = (await offices_of(connection, [notice.post], at))[notice.post].stands_in
    if stands_in is None or comparable_address(stands_in.email) == comparable_address(notice.address):
        return None
    return alternate_notice(notice, at)


async def returns_of(connection: AsyncConnection, notices: list[int]) -> dict[int, list[MailReturnRow]]:
    """What came back for each of these notices, oldest first, by the notice's number."""
    mine = select(MailReturnRow).where(_RETURNS.c.notice.in_(notices))
    found: dict[int, list[MailReturnRow]] = {}
    for row in await fetch_rows(connection, mine.order_by(_RETURNS.c.noted_at, _RETURNS.c.fingerprint)):
        found.setdefault(row.notice, []).append(row)
    return found
