"""Who sees a case and why, and its pages as another post sees them.

Any page of a case takes ``?as=MEMBER/post`` from the secretariat and the case's Co-Chairs, who see all of it themselves.
The page is then made for that post by the same rule (``models.visibility``); nothing can be done on it and nothing is
written.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from models.posts import SECRETARIAT, Post, Role
from models.visibility import Sight, closed_sections, why_seen
from web.case.seen import names_in, seen_or_404
from web.kit.render import render
from web.kit.roles import LedgerReader

router = APIRouter(prefix="/cases/{reference}", include_in_schema=False)


@router.get("/audience")
async def audience(request: Request, reference: str, visitor: LedgerReader) -> HTMLResponse:
    """Who sees the case: each post, how much, and by what rule."""
    case, seen = await seen_or_404(request, reference, visitor.post)
    auditor = Post.of(SECRETARIAT.member, Role.AUDITOR)
    posts = (
        SECRETARIAT,
        *case.directory.co_chairs,
        *case.directory.steering_group,
        auditor,
        *case.directory.focal_points,
    )
    rows = [(post, *why_seen(case, post), sorted(closed_sections(case, case.request, post))) for post in posts]
    return render(
        request,
        "case/audience.html",
        case=seen.case,
        names=names_in(case),
        sights=Sight,
        seeing=[row for row in rows if row[1] > Sight.NOTHING],
        blind=[row for row in rows if row[1] is Sight.NOTHING],
        may_look=visitor.post == SECRETARIAT or visitor.post in case.directory.co_chairs,
    )
