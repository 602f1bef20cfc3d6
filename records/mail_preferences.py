"""What holders of posts want of their mails. Kept for a post and the address that its mail goes to.

A new holder of a post begins with the defaults, and so gets all mails; one that comes back has its own preferences again.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog
from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import NameLock, lock_by_name, write_transaction
from models.base import Value
from models.mail_addresses import folded
from models.mail_preferences import DEFAULT_PREFERENCES, Preferences
from models.posts import Post
from models.tables import TABLES
from models.tables.notices import MailPreferencesRow
from records.digests import release_held
from records.rows import fetch_rows

_ROWS = TABLES.tables["mail_preferences"]
_LOG = structlog.get_logger(__name__)


class StalePreferences(Exception):
    """Somebody has changed the preferences since the form was shown; ``now`` is what stands."""

    def __init__(self, now: "KeptPreferences") -> None:
        super().__init__(now.version)
        self.now = now


class KeptPreferences(Value):
    """Preferences as they are kept. ``version`` is 0 for whoever has said nothing."""

    wants: Preferences = DEFAULT_PREFERENCES
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""


async def preferences_of(connection: AsyncConnection, post: Post, address: str) -> KeptPreferences:
    """The preferences of one reader; the defaults where it has said nothing."""
    return (await preferences_of_readers(connection, [(post, address)])).get((post, folded(address)), KeptPreferences())


async def preferences_of_readers(
    connection: AsyncConnection, readers: Iterable[tuple[Post, str]]
) -> dict[tuple[Post, str], KeptPreferences]:
    """The preferences of those of these readers that have said something, by post and folded address.

    Where what was said cannot be read, they are the defaults, and the log says so.
    """
    wanted = {(post, folded(address)) for post, address in readers}
    if not wanted:
        return {}
    c = _ROWS.c
    found = await fetch_rows(
        connection, select(MailPreferencesRow).where(c.post.in_({str(post) for post, _ in wanted}))
    )
    rows = {(Post(row.post), row.holder): _kept(row) for row in found}
    return {reader: one for reader, one in rows.items() if reader in wanted}


def _kept(row: MailPreferencesRow) -> KeptPreferences:
    return KeptPreferences(wants=_read(row), version=row.version, changed_at=row.changed_at, changed_by=row.changed_by)


def _read(row: MailPreferencesRow) -> Preferences:
    """The preferences of a row; the defaults where it cannot be read, so that it does not hold up the mail of others."""
    try:
        return Preferences.model_validate(row.body)
    except ValidationError as error:
        said = [str(one["msg"]) for one in error.errors()]
        _LOG.warning("preferences of mail cannot be read; the defaults hold", post=row.post, why=said)
        return DEFAULT_PREFERENCES


async def keep_preferences(
    engine: AsyncEngine, post: Post, address: str, wants: Preferences, *, seen: int, now: datetime, by: str
) -> None:
    """Keep what one reader wants, if nobody has changed it since version ``seen``.

    Raises:
        StalePreferences: somebody has; nothing is written.
    """
    await amend_preferences(engine, post, address, lambda _: wants, seen=seen, now=now, by=by)


async def amend_preferences(
    engine: AsyncEngine,
    post: Post,
    address: str,
    how: Callable[[Preferences], Preferences],
    *,
    now: datetime,
    by: str,
    seen: int | None = None,
) -> Preferences:
    """Change the preferences of one reader by ``how``. Preferences that stand already are not written again.

    Mail that is held for the post is decided on anew: whoever changes it nudges the delivery if that is not to wait.

    Raises:
        StalePreferences: ``seen`` is given, and something else stands by now.
        ValueError: what ``how`` makes of it could not be read again; nothing is written.
    """
    holder = folded(address)
    async with write_transaction(engine) as connection:
        await lock_by_name(connection, NameLock.MAIL_PREFERENCES, f"{post} {holder}")
        stands = await preferences_of(connection, post, address)
        wants = how(stands.wants)
        if seen is not None and seen != stands.version and wants != stands.wants:
            raise StalePreferences(stands)
        if wants == stands.wants and stands.version:
            return wants
        body = wants.model_dump(mode="json")
        Preferences.model_validate(body)  # a copy with other values (``model_copy``) was not checked
        row = {
            "post": str(post),
            "holder": holder,
            "body": body,
            "version": stands.version + 1,
            "changed_at": now,
            "changed_by": by,
        }
        if stands.version:
            await connection.execute(
                update(_ROWS).where(_ROWS.c.post == str(post), _ROWS.c.holder == holder).values(**row)
            )
        else:
            await connection.execute(_ROWS.insert().values(**row))
        await release_held(connection, post)
    return wants
