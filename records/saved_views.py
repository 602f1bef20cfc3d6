"""Saved views: a list as a post has narrowed it down, kept under a name for whoever holds the post."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.posts import Post
from models.projection import Row
from models.tables import TABLES
from records.projected import write_rows

_VIEWS = TABLES.tables["saved_views"]
MOST_VIEWS = 30
"""Most views of a post."""


async def views_of(connection: AsyncConnection, post: Post) -> list[tuple[str, str]]:
    """The views of a post by name: name, and the query of the address."""
    query = select(_VIEWS.c.name, _VIEWS.c.query).where(_VIEWS.c.post == str(post)).order_by(_VIEWS.c.name)
    return [(name, address) for name, address in await connection.execute(query)]


async def keep_view(engine: AsyncEngine, post: Post, name: str, query: str) -> bool:
    """Keep a view, in the place of one of the same name; False where the post has as many as it can keep."""
    async with write_transaction(engine) as connection:
        others = select(func.count()).where(_VIEWS.c.post == str(post), _VIEWS.c.name != name)
        if int((await connection.execute(others)).scalar() or 0) >= MOST_VIEWS:
            return False
        columns = {"post": str(post), "name": name, "query": query}
        await write_rows(connection, [Row(table="saved_views", columns=columns)])
        return True


async def drop_view(engine: AsyncEngine, post: Post, name: str) -> None:
    """Forget a view."""
    async with write_transaction(engine) as connection:
        gone = Row(table="saved_views", columns={"post": str(post), "name": name}, gone=True)
        await write_rows(connection, [gone])
