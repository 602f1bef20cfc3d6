"""Who sees a case and why, and its pages as another post sees them.

Any page of a case takes ``?as=MEMBER/post`` from the secretariat and the case's Co-Chairs, who see all of it themselves.
The page is then made for that post by the same rule (``models.visibility``); nothing can be done on it and nothing is
written.
"""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from models.posts import SECRETARIAT, Post, Role
from models.visibility import Sight, closed_sections, sits_as_co_chair, why_seen
from web.case.seen import AtLedger

router = APIRouter(prefix="/cases/{reference}", include_in_schema=False)


@router.get("/audience")
async def audience(at: AtLedger) -> HTMLResponse:
    """Who sees the case: each post, how much, and by what rule."""
    case = at.case
    auditor = Post.of(SECRETARIAT.member, Role.AUDITOR)
    members = case.directory
    posts = (SECRETARIAT, *members.co_chairs, *members.steering_group, auditor, *members.focal_points)
    rows = [(post, *why_seen(case, post), sorted(closed_sections(case, case.request, post))) for post in posts]
    return at.page(
        "case/audience.html",
        sights=Sight,
        seeing=[row for row in rows if row[1] > Sight.NOTHING],
        blind=[row for row in rows if row[1] is Sight.NOTHING],
        may_look=at.visitor.post == SECRETARIAT or sits_as_co_chair(case, at.visitor.post),
    )
