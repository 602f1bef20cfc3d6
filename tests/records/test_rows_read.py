"""What lists, search, the home page and the board read does not grow with the cases that there are.

On SQLite the steps of its virtual machine are counted, on PostgreSQL the rows that each node of the plan has read:
neither depends on how fast the machine is.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import db
from benchmarks.pages import fill
from models.posts import Post
from models.search import Thing
from records import search as searching
from records.lists import (
    Cursor,
    Filters,
    cases_named,
    cases_seen,
    counts_by_stage,
    duties_of,
    follow_ups_of,
    open_cases,
)
from records.saved_views import views_of
from records.search import find_texts, similar_cases

FEW, MANY = 400, 4000
A_PAGE = 750
"""Rows that a page may read of one table, of 4,000 cases and 12,000 texts."""

Query = Callable[[AsyncConnection, Post], Awaitable[Any]]
NOW = datetime(2031, 6, 1, tzinfo=UTC)


def at(day: int) -> datetime:
    return datetime(2020, 1, day, tzinfo=UTC)


def listed(filters: Filters, after: Cursor | None = None, limit: int = 50) -> Query:
    return lambda connection, post: cases_seen(connection, post, filters, after, limit)


QUERIES: dict[str, Query] = {
    "list": listed(Filters()),
    "list, far down": listed(Filters(), Cursor(at(3), "AHG-2020-060")),
    "list, open": listed(Filters(open=True)),
    "list, overdue": listed(Filters(overdue_at=NOW)),
    "list, of a requester": listed(Filters(requester="LK")),
    "list, open ones of a requester": listed(Filters(requester="MY", open=True)),
    "list, whose turn": listed(Filters(waiting_on="AU/co-chair")),
    "list, whose turn in a requester's": listed(Filters(waiting_on="AU/co-chair", open=True, requester="MY")),
    "list, a stage": listed(Filters(stage="closed")),
    "list, an open stage": listed(Filters(stage="operational")),
    "list, a stage that none is in": listed(Filters(stage="reporting")),
    "list, an urgency": listed(Filters(urgency="routine")),
    "list, between days": listed(Filters(opened_from=at(2), opened_before=at(9))),
    "home": listed(Filters(open=True), limit=10),
    "board": open_cases,
    "counts of the board": counts_by_stage,
    "what waits": duties_of,
    "what is followed up": follow_ups_of,
    "saved views": views_of,
    "cases by name": lambda c, post: cases_named(c, post, [f"AHG-2020-{n:03d}" for n in range(60, 90)]),
    "search, a word of all": lambda c, post: find_texts(c, post, "boats"),
    "search, its beginning": lambda c, post: find_texts(c, post, "bo"),
    "search, a rare word": lambda c, post: find_texts(c, post, "zircon"),
    "search, no such word": lambda c, post: find_texts(c, post, "xylophone"),
    "search, of one kind": lambda c, post: find_texts(c, post, "boats", kind=Thing.OUTCOME),
    "similar cases": lambda c, post: similar_cases(c, post, {"boats": 3.0, "maratan": 2.0}),
}
POSTS = tuple(map(Post, ("AU/co-chair", "NZ/steering-group", "RSO/secretariat", "LK/focal-point", "MY/focal-point")))
"""Malaysia sees nearly every case, Sri Lanka 40 of them, Pakistan none."""

FOR_A_FEW = {"board", "counts of the board"}
"""Not for members."""


def asked() -> Iterator[tuple[str, Query, Post]]:
    for name, query in QUERIES.items():
        for post in POSTS:
            if name not in FOR_A_FEW or not post.endswith("focal-point"):
                yield name, query, post


async def filled(url: str, cases: int) -> AsyncEngine:
    await db.migrate(url)
    engine = db.make_engine(url)
    await fill(engine, cases)
    return engine


async def test_sqlite_takes_as_many_steps_with_many_cases_as_with_few(tmp_path: Path) -> None:
    few, many = [await filled(f"sqlite+aiosqlite:///{tmp_path / str(n)}.db", n) for n in (FEW, MANY)]

    grown = {
        f"{name}, {post}": (small, large)
        for name, query, post in asked()
        if (large := await steps(many, query, post)) > 1.3 * (small := await steps(few, query, post)) + 300
    }

    await few.dispose()
    await many.dispose()
    assert grown == {}


async def steps(engine: AsyncEngine, query: Query, post: Post) -> int:
    """The steps of SQLite's virtual machine that a query takes, in tens."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 10
        return 0

    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.set_progress_handler(step, 10)
        await query(connection, post)
        await driver.set_progress_handler(None, 0)
    return taken


async def test_postgresql_reads_no_more_rows_of_a_table_than_a_page_needs(
    postgres_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_LOOKED_AT", 700)
    engine = await filled(postgres_url(), MANY)

    too_much = {
        f"{name}, {post}": read
        for name, query, post in asked()
        if (read := [node async for node in plan(engine, query, post) if node[-1] > A_PAGE])
    }

    await engine.dispose()
    assert too_much == {}


_FOR_FEW_ROWS = ("seqscan", "hashjoin", "mergejoin")
"""Ways that PostgreSQL takes with the few rows of a test, and not with many."""


async def plan(engine: AsyncEngine, query: Query, post: Post) -> Any:
    """The nodes of the plans of a query that read a table: what they do, of which table, and how many rows they read."""
    heard: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        heard.append((statement, given))

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    async with engine.connect() as connection:
        await query(connection, post)
        event.remove(engine.sync_engine, "before_cursor_execute", hear)
        asked_for = tuple(heard)
        for way in _FOR_FEW_ROWS:
            await connection.exec_driver_sql(f"SET enable_{way} = off")
        for statement, given in asked_for:
            explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            found: Any = (await connection.exec_driver_sql(explained, given)).scalar_one()
            for node in nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"]):
                if "Relation Name" in node:
                    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                    yield node["Node Type"], node["Relation Name"], int(rows * node["Actual Loops"])


def nodes(of: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield of
    for one in of.get("Plans", ()):
        yield from nodes(one)
