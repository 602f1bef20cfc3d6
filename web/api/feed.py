"""What happens to a case, as it happens, for programs."""

from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Query, Request
from fastapi.responses import Response

from models.posts import Post
from models.visibility import Sight
from records import api_tokens
from records.api_tokens import Scope
from web.api.bearer import ReadingToken
from web.api.case import Reference
from web.case.feed import Feed, begins_after, events
from web.case.seen import seen_or_404
from web.kit.problems import Refusal, documented
from web.kit.visitor import current_site

router = APIRouter(tags=["a case"])


@router.get(
    "/cases/{reference}/feed",
    response_class=Response,
    responses={
        200: {"description": "Server-sent events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
        **documented(401, 403, 404, 422, 503),
    },
)
async def feed(
    request: Request,
    token: ReadingToken,
    reference: Reference,
    after: Annotated[
        int | None, Query(ge=0, le=999_999_999, description="Begin after this entry; left out: with what comes now.")
    ] = None,
    last_event_id: Annotated[str, Header(description="The `id` that was received last; goes before `after`.")] = "",
) -> Response:
    """Entries of the case's log as they come, as server-sent events `entry`: `id` is the number, `data` as in the log.

    A post that sees only a part of the case is told the number alone, and only when this part has changed. The feed ends
    with the token, and with the sight of the case.
    """
    site = current_site(request)
    case, seen = await seen_or_404(request, reference, token.post)
    if seen.sight is Sight.CIRCULATED:
        raise HTTPException(404)
    if site.watch.full(token.email):
        raise Refusal(503, "There are too many feeds; try again later.", "feeds", headers={"Retry-After": "30"})
    written = request.headers["authorization"].partition(" ")[2].strip()

    async def access() -> Post | None:
        now = await api_tokens.token_of(site.engine, written, site.clock(), touch=False)
        return now.post if now is not None and now.allows(Scope.READ) else None

    told = events(request, reference, begins_after(case, after, last_event_id), access, "en")
    return Feed(request, reference, token.email, told)
