"""Signing in with the identity provider of the deployment. The directory says which posts the person holds."""

import hmac
import json
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from models.base import N_
from records import sign_ins
from web.account.posts import way_on
from web.kit.errors import page_saying
from web.kit.identity_provider import IdentityProvider, NotSignedIn, ProviderAway
from web.kit.render import render
from web.kit.sealing import Unreadable, open_secret, seal_secret
from web.kit.sessions import cookie_of, device_of, drop_cookie, onward, set_cookie
from web.kit.site import Site
from web.kit.visitor import current_site
from web.signin.known_browsers import welcome

_LOG = structlog.get_logger(__name__)
_LASTS_SECONDS = 600
_PURPOSE = "openid"

router = APIRouter(prefix="/openid", include_in_schema=False)


@router.post("/begin")
async def begin_openid(request: Request) -> Response:
    """Send the browser to the provider. The state that must come back is in a sealed cookie; nothing is recorded.

    A form of ours with a press, so that no other site begins it. It is answered by a page that goes on, and not by a
    redirection, which browsers follow from a form to hosts of its policy alone (CSP, ``form-action``).
    """
    site = current_site(request)
    sent = await request.form()
    try:
        begun = await _provider(site).begin()
    except ProviderAway as away:
        return _away(request, away)
    proof = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier}
    kept = json.dumps({**proof, "next": onward(sent.get("next")), "until": site.clock().timestamp() + _LASTS_SECONDS})
    context: dict[str, Any] = {"to": begun.url, "provider": _provider(site).name}
    response = render(request, "signin/to_provider.html", headers={"Refresh": f"0; url={begun.url}"}, **context)
    sealed = seal_secret(site.settings.keyring, kept, _PURPOSE)
    set_cookie(response, site, _cookie(site), sealed, _LASTS_SECONDS)
    return response


@router.get("/return")
async def finish_openid(
    request: Request, state: Annotated[str, Query()] = "", code: Annotated[str, Query()] = ""
) -> Response:
    """Begin a session for the address that the provider gives. It works once, and only in the browser that began."""
    site = current_site(request)
    provider = _provider(site)
    begun = _begun(site, request.cookies.get(_cookie(site), ""), state)
    if begun is None or not code:
        return _not_signed_in(request)
    try:
        email = await provider.address(code, nonce=begun["nonce"], verifier=begun["verifier"])
    except ProviderAway as away:
        return _away(request, away)
    except NotSignedIn as wrong:
        _LOG.warning("a sign-in by the identity provider was not taken", why=str(wrong))
        return _not_signed_in(request)
    signed_in = await sign_ins.begin_for(
        site.engine, email, device=device_of(request), earlier=cookie_of(request), now=site.clock()
    )
    if signed_in is None:
        return _no_post(request)
    response = RedirectResponse(await way_on(site, signed_in.email, onward(begun["next"])), 303)
    welcome(site, request, response, signed_in)
    drop_cookie(response, site, _cookie(site))
    return response


def _provider(site: Site) -> IdentityProvider:
    """The provider. 404 where there is none."""
    if site.identity_provider is None:
        raise HTTPException(404)
    return site.identity_provider


def _begun(site: Site, cookie: str, state: str) -> dict[str, str] | None:
    """The sign-in that this browser began, if it came back in time; else None."""
    try:
        begun: dict[str, str] = json.loads(open_secret(site.settings.keyring, cookie, _PURPOSE))
    except Unreadable:
        return None
    late = site.clock().timestamp() > float(begun["until"])
    return None if late or not hmac.compare_digest(begun["state"].encode(), state.encode()) else begun


def _cookie(site: Site) -> str:
    return "__Host-ahg-openid" if site.secure else "ahg-openid"


def _not_signed_in(request: Request) -> Response:
    return _said(request, 400, N_("Signing in did not come to its end. Begin again, or ask for a link by mail."))


def _no_post(request: Request) -> Response:
    words = N_("The directory has no post with the address that your identity provider gave. Ask the secretariat.")
    return _said(request, 403, words)


def _away(request: Request, away: ProviderAway) -> Response:
    _LOG.error("the identity provider does not answer", why=str(away))
    words = N_("The identity provider does not answer. Ask for a link by mail instead, or try again later.")
    return _said(request, 503, words)


def _said(request: Request, status: int, words: str) -> Response:
    page, site = page_saying(request, status, N_("You are not signed in"), words), current_site(request)
    drop_cookie(page, site, _cookie(site))
    return page
