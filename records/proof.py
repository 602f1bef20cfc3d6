"""Proof of notification: every notice of a case with what became of it, as pages show it and as a table for others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.notices import summary_of
from models.notices.state import NoticeState
from models.posts import Capacity
from records.notices import NOTICES, WIDTH, LedgerNotice, alternate_key, notice_columns, read_notice

_WHOM = ("post", "capacity", "address", "due")
_BECAME = ("state", "attempts", "settled_at", "reply", "reason", "settled_by", "instead_of", "digest")
_OF_THE_MAIL = ("attempts", "next_attempt_at", "settled_at", "address", "reply", "message_id", "settled_by")
"""What a notice that went in a digest takes over from the digest's mail."""

HEAD = ("queued_at", "kind", "what", *_WHOM, *_BECAME, "digest_state", "acknowledged_at", "message_id", "entry")
"""The names of the table's columns."""


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """A notice of a case with what became of its mail, its own or that of the digest in which it went.

    ``digest_state`` is that of this digest (None: it went in none); what the ledger says of that mail then stands in the
    notice itself.
    """

    notice: LedgerNotice
    digest_state: NoticeState | None


async def ledger_of_case(
    connection: AsyncConnection, reference: str, *, after: int = 0, limit: int | None = None
) -> list[ToldNotice]:
    """The notices of a case in the order in which they were queued, after a number (keyset paging).

    Where a notice's digest went to the alternate instead, another row with the same number follows: the notice as the
    alternate got it, with what became of that mail. ``limit`` does not count these rows.
    """
    c, digest, instead = NOTICES.c, NOTICES.alias("digests"), NOTICES.alias("instead")
    query = (
        select(*notice_columns(), *notice_columns(digest), *notice_columns(instead))
        .outerjoin_from(NOTICES, digest, digest.c.key == c.digest)
        .outerjoin(instead, instead.c.instead_of == digest.c.key)
        .where(c.reference == reference, c.id > after)
        .order_by(c.id)
        .limit(limit)
    )
    return [told for row in await connection.execute(query) for told in _with_its_mails(row)]


def _with_its_mails(row: Sequence[Any]) -> Iterator[ToldNotice]:
    """The notice as it went in a digest, and as it went in the digest of the alternate, if there is one."""
    notice = read_notice(row[:WIDTH])
    digest, instead = (
        read_notice(row[begin : begin + WIDTH]) if row[begin] is not None else None for begin in (WIDTH, 2 * WIDTH)
    )
    if notice.state is not NoticeState.GATHERED or digest is None:
        yield ToldNotice(notice, digest.state if digest else None)
        return
    yield ToldNotice(_in_the_mail(notice, digest, reason=digest.reason or notice.reason), digest.state)
    if instead is not None:
        to = {"key": alternate_key(notice), "capacity": Capacity.ALTERNATE, "instead_of": notice.key}
        mail = {"digest": instead.key, "queued_at": instead.queued_at, "reason": instead.reason}
        yield ToldNotice(_in_the_mail(notice, instead, **to, **mail, acknowledged_at=None), instead.state)


def _in_the_mail(notice: LedgerNotice, mail: LedgerNotice, **own: Any) -> LedgerNotice:
    """A notice with what became of the mail in which it went."""
    return replace(notice, **{name: getattr(mail, name) for name in _OF_THE_MAIL}, **own)


def lines(notices: Iterable[ToldNotice]) -> Iterable[Sequence[object]]:
    """A line under ``HEAD`` for each of these notices; ``entry``: that of the log."""
    for told in notices:
        one = told.notice
        of_the_notice = [getattr(one, name) for name in (*_WHOM, *_BECAME)]
        digest = (told.digest_state, one.acknowledged_at, one.message_id, one.seq)
        yield [one.queued_at, one.kind, summary_of(one.kind), *of_the_notice, *digest]
