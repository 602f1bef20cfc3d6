"""The passkeys of an account: the keys by which its person signs what it decides."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.background import BackgroundTask

from models.passkeys import may_have_passkeys
from records.passkeys import PasskeyNotKept, end_passkey, passkeys_of
from web.kit.account_mail import AccountEvent, tell_account
from web.kit.commands import must_prove_anew
from web.kit.directory import member_names
from web.kit.passkey_touch import NotTouched, accept_passkey, offer, site_name
from web.kit.render import gettext_of, language_for, render
from web.kit.sessions import keyed_form
from web.kit.visitor import SignedIn, Visitor, current_site

router = APIRouter(prefix="/account/passkeys", include_in_schema=False)


@router.get("")
async def passkeys_page(request: Request, visitor: SignedIn) -> HTMLResponse:
    """The passkeys that the account has, and the form to add one. 404 for a post that has none."""
    return await _page(request, visitor)


async def _page(request: Request, visitor: Visitor, *, status: int = 200, wrong: str = "") -> HTMLResponse:
    if not may_have_passkeys(visitor.post):
        raise HTTPException(404)
    site = current_site(request)
    async with site.engine.connect() as connection:
        known = await passkeys_of(connection, visitor.email)
    name = site_name(site)
    options, sealed = offer(site, visitor.email, visitor.number, known, site.clock()) if name else ("", "")
    shown: dict[str, Any] = {"passkeys": known, "options": options, "sealed": sealed, "wrong": wrong}
    return render(request, "account/passkeys.html", status, names=await member_names(site), **shown)


@router.post("")
async def submit_new_passkey(request: Request, visitor: SignedIn) -> Response:
    """Keep a passkey that the browser has made, once the second factor is shown. 422: the answer is no good."""
    sent = await keyed_form(request, visitor.form_key)
    _ = gettext_of(language_for(request, visitor))
    if not may_have_passkeys(visitor.post):
        raise HTTPException(403)
    must_prove_anew(request, visitor, sent)
    site, name = current_site(request), str(sent.get("name") or "").strip()[:300]
    if not name:
        return await _page(request, visitor, status=422, wrong=_("Give the passkey a name."))
    offered, answer = str(sent.get("sealed") or ""), str(sent.get("credential") or "")
    try:
        await accept_passkey(site, visitor.email, visitor.number, name, offered, answer, site.clock())
    except NotTouched:
        wrong = _("The passkey was not added: your device gave no answer that fits, or it took too long. Try again.")
        return await _page(request, visitor, status=422, wrong=wrong)
    except PasskeyNotKept:
        wrong = _("The passkey was not added: it is here already, or you have as many as an account can have.")
        return await _page(request, visitor, status=409, wrong=wrong)
    response = RedirectResponse("/account/passkeys", 303)
    response.background = BackgroundTask(tell_account, site, request, visitor.email, AccountEvent.PASSKEY)
    return response


@router.post("/{number}/end")
async def submit_end_passkey(request: Request, visitor: SignedIn, number: str) -> Response:
    """End a passkey of one's own; 404 for any other."""
    must_prove_anew(request, visitor, await keyed_form(request, visitor.form_key))
    site = current_site(request)
    if not await end_passkey(site.engine, visitor.email, number, site.clock()):
        raise HTTPException(404)
    response = RedirectResponse("/account/passkeys", 303)
    response.background = BackgroundTask(tell_account, site, request, visitor.email, AccountEvent.PASSKEY_ENDED)
    return response
