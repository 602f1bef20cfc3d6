"""What is announced of a Co-Chair's post, or of who co-chairs: its page, how it is stopped, and its holder's word."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from models.base import N_
from models.directory_changes import ChangeKind
from models.posts import SECRETARIAT, Capacity, Role
from models.refusal import Refused
from notifications.addresses import ANNOUNCED, announced_address
from records.announced_changes import (
    AnnouncedChange,
    agree_to_change,
    announced_change,
    carry_out_changes,
    posts_that_stop,
    stop_change,
)
from records.directory import names_of
from web.admin.history import tell_cases
from web.kit.commands import must_prove
from web.kit.render import render
from web.kit.sessions import keyed_form
from web.kit.site import Site
from web.kit.visitor import SignedIn, Visitor, current_site

router = APIRouter(prefix=ANNOUNCED, include_in_schema=False)

_MAY_READ = (Role.SECRETARIAT, Role.AUDITOR, Role.CO_CHAIR)
_STATES = {
    "waiting": N_("It waits."),
    "agreed": N_("It takes effect now."),
    "in_force": N_("It has taken effect."),
    "stopped": N_("It was stopped; nothing was changed."),
    "overtaken": N_("Something else was changed meanwhile; nothing came of it."),
}


async def carry_out(site: Site) -> None:
    """Carry out what need not wait any more, and have the running cases hear of it: at once, before the worker looks."""
    for made in await carry_out_changes(site.engine, site.clock()):
        await tell_cases(site, made)
        site.nudge_delivery()


async def _change_or_404(request: Request, visitor: Visitor, number: str) -> tuple[AnnouncedChange, bool, bool]:
    """A change, whether the visitor is a holder whom it concerns, and whether the visitor may stop it. 404 to others."""
    if not (number.isascii() and number.isprintable()):
        raise HTTPException(404)
    async with current_site(request).engine.connect() as connection:
        change = await announced_change(connection, number)
        mine = change is not None and visitor.post in await posts_that_stop(connection, change)
    if change is None or not (mine or visitor.post.role in _MAY_READ):
        raise HTTPException(404)
    own = mine and visitor.capacity is Capacity.HOLDER
    return change, own, change.waits and (own or visitor.post == SECRETARIAT)


@router.get("/{number}")
async def announced_page(request: Request, visitor: SignedIn, number: str) -> HTMLResponse:
    """What is announced, by whom, and when it takes effect; 404 to posts that it does not concern."""
    return await _page(request, visitor, number)


async def _page(request: Request, visitor: Visitor, number: str, *, status: int = 200, wrong: str = "") -> HTMLResponse:
    change, own, may_stop = await _change_or_404(request, visitor, number)
    async with current_site(request).engine.connect() as connection:
        names = await names_of(connection)
    return render(
        request,
        "admin/announced.html",
        status,
        change=change,
        names=names,
        wrong=wrong,
        state=_STATES[change.state],
        may_stop=may_stop,
        may_agree=own and change.waits and change.kind is not ChangeKind.MARKS,
    )


@router.post("/{number}/stop")
async def submit_stop(request: Request, visitor: SignedIn, number: str) -> Response:
    """Stop a change: its post's holder, a Co-Chair where it is about who co-chairs, or the secretariat.

    403: nobody else. 409: too late.
    """
    await keyed_form(request, visitor.form_key)
    change, _own, may_stop = await _change_or_404(request, visitor, number)
    if change.waits and not may_stop:
        raise HTTPException(403)
    site = current_site(request)
    try:
        await stop_change(site.engine, number, visitor.post, visitor.email, visitor.name, site.clock())
    except Refused as refused:
        return await _page(request, visitor, number, status=refused.why.status, wrong=refused.sentence)
    site.nudge_delivery()
    return RedirectResponse(announced_address(number), 303)


@router.post("/{number}/agree")
async def submit_agreement(request: Request, visitor: SignedIn, number: str) -> Response:
    """The holder's own word, with the second factor: the change takes effect at once. 403: somebody else's."""
    sent = await keyed_form(request, visitor.form_key)
    change, own, _may_stop = await _change_or_404(request, visitor, number)
    if not own or change.kind is ChangeKind.MARKS:
        raise HTTPException(403)
    must_prove(request, visitor, "hand_over", sent)
    site = current_site(request)
    try:
        await agree_to_change(site.engine, number, visitor.post, visitor.email, site.clock())
    except Refused as refused:
        return await _page(request, visitor, number, status=refused.why.status, wrong=refused.sentence)
    await carry_out(site)
    return RedirectResponse(announced_address(number), 303)
