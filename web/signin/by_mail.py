"""Signing in by a link that is mailed to the address, and signing out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.background import BackgroundTask

from models.base import N_
from records import sessions, sign_ins
from web.account.posts import way_on
from web.kit.account_mail import send_link
from web.kit.errors import page_saying
from web.kit.render import render
from web.kit.sessions import cookie_of, device_of, keyed_form, onward, take_cookie
from web.kit.trace import trace
from web.kit.visitor import current_site
from web.signin.known_browsers import asker_of, welcome

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
async def sign_in_page(request: Request, next_: Annotated[str, Query(alias="next")] = "") -> HTMLResponse:
    """Ask for the mail address; ``next``: the page to go to then, a path of this site."""
    provider = current_site(request).identity_provider
    return render(request, "signin/by_mail.html", onward=onward(next_), provider=provider.name if provider else "")


@router.post("/sign-in")
async def submit_sign_in_address(request: Request) -> Response:
    """Send a link to the address if a post has it. The page never tells whether one has.

    429 when this browser, or this client, has asked for links to this address too often.
    """
    site = current_site(request)
    sent = await request.form()
    email = sign_ins.storable(str(sent.get("email") or ""))
    asker = asker_of(site, request, email)
    try:
        token = await sign_ins.ask_link(site.engine, email, asker, onward(sent.get("next")), site.clock())
    except sign_ins.TooMany as error:
        trace(request, "too many links were asked for", email)
        words = N_(
            "Links to this address were asked for often. Take the newest that came, or ask again in five minutes."
        )
        return page_saying(request, 429, N_("Too many requests"), words, {"Retry-After": str(error.seconds)})
    trace(request, "a link to sign in by was asked for", email)
    page = render(request, "signin/link_sent.html", minutes=int(sign_ins.LINK_LIFETIME.total_seconds() // 60))
    # After the answer: how long the mail takes tells nothing about the address.
    page.background = BackgroundTask(send_link, site, email, token) if token else None
    return page


@router.get("/sign-in/{token}")
async def confirm_sign_in_page(request: Request, token: str) -> HTMLResponse:
    """Ask whether to sign in. Programs that look through mails open links, so opening one does nothing."""
    site = current_site(request)
    link = await sign_ins.link_of(site.engine, token, site.clock())
    if link is None:
        return render(request, "signin/confirm.html", 410, link=None, token="")
    return render(request, "signin/confirm.html", link=link, token=token)


@router.post("/sign-in/{token}")
async def submit_sign_in(request: Request, token: str) -> Response:
    """Use the link up and begin a session; the session that the browser had before ends. 410: the link is not valid."""
    site = current_site(request)
    begun = await sign_ins.use_link(
        site.engine, token, device=device_of(request), earlier=cookie_of(request), now=site.clock()
    )
    if begun is None:
        return render(request, "signin/confirm.html", 410, link=None, token="")
    response = RedirectResponse(await way_on(site, begun.email, begun.onward), 303)
    welcome(site, request, response, begun)
    return response


@router.post("/sign-out")
async def submit_sign_out(request: Request) -> Response:
    """End this session."""
    site = current_site(request)
    response = RedirectResponse("/sign-in", 303)
    token = cookie_of(request)
    session = await sessions.session_of(site.engine, token, site.clock()) if token else None
    if session is not None:
        await keyed_form(request, session.form_key)
        await sessions.end_session(site.engine, session.email, session.number, site.clock())
    take_cookie(response, site)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
