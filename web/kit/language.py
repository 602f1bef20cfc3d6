"""The language of the pages, chosen at the foot of any of them."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from web.kit.render import LANGUAGE_COOKIE, LANGUAGE_COOKIE_OVER_TLS, LANGUAGES
from web.kit.sessions import drop_cookie, onward, set_cookie
from web.kit.visitor import current_site

router = APIRouter(include_in_schema=False)

_YEAR = 365 * 24 * 3600


@router.post("/language")
async def submit_language(request: Request) -> Response:
    """Save the language in a cookie and go back to the page. No account is needed."""
    sent = await request.form()
    answer = RedirectResponse(onward(sent.get("back")) or "/", 303)
    language = sent.get("language")
    if language in LANGUAGES:
        site = current_site(request)
        set_cookie(answer, site, LANGUAGE_COOKIE_OVER_TLS if site.secure else LANGUAGE_COOKIE, str(language), _YEAR)
        if site.secure and LANGUAGE_COOKIE in request.cookies:  # of before there was the other
            drop_cookie(answer, site, LANGUAGE_COOKIE)
    return answer
