"""Once a day, the pages remove files that nothing names any more: they have the folder, which the worker may not have."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from records.attachment_sweep import sweep_attachments
from web.kit.site import Site

_LOG = structlog.get_logger(__name__)
_FIRST_SECONDS = 15 * 60
_DAY_SECONDS = 24 * 60 * 60


async def sweep_daily(site: Site) -> None:
    """Sweep until cancelled. Several processes may do so: each finds what the others have left."""
    await asyncio.sleep(_FIRST_SECONDS)
    while True:
        await sweep_once(site)
        await asyncio.sleep(_DAY_SECONDS)


async def sweep_once(site: Site) -> None:
    """Sweep now. What cannot be reached is logged, and swept another day."""
    try:
        swept = await sweep_attachments(site.engine, site.attachments.folder, site.clock())
    except (SQLAlchemyError, OSError) as error:
        _LOG.warning("files that nothing names could not be removed", fault=type(error).__name__)
    else:
        _LOG.info("files that nothing names were removed", **swept._asdict())
