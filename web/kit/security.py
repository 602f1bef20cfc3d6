"""The checks around every page: security headers, the host name, and the origin and key of forms."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from settings import Settings, is_loopback
from web.kit.errors import for_programs
from web.kit.problems import of_status
from web.kit.trace import trace, trace_refusal

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
"""On every answer that does not set its own."""

_LONGEST_COOKIES = 8_192

_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
_PROVED_BY_ADDRESS = "/answer/"
_FROM_ANYWHERE = "/my-mails/off/"
"""Mail programs send this form from wherever they are (RFC 8058); it takes no cookie and the address is the proof."""
_FOR_PROBES = frozenset(("/healthz", "/readyz", "/metrics"))
"""Asked for by machines at the address of a container. There are no cookies or forms; figures want a token."""
_STRICT_TRANSPORT = "max-age=31536000"
"""Not for names below ours: what else a ministry serves there is its own affair."""


def guard(app: FastAPI, settings: Settings) -> None:
    """Add the checks to an application: 421 for another host name, 403 for a form of another site."""
    public = urlsplit(settings.public_url)
    hosts = {str(public.hostname).lower()}

    @app.middleware("http")
    async def _around(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        request.scope["headers"] = [(name, _crumbs(name, value)) for name, value in request.scope["headers"]]
        host = (request.url.hostname or "").lower()
        # A name of this machine is let through: probes and rehearsals use it, and no link is ever made of it.
        if host not in hosts and not is_loopback(host) and request.url.path not in _FOR_PROBES:
            trace(request, "asked for under another name")
            return covered(_said(request, 421, "There is nothing under this name."), settings)
        from_anywhere = request.url.path.startswith(_FROM_ANYWHERE)
        if request.method not in _SAFE and not from_anywhere and not same_site(request, settings):
            trace(request, "a form of another site was refused")
            return covered(_said(request, 403, "This form was sent from another site."), settings)
        response = await call_next(request)
        trace_refusal(request, response)
        return covered(response, settings)


def covered(response: Response, settings: Settings) -> Response:
    """An answer with the headers of every answer, where it does not set its own."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if settings.public_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", _STRICT_TRANSPORT)
    return response


def _crumbs(name: bytes, value: bytes) -> bytes:
    """The value of a header; of cookies those alone that can be ours.

    None of ours has a backslash. Python reads one that stands in quotes in a time that grows with the square of their
    number (CVE-2024-7592, mended in 3.11.10, 3.12.6 and 3.13).
    """
    if name != b"cookie":
        return value
    return b";".join(one for one in value[:_LONGEST_COOKIES].split(b";") if b"\\" not in one)


def _said(request: Request, status: int, sentence: str) -> Response:
    return of_status(status, detail=sentence) if for_programs(request) else PlainTextResponse(sentence, status)


def same_site(request: Request, settings: Settings) -> bool:
    """Whether a request that acts comes from our own pages, as far as the browser says (Fetch Metadata, RFC 6454).

    A program says neither; it has no cookie either, or the form key is still missing.
    """
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    origin = request.headers.get("origin")
    # A page that is sent with no-referrer sends its form with the origin "null" (Fetch, section 3.1): there, the
    # address itself is the proof, and who has it needs no other site.
    if origin is None or (origin == "null" and request.url.path.startswith(_PROVED_BY_ADDRESS)):
        return True
    sent, public = urlsplit(origin), urlsplit(settings.public_url)
    if (sent.scheme, sent.netloc) == (public.scheme, public.netloc):
        return True
    return is_loopback(sent.hostname or "") and sent.netloc == request.headers.get("host")
