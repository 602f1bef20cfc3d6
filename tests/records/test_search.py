"""Searching on both databases: who finds what, whatever is typed, page by page; cases that are alike."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from models.likeness import likeness
from models.posts import Post
from models.request import Request
from models.search import Thing, reader_key, search_texts
from models.search_words import matches, searchable_words, terms_of
from records import search as searching
from records.search import Hit, find_texts, similar_cases
from tests.models.helpers import LK, MY, RSO
from tests.tabletop import directory
from tests.web.place import Place
from tests.web.programs import Recorded
from tests.web.whole_case import MARKS, OPEN_TO_TH, READ_ALL, READERS, played

NASTY = (
    '"',
    "'",
    "*",
    "boats*",
    '"boats',
    "NEAR(boats, 3)",
    "boats NEAR strait",
    "boats AND",
    "OR",
    "NOT boats",
    "^boats",
    "words:boats",
    "{words readers}:boats",
    "boats -strait",
    "(boats",
    "boats)",
    "%",
    "_",
    "\\",
    "b%",
    "':*",
    "boats:*",
    "boats <-> strait",
    "!boats",
    "boats & | !",
    "@auditor",
    "@rso/secretariat",
    "; DROP TABLE cases; --",
    "\x00",
    "\u202e",
    "boats " * 1700,
    "\U0001f6a4",
    "é" * 5000,
    ":after",
    ":match",
    "readers LIKE '%'",
)


async def record(engine: AsyncEngine, *tables: Recorded) -> None:
    for table in tables:
        await table.record(cast("Place", SimpleNamespace(engine=engine)))


def submitted(number: int, by: str = LK, **fields: Any) -> Recorded:
    table = Recorded(number)
    table.do(by, "submit", {"title": f"Boats {number}", "situation": "They transit.", **fields})
    return table


async def found(engine: AsyncEngine, post: str, query: str, **more: Any) -> list[Hit]:
    async with engine.connect() as connection:
        return await find_texts(connection, Post(post), query, **more)


async def test_a_word_of_a_closed_section_is_found_by_those_alone_to_whom_it_is_open(engine: AsyncEngine) -> None:
    await record(engine, played())

    for post in READERS:
        for mark in MARKS[:5]:
            assert bool(await found(engine, post, mark)) is (post in READ_ALL), (post, mark)
        assert bool(await found(engine, post, OPEN_TO_TH)) is (post in {*READ_ALL, "TH/focal-point"}), post
    assert await found(engine, "PK/focal-point", "boats") == []


async def test_a_case_that_was_only_circulated_is_found_by_what_was_told_and_shows_nothing_else(
    engine: AsyncEngine,
) -> None:
    await record(engine, played())
    fiji = "FJ/focal-point"

    for word in ("boats", "patrols", "hotline", "malaysia", "agate"):
        assert await found(engine, fiji, word) == []
    (hit,) = await found(engine, fiji, "group works")
    assert (hit.kind, hit.case.title, hit.case.stage) == ("circulation", "", "")
    assert [one.id for one in await found(engine, fiji, "AHG-2026-001")] == [hit.id]


async def test_both_databases_find_what_the_rule_says(engine: AsyncEngine) -> None:
    tables = [played(), submitted(2, MY, situation="Zircon boats by day"), submitted(3, situation="Đà Nẵng")]
    await record(engine, *tables)
    texts = {key: one for table in tables for key, one in search_texts(table.case).items()}
    for query in ("boat", "zircon", "da nang", "patrols joint", "viet nam", "2026", "x", "thailand", "a"):
        for post in READERS:
            wanted = [
                key
                for key, one in sorted(texts.items(), reverse=True)
                if reader_key(Post(post)) in one.readers
                and all(
                    any(matches(term, word) for word in searchable_words(f"{_named(one)} {one.text}"))
                    for term in terms_of(query)
                )
            ]
            assert [hit.id for hit in await found(engine, post, query)] == wanted, (query, post)


def _named(one: Any) -> str:
    return one.reference if one.kind in (Thing.CASE, Thing.CIRCULATION) else ""


@pytest.mark.parametrize("query", NASTY, ids=range(len(NASTY)))
async def test_no_query_is_an_error(engine: AsyncEngine, query: str) -> None:
    await record(engine, submitted(1))

    assert await found(engine, RSO, query) in ([], await found(engine, RSO, "boats"))


async def test_whatever_is_typed_is_words(engine: AsyncEngine) -> None:
    await record(engine, played())

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.text(max_size=30) | st.sampled_from(NASTY), max_size=4).map(" ".join))
    def collect(query: str) -> None:
        queries.append(query)

    queries: list[str] = []
    collect()
    for query in queries:
        await found(engine, RSO, query)


async def test_every_hit_stands_on_one_page_whatever_the_size_of_the_pages(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With so few that are looked at, PostgreSQL's index is asked too."""
    monkeypatch.setattr(searching, "_LOOKED_AT", 4)
    await record(engine, *(submitted(n, situation="They transit." if n % 3 else "They wait.") for n in range(1, 13)))

    for query, numbers in (("boats", range(12, 0, -1)), ("wait", (12, 9, 6, 3)), ("3", (3,))):
        pages: list[str] = []
        after = searching.FIRST_HIT
        while page := await found(engine, RSO, query, after=after, limit=2):
            pages += [hit.reference for hit in page]
            after = page[-1].id
        assert pages == [f"AHG-2026-{n:03d}" for n in numbers]


async def test_hits_of_one_kind(engine: AsyncEngine) -> None:
    await record(engine, played())

    assert {hit.kind for hit in await found(engine, RSO, "thailand")} >= {"case", "outcome"}
    assert {hit.kind for hit in await found(engine, RSO, "thailand", kind=Thing.OUTCOME)} == {"outcome"}


async def test_what_is_rewritten_is_found_by_its_new_words_alone(engine: AsyncEngine) -> None:
    table = submitted(1, situation="Lighthouse keepers report.")
    await record(engine, table)
    table.do(RSO, "return", {"missing": ["Where?"]})
    table.do(LK, "resubmit", {"situation": "Harbour masters report.", "confidential": {"situation": ["TH"]}})
    await record(engine, table)

    assert await found(engine, RSO, "lighthouse") == []
    assert len(await found(engine, RSO, "harbour report")) == 1
    assert await found(engine, "NZ/steering-group", "harbour") == []
    assert len(await found(engine, "NZ/steering-group", "boats")) == 1
    if engine.dialect.name == "sqlite":
        async with engine.begin() as connection:  # raises where the index and the texts differ
            await connection.execute(text("INSERT INTO search_index (search_index) VALUES ('integrity-check')"))


async def alike(engine: AsyncEngine, post: str, **fields: Any) -> list[str]:
    request: Mapping[str, Any] = {"title": "", **fields}
    async with engine.connect() as connection:
        cases = await similar_cases(connection, Post(post), likeness(Request.model_validate(request), directory()))
    return [case.reference for case in cases]


async def test_similar_cases_share_routes_members_and_words_and_are_seen_by_who_writes(engine: AsyncEngine) -> None:
    route = {"from": "LK", "via": ["Malacca"], "to": "AU"}
    await record(
        engine,
        submitted(1, routes=[route], affected=["TH"]),
        submitted(2, title="Forged papers", situation="Documents are sold.", affected=["PK"]),
        submitted(3, MY, routes=[route], affected=["TH"]),
        submitted(4, affected=["TH"], confidential={"affected": []}),
    )

    assert await alike(engine, LK, routes=[route], title="Boats again") == ["AHG-2026-001", "AHG-2026-004"]
    assert await alike(engine, LK, affected=["PK"], title="Forged visas") == ["AHG-2026-002"]
    assert await alike(engine, MY, routes=[route]) == ["AHG-2026-003"]
    assert await alike(engine, "PK/focal-point", routes=[route]) == []
    assert await alike(engine, LK) == []
