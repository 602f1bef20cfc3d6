"""Browsers in which people have signed in: a cookie that says which addresses, sealed with the keys of the deployment.

It signs nobody in. With it a browser asks for links in a number of its own (``models.sign_in_limits``), so that nobody
else can use up its owner's, and a sign-in in another browser is told to the owner.
"""

import json
import secrets
from datetime import timedelta

from fastapi import Request, Response
from starlette.background import BackgroundTask

from models.base import Value
from models.sign_in_limits import Asker
from records.sign_ins import BegunSession
from web.kit.account_mail import AccountEvent, tell_account
from web.kit.sealing import Unreadable, open_secret, seal_secret
from web.kit.sessions import client_of, give_cookie, set_cookie
from web.kit.site import Site
from web.kit.trace import trace

_LASTS = timedelta(days=180)
_ADDRESSES = 4
"""Addresses that one browser is known for, the newest first; a cookie has room for no more than a few."""

_PURPOSE = "known browser"


class _Browser(Value):
    """A browser: its random id, the addresses that signed in there, until when it is known (seconds since 1970)."""

    id: str
    emails: tuple[str, ...]
    until: float


def asker_of(site: Site, request: Request, email: str) -> Asker:
    """Who asks for a link to an address (as it is compared): the client, and the browser where the owner knows it."""
    browser = _browser_of(site, request)
    known = browser is not None and email in browser.emails
    return Asker(client=client_of(request), browser=browser.id if browser is not None and known else "")


def welcome(site: Site, request: Request, response: Response, begun: BegunSession) -> None:
    """Give the browser of a session that has begun its cookies; where it is new to the address, the owner is told."""
    give_cookie(response, site, begun.token)
    trace(request, "signed in", begun.email)
    browser = _browser_of(site, request)
    emails = browser.emails if browser else ()
    if begun.email not in emails:
        response.background = BackgroundTask(tell_account, site, request, begun.email, AccountEvent.BROWSER)
    known = (begun.email, *(email for email in emails if email != begun.email))[:_ADDRESSES]
    own_id, until = browser.id if browser else secrets.token_urlsafe(16), (site.clock() + _LASTS).timestamp()
    written = _Browser(id=own_id, emails=known, until=until).model_dump_json()
    sealed = seal_secret(site.settings.keyring, written, _PURPOSE)
    set_cookie(response, site, _cookie(site), sealed, int(_LASTS.total_seconds()))


def _browser_of(site: Site, request: Request) -> _Browser | None:
    try:
        written = open_secret(site.settings.keyring, request.cookies.get(_cookie(site), ""), _PURPOSE)
        browser = _Browser.model_validate(json.loads(written))
    except (Unreadable, ValueError):
        return None
    return browser if site.clock().timestamp() < browser.until else None


def _cookie(site: Site) -> str:
    return "__Host-ahg-browser" if site.secure else "ahg-browser"
