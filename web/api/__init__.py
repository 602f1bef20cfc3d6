"""The JSON API under ``/api/v1``: the same as the pages, for programs. A token acts for its post, as far as it allows.

``bearer``       who asks: the token, and what it is good for
``problems``     what went wrong (RFC 9457)
``views``        what a case is to its reader, and the other answers
``reading``      what is read: duties, lists, commands
``case``         one case: itself, its log, its versions
``giving``       what is done: commands, submissions, the draft
``bodies``       JSON that is sent, and the key that makes sending twice harmless
``description``  the OpenAPI document
"""

from fastapi import APIRouter

from web.api import case, giving, reading

__all__ = ["router"]

router = APIRouter(prefix="/api/v1")
for _part in (reading, case, giving):
    router.include_router(_part.router)
