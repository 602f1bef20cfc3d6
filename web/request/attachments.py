"""The files of requests: adding, removing and downloading them. No file is shown inside a page."""

import unicodedata
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from casework import amend_draft
from models.attachments import FILE_KINDS, clean_name, too_much
from models.base import N_
from models.readings import Reading, WhatWasRead
from models.refusal import RefusalKind, Refused
from models.request import Attachment
from models.request import Request as CaseRequest
from models.tables.cases import RequestVersionRow
from models.visibility import readable_version
from records import queries
from web.case.readings import note_read
from web.case.seen import AtCase, CaseVisit
from web.kit.errors import page_saying
from web.kit.render import render
from web.kit.roles import FocalPoint
from web.kit.sessions import keyed_form, valid_key
from web.kit.visitor import Visitor, current_site
from web.request.draft import draft_of
from web.request.steps import FORM_STEPS, step_after
from web.request.uploads import ACCEPT, kinds_in_words, taken_in

router = APIRouter(include_in_schema=False)

_LOG = structlog.get_logger(__name__)
_STEP = "attachments"

_AS_IT_IS = frozenset(kind.media for kind in FILE_KINDS if not kind.media.startswith("text/"))
"""Media types that a download carries. In which encoding a text is, nobody said; so it goes as bytes."""


# putting in and taking out ----------------------------------------------------------------------------------------


@router.get("/request/new/attachments")
async def files_page(request: Request, visitor: FocalPoint) -> HTMLResponse:
    """The step of the request with its files."""
    return await _page(request, visitor)


async def _page(
    request: Request, visitor: Visitor, faults: list[str] | None = None, refused: Refused | None = None
) -> HTMLResponse:
    """The step; ``faults``: why files were not attached, ``refused``: why none was."""
    case, draft = await draft_of(request, visitor)
    store = current_site(request).attachments
    return render(
        request,
        "request/attachments.html",
        refused.why.status if refused else 422 if faults else 200,
        case=case,
        steps=FORM_STEPS,
        here=_STEP,
        form=next(step.words for step in FORM_STEPS if step.name == _STEP),
        attachments=_of(draft),
        faults=faults or [],
        refused=refused,
        accept=ACCEPT,
        kinds=kinds_in_words,
        limits=store.limits,
        room=await store.room_of(visitor.post.member),
    )


def _of(draft: Mapping[str, Any]) -> list[Attachment]:
    return [Attachment.model_validate(one) for one in draft.get("attachments") or ()]


@router.post("/request/new/attachments")
async def submit_files(request: Request, visitor: FocalPoint) -> Response:
    """Save the files that were sent, and continue, or stay to add more. A refused file does not stop the others."""
    async with request.form() as sent:
        if not valid_key(sent.get("_key"), visitor.form_key):
            raise HTTPException(403)
        site = current_site(request)
        _case, draft = await draft_of(request, visitor)
        new, faults = await taken_in(request, visitor, sent, _of(draft))
        to = str(sent.get("to") or "")

    def added(before: dict[str, Any]) -> dict[str, Any]:
        whole = list({one.sha256: one for one in (*_of(before), *new)}.values())
        over = too_much(whole, site.attachments.limits)  # another window may have added some meanwhile
        if over:
            raise Refused(RefusalKind.INVALID, over)
        return {**before, "attachments": [one.model_dump(mode="json") for one in whole]}

    if new:
        try:
            await amend_draft(site.engine, visitor.post, added, site.clock())
        except Refused as refused:
            return await _page(request, visitor, faults, refused)
    if faults:
        return await _page(request, visitor, faults)
    return RedirectResponse(f"/request/new/{_STEP if to == 'stay' else step_after(_STEP, to)}", 303)


@router.post("/request/new/attachments/remove")
async def submit_file_removal(request: Request, visitor: FocalPoint) -> Response:
    """Remove a file from the draft; nothing happens when it is not in it."""
    sent = await keyed_form(request, visitor.form_key)
    site, sha256 = current_site(request), str(sent.get("sha256") or "")

    def without(before: dict[str, Any]) -> dict[str, Any]:
        left = [one.model_dump(mode="json") for one in _of(before) if one.sha256 != sha256]
        return {**before, "attachments": left}

    await amend_draft(site.engine, visitor.post, without, site.clock())
    return RedirectResponse(f"/request/new/{_STEP}", 303)


# downloading ------------------------------------------------------------------------------------------------------


@router.get("/request/files/{sha256}")
async def own_file(request: Request, visitor: FocalPoint, sha256: str) -> Response:
    """A file that the visitor's member has uploaded, under the name that its draft gives it."""
    own = await current_site(request).attachments.put_in(visitor.post.member, [_written(sha256)])
    if sha256 not in own:
        raise HTTPException(404)
    _case, draft = await draft_of(request, visitor)
    named = next((one for one in _of(draft) if one.sha256 == sha256), own[sha256])
    return await _download(request, own[sha256], named.name, reference="")


@router.get("/cases/{reference}/files/{sha256}")
async def file_of_case(at: AtCase, sha256: str) -> Response:
    """A file of any version of the request, if the reader may read it there."""
    _written(sha256)
    async for version in _readable_versions(at):
        for one in version.attachments:
            if one.sha256 == sha256:
                answer = await _download(at.request, one, one.name, at.case.reference)
                if answer.status_code == 200:
                    await note_read(at, [WhatWasRead(Reading.FILE, f"{clean_name(one.name)} ({sha256[:12]})")])
                return answer
    raise HTTPException(404)


async def _readable_versions(at: CaseVisit) -> AsyncIterator[CaseRequest]:
    """The request as the reader sees it, then the earlier versions if the reader sees the whole case."""
    yield at.seen.case.request
    if not at.whole:
        return
    before = 0
    while rows := await _version_before(at, before):
        before = rows[0].version
        yield readable_version(at.case, CaseRequest.model_validate(rows[0].content), at.visitor.post)


async def _version_before(at: CaseVisit, before: int) -> list[RequestVersionRow]:
    """One version at a time: all of them may be very long, and the file is mostly in the newest."""
    async with current_site(at.request).engine.connect() as connection:
        return await queries.newest_versions(connection, at.case.reference, before=before, limit=1)


def _written(sha256: str) -> str:
    """The SHA-256 in an address. 404 when it is none."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise HTTPException(404)
    return sha256


_MISSING = N_(
    "%(name)s is on record, but its content is missing here or damaged. The secretariat can have it restored."
)


async def _download(request: Request, file: Attachment, name: str, reference: str) -> Response:
    """The file, after its bytes are checked; 410 with a page when they are missing or damaged."""
    store = current_site(request).attachments
    fault = await store.fault(file.sha256, file.size)
    if fault:
        _LOG.error("a file of a request cannot be given out", reference=reference, sha256=file.sha256, fault=fault)
        return page_saying(request, 410, N_("The file is missing"), _MISSING, name=clean_name(name))
    kind = file.kind if file.kind in _AS_IT_IS else "application/octet-stream"
    return FileResponse(store.path(file.sha256), media_type=kind, headers=file_headers(name))


def file_headers(name: str) -> dict[str, str]:
    """Headers that have a browser save the file and never show it. Any ``name`` is encoded by RFC 6266."""
    plain = clean_name(name) or "file"
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    simple = "".join(one if one.isalnum() or one in " ._-()" else "_" for one in ascii_only).strip() or "file"
    return {
        "Content-Disposition": f"attachment; filename=\"{simple}\"; filename*=UTF-8''{quote(plain, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
