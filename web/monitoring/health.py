"""Liveness and readiness, for supervisors, load balancers and operators."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.service import RPCError, RPCStatusCode

from casework import Casework
from records.log_checks import differing_logs
from records.mail_pauses import current_pause
from settings import Settings, SettingsError
from web.kit.site import Site, WorkSeen
from web.kit.visitor import current_site
from workflows.client import NotAnswered

CHECK_SECONDS = 3.0
_UNKNOWN = "it is not known whether all go on"
_ASKED_AT_ONCE = 10
_SEEN_FOR = timedelta(seconds=10)

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def liveness() -> JSONResponse:
    """200 while the process answers. It checks nothing else: restarting this process would not repair another."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz")
async def readiness(request: Request) -> JSONResponse:
    """200 when database and Temporal answer and workers take commands; else 503 and a sentence for each that is wrong."""
    database, temporal = await asyncio.gather(
        _database(request.app.state.engine), _temporal(request.app.state.settings)
    )
    reasons = {name: why for name, why in {"database": database, "temporal": temporal}.items() if why}
    seen = WorkSeen() if reasons else await seen_work(current_site(request))
    if seen.stopped:
        reasons["workers"] = "; ".join(seen.stopped)
    if reasons:
        return JSONResponse({"status": "not ready", "reasons": reasons}, 503)
    told = {"status": "ready", "cases": _UNKNOWN if seen.lost is None else "all go on"}
    if seen.lost:
        lost = f"{seen.lost} do not go on; `ahg doctor` names them, `ahg revive` begins them again"
        told = {"status": "ready, but a case needs an operator", "cases": "; ".join((lost, *seen.strange))}
    elif seen.strange:
        told = {"status": "ready, but a case needs an operator", "cases": "; ".join(seen.strange)}
    differing = await _differing(request.app.state.engine)
    if differing:
        told |= {"status": "ready, but a case needs an operator", "records": differing}
    mail = "; ".join(seen.held) or await _mail(request.app.state.engine)
    failing = current_site(request).background.failing
    loops = {"background": f"fails, and is begun again: {', '.join(failing)}"} if failing else {}
    return JSONResponse({**told, "mail": mail, **loops})


async def seen_work(site: Site) -> WorkSeen:
    """Whether workers take commands, and how many open cases do not go on; which ones, ``ahg doctor`` says.

    With a lost case the pages work, and the other cases go on: so the answer is no 503, on which all of them would be cut
    off. Whoever asks often is told what was seen a moment ago.
    """
    if site.work_seen is None or site.clock() - site.work_seen[0] > _SEEN_FOR:
        site.work_seen = site.clock(), await look_at_work(site)
    return site.work_seen[1]


async def look_at_work(site: Site) -> WorkSeen:
    """The same, looked at now."""
    settings = site.settings
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            casework = await site.casework()
            found = await casework.flaws(settings.delivery_queue, mailbox=False)
            lost = await casework.stranded(tasks=False)
    except NotAnswered as away:
        refused = isinstance(away.__cause__, RPCError) and away.__cause__.status is RPCStatusCode.NOT_FOUND
        return WorkSeen(stopped=(f"Temporal does not do what it is asked: {away}",)) if refused else WorkSeen()
    except (SettingsError, SQLAlchemyError, OSError, TimeoutError):
        return WorkSeen()
    stopped = tuple(flaw.said for flaw in found if flaw.stops)
    held = tuple(flaw.said for flaw in found if not flaw.stops and not flaw.of_cases)
    await _look_closely(site, casework)
    return WorkSeen(len(site.work_ill.union(lost)), stopped, held, tuple(flaw.said for flaw in found if flaw.of_cases))


async def _look_closely(site: Site, casework: Casework) -> None:
    """Ask the next few open cases what they know and whether their tasks fail, in turn: to ask all would take too long.
    What was found of one stands until it is asked again.
    """
    with suppress(NotAnswered, SQLAlchemyError, OSError, TimeoutError):
        async with asyncio.timeout(CHECK_SECONDS):
            logs = sorted(await casework.open_logs())
            asked = ([one for one in logs if one > site.work_asked] + logs)[:_ASKED_AT_ONCE]
            if not asked:
                return
            site.work_asked = asked[-1]
            ill = await casework.stranded(state=True, only=asked)
            site.work_ill = frozenset((site.work_ill & set(logs)) - set(asked) | set(ill))


async def _differing(engine: AsyncEngine) -> str:
    """How many logs differ from what follows from them; empty when none was found."""
    try:
        async with engine.connect() as connection:
            count = len(await differing_logs(connection))
    except (SQLAlchemyError, OSError):
        return ""
    return f"{count} logs differ from what follows from them; `ahg doctor` names them" if count else ""


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
