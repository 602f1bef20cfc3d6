"""``ahg doctor``: what is wrong with this deployment, in sentences."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

import db
import worker
from models.base import Value
from models.notices.state import STUCK
from models.returns import MailboxPlace
from notifications.incoming import MailboxAway
from ops.processes import port_ready
from ops.temporal_server import SEARCH_ATTRIBUTES, temporal_ready, worker_ready
from records import queries
from records.directory import read_members
from records.mail_pauses import current_pause
from settings import Settings, SettingsError
from workflows.client import TemporalAway
from workflows.lifesigns import stranded

_TOLD = 5
_ROOM = 500 * 1024 * 1024


class Finding(Value):
    """One thing that was looked at: whether it is well, and what was seen."""

    what: str
    well: bool
    seen: str


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything that the product needs, one after the other."""
    for check in (
        _keys,
        _room,
        _attachments,
        _database,
        _directory,
        _temporal,
        _workers,
        _cases,
        _mail,
        _mailbox,
        _board,
    ):
        yield await _safely(check, settings)


async def _safely(check: Callable[[Settings], Awaitable[Finding]], settings: Settings) -> Finding:
    try:
        return await check(settings)
    except (OSError, SQLAlchemyError, SettingsError, TemporalAway, RPCError) as error:
        return Finding(what=str(check.__doc__).rstrip("."), well=False, seen=str(error).splitlines()[0])


async def _keys(settings: Settings) -> Finding:
    """Payload keys."""
    ids = ", ".join(settings.keyring)
    return Finding(what="Payload keys", well=True, seen=f"key ids: {ids}; the first encrypts")


async def _room(settings: Settings) -> Finding:
    """Room in the data folder."""
    free = shutil.disk_usage(settings.data_dir).free
    return Finding(what="Room in the data folder", well=free > _ROOM, seen=f"{free // 1024**2} MiB free")


async def _attachments(settings: Settings) -> Finding:
    """Files of requests."""
    folder = there = settings.attachments_folder
    while not there.exists() and there != there.parent:
        there = there.parent
    with tempfile.TemporaryFile(dir=there):  # asked by doing: permissions do not tell of a disk that is read-only
        pass
    free = shutil.disk_usage(there).free
    seen = f"{folder} can be written, {free // 1024**2} MiB free"
    return Finding(what="Files of requests", well=free > _ROOM, seen=seen)


async def _database(settings: Settings) -> Finding:
    """Database."""
    engine = db.make_engine(settings)
    try:
        async with engine.connect() as connection:
            there = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    finally:
        await engine.dispose()
    newest = ScriptDirectory.from_config(db.alembic_config()).get_current_head()
    return Finding(
        what="Database",
        well=there == newest,
        seen=f"schema {there}, newest {newest}" if there else "reachable, without a schema; `ahg up` makes it",
    )


async def _directory(settings: Settings) -> Finding:
    """Directory of members."""
    engine = db.make_engine(settings)
    try:
        async with engine.connect() as connection:
            members = await read_members(connection)
    finally:
        await engine.dispose()
    co_chairs = [member.code for member in members if member.co_chair]
    return Finding(
        what="Directory of members",
        well=len(co_chairs) == 2,
        seen=f"{len(members)} members; Co-Chairs: {', '.join(co_chairs) or 'none'}",
    )


async def _temporal(settings: Settings) -> Finding:
    """Temporal."""
    config = settings.temporal_connect_config()
    well = await temporal_ready(config, tuple(SEARCH_ATTRIBUTES))()
    seen = "answers, and knows our search attributes" if well else "does not answer, or lacks our search attributes"
    return Finding(what="Temporal", well=well, seen=f"{config.get('target_host')}: {seen}")


async def _workers(settings: Settings) -> Finding:
    """Workers."""
    config = settings.temporal_connect_config()
    missing = [q for q in (settings.task_queue, settings.delivery_queue) if not await worker_ready(config, q)()]
    seen = f"nobody works on {', '.join(missing)}" if missing else "cases and deliveries are worked on"
    return Finding(what="Workers", well=not missing, seen=seen)


async def _cases(settings: Settings) -> Finding:
    """Cases."""
    client = await worker.connect(settings)
    engine = db.make_engine(settings)
    try:
        async with engine.connect() as connection:
            streams = await queries.open_streams(connection)
    finally:
        await engine.dispose()
    lost = await stranded(client, streams)
    told = "; ".join(f"{stream}: {matter.value}" for stream, matter in list(lost.items())[:_TOLD])
    seen = f"{len(lost)} of {len(streams)} do not go on, `ahg revive` begins them again: {told}"
    return Finding(what="Cases", well=not lost, seen=seen if lost else f"{len(streams)} are open, and all go on")


async def _mail(settings: Settings) -> Finding:
    """Mail server."""
    well = await port_ready(settings.smtp_host, settings.smtp_port)()
    return Finding(
        what="Mail server",
        well=well,
        seen=f"{settings.smtp_host}:{settings.smtp_port} {'listens' if well else 'does not answer'}",
    )


async def _mailbox(settings: Settings) -> Finding:
    """Mailbox for what comes back."""
    mailbox = worker.mailbox_of(settings)
    if mailbox is None:
        seen = "none is set; `ahg mail bounces` reads from files what came back"
        return Finding(what="Mailbox for what comes back", well=True, seen=seen)
    where = f"{settings.imap_folder} of {settings.imap_username} at {settings.imap_host}:{settings.imap_port}"
    try:
        await asyncio.to_thread(mailbox.fetch, MailboxPlace(), 0)
    except MailboxAway as error:
        return Finding(what="Mailbox for what comes back", well=False, seen=f"{where}: {error}")
    return Finding(what="Mailbox for what comes back", well=True, seen=f"{where} can be read")


async def _board(settings: Settings) -> Finding:
    """Notices."""
    engine = db.make_engine(settings)
    try:
        async with engine.connect() as connection:
            counts = await queries.notice_counts(connection)
            paused = await current_pause(connection)
    finally:
        await engine.dispose()
    stuck = sum(counts.get(state, 0) for state in STUCK)
    seen = ", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "none yet"
    if paused:
        seen += f"; all mail is paused since {paused.paused_at:%Y-%m-%d %H:%M} UTC by {paused.paused_by}: {paused.why}"
    return Finding(what="Notices", well=not stuck and not paused, seen=seen)
