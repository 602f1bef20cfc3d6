"""The duties of the post that is signed in, and the board of open cases."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from models.case import Stage
from models.posts import Role
from records import lists, policies
from records.directory import names_of
from records.mail_pauses import current_pause
from web.kit.render import render
from web.kit.visitor import SignedIn, current_site, only

router = APIRouter(include_in_schema=False)

BOARD = (Role.SECRETARIAT, Role.CO_CHAIR, Role.STEERING_GROUP, Role.AUDITOR)


@router.get("/")
async def home_page(request: Request, visitor: SignedIn) -> HTMLResponse:
    """The duties of the post that acts, with their dates, and the open cases that it sees."""
    site = current_site(request)
    async with site.engine.connect() as connection:
        duties = await lists.duties_of(connection, visitor.post)
        proposal = await policies.awaiting(connection, visitor.post)
        follow_ups = await lists.follow_ups_of(connection, visitor.post)
        cases = await lists.cases_seen(connection, visitor.post, lists.Filters(open=True), limit=10)
        names = await names_of(connection)
    return render(
        request,
        "lists/home.html",
        duties=duties,
        follow_ups=follow_ups,
        cases=cases,
        names=names,
        now=site.clock(),
        proposal=proposal,
    )


@router.get("/board", dependencies=[only(*BOARD)])
async def board_page(request: Request, visitor: SignedIn) -> HTMLResponse:
    """Every open case by stage: whom it waits for, and how long it has been in its step."""
    site = current_site(request)
    now = site.clock()
    async with site.engine.connect() as connection:
        rows = await lists.open_cases(connection, visitor.post)
        counts = await lists.counts_by_stage(connection, visitor.post)
        names = await names_of(connection)
        paused = await current_pause(connection)
    columns: dict[Stage, list[tuple[lists.ListedCase, float]]] = {
        stage: [] for stage in Stage if not stage.ended and stage is not Stage.DRAFT
    }
    for row in rows:
        hours = (now - row.stage_since).total_seconds() / 3600 if row.stage_since else 0.0
        columns.setdefault(Stage(row.stage), []).append((row, hours))
    return render(request, "lists/board.html", columns=columns, counts=counts, names=names, paused=paused)
