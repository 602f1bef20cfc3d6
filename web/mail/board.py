"""The mail with delivery problems, by post, and what the secretariat decides on each. Auditors may read it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from models.base import N_
from models.posts import Role
from models.returns import Fate
from models.tables.mail import MailDecisionRow, MailReturnRow
from notifications.texts import prose, shortened
from records.directory import names_of
from records.mail_board import NotDecided, StuckMailDecision, StuckNotice, give_up, queue_length, resend, stuck_notices
from records.mail_pauses import current_pause
from web.case.notices import ShownNotice, shown_notice
from web.kit.asked import AskedNumber
from web.kit.render import gettext_of, language_for, render
from web.kit.roles import Secretariat
from web.kit.sessions import keyed_form
from web.kit.visitor import Visitor, current_site, only

router = APIRouter(prefix="/mail-board", include_in_schema=False)

_A_PAGE = 200
_WHY = 1000
"""Characters of a reason."""

_FATES: Mapping[str, str] = {
    Fate.FAILED: N_("came back as undeliverable"),
    Fate.DELAYED: N_("is delayed on its way"),
    Fate.DELIVERED: N_("was delivered"),
    Fate.AUTO_REPLY: N_("was answered by a program"),
    Fate.UNCONFIRMED: N_("may have come back as undeliverable; a report names"),
}
_DECISIONS: Mapping[str, str] = {StuckMailDecision.RESEND: N_("sent again"), StuckMailDecision.GIVE_UP: N_("given up")}
_DECIDE: Mapping[str, Callable[..., Any]] = {StuckMailDecision.RESEND: resend, StuckMailDecision.GIVE_UP: give_up}


@router.get("")
async def mail_board_page(
    request: Request,
    visitor: Annotated[Visitor, only(Role.SECRETARIAT, Role.AUDITOR)],
    post: Annotated[str, Query(max_length=64, pattern=r"^[ -~]*$")] = "",
    after: AskedNumber = 0,
) -> HTMLResponse:
    """The notices with problems, a page at a time; ``post`` and ``after``: those of the last notice that was shown."""
    return await _page(request, visitor, (post, after) if post else None)


async def _page(
    request: Request, visitor: Visitor, after: tuple[str, int] | None = None, *, status: int = 200
) -> HTMLResponse:
    async with current_site(request).engine.connect() as connection:
        pause, queued = await current_pause(connection), await queue_length(connection)
        rows = await stuck_notices(connection, after=after, limit=_A_PAGE + 1)
        names = await names_of(connection)
    _ = gettext_of(language_for(request, visitor))
    shown = [_shown(row, _) for row in rows[:_A_PAGE]]
    posts = [(post, list(notices)) for post, notices in groupby(shown, lambda one: one.shown.notice.post)]
    return render(
        request,
        "mail/board.html",
        status,
        posts=posts,
        pause=pause,
        names=names,
        queued=queued,
        may_decide=visitor.post.role is Role.SECRETARIAT,
        undecided=status != 200,
        more=rows[_A_PAGE - 1] if len(rows) > _A_PAGE else None,
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """A stuck notice as the board shows it; what came back and what was decided, with the words for it."""

    shown: ShownNotice
    went_to_alternate: bool
    returns: Sequence[tuple[MailReturnRow, str]]
    decisions: Sequence[tuple[MailDecisionRow, str]]


def _shown(stuck: StuckNotice, _: Callable[[str], str]) -> _Shown:
    return _Shown(
        shown=shown_notice(stuck.notice, None, _),
        went_to_alternate=stuck.alternate_state is not None,
        returns=[(one, _(_FATES[one.fate])) for one in stuck.returns],
        decisions=[(one, _(_DECISIONS[one.what])) for one in stuck.decisions],
    )


@router.post("")
async def submit_mail_decision(request: Request, visitor: Secretariat) -> Response:
    """Send a notice again, or stop sending it. 409: there is nothing to decide on it, or the reason is missing."""
    site = current_site(request)
    sent = await keyed_form(request, visitor.form_key)
    act = _DECIDE.get(str(sent.get("what")))
    if act is None:
        raise HTTPException(404)
    why = shortened(prose(str(sent.get("why") or "")), _WHY)
    by = f"{visitor.post} ({visitor.email})"
    try:
        await act(site.engine, str(sent.get("notice") or ""), by=by, why=why, at=site.clock())
    except NotDecided:
        return await _page(request, visitor, status=409)
    site.nudge_delivery()
    return RedirectResponse("/mail-board", 303)
