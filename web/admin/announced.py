"""What is announced of a Co-Chair's post, or of who co-chairs: its page, how it is stopped, and its holder's word."""

from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from models.base import N_
from models.directory_changes import AnnouncedState, may_agree, may_read_announced, may_stop
from models.refusal import Refused
from notifications.addresses import ANNOUNCED, announced_address
from records.announced_changes import (
    AnnouncedChange,
    agree_to_change,
    announced_change,
    carry_out_changes,
    stop_change,
    whom_it_concerns,
)
from records.directory import names_of
from web.admin.history import tell_cases
from web.kit.commands import must_prove
from web.kit.render import render
from web.kit.sessions import keyed_form
from web.kit.site import Site
from web.kit.visitor import SignedIn, Visitor, current_site

router = APIRouter(prefix=ANNOUNCED, include_in_schema=False)

_STATES = {
    AnnouncedState.WAITING: N_("It waits."),
    AnnouncedState.AGREED: N_("It takes effect now."),
    AnnouncedState.IN_FORCE: N_("It has taken effect."),
    AnnouncedState.STOPPED: N_("It was stopped; nothing was changed."),
    AnnouncedState.OVERTAKEN: N_("Something else was changed meanwhile; nothing came of it."),
}
_UNTOLD = N_("It waits: its holder could not be told of it by mail. It takes effect when a Co-Chair agrees to it.")
_NOT_YET = N_("It waits: the mail server has not taken over the mail to its holder yet. The time counts from then.")


async def carry_out(site: Site) -> None:
    """Carry out what need not wait any more, and have the running cases hear of it: at once, before the worker looks."""
    made, mails = await carry_out_changes(site.engine, site.clock())
    for change in made:
        await tell_cases(site, change)
    if mails:
        site.nudge_delivery()


class _Seen(NamedTuple):
    """A change as a visitor sees it, and what the visitor may do about it now."""

    change: AnnouncedChange
    state: str
    may_stop: bool
    may_agree: bool


async def _change_or_404(request: Request, visitor: Visitor, number: str) -> _Seen:
    """A change that the visitor may read; 404 to others."""
    if not (number.isascii() and number.isprintable()):
        raise HTTPException(404)
    async with current_site(request).engine.connect() as connection:
        change = await announced_change(connection, number)
        whom = await whom_it_concerns(connection, change) if change else None
    if change is None or whom is None or not may_read_announced(visitor.post):
        raise HTTPException(404)
    state = _STATES[change.state]
    if change.waits and whom.told.since is None:
        state = _UNTOLD if whom.told.failed else _NOT_YET
    stops = may_stop(visitor.post, visitor.capacity, whom.stops)
    agrees = may_agree(change.kind, visitor.post, visitor.capacity, whom.stops, whom.instead)
    return _Seen(change, state, stops, agrees)


@router.get("/{number}")
async def announced_page(request: Request, visitor: SignedIn, number: str) -> HTMLResponse:
    """What is announced, by whom, and when it takes effect; 404 to posts that it does not concern."""
    return await _page(request, visitor, number)


async def _page(request: Request, visitor: Visitor, number: str, *, status: int = 200, wrong: str = "") -> HTMLResponse:
    seen = await _change_or_404(request, visitor, number)
    async with current_site(request).engine.connect() as connection:
        names = await names_of(connection)
    return render(
        request,
        "admin/announced.html",
        status,
        change=seen.change,
        names=names,
        wrong=wrong,
        state=seen.state,
        may_stop=seen.may_stop and seen.change.waits,
        may_agree=seen.may_agree and seen.change.waits,
    )


@router.post("/{number}/stop")
async def submit_stop(request: Request, visitor: SignedIn, number: str) -> Response:
    """Stop a change: its post's holder, a Co-Chair where it is about who co-chairs, or the secretariat.

    403: nobody else. 409: too late.
    """
    await keyed_form(request, visitor.form_key)
    if not (await _change_or_404(request, visitor, number)).may_stop:
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
    """The holder's own word, with the second factor: the change takes effect at once. 403: somebody else's.

    Where the holder could not be told by mail, a Co-Chair's.
    """
    sent = await keyed_form(request, visitor.form_key)
    if not (await _change_or_404(request, visitor, number)).may_agree:
        raise HTTPException(403)
    must_prove(request, visitor, "hand_over", sent)
    site = current_site(request)
    try:
        await agree_to_change(site.engine, number, visitor.post, visitor.email, site.clock())
    except Refused as refused:
        return await _page(request, visitor, number, status=refused.why.status, wrong=refused.sentence)
    await carry_out(site)
    return RedirectResponse(announced_address(number), 303)
