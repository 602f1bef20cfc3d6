"""``ahg doctor``: what is wrong with this deployment, in sentences."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError, TLSConfig

import db
import worker
from casework import Casework
from models.base import Value
from models.notices.state import STUCK
from models.returns import MailboxPlace
from notifications.incoming import MailboxAway
from ops.certificates import ends_at
from ops.processes import port_ready
from ops.temporal_server import SEARCH_ATTRIBUTES, temporal_ready
from records import ledger, queries
from records.directory import directory_slips, read_members
from records.log_checks import check_figures, differing_logs
from records.mail_pauses import current_pause
from records.roles import changeable
from records.tree import heads_without_leaf, newest_frontier
from settings import Settings, SettingsError
from surroundings import open_to_others
from workflows.client import CaseClient, NotAnswered

_TOLD = 5
_LATE = timedelta(minutes=15)
_RENEW_BEFORE = timedelta(days=30)
_ROOM = 500 * 1024 * 1024
"""Bytes that must be free."""

_Seen: TypeAlias = tuple[bool, str]
"""Whether what was looked at is well, and what was seen."""


class Finding(Value):
    """One thing that was looked at: whether it is well, and what was seen."""

    what: str
    well: bool
    seen: str


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything that the product needs, one after the other. What is looked at is named by its docstring."""
    records = (_keys, _closed, _room, _attachments, _database, _record, _directory, _calendars)
    for check in (*records, _certificate, _temporal, _workers, _cases, _equal, _mail, _mailbox, _board):
        well, seen = await _safely(check, settings)
        yield Finding(what=str(check.__doc__).rstrip("."), well=well, seen=seen)


async def _safely(check: Callable[[Settings], Awaitable[_Seen]], settings: Settings) -> _Seen:
    try:
        return await check(settings)
    except (OSError, SQLAlchemyError, SettingsError, NotAnswered, RPCError) as error:
        return False, str(error).splitlines()[0]


async def _keys(settings: Settings) -> _Seen:
    """Payload keys."""
    return True, f"key ids: {', '.join(settings.keyring)}; the first encrypts"


async def _closed(settings: Settings) -> _Seen:
    """Who can read what is kept here."""
    opened = list(open_to_others(settings))
    named = ", ".join(map(str, opened[:_TOLD]))
    seen = f"others can read {len(opened)} files and folders, `ahg up` closes them: {named}"
    return not opened, seen if opened else f"{settings.data_dir} is its owner's alone"


async def _room(settings: Settings) -> _Seen:
    """Room in the data folder."""
    free = shutil.disk_usage(settings.data_dir).free
    return free > _ROOM, f"{free // 1024**2} MiB free"


async def _attachments(settings: Settings) -> _Seen:
    """Files of requests."""
    folder = there = settings.attachments_folder
    while not there.exists() and there != there.parent:
        there = there.parent
    with tempfile.TemporaryFile(dir=there):  # asked by doing: permissions do not tell of a disk that is read-only
        pass
    free = shutil.disk_usage(there).free
    return free > _ROOM, f"{folder} can be written, {free // 1024**2} MiB free"


async def _database(settings: Settings) -> _Seen:
    """Database."""
    async with db.open_engine(settings) as engine, engine.connect() as connection:
        there, newest = await connection.run_sync(db.schema_versions)
    seen = f"schema {there}, newest {newest}" if there else "reachable, without a schema; `ahg up` makes it"
    clear = settings.databases_in_the_clear
    if clear:
        seen += f"; {' and '.join(clear)} may be reached in the clear: it needs sslmode=verify-full"
    return there == newest and not clear, seen


async def _record(settings: Settings) -> _Seen:
    """Record."""
    async with db.open_engine(settings) as engine, engine.connect() as connection:
        size, missing = (await newest_frontier(connection)).size, await heads_without_leaf(connection)
        free = await changeable(connection)
    seen = f"{size} leaves"
    if missing:
        return False, f"{seen}; {len(missing)} logs have a head that is none: `ahg verify` tells more"
    if not free:
        return True, seen
    own_role = settings.migration_database_url is not None
    who = "the role of AHG_DATABASE_URL can change what is on record"
    return not own_role, f"{seen}; {who}, {'and should not' if own_role else 'see AHG_MIGRATION_DATABASE_URL'}"


async def _directory(settings: Settings) -> _Seen:
    """Directory of members."""
    async with db.open_engine(settings) as engine, engine.connect() as connection:
        members = await read_members(connection)
        slips = await directory_slips(connection)
    co_chairs = [member.code for member in members if member.co_chair]
    seen = f"{len(members)} members; Co-Chairs: {', '.join(co_chairs) or 'none'}"
    return len(co_chairs) == 2 and not slips, "; ".join((seen, *slips[:_TOLD]))


async def _calendars(settings: Settings) -> _Seen:
    """Calendars of open cases."""
    count, slips = 0, []
    async with db.open_engine(settings) as engine, engine.connect() as connection:
        async for reference, carried in queries.open_calendars(connection):
            count += 1
            slips += [f"{reference}: {code} has {zone!r}" for code, zone in carried.unknown_zones.items()]
    wrong = f"; time zones that do not exist, counted as UTC until the case ends: {'; '.join(slips[:_TOLD])}"
    return not slips, f"{count} are read{wrong if slips else ''}"


async def _temporal(settings: Settings) -> _Seen:
    """Temporal."""
    config = settings.temporal_connect_config()
    well = await temporal_ready(config, tuple(SEARCH_ATTRIBUTES))()
    seen = "answers, and knows our search attributes" if well else "does not answer, or lacks our search attributes"
    return well, f"{config.get('target_host')}: {seen}"


async def _certificate(settings: Settings) -> _Seen:
    """Certificate for Temporal."""
    tls = settings.temporal_connect_config().get("tls")
    if not isinstance(tls, TLSConfig) or tls.client_cert is None:
        return True, "none is used"
    try:
        end = ends_at(tls.client_cert)
    except ValueError:
        return False, "the file of TEMPORAL_TLS_CLIENT_CERT_PATH holds none"
    return end - datetime.now(UTC) > _RENEW_BEFORE, f"good until {end:%Y-%m-%d %H:%M} UTC"


async def _workers(settings: Settings) -> _Seen:
    """Workers, delivery and mailbox."""
    desk = CaseClient(await worker.connect(settings), settings.task_queue)
    async with db.open_engine(settings) as engine:
        found = await Casework(engine, desk).flaws(settings.delivery_queue, mailbox=settings.imap_host is not None)
    told = "; ".join(flaw.said for flaw in found)
    return not found, told or "cases and deliveries are worked on, and nothing is held up"


async def _cases(settings: Settings) -> _Seen:
    """Cases."""
    client = await worker.connect(settings)
    async with db.open_engine(settings) as engine:
        async with engine.connect() as connection:
            logs = await queries.open_logs(connection)
        lost = await Casework(engine, CaseClient(client, settings.task_queue)).stranded(state=True)
    told = "; ".join(f"{stream}: {matter.value}" for stream, matter in list(lost.items())[:_TOLD])
    seen = f"{len(lost)} of {len(logs)} do not go on, `ahg revive` begins them again: {told}"
    return not lost, seen if lost else f"{len(logs)} are open, and all go on"


async def _equal(settings: Settings) -> _Seen:
    """What follows from the logs."""
    async with db.open_engine(settings) as engine, engine.connect() as connection:
        differing, figures = await differing_logs(connection), await check_figures(connection)
    since = f", each open case since {figures.oldest:%Y-%m-%d %H:%M} UTC" if figures.oldest else ""
    seen = f"logs were compared {figures.checked} times{since}; {figures.mended} differences were put right"
    said = [f"{stream}: {'; '.join(found.values())}" for stream, found in list(differing.items())[:_TOLD]]
    return not differing, f"{len(differing)} differ: {' | '.join(said)}; {seen}" if differing else seen


async def _mail(settings: Settings) -> _Seen:
    """Mail server."""
    well = await port_ready(settings.smtp_host, settings.smtp_port)()
    return well, f"{settings.smtp_host}:{settings.smtp_port} {'listens' if well else 'does not answer'}"


async def _mailbox(settings: Settings) -> _Seen:
    """Mailbox for what comes back."""
    mailbox = worker.mailbox_of(settings)
    if mailbox is None:
        return True, "none is set; `ahg mail bounces` reads from files what came back"
    where = f"{settings.imap_folder} of {settings.imap_username} at {settings.imap_host}:{settings.imap_port}"
    try:
        await asyncio.to_thread(mailbox.fetch, MailboxPlace(), 0)
    except MailboxAway as error:
        return False, f"{where}: {error}"
    return True, f"{where} can be read"


async def _board(settings: Settings) -> _Seen:
    """Notices."""
    async with db.open_engine(settings) as engine, engine.connect() as connection:
        counts = await queries.notice_counts(connection)
        paused = await current_pause(connection)
        late = await ledger.waiting_since(connection, datetime.now(UTC) - _LATE)
    seen = ", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "none yet"
    if paused:
        seen += f"; all mail is paused since {paused.paused_at:%Y-%m-%d %H:%M} UTC by {paused.paused_by}: {paused.why}"
    elif late is not None:
        seen += f"; mail has waited since {late:%Y-%m-%d %H:%M} UTC: the delivery does not go on"
    return not paused and late is None and not any(counts.get(state) for state in STUCK), seen
