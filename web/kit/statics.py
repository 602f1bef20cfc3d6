"""Style sheet, script and icon: served from the package, kept by browsers, nothing loaded from elsewhere."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from web.kit.render import STATIC

router = APIRouter(prefix="/static", include_in_schema=False)

_FILES = {path.name: path for path in STATIC.iterdir() if path.is_file()}
_KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}
"""An address carries the mark of its content, so it never changes."""


@router.get("/{name}")
async def static_file(name: str) -> FileResponse:
    """One of the files of the folder, by its name. 404 for any other name."""
    if name not in _FILES:
        raise HTTPException(404)
    return FileResponse(_FILES[name], headers=_KEEP)
