"""The versions of a case's request, and what each changed, as the reader may read them."""

import difflib
import json
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from models.request import Request as CaseRequest
from models.tables.cases import RequestVersionRow
from models.visibility import Sight, readable_version
from records import queries
from web.case.seen import names_in, seen_or_404
from web.kit.render import render
from web.kit.visitor import SignedIn, current_site

router = APIRouter(prefix="/cases", include_in_schema=False)


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
    return render(request, "case/versions.html", case=seen.case, names=names_in(case), versions=list(reversed(shown)))


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
