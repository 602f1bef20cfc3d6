"""The list of cases, filtered by its address, a page at a time; and the views of it that a post has saved."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from models.base import tidy
from models.case import Stage
from models.posts import SECRETARIAT, Post, Role
from models.tables.directory import MemberRow
from records import lists
from records.directory import names_of, read_members
from records.saved_views import drop_view, keep_view, views_of
from web.kit.render import render
from web.kit.sessions import valid_key
from web.kit.visitor import SignedIn, current_site
from web.lists.filters import ListQuery

router = APIRouter(prefix="/cases", include_in_schema=False)

_LONGEST_NAME = 60


@router.get("")
async def case_list_page(
    request: Request, visitor: SignedIn, after: Annotated[str, Query(max_length=120)] = ""
) -> HTMLResponse:
    """The cases that the post sees, newest first."""
    site = current_site(request)
    asked = ListQuery.read(request.query_params)
    filters = asked.filters(visitor.zone, site.clock())
    async with site.engine.connect() as connection:
        found = await lists.cases_seen(
            connection, visitor.post, filters, lists.Cursor.read(after), lists.CASES_A_PAGE + 1
        )
        names = await names_of(connection)
        members = await read_members(connection)
        views = await views_of(connection, visitor.post)
    page = found[: lists.CASES_A_PAGE]
    more = lists.Cursor(page[-1].opened_at, page[-1].reference) if len(found) > len(page) else None
    return render(
        request,
        "lists/cases.html",
        cases=page,
        names=names,
        asked=asked,
        more=more,
        views=views,
        stages=[one for one in Stage if one is not Stage.DRAFT],
        members=[member.code for member in members],
        posts=_posts(members),
        longest=_LONGEST_NAME,
    )


def _posts(members: list[MemberRow]) -> list[Post]:
    """Who may be waited on: the secretariat, Co-Chairs, the Steering Group, focal points."""
    roles = ((Role.CO_CHAIR, "co_chair"), (Role.STEERING_GROUP, "steering_group"), (Role.FOCAL_POINT, "code"))
    return [SECRETARIAT, *(Post.of(m.code, role) for role, mark in roles for m in members if getattr(m, mark))]


@router.post("/views")
async def submit_list_view(request: Request, visitor: SignedIn) -> Response:
    """Save the filters under a name, or remove a saved view (``gone``)."""
    sent = await request.form()
    if not valid_key(sent.get("_key"), visitor.form_key):
        raise HTTPException(403)
    site = current_site(request)
    asked = ListQuery.read({name: str(value) for name, value in sent.items()})
    try:
        name = tidy(str(sent.get("name") or ""))[:_LONGEST_NAME]
    except ValueError:
        name = ""
    if name and sent.get("gone"):
        await drop_view(site.engine, visitor.post, name)
    elif name:
        await keep_view(site.engine, visitor.post, name, asked.query)
    return RedirectResponse(f"/cases?{asked.query}" if asked.query else "/cases", 303)
