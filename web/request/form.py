"""The form of a new request, in steps that are saved as they are sent, to its submission."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casework import amend_draft
from models.case import Case
from models.likeness import likeness
from models.posts import Role
from models.refusal import Refused
from models.request import SECTIONS
from models.request import Request as CaseRequest
from records.lists import ListedCase
from records.search import similar_cases
from web.case.seen import names_in
from web.kit.commands import give_command, page_of_command
from web.kit.forms import FIGURE_ROWS, ROUTE_ROWS, fields_sent
from web.kit.render import render
from web.kit.security import valid_key
from web.kit.visitor import SignedIn, Visitor, current_site, only
from web.request.draft import as_sent, draft_of, read_fields, shown_fields
from web.request.steps import FORM_STEPS, STEP_NAMES, step_after

router = APIRouter(prefix="/request", include_in_schema=False)


_MEMBERS_ONLY = only(Role.FOCAL_POINT)


# a new request ----------------------------------------------------------------------------------------------------


@router.get("", dependencies=[_MEMBERS_ONLY])
async def first_step(visitor: SignedIn) -> Response:
    """Redirect to the first step."""
    return RedirectResponse(f"/request/new/{STEP_NAMES[0]}", 303)


@router.get("/new/check", dependencies=[_MEMBERS_ONLY])
async def check_answers_page(request: Request, visitor: SignedIn) -> HTMLResponse:
    """The whole request as it would be submitted, and what is missing."""
    return await _check(request, visitor)


async def _check(
    request: Request, visitor: Visitor, refused: Refused | None = None, status: int = 200, command_id: str = ""
) -> HTMLResponse:
    case, draft = await draft_of(request, visitor)
    content, faults = read_fields(draft)
    shown = case.model_copy(update={"request": content, "requesters": (visitor.post.member,)})
    return render(
        request,
        "request/check.html",
        status,
        case=shown,
        names=names_in(case),
        steps=FORM_STEPS,
        here="check",
        similar=await _similar(request, visitor, case, content),
        faults=faults,
        missing=content.missing(),
        refused=refused,
        command_id=command_id or uuid4().hex,
        hidden=[],
        whole=False,
        files_at="/request/files",
    )


@router.get("/new/{step}", dependencies=[_MEMBERS_ONLY])
async def step_page(request: Request, visitor: SignedIn, step: str) -> HTMLResponse:
    """One step, with what was saved."""
    case, draft = await draft_of(request, visitor)
    return await _step(request, visitor, case, step, as_sent(draft))


@router.post("/new/submit", dependencies=[_MEMBERS_ONLY])
async def submit_request_form(request: Request, visitor: SignedIn) -> Response:
    """Submit what was saved. The same form sent twice gives the first result: one request, one reference."""
    sent = await request.form()
    if not valid_key(sent.get("_key"), visitor.form_key):
        raise HTTPException(403)
    command_id = str(sent.get("_id") or "")[:64] or uuid4().hex
    given = give_command(
        current_site(request), "submit", {}, by=visitor.post, command_id=f"{visitor.post}:{command_id}"
    )

    async def refused(refusal: Refused) -> HTMLResponse:
        return await _check(request, visitor, refusal, refusal.why.status, command_id)

    return await page_of_command(request, given, sent=sent.multi_items(), refused=refused, case=None, names={})


@router.post("/new/{step}", dependencies=[_MEMBERS_ONLY])
async def submit_step(request: Request, visitor: SignedIn, step: str) -> Response:
    """Save the step and continue to the next. 422: a field is wrong; the page says which, and keeps what was written."""
    sent = await request.form()
    if not valid_key(sent.get("_key"), visitor.form_key):
        raise HTTPException(403)
    if step not in STEP_NAMES:
        raise HTTPException(404)
    case, draft = await draft_of(request, visitor)
    words = FORM_STEPS[STEP_NAMES.index(step)].words
    fields = fields_sent(words, sent, visitor.zone)
    _content, faults = read_fields(fields)
    if faults:
        return await _step(request, visitor, case, step, {**as_sent(draft), **fields}, faults, 422)
    here = {one.name for one in words.fields}

    def kept(before: dict[str, Any]) -> dict[str, Any]:
        return {**{name: value for name, value in before.items() if name not in here}, **fields}

    site = current_site(request)
    await amend_draft(site.engine, visitor.post, kept, site.clock())
    return RedirectResponse(f"/request/new/{step_after(step, str(sent.get('to') or ''))}", 303)


async def _step(
    request: Request,
    visitor: Visitor,
    case: Case,
    step: str,
    given: Mapping[str, Any],
    faults: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    if step not in STEP_NAMES:
        raise HTTPException(404)
    words = FORM_STEPS[STEP_NAMES.index(step)].words
    return render(
        request,
        "request/step.html",
        status,
        case=case,
        names=names_in(case),
        steps=FORM_STEPS,
        here=step,
        form=words,
        given=given,
        rows=range(FIGURE_ROWS),
        routes=range(ROUTE_ROWS),
        sections=SECTIONS,
        fields=shown_fields(request, visitor, case, words, given, faults),
        similar=await _similar(request, visitor, case, read_fields(given)[0]),
    )


async def _similar(request: Request, visitor: Visitor, case: Case, content: CaseRequest) -> list[ListedCase]:
    """Past cases that are like the request, among those that the post sees."""
    async with current_site(request).engine.connect() as connection:
        return await similar_cases(connection, visitor.post, likeness(content, case.directory))
