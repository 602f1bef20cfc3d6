"""A case, as the post that reads it sees it: where it is, whose turn it is, what was decided, what comes by itself."""

import difflib
import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from models.agenda import clock_panel
from models.case import Case, Stage
from models.duties import open_duties
from models.posts import SECRETARIAT, Post
from models.release import release_of
from models.request import Request as CaseRequest
from models.rules import allowed, terms_of_reference
from models.tables.cases import FollowUpRow, RequestVersionRow
from models.visibility import Seen, Sight, as_seen, readable_version
from notifications.addresses import OWN_PAGES, command_address
from records import queries
from web.forms import FORMS
from web.render import gettext_of, language_for, render, words_for_reader
from web.timeline import timeline
from web.visitor import SignedIn, Visitor, current_site
from web.wording import command_words

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


async def seen_or_404(request: Request, reference: str, post: Post) -> tuple[Case, Seen]:
    """The case, for the rules, and as the post sees it, for the page. 404 alike when it is absent and when unseen."""
    written = reference.isascii() and reference.isprintable()  # else no database can be asked for it
    case = await current_site(request).files.read(reference) if written else None
    seen = as_seen(case, post) if case is not None else None
    if case is None or seen is None:
        raise HTTPException(404)
    return case, seen


def names_in(case: Case) -> dict[str, str]:
    """Names of members by code, as the case's own directory has them."""
    return {code: member.name for code, member in case.directory.members.items()}


def actions_of(case: Case, post: Post) -> list[str]:
    """What the post may do on this case now and has a page for, the post's duties first."""
    mine = [duty.do for duty in open_duties(case) if duty.post == post]
    may = allowed(case, post)
    return [do for do in dict.fromkeys((*mine, *may)) if do in may and (do in FORMS or do in OWN_PAGES)]


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
        "case.html",
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
    return render(request, "circulated.html", case=seen.case, names=names, releases=releases)


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


# versions of the request ------------------------------------------------------------------------------------------


@router.get("/{reference}/versions")
async def versions_page(request: Request, visitor: SignedIn, reference: str) -> HTMLResponse:
    """All versions of the request and what each changed, as the reader may read them."""
    case, seen = await seen_or_404(request, reference, visitor.post)
    if seen.sight < Sight.CASE:
        raise HTTPException(404)
    async with current_site(request).engine.connect() as connection:
        rows = await queries.parts(connection, reference, RequestVersionRow)
    shown = []
    earlier: CaseRequest | None = None
    for row in rows:
        version = readable_version(case, CaseRequest.model_validate(row.content), visitor.post)
        shown.append((row, _changes(earlier, version) if earlier else {}))
        earlier = version
    return render(request, "versions.html", case=seen.case, names=names_in(case), versions=list(reversed(shown)))


def _changes(earlier: CaseRequest, later: CaseRequest) -> dict[str, list[tuple[str, str]]]:
    """For each section that differs, the words that stayed, went and came: (``same``, ``del`` or ``ins``, text)."""
    return {name: _words_changed(_plain(old), _plain(new)) for name, (old, new) in later.changes(earlier).items()}


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def _words_changed(old: str, new: str) -> list[tuple[str, str]]:
    before, after = old.split(" "), new.split(" ")
    parts: list[tuple[str, str]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(("same", " ".join(before[a:b])))
            continue
        if b > a:
            parts.append(("del", " ".join(before[a:b])))
        if d > c:
            parts.append(("ins", " ".join(after[c:d])))
    return parts


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
    return render(request, "log.html", case=seen.case, names=names_in(case), told=told, more=more)
