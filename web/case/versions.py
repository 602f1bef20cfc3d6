"""The versions of a case's request, and what each changed, as the reader may read them."""

import asyncio
import json
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse

from models.readings import WhatWasRead, sections_read
from models.request import Request as CaseRequest
from models.tables.cases import RequestVersionRow
from models.visibility import readable_version
from records import queries
from web.case.readings import note_read
from web.case.seen import AtCase, CaseVisit
from web.case.word_changes import Part, WordChanges
from web.kit.asked import AskedNumber
from web.kit.visitor import current_site

router = APIRouter(prefix="/cases", include_in_schema=False)

_SHOWN = 10
"""Versions on one page: each may be long."""

_Version = tuple[RequestVersionRow, dict[str, list[Part]]]


@router.get("/{reference}/versions")
async def versions_page(at: AtCase, before: AskedNumber = 0) -> HTMLResponse:
    """The newest versions of the request and what each changed, as the reader may read them; those before a number."""
    if not at.whole:
        raise HTTPException(404)
    async with current_site(at.request).engine.connect() as connection:
        rows = await queries.newest_versions(connection, at.case.reference, before=before, limit=_SHOWN + 1)
    shown, read = await asyncio.to_thread(_shown, at, rows)
    await note_read(at, read)
    return at.page("case/versions.html", versions=shown, earlier=rows[_SHOWN - 1].version if rows[_SHOWN:] else None)


def _shown(at: CaseVisit, rows: Sequence[RequestVersionRow]) -> tuple[list[_Version], list[WhatWasRead]]:
    """Each version with what it changed, and which confidential sections that tells of.

    ``rows``: the newest first, and the one before those that are shown, with which the last is compared. The newest
    changes are compared first, while the budget lasts.
    """
    post, words = at.visitor.post, WordChanges()
    versions = [readable_version(at.case, CaseRequest.model_validate(row.content), post) for row in rows]
    read = {read for one in versions for read in sections_read(at.case, one, post)}
    pairs = zip_longest(rows[:_SHOWN], versions[:_SHOWN], versions[1 : _SHOWN + 1])
    return [(row, _changes(words, old, new) if old else {}) for row, new, old in pairs], list(read)


def _changes(words: WordChanges, earlier: CaseRequest, later: CaseRequest) -> dict[str, list[Part]]:
    """For each section that differs, the words that stayed, went and came."""
    return {name: words.between(_plain(old), _plain(new)) for name, (old, new) in later.changes(earlier).items()}


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
