"""What there is to administer, for the post that looks."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from web.kit.render import render
from web.kit.roles import SEE_DIRECTORY, Administrator

router = APIRouter(prefix="/admin", include_in_schema=False)


@router.get("")
async def administration_page(request: Request, visitor: Administrator) -> HTMLResponse:
    """The parts of the administration."""
    return render(request, "admin/front.html", directory=visitor.post.role in SEE_DIRECTORY)
