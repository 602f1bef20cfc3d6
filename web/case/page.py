"""The page of a case, as the post that reads it sees it, and its whole log in words."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from models.agenda import clock_panel
from models.case import Case, Stage
from models.duties import open_duties
from models.posts import SECRETARIAT
from models.release import release_of
from models.rules import terms_of_reference
from models.tables.cases import FollowUpRow
from models.visibility import Seen, Sight
from notifications.addresses import command_address
from records import queries
from web.case.seen import actions_of, names_in, seen_or_404
from web.case.timeline import timeline
from web.kit.render import gettext_of, language_for, render, words_for_reader
from web.kit.visitor import SignedIn, Visitor, current_site
from web.kit.wording import command_words

router = APIRouter(prefix="/cases", include_in_schema=False)

_PROCEDURE = (
    Stage.SUBMITTED,
    Stage.CO_CHAIR_REVIEW,
    Stage.PARTICIPANT_SELECTION,
    Stage.OPERATIONAL,
    Stage.REPORTING,
    Stage.CLOSED,
)
_NEWEST = 60


@router.get("/{reference}")
async def case_page(
    request: Request, visitor: SignedIn, reference: str, entry: Annotated[int, Query(ge=0)] = 0
) -> HTMLResponse:
    """The case. ``entry``: the entry that the reader has just caused."""
    site = current_site(request)
    case, seen = await seen_or_404(request, reference, visitor.post)
    shown = seen.case
    names = names_in(case)
    if seen.sight is Sight.CIRCULATED:
        return _circulated(request, case, seen, names)
    now = site.clock()
    told = []
    language = language_for(request, visitor)
    if seen.sight is Sight.CASE:
        entries = await site.files.entries(reference, after=max(0, case.seq - _NEWEST * 4))
        told = timeline(entries, words_for_reader(visitor, language, names), gettext_of(language))[-_NEWEST:]
    async with site.engine.connect() as connection:
        follow_ups = {row.number: row for row in await queries.parts(connection, reference, FollowUpRow)}
    return render(
        request,
        "case/page.html",
        case=shown,
        seen=seen,
        names=names,
        panel=clock_panel(shown, now),
        now=now,
        steps=_steps(shown),
        told=list(reversed(told)),
        entry=entry,
        doable=_doable(case, visitor, gettext_of(language)),
        mine=[duty for duty in open_duties(case) if duty.post == visitor.post],
        terms=terms_of_reference(case) if seen.sight is Sight.CASE else {},
        releases={k: release_of(case, c) for k, c in shown.circulations.items() if c.state == "released"},
        follow_ups=follow_ups,
        whole=seen.sight is Sight.CASE,
        secretariat=visitor.post == SECRETARIAT,
        hidden=[s for s in case.request.confidential if getattr(shown.request, s) != getattr(case.request, s)],
    )


def _circulated(request: Request, case: Case, seen: Seen, names: dict[str, str]) -> HTMLResponse:
    # What was released is made of the whole case, which its readers do not see: the rule leaves out who is not named.
    releases = {number: release_of(case, case.circulations[number]) for number in seen.case.circulations}
    return render(request, "case/circulated.html", case=seen.case, names=names, releases=releases)


def _doable(case: Case, visitor: Visitor, _: Callable[[str], str]) -> list[tuple[str, str]]:
    """What the post may do: the addresses of the pages, and the words."""
    may = actions_of(case, visitor.post)
    return [(command_address(do, case.reference), command_words(do, _)) for do in may]


def _steps(case: Case) -> list[tuple[Stage, str]]:
    """The procedure as a picture: each stage, and whether it is done, now, ahead, or the end that came instead."""
    if case.stage in _PROCEDURE:
        here = _PROCEDURE.index(case.stage)
        closed = case.stage is Stage.CLOSED
        marks = ["done" if n < here or closed else "now" if n == here else "ahead" for n in range(len(_PROCEDURE))]
        return list(zip(_PROCEDURE, marks, strict=True))
    reached = [Stage.SUBMITTED]
    if case.gates:
        reached.append(Stage.CO_CHAIR_REVIEW)
    if case.participants:
        reached.append(Stage.PARTICIPANT_SELECTION)
    if case.active_until:
        reached.append(Stage.OPERATIONAL)
    return [*((stage, "done") for stage in reached), (case.stage, "end")]


@router.get("/{reference}/log")
async def log_page(
    request: Request, visitor: SignedIn, reference: str, after: Annotated[int, Query(ge=0)] = 0
) -> HTMLResponse:
    """The whole timeline, from the first entry, a page at a time."""
    case, seen = await seen_or_404(request, reference, visitor.post)
    if seen.sight < Sight.CASE:
        raise HTTPException(404)
    entries = await current_site(request).files.entries(reference, after=after, limit=200)
    language = language_for(request, visitor)
    told = timeline(entries, words_for_reader(visitor, language, names_in(case)), gettext_of(language))
    more = entries[-1].seq if len(entries) == 200 else None
    return render(request, "case/log.html", case=seen.case, names=names_in(case), told=told, more=more)
