"""Who read what of a case that not all may read, for auditors and for the requesters; and how it is written down."""

from collections.abc import Collection, Iterable, Mapping

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse

from models.base import N_
from models.posts import Post, Role
from models.readings import Reading, WhatWasRead, may_see_readings, sections_found
from models.search import Thing
from models.visibility import as_seen
from records.readings import READINGS_SHOWN, note_readings, readings_of_case
from records.search import Hit
from web.case.seen import AtCase, CaseVisit
from web.kit.site import Site
from web.kit.visitor import current_site

router = APIRouter(prefix="/cases/{reference}", include_in_schema=False)

_WHAT: Mapping[str, str] = {
    Reading.SECTION: N_("read a confidential section"),
    Reading.FILE: N_("downloaded a file"),
    Reading.EXPORT: N_("took a table or a log away"),
}


async def note_read(at: CaseVisit, read: Collection[WhatWasRead]) -> None:
    """Write down what a visitor is about to be shown. Who looks as another post is written down as itself."""
    site, visitor = current_site(at.request), at.visitor
    post = visitor.audience.own if visitor.audience else visitor.post
    await note_readings(site.engine, at.case.reference, read, post=str(post), email=visitor.email, at=site.clock())


async def note_found(
    site: Site, hits: Iterable[tuple[Hit, str]], terms: Collection[str], *, post: Post, email: str
) -> None:
    """Write down of which confidential sections a search is about to tell: each hit with the excerpt that is shown."""
    for hit, shown in hits:
        case = await site.files.read(hit.reference) if hit.kind is Thing.CASE else None
        seen = as_seen(case, post) if case is not None else None
        if case is not None and seen is not None and case.request.confidential:
            read = list(sections_found(case, seen, terms, shown))
            await note_readings(site.engine, case.reference, read, post=str(post), email=email, at=site.clock())


@router.get("/readings")
async def readings_page(at: AtCase) -> HTMLResponse:
    """Who read confidential sections, downloaded files or took the case away, the newest first."""
    if not may_see_readings(at.case, at.visitor.post):
        raise HTTPException(404)
    async with current_site(at.request).engine.connect() as connection:
        rows = await readings_of_case(connection, at.case.reference, READINGS_SHOWN)
    by_name = at.visitor.post.role is Role.AUDITOR
    return at.page("case/readings.html", rows=rows, what=_WHAT, by_name=by_name, sections=Reading.SECTION)
