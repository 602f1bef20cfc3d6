"""The search page: what the post may find of cases, requests, outcomes, recommendations and circulations."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from models.base import N_
from models.search import Thing
from models.search_words import excerpt, terms_of
from records import search as searching
from records.directory import names_of
from web.case.readings import note_found
from web.kit.render import render
from web.kit.visitor import SignedIn, current_site

router = APIRouter(include_in_schema=False)

_LONGEST = 300
_KINDS = {
    Thing.CASE: N_("cases and requests"),
    Thing.OUTCOME: N_("outcomes"),
    Thing.RECOMMENDATION: N_("recommendations"),
    Thing.CIRCULATION: N_("what was circulated"),
}


@router.get("/search")
async def search_page(
    request: Request,
    visitor: SignedIn,
    q: Annotated[str, Query()] = "",
    kind: Annotated[str, Query()] = "",
    after: Annotated[str, Query()] = "",
) -> HTMLResponse:
    """Hits, newest case first, a page at a time. Whatever is asked in the address, there is an answer."""
    asked = q[:_LONGEST]
    of_kind = Thing(kind) if kind in set(Thing) else None
    begin = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else searching.FIRST_HIT
    async with current_site(request).engine.connect() as connection:
        hits = await searching.find_texts(
            connection, visitor.post, asked, kind=of_kind, after=begin, limit=searching.HITS_A_PAGE + 1
        )
        names = await names_of(connection)
    terms = terms_of(asked)
    page = [(hit, excerpt(hit.text, terms)) for hit in hits[: searching.HITS_A_PAGE]]
    said = [(hit, "".join(piece.text for piece in pieces)) for hit, pieces in page]
    await note_found(current_site(request), said, terms, post=visitor.post, email=visitor.email)
    onward = {"q": asked, "kind": of_kind or "", "after": page[-1][0].id} if len(hits) > len(page) else None
    return render(
        request,
        "lists/search.html",
        names=names,
        asked=asked,
        terms=terms,
        kind=of_kind,
        kinds=_KINDS,
        hits=page,
        more=f"?{urlencode(onward)}" if onward else "",
    )
