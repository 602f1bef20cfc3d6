"""The record's signed checkpoint, for auditors and witnesses: anybody may have it, and it tells nothing of a case."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse

from models.checkpoints import Submission, read_checkpoint
from models.notes import read_signer
from records.checkpoints import RecordDiffers, sign_newest
from records.tree import consistency_proof
from settings import SettingsError
from web.kit.visitor import current_site

router = APIRouter(include_in_schema=False)
_log = structlog.get_logger(__name__)


@router.get("/checkpoint")
async def checkpoint(request: Request, old: Annotated[int | None, Query(ge=0, le=2**53)] = None) -> PlainTextResponse:
    """The checkpoint of now (c2sp.org/tlog-checkpoint). With ``old`` the proof that the record grew from so many leaves
    stands before it, as c2sp.org/tlog-witness has it.
    """
    site = current_site(request)
    try:
        key = read_signer(site.settings.checkpoint_secret)
    except (SettingsError, ValueError):
        return PlainTextResponse("there is no key that signs checkpoints\n", 503)
    try:
        note = await sign_newest(site.engine, key, site.clock(), site.settings.checkpoint_signed)
    except RecordDiffers as differs:
        _log.error("the record is not the one that was signed", differs=str(differs))
        return PlainTextResponse(f"nothing is signed: {differs}\n", 409)
    except OSError as error:
        _log.error("what is signed cannot be kept beside the key of checkpoints", error=str(error))
        return PlainTextResponse("nothing is signed: it cannot be kept\n", 503)
    if old is None:
        return PlainTextResponse(str(note))
    size = read_checkpoint(note).size
    if old > size:
        return PlainTextResponse(f"the record has {size} leaves\n", 409)
    async with site.engine.connect() as connection:
        proof = await consistency_proof(connection, old, size)
    return PlainTextResponse(str(Submission(old, proof, note)))
