"""The form of a new request, in steps that are saved as they are sent, to its submission."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casework import amend_draft
from models.case import Case
from models.likeness import likeness
from models.refusal import Refused
from models.request import Request as CaseRequest
from models.rules.affected import by_the_member, must_be_affected
from records.lists import ListedCase
from records.search import similar_cases
from web.kit.commands import give_command, page_of_command
from web.kit.forms import fields_sent
from web.kit.render import render
from web.kit.roles import FocalPoint
from web.kit.sessions import keyed_form
from web.kit.visitor import Visitor, current_site
from web.request.draft import as_sent, draft_of, read_fields, shown_fields
from web.request.steps import FORM_STEPS, STEP_NAMES, step_after

router = APIRouter(prefix="/request", include_in_schema=False)


@router.get("")
async def first_step(_visitor: FocalPoint) -> Response:
    """Redirect to the first step."""
    return RedirectResponse(f"/request/new/{STEP_NAMES[0]}", 303)


@router.get("/new/check")
async def check_answers_page(request: Request, visitor: FocalPoint) -> HTMLResponse:
    """The whole request as it would be submitted, and what is missing."""
    return await _check(request, visitor)


async def _check(
    request: Request, visitor: Visitor, refused: Refused | None = None, command_id: str = ""
) -> HTMLResponse:
    case, draft = await draft_of(request, visitor)
    content, faults = read_fields(draft)
    content = by_the_member(content, visitor.post.member)
    shown = case.model_copy(update={"request": content, "requesters": (visitor.post.member,)})
    return render(
        request,
        "request/check.html",
        refused.why.status if refused else 200,
        case=shown,
        steps=FORM_STEPS,
        here="check",
        similar=await _similar(request, visitor, case, content),
        faults=faults,
        missing=content.missing(),
        unaffected=_unaffected(shown, visitor.post.member),
        organisation=case.directory.is_organisation(visitor.post.member),
        refused=refused,
        command_id=command_id or uuid4().hex,
        hidden=[],
        whole=False,
        files_at="/request/files",
    )


def _unaffected(case: Case, member: str) -> str:
    """The member where the rules miss how it is affected itself; empty where it says so."""
    try:
        must_be_affected(case, by_the_member(case.request, member), member)
    except Refused:
        return member
    return ""


@router.get("/new/{step}")
async def step_page(request: Request, visitor: FocalPoint, step: str) -> HTMLResponse:
    """One step, with what was saved."""
    case, draft = await draft_of(request, visitor)
    return await _step(request, visitor, case, step, as_sent(draft))


@router.post("/new/submit")
async def submit_request_form(request: Request, visitor: FocalPoint) -> Response:
    """Submit what was saved. The same form sent twice gives the first result: one request, one reference."""
    sent = await keyed_form(request, visitor.form_key)
    command_id = str(sent.get("_id") or "")[:64] or uuid4().hex
    own_id = f"{visitor.post}:{command_id}"
    given = give_command(current_site(request), "submit", {}, by=visitor.post, command_id=own_id, means=visitor.means)

    async def refused(refusal: Refused) -> HTMLResponse:
        return await _check(request, visitor, refusal, command_id)

    return await page_of_command(request, given, sent=sent.multi_items(), refused=refused, case=None)


@router.post("/new/{step}")
async def submit_step(request: Request, visitor: FocalPoint, step: str) -> Response:
    """Save the step and continue to the next. 422: a field is wrong; the page says which, and keeps what was written."""
    sent = await keyed_form(request, visitor.form_key)
    if step not in STEP_NAMES:
        raise HTTPException(404)
    case, draft = await draft_of(request, visitor)
    words = FORM_STEPS[STEP_NAMES.index(step)].words
    fields = fields_sent(words, sent, visitor.zone)
    _content, faults = read_fields(fields)
    if faults:
        return await _step(request, visitor, case, step, {**as_sent(draft), **fields}, faults)
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
) -> HTMLResponse:
    """One step with what is ``given``; ``faults``: what is wrong with its fields."""
    if step not in STEP_NAMES:
        raise HTTPException(404)
    words = FORM_STEPS[STEP_NAMES.index(step)].words
    return render(
        request,
        "request/step.html",
        422 if faults else 200,
        case=case,
        steps=FORM_STEPS,
        here=step,
        form=words,
        fields=shown_fields(request, visitor, case, words, given, faults),
        similar=await _similar(request, visitor, case, read_fields(given)[0]),
    )


async def _similar(request: Request, visitor: Visitor, case: Case, content: CaseRequest) -> list[ListedCase]:
    """Past cases that are like the request, among those that the post sees."""
    async with current_site(request).engine.connect() as connection:
        return await similar_cases(connection, visitor.post, likeness(content, case.directory))
