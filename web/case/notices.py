"""The notices of a case: to whom, what became of each mail, and whether its reader has confirmed it."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from models.base import N_
from models.mail_preferences import HoldReason
from models.notices import summary_of
from models.notices.state import STUCK, NoticeState
from records import ledger
from records.proof import HEAD, lines
from web.case.seen import names_in, seen_or_404
from web.kit.csv_files import csv_answer
from web.kit.render import gettext_of, language_for, render
from web.kit.roles import LedgerReader
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
async def notices_page(
    request: Request, reference: str, visitor: LedgerReader, after: Annotated[int, Query(ge=0, le=2**62)] = 0
) -> HTMLResponse:
    """The notices of a case, a page at a time; ``after``: the number of the last one that was shown."""
    case, seen = await seen_or_404(request, reference, visitor.post)
    async with current_site(request).engine.connect() as connection:
        rows = await ledger.ledger_of_case(connection, reference, after=after, limit=_A_PAGE + 1)
    _ = gettext_of(language_for(request, visitor))
    numbers = list(dict.fromkeys(row["id"] for row in rows))
    more = numbers[_A_PAGE - 1] if len(numbers) > _A_PAGE else None
    return render(
        request,
        "case/notices.html",
        case=seen.case,
        names=names_in(case),
        after=after,
        more=more,
        told=[shown_notice(row, _) for row in rows if more is None or row["id"] <= more],
    )


def shown_notice(row: Mapping[str, Any], _: Callable[[str], str]) -> dict[str, Any]:
    """A row of the ledger with its words.

    ``summary`` of its kind, ``state_words``, ``reason`` in words, whether it is good or bad, and ``held``: it waits
    because its reader wants it so.
    """
    state = row.get("digest_state") or row["state"]
    words = [_(_STATES.get(one, one)) for one in dict.fromkeys((row["state"], state))]
    return {
        **row,
        "summary": _(summary_of(row["kind"])),
        "state_words": ": ".join(words),
        "reason": _(why) if (why := _WHY.get(row["reason"])) else row["reason"],
        "held": row["state"] in (NoticeState.QUEUED, NoticeState.DIGEST) and row["reason"] in _WHY,
        "good": state == NoticeState.SENT,
        "bad": state in STUCK,
    }


@router.get("/notices.csv")
async def notices_csv(request: Request, reference: str, visitor: LedgerReader) -> Response:
    """The same as a file: every notice of the case."""
    await seen_or_404(request, reference, visitor.post)
    async with current_site(request).engine.connect() as connection:
        rows = await ledger.ledger_of_case(connection, reference)
    return csv_answer(f"{reference}-notices.csv", HEAD, lines(rows))
