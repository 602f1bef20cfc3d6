"""Keys that programs gave their requests, each with a hash of its first body, so that another body can be refused.

The id of a command is made of the key: that is why the same request is done once.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from db import insert_for, write_transaction
from models.posts import Post
from models.tables import TABLES

KEPT = timedelta(days=90)
"""How long a key is remembered; after that a repeated request still gives the first result, whatever its body."""

_KEYS = TABLES.tables["idempotency_keys"]


async def same_body(engine: AsyncEngine, post: Post, about: str, key: str, fingerprint: str, now: datetime) -> bool:
    """Whether what is sent under a key is what was sent under it first; a new key is kept with it.

    ``about``: the reference of the case, empty for a submission; keys of different posts and cases are different keys.
    ``fingerprint``: equal for equal bodies. Of two requests at once with different bodies, one counts as the first.
    """
    c = _KEYS.c
    mine = (c.post == str(post)) & (c.about == about) & (c.key == key)
    async with engine.connect() as connection:
        known = (await connection.execute(select(c.fingerprint).where(mine))).scalar()
    if known is None:
        row = {"post": str(post), "about": about, "key": key, "fingerprint": fingerprint, "first_at": now}
        async with write_transaction(engine) as connection:
            await connection.execute(delete(_KEYS).where(c.first_at < now - KEPT))
            await connection.execute(insert_for(connection)(_KEYS).values(row).on_conflict_do_nothing())
            known = (await connection.execute(select(c.fingerprint).where(mine))).scalar()
    return known == fingerprint
