"""Liveness and readiness, for supervisors, load balancers and operators."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from records.mail_pauses import current_pause
from settings import Settings, SettingsError
from web.kit.site import Site
from web.kit.visitor import current_site
from workflows.client import NotAnswered

CHECK_SECONDS = 3.0
_UNKNOWN = "it is not known whether all go on"
_SEEN_FOR = timedelta(seconds=10)

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
    lost = await _cases(current_site(request))
    mail = await _mail(request.app.state.engine)
    status = "ready" if lost in ("", _UNKNOWN) else "ready, but a case needs an operator"
    return JSONResponse({"status": status, "cases": lost or "all go on", "mail": mail})


async def _cases(site: Site) -> str:
    """How many open cases have no workflow that goes on; which ones, an operator learns from ``ahg doctor``.

    The pages work, and the other cases go on: so the answer is no 503, on which all of them would be cut off. Whoever
    asks often is told what was seen a moment ago.
    """
    if site.cases_seen is None or site.clock() - site.cases_seen[0] > _SEEN_FOR:
        site.cases_seen = site.clock(), await look_at_cases(site)
    return site.cases_seen[1]


async def look_at_cases(site: Site) -> str:
    """What is the matter with open cases, for those who watch the machine; empty when all go on."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            lost = await (await site.casework()).stranded(tasks=False)
    except (NotAnswered, SettingsError, SQLAlchemyError, OSError, TimeoutError):
        return _UNKNOWN
    return f"{len(lost)} without a workflow; `ahg doctor` names them, `ahg revive` begins them again" if lost else ""


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
