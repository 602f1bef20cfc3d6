"""The posts of an account, and the choice of the one that acts."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from models.posts import Post, needs_second_factor
from records import sessions
from records.sessions import Session
from web.kit.directory import held_by, member_names
from web.kit.render import render
from web.kit.sessions import Current, keyed_form, onward
from web.kit.site import Site
from web.kit.visitor import current_site

router = APIRouter(include_in_schema=False)


async def way_on(site: Site, email: str, wanted: str, *, strong: bool = False) -> str:
    """The address that a session continues at after signing in.

    The second factor if every post of the account needs it; the choice of a post if there are several; else the page
    that was wanted (``wanted``: a path of this site, or empty). ``strong``: the second factor was shown.
    """
    posts = await held_by(site, email)
    query = f"?{urlencode({'next': wanted})}" if wanted else ""
    if not strong and all(needs_second_factor(post) for post in posts):
        return f"/second-factor{query}"
    if len(posts) > 1:
        return f"/account/post{query}"
    return wanted or "/"


@router.get("/account/post")
async def acting_page(
    request: Request, session: Current, next_: Annotated[str, Query(alias="next")] = ""
) -> HTMLResponse:
    """The posts of the account, to choose the one that acts."""
    site = current_site(request)
    return render(
        request,
        "account/posts.html",
        form_key=session.form_key,
        onward=onward(next_),
        posts=await held_by(site, session.email),
        names=await member_names(site),
        locked=lambda post: _locked(session, post),
    )


def _locked(session: Session, post: Post) -> bool:
    return needs_second_factor(post) and not session.strong


@router.post("/account/post")
async def submit_acting_post(request: Request, session: Current) -> Response:
    """Act as another of the account's posts from now on; 403 for a post that is not the account's."""
    site = current_site(request)
    sent = await keyed_form(request, session.form_key)
    wanted = onward(sent.get("next"))
    post = next((one for one in await held_by(site, session.email) if one == sent.get("post")), None)
    if post is None:
        raise HTTPException(403)
    if _locked(session, post):
        query = {"post": str(post), **({"next": wanted} if wanted else {})}
        return RedirectResponse(f"/second-factor?{urlencode(query)}", 303)
    await sessions.choose_post(site.engine, session.number, post)
    return RedirectResponse(wanted or "/", 303)
