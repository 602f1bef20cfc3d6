"""The versions of a case's request, and what each changed, as the reader may read them."""

import difflib
import json
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse

from models.request import Request as CaseRequest
from models.tables.cases import RequestVersionRow
from models.visibility import readable_version
from records import queries
from web.case.seen import AtCase
from web.kit.visitor import current_site

router = APIRouter(prefix="/cases", include_in_schema=False)


@router.get("/{reference}/versions")
async def versions_page(at: AtCase) -> HTMLResponse:
    """All versions of the request and what each changed, as the reader may read them."""
    if not at.whole:
        raise HTTPException(404)
    async with current_site(at.request).engine.connect() as connection:
        rows = await queries.parts(connection, at.case.reference, RequestVersionRow)
    shown = []
    earlier: CaseRequest | None = None
    for row in rows:
        version = readable_version(at.case, CaseRequest.model_validate(row.content), at.visitor.post)
        shown.append((row, _changes(earlier, version) if earlier else {}))
        earlier = version
    return at.page("case/versions.html", versions=list(reversed(shown)))


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
