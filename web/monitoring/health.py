"""Liveness and readiness, for supervisors, load balancers and operators."""

import asyncio
from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from records.mail_pauses import current_pause
from settings import Settings, SettingsError

CHECK_SECONDS = 3.0

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def liveness() -> JSONResponse:
    """200 while the process answers. It checks nothing else: restarting this process would not repair another."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz")
async def readiness(request: Request) -> JSONResponse:
    """200 when the database and Temporal answer, else 503 and what is wrong, a sentence for each."""
    database, temporal = await asyncio.gather(
        _database(request.app.state.engine), _temporal(request.app.state.settings)
    )
    reasons = {name: why for name, why in {"database": database, "temporal": temporal}.items() if why}
    if reasons:
        return JSONResponse({"status": "not ready", "reasons": reasons}, 503)
    return JSONResponse({"status": "ready", "mail": await _mail(request.app.state.engine)})


async def _mail(engine: AsyncEngine) -> str:
    """Whether mail goes out. Who paused it, and why, is shown on pages only."""
    try:
        async with engine.connect() as connection:
            return "paused" if await current_pause(connection) else "goes out"
    except (SQLAlchemyError, OSError):
        return "unknown"


async def _database(engine: AsyncEngine) -> str | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS), engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except TimeoutError:
        return f"the database did not answer within {CHECK_SECONDS:g} s"
    except (SQLAlchemyError, OSError) as error:
        return f"the database does not answer ({type(error).__name__})"  # its text may hold the address
    return None


async def _temporal(settings: Settings) -> str | None:
    try:
        target = settings.temporal_connect_config()["target_host"]
    except SettingsError as error:
        return str(error)
    host, _, port = target.rpartition(":")
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except (OSError, TimeoutError, ValueError):
        return f"Temporal at {target} does not answer"
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return None
