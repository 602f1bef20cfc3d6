"""The session of a request: its cookie, the key of its forms, the path to continue at, and the client's address."""

import hmac
import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request, Response
from starlette.datastructures import FormData

from notifications.texts import line, shortened
from records import sessions
from records.sessions import Session
from web.kit.site import Site
from web.kit.visitor import LONGEST_PATH, SignInFirst, current_site

_DEVICE = 120
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")


def cookie_of(request: Request) -> str:
    """The token in the session's cookie; empty when there is none."""
    return request.cookies.get(sessions.cookie_name(current_site(request).secure), "")


async def current_session(request: Request) -> Session:
    """The session of a request. Raises SignInFirst when there is none."""
    site = current_site(request)
    token = cookie_of(request)
    session = await sessions.session_of(site.engine, token, site.clock()) if token else None
    if session is None:
        raise SignInFirst("/sign-in")
    return session


Current = Annotated[Session, Depends(current_session)]
"""The session, whether or not its post may act yet; without one, the way to sign in."""


def set_cookie(response: Response, site: Site, name: str, value: str, seconds: int) -> None:
    """Have the browser keep a value for so long: no script reads it, no other site's form sends it."""
    response.set_cookie(name, value, seconds, path="/", secure=site.secure, httponly=True, samesite="lax")


def drop_cookie(response: Response, site: Site, name: str) -> None:
    """Have the browser forget a value."""
    response.delete_cookie(name, path="/", secure=site.secure, httponly=True, samesite="lax")


def give_cookie(response: Response, site: Site, token: str) -> None:
    """Put the session's token into its cookie."""
    lifetime = int(sessions.LIFETIME.total_seconds())
    set_cookie(response, site, sessions.cookie_name(site.secure), token, lifetime)


def take_cookie(response: Response, site: Site) -> None:
    """Have the browser forget the session's cookie."""
    drop_cookie(response, site, sessions.cookie_name(site.secure))


async def keyed_form(request: Request, form_key: str) -> FormData:
    """The form that was sent.

    Raises:
        HTTPException: 403, it does not carry the key of the session.
    """
    sent = await request.form()
    if not valid_key(sent.get("_key"), form_key):
        raise HTTPException(403)
    return sent


def valid_key(given: object, key: str) -> bool:
    """Whether a form carries the key of the session that it is sent in."""
    return isinstance(given, str) and bool(key) and hmac.compare_digest(given.encode(), key.encode())


def onward(wanted: object) -> str:
    """A path of this site to go on to, as it was asked for; empty when it is anything else.

    Browsers read ``//host``, ``/\\host`` and ``/<tab>/host`` as addresses of another site.
    """
    path = wanted if isinstance(wanted, str) else ""
    if not path.startswith("/") or path.startswith("//") or len(path) > LONGEST_PATH or _UNSAFE.search(path):
        return ""
    try:
        parts = urlsplit(path)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else path


def client_of(request: Request) -> str:
    """Whom limits of requests count: the client's address; of IPv6 the network of 64 bits, which is one customer's."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def device_of(request: Request) -> str:
    """What the browser says it is, in one line."""
    return shortened(line(request.headers.get("user-agent", "")), _DEVICE)
