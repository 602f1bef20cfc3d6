"""The API put together."""

from fastapi import APIRouter

from web.api import case, feed, giving, reading

router = APIRouter(prefix="/api/v1")
for _part in (reading, case, feed, giving):
    router.include_router(_part.router)
