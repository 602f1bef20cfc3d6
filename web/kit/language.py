"""The language of the pages, chosen at the foot of any of them."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from web.kit.render import LANGUAGE_COOKIE, LANGUAGES
from web.kit.sessions import onward, set_cookie
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
        set_cookie(answer, current_site(request), LANGUAGE_COOKIE, str(language), _YEAR)
    return answer
