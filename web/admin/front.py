"""What there is to administer, for the post that looks."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from models.posts import Role
from web.render import render
from web.visitor import Visitor, only

router = APIRouter(prefix="/admin", include_in_schema=False)

SEE_DIRECTORY = (Role.SECRETARIAT, Role.AUDITOR)
"""The secretariat manages the directory; auditors read it."""

ADMINISTER = (Role.SECRETARIAT, Role.CO_CHAIR, Role.AUDITOR)
"""Who has something here: Co-Chairs decide on the policy and read notices beforehand."""


@router.get("")
async def front(request: Request, visitor: Annotated[Visitor, only(*ADMINISTER)]) -> HTMLResponse:
    """The parts of the administration."""
    return render(request, "admin/front.html", directory=visitor.post.role in SEE_DIRECTORY)
