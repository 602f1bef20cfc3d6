"""The versions of a case's request, and what each changed, as the reader may read them."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse

from models.readings import sections_read
from models.request import Request as CaseRequest
from models.tables.cases import RequestVersionRow
from models.visibility import readable_version
from records import queries
from web.case.readings import note_read
from web.case.seen import AtCase
from web.case.word_changes import Part, WordChanges
from web.kit.visitor import current_site

router = APIRouter(prefix="/cases", include_in_schema=False)


@router.get("/{reference}/versions")
async def versions_page(at: AtCase) -> HTMLResponse:
    """All versions of the request and what each changed, as the reader may read them."""
    if not at.whole:
        raise HTTPException(404)
    async with current_site(at.request).engine.connect() as connection:
        rows = await queries.parts(connection, at.case.reference, RequestVersionRow)
    post = at.visitor.post
    shown = [readable_version(at.case, CaseRequest.model_validate(row.content), post) for row in rows]
    await note_read(at, list({read for one in shown for read in sections_read(at.case, one, post)}))
    return at.page("case/versions.html", versions=await asyncio.to_thread(_shown, rows, shown))


def _shown(
    rows: Sequence[RequestVersionRow], versions: Sequence[CaseRequest]
) -> list[tuple[RequestVersionRow, dict[str, list[Part]]]]:
    """Each version with what it changed, newest first. The newest changes are compared first, while the budget lasts."""
    words = WordChanges()
    return [
        (rows[n], _changes(words, versions[n - 1], versions[n]) if n else {}) for n in reversed(range(len(versions)))
    ]


def _changes(words: WordChanges, earlier: CaseRequest, later: CaseRequest) -> dict[str, list[Part]]:
    """For each section that differs, the words that stayed, went and came."""
    return {name: words.between(_plain(old), _plain(new)) for name, (old, new) in later.changes(earlier).items()}


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
