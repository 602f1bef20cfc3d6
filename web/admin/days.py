"""Announced days of offices: one person of the secretariat enters them, another confirms them or takes them back."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from models.announced_days import AnnouncedDay
from models.refusal import Refused
from records.announced_days import confirm_day, day_about, drop_day, enter_day
from web.admin.directory import Unsaved, member_page
from web.admin.history import editor_of, tell_cases
from web.kit.commands import must_prove
from web.kit.roles import Secretariat
from web.kit.sessions import keyed_form
from web.kit.visitor import current_site

router = APIRouter(prefix="/admin/directory", include_in_schema=False)


@router.post("/members/{code}/days")
async def submit_day(request: Request, visitor: Secretariat, code: str) -> Response:
    """Enter days on which an office is closed after all, or open. 422: they do not lie ahead, or are none."""
    sent = await keyed_form(request, visitor.form_key)
    first = str(sent.get("first") or "")
    given = {"first": first, "last": str(sent.get("last") or "") or first, "closed": sent.get("closed") != "no"}
    try:
        days = AnnouncedDay.model_validate({**given, "why": str(sent.get("why") or "")})
        await enter_day(current_site(request).engine, editor_of(request, visitor, sent), code, days)
    except ValidationError as error:
        wrong = "; ".join(one["msg"] for one in error.errors())
        return await member_page(request, visitor, code, Unsaved(422, wrong, ""))
    except Refused as refused:
        return await member_page(request, visitor, code, Unsaved(refused.why.status, refused.sentence, ""))
    current_site(request).nudge_delivery()
    return RedirectResponse(f"/admin/directory/members/{code}#days", 303)


@router.post("/days/{number}")
async def submit_day_answer(request: Request, visitor: Secretariat, number: str) -> Response:
    """Confirm days that another person has entered, or take them back. 403: one's own; 409: they do not wait any more."""
    sent = await keyed_form(request, visitor.form_key)
    must_prove(request, visitor, "hand_over", sent)
    site, editor = current_site(request), editor_of(request, visitor, sent)
    async with site.engine.connect() as connection:
        code = await day_about(connection, number)
    if code is None:
        raise HTTPException(404)
    try:
        if sent.get("answer") != "confirm":
            await drop_day(site.engine, editor, number)
            return RedirectResponse(f"/admin/directory/members/{code}#days", 303)
        made = await confirm_day(site.engine, editor, number)
    except Refused as refused:
        return await member_page(request, visitor, code, Unsaved(refused.why.status, refused.sentence, ""))
    await tell_cases(site, made)
    site.nudge_delivery()
    return RedirectResponse(f"/admin/directory/changes/{made.id}", 303)
