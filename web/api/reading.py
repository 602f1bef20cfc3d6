"""What a program reads: who it is, what waits for its post, the lists, and the commands there are."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from models.base import tidy
from models.case import Stage
from models.commands import COMMANDS
from models.policy import Urgency
from models.posts import Post
from models.rules import RULES
from models.search import Thing
from models.search_words import terms_of
from records import lists
from records import search as searching
from web.api import views
from web.api.bearer import ReadingToken
from web.case.readings import note_found
from web.kit.asked import AskedInstant
from web.kit.problems import Refusal, documented
from web.kit.visitor import current_site
from web.lists.home import BOARD

router = APIRouter(tags=["reading"], responses=documented(401, 403, 422, 503))

_ELSEWHERE = {"submit": ("POST", "/api/v1/cases"), "draft": ("PUT", "/api/v1/draft")}
_WHO = {"draft": "a member's focal point", "act_for": "the secretariat"}
_HERE = ("POST", "/api/v1/cases/{reference}/commands")


@router.get("/me")
async def me(token: ReadingToken) -> views.MeView:
    """The post that the token acts for, what it is good for, and until when."""
    return views.MeView.of(token, member=token.post.member, token=token.name)


@router.get("/duties")
async def duties(request: Request, token: ReadingToken) -> views.DutiesView:
    """What waits for the post, the most urgent first."""
    async with current_site(request).engine.connect() as connection:
        rows = await lists.duties_of(connection, token.post)
    return views.DutiesView(duties=tuple(map(views.DutyView.of, rows)))


@router.get("/cases")
async def cases(
    request: Request,
    token: ReadingToken,
    stage: Stage | None = None,
    urgency: Urgency | None = None,
    open_only: Annotated[bool, Query(alias="open", description="Leave out what has ended.")] = False,
    requester: Annotated[str, Query(max_length=40, description="Code of a member.")] = "",
    waiting_on: Annotated[Post | None, Query(description="The post whose turn it is.")] = None,
    opened_from: AskedInstant | None = None,
    opened_before: AskedInstant | None = None,
    overdue: Annotated[bool, Query(description="Only open cases whose deadline has passed.")] = False,
    after: Annotated[str, Query(max_length=120, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = lists.CASES_A_PAGE,
) -> views.CaseListView:
    """The cases that the post sees, newest first, a page at a time.

    A filter leaves out each case of which it would tell what the post does not see. One that was only circulated to the
    post's member has neither title nor stage.
    """
    cursor = lists.Cursor.read(after)
    if after and cursor is None:
        raise Refusal(422, "The cursor in after is not one that a page gave as next.", "invalid")
    site = current_site(request)
    filters = lists.Filters(
        stage=stage or "",
        urgency=urgency or "",
        open=open_only,
        requester=_storable(requester),
        waiting_on=waiting_on or "",
        opened_from=opened_from,
        opened_before=opened_before,
        overdue_at=site.clock() if overdue else None,
    )
    async with site.engine.connect() as connection:
        rows = await lists.cases_seen(connection, token.post, filters, cursor, limit + 1)
    page = rows[:limit]
    following = lists.Cursor(page[-1].opened_at, page[-1].reference) if len(rows) > limit else None
    return views.CaseListView(cases=tuple(map(views.row_view, page)), next=str(following) if following else None)


def _storable(given: str) -> str:
    """What a database can be asked for."""
    try:
        return tidy(given)
    except ValueError:
        raise Refusal(422, "The text holds a character that cannot be stored.", "invalid") from None


@router.get("/search")
async def search(
    request: Request,
    token: ReadingToken,
    q: Annotated[str, Query(description="Words, all of which must be there; each may be the beginning of one.")],
    kind: Thing | None = None,
    after: Annotated[str, Query(max_length=18, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = searching.HITS_A_PAGE,
) -> views.HitsView:
    """What the post may find of cases, requests, outcomes, recommendations and circulations, newest case first.

    Case and diacritics do not count, and no sign has a meaning. A query without words finds nothing.
    """
    if after and not (after.isascii() and after.isdecimal()):
        raise Refusal(422, "The cursor in after is not one that a page gave as next.", "invalid")
    begin = int(after) if after else searching.FIRST_HIT
    async with current_site(request).engine.connect() as connection:
        rows = await searching.find_texts(connection, token.post, q, kind=kind, after=begin, limit=limit + 1)
    terms = terms_of(q)
    hits = tuple(views.hit_view(row, terms) for row in rows[:limit])
    said = [(row, hit.excerpt) for row, hit in zip(rows, hits, strict=False)]
    await note_found(current_site(request), said, terms, post=token.post, email=token.email)
    return views.HitsView(hits=hits, next=str(rows[limit - 1].id) if len(rows) > limit else None)


@router.get("/board")
async def board(request: Request, token: ReadingToken) -> views.BoardView:
    """Every open case, longest in its step first, for the posts that see all: 403 to the others."""
    if token.post.role not in BOARD:
        raise Refusal(403, "The board is for the Co-Chairs, the Steering Group, the secretariat and auditors.")
    async with current_site(request).engine.connect() as connection:
        rows = await lists.open_cases(connection, token.post)
        counts = await lists.counts_by_stage(connection, token.post)
    by_stage = {Stage(stage): number for stage, number in counts.items()}
    return views.BoardView(cases=tuple(map(views.row_view, rows)), counts=by_stage)


@router.get("/follow-ups")
async def follow_ups(request: Request, token: ReadingToken) -> views.FollowUpsView:
    """The recommendations that the post's member owns and that are still followed."""
    async with current_site(request).engine.connect() as connection:
        rows = await lists.follow_ups_of(connection, token.post)
    owned = tuple(views.FollowUpView.of(row, to=tuple(row.addressees)) for row in rows)
    return views.FollowUpsView(follow_ups=owned)


@router.get("/commands")
async def commands(_token: ReadingToken) -> views.CommandsView:
    """Every command: what it does, who may give it and when, where it goes, and its fields as JSON schema (2020-12)."""
    return views.CommandsView(commands=tuple(map(_command, COMMANDS)))


def _command(do: str) -> views.CommandView:
    rule, body = RULES.get(do), COMMANDS[do]
    method, path = _ELSEWHERE.get(do, _HERE)
    return views.CommandView(
        do=do,
        description=(body.__doc__ or "").strip(),
        who=rule.who_words if rule else _WHO[do],
        stages=tuple(stage for stage in Stage if rule is not None and stage in rule.stages),
        method=method,
        path=path,
        fields=body.model_json_schema(),
    )
