"""The account: its posts, where it is signed in, and tokens for programs."""

from datetime import datetime, timedelta

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.background import BackgroundTask
from starlette.datastructures import FormData

from models.passkeys import may_have_passkeys
from models.posts import Post, needs_second_factor
from models.zones import known_zones
from records import api_tokens, sessions
from records.access import sign_out_everywhere
from records.api_tokens import ApiToken, Scope
from records.sessions import Session
from web.kit.account_mail import AccountEvent, TokenMade, tell_account
from web.kit.commands import must_prove_anew
from web.kit.directory import member_names
from web.kit.render import LANGUAGES, gettext_of, language_for, render
from web.kit.sessions import keyed_form, take_cookie
from web.kit.visitor import SignedIn, Visitor, current_site

router = APIRouter(prefix="/account", include_in_schema=False)

_DAYS = (30, 90, 180, 365)
"""Lives of a token that the page offers."""


@router.get("")
async def account_page(request: Request, visitor: SignedIn) -> HTMLResponse:
    """The account."""
    return await _page(request, visitor)


async def _page(
    request: Request,
    visitor: Visitor,
    *,
    status: int = 200,
    made: str = "",
    wrong: str = "",
    given: FormData | None = None,
) -> HTMLResponse:
    site = current_site(request)
    async with site.engine.connect() as connection:
        open_sessions: list[Session] = await sessions.sessions_of(connection, visitor.email, site.clock())
        tokens: list[ApiToken] = await api_tokens.tokens_of(connection, visitor.email, site.clock())
    return render(
        request,
        "account/page.html",
        status,
        sessions=open_sessions,
        tokens=tokens,
        made=made,
        wrong=wrong,
        given=given or FormData(),
        names=await member_names(site),
        days=_DAYS,
        scopes=list(Scope),
        usable=_usable(visitor),
        passkeys_offered=may_have_passkeys(visitor.post),
        zones=sorted(known_zones()),
    )


def _usable(visitor: Visitor) -> list[Post]:
    """The posts that this session may act as, and make tokens for."""
    return [post for post in visitor.posts if visitor.strong or not needs_second_factor(post)]


def _back() -> Response:
    return RedirectResponse("/account", 303)


@router.post("/preferences")
async def submit_account_preferences(request: Request, visitor: SignedIn) -> Response:
    """Save the language and the time zone of the pages. Left empty, those of the post hold."""
    sent = await keyed_form(request, visitor.form_key)
    language, zone = str(sent.get("language") or ""), str(sent.get("zone") or "")
    if language not in ("", *LANGUAGES) or zone not in ("", *known_zones()):
        raise HTTPException(422)
    await sessions.set_preferences(current_site(request).engine, visitor.email, language=language, zone=zone)
    return _back()


# sessions -----------------------------------------------------------------------------------------------------------


@router.post("/sessions/end")
async def submit_end_all_sessions(request: Request, visitor: SignedIn) -> Response:
    """Sign out everywhere, here too; tokens end with the sessions."""
    await keyed_form(request, visitor.form_key)
    site = current_site(request)
    await sign_out_everywhere(site.engine, visitor.email, site.clock())
    response = RedirectResponse("/sign-in", 303)
    take_cookie(response, site)
    return response


@router.post("/sessions/{number}/end")
async def submit_end_session(request: Request, visitor: SignedIn, number: str) -> Response:
    """End one session of one's own; 404 for any other."""
    await keyed_form(request, visitor.form_key)
    site = current_site(request)
    if not await sessions.end_session(site.engine, visitor.email, number, site.clock()):
        raise HTTPException(404)
    if number != visitor.number:
        return _back()
    response = RedirectResponse("/sign-in", 303)
    take_cookie(response, site)
    return response


# tokens -------------------------------------------------------------------------------------------------------------


@router.post("/tokens")
async def submit_new_token(request: Request, visitor: SignedIn) -> HTMLResponse:
    """Make a token and show it once, with the second factor, which an account that has none sets up now.

    403: it was not shown a moment ago, or this session may not act as the post; 422: a field is wrong.
    """
    sent = await keyed_form(request, visitor.form_key)
    site = current_site(request)
    _ = gettext_of(language_for(request, visitor))
    post = next((one for one in _usable(visitor) if one == sent.get("post")), None)
    if post is None:
        raise HTTPException(403)
    must_prove_anew(request, visitor, sent)
    name = str(sent.get("name") or "").strip()
    now = site.clock()
    try:
        expires_at = _end(sent, now)
        scopes = tuple(Scope(str(word)) for word in sent.getlist("scope"))
        token = await api_tokens.new_api_token(
            site.engine, visitor.email, post, name, scopes, expires_at=expires_at, now=now
        )
    except ValueError:
        wrong = _("Give the token a name, at least one thing it may do, and a life of at most a year.")
        return await _page(request, visitor, status=422, wrong=wrong, given=sent)
    except api_tokens.TooManyTokens:
        wrong = _("You have as many tokens as an account can have. End one first.")
        return await _page(request, visitor, status=409, wrong=wrong, given=sent)
    page = await _page(request, visitor, made=token)
    about = TokenMade(post, expires_at)
    page.background = BackgroundTask(tell_account, site, request, visitor.email, AccountEvent.TOKEN, about)
    return page


def _end(sent: FormData, now: datetime) -> datetime:
    """When the token expires. Raises ValueError: not a number of days."""
    days = str(sent.get("days") or "")
    if not (days.isascii() and days.isdigit() and len(days) <= 3):
        raise ValueError(days)
    return now + timedelta(days=int(days))


@router.post("/tokens/{number}/end")
async def submit_end_token(request: Request, visitor: SignedIn, number: str) -> Response:
    """End a token of one's own; 404 for any other."""
    await keyed_form(request, visitor.form_key)
    site = current_site(request)
    if not await api_tokens.end_token(site.engine, visitor.email, number, site.clock()):
        raise HTTPException(404)
    return _back()
