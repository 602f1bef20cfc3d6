"""The notices of a case: to whom, what became of each mail, and whether its reader has confirmed it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from models.base import N_
from models.mail_preferences import HoldReason
from models.notices import summary_of
from models.notices.state import STUCK, NoticeState
from models.readings import Reading, WhatWasRead
from records.notices import LedgerNotice
from records.proof import HEAD, ledger_of_case, lines
from web.case.readings import note_read
from web.case.seen import AtLedger
from web.kit.asked import AskedNumber
from web.kit.csv_files import csv_answer
from web.kit.visitor import current_site

router = APIRouter(prefix="/cases/{reference}", include_in_schema=False)

_A_PAGE = 200

_STATES: Mapping[str, str] = {
    NoticeState.QUEUED: N_("waits"),
    NoticeState.DIGEST: N_("waits for the next digest"),
    NoticeState.GATHERED: N_("went in a digest"),
    NoticeState.RESERVED: N_("on its way"),
    NoticeState.SENT: N_("taken by the mail server"),
    NoticeState.REFUSED: N_("refused"),
    NoticeState.BOUNCED: N_("came back"),
    NoticeState.AMBIGUOUS: N_("perhaps sent: the answer was lost"),
    NoticeState.UNDELIVERABLE: N_("no mail could be sent"),
    NoticeState.SUPERSEDED: N_("not sent: settled before"),
    NoticeState.NOT_WANTED: N_("switched off by its reader"),
    NoticeState.GIVEN_UP: N_("given up"),
}
_WHY: Mapping[str, str] = {
    HoldReason.QUIET: N_("its reader keeps quiet hours"),
    HoldReason.DIGEST: N_("it can wait"),
    HoldReason.KIND_OFF: N_("this kind of mail is switched off"),
    HoldReason.CASE_OFF: N_("the mails of this case are switched off"),
    HoldReason.KIND_IN_CASE_OFF: N_("this kind of mail is switched off in this case"),
    HoldReason.ALL_OFF: N_("all optional mails are switched off"),
    HoldReason.NO_DIGEST: N_("digests are switched off"),
}


@router.get("/notices")
async def notices_page(at: AtLedger, after: AskedNumber = 0) -> HTMLResponse:
    """The notices of a case, a page at a time; ``after``: the number of the last one that was shown."""
    async with current_site(at.request).engine.connect() as connection:
        rows = await ledger_of_case(connection, at.case.reference, after=after, limit=_A_PAGE + 1)
    _say, _ = at.words
    numbers = list(dict.fromkeys(row.notice.id for row in rows))
    more = numbers[_A_PAGE - 1] if len(numbers) > _A_PAGE else None
    told = [shown_notice(row.notice, row.digest_state, _) for row in rows if more is None or row.notice.id <= more]
    return at.page("case/notices.html", after=after, more=more, told=told)


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice of the ledger with what a page says of it.

    ``summary`` of its kind; ``reason`` in words; ``held``: it waits because its reader wants it so.
    """

    notice: LedgerNotice
    summary: str
    state_words: str
    reason: str
    held: bool
    good: bool
    bad: bool


def shown_notice(notice: LedgerNotice, digest_state: NoticeState | None, _: Callable[[str], str]) -> ShownNotice:
    """A notice as a page shows it; ``digest_state``: that of the digest in which it went."""
    state = digest_state or notice.state
    words = [_(_STATES.get(one, one)) for one in dict.fromkeys((notice.state, state))]
    return ShownNotice(
        notice=notice,
        summary=_(summary_of(notice.kind)),
        state_words=": ".join(words),
        reason=_(why) if (why := _WHY.get(notice.reason)) else notice.reason,
        held=notice.state in (NoticeState.QUEUED, NoticeState.DIGEST) and notice.reason in _WHY,
        good=state is NoticeState.SENT,
        bad=state in STUCK,
    )


@router.get("/notices.csv")
async def notices_csv(at: AtLedger) -> Response:
    """The same as a file: every notice of the case."""
    async with current_site(at.request).engine.connect() as connection:
        rows = await ledger_of_case(connection, at.case.reference)
    await note_read(at, [WhatWasRead(Reading.EXPORT, "notices.csv")])
    return csv_answer(f"{at.case.reference}-notices.csv", HEAD, lines(rows))
