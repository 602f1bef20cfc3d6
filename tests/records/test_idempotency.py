"""Keys of programs: bound to what was sent under them first, each post's and each case's own, forgotten in the end."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models.posts import Post
from records.idempotency import KEPT, same_body

NOW = datetime(2026, 3, 2, tzinfo=UTC)
AU, ID = Post("AU/co-chair"), Post("ID/co-chair")


async def test_a_key_is_bound_to_what_was_sent_under_it_first(engine: AsyncEngine) -> None:
    assert await same_body(engine, AU, "AHG-2026-001", "key", "a", NOW)
    assert await same_body(engine, AU, "AHG-2026-001", "key", "a", NOW)
    assert not await same_body(engine, AU, "AHG-2026-001", "key", "b", NOW)


async def test_keys_of_other_posts_and_cases_are_others(engine: AsyncEngine) -> None:
    for post, about in ((AU, "AHG-2026-001"), (AU, "AHG-2026-002"), (AU, ""), (ID, "AHG-2026-001")):
        assert await same_body(engine, post, about, "key", f"{post} {about}", NOW)


async def test_of_several_that_come_at_once_one_is_first(engine: AsyncEngine) -> None:
    answers = await asyncio.gather(*(same_body(engine, AU, "", "key", str(n), NOW) for n in range(8)))
    assert answers.count(True) == 1


async def test_keys_are_forgotten_after_their_time(engine: AsyncEngine) -> None:
    await same_body(engine, AU, "", "old", "a", NOW)
    await same_body(engine, AU, "", "new", "a", NOW + KEPT + timedelta(seconds=1))
    async with engine.connect() as connection:
        kept = [key for (key,) in await connection.execute(text("SELECT key FROM idempotency_keys"))]
    assert kept == ["new"]
