"""Feeds: what happens to a case reaches those who may see it, as it happens, and nobody else; they end when they must."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

import db
from models.posts import Post
from ops.processes import free_port
from records import api_tokens
from records.api_tokens import Scope
from records.directory import seed_if_empty
from settings import Settings, ensure_keys
from tests.waiting import PATIENCE, patience, until
from tests.web.place import Place, address_of
from tests.web.programs import Recorded, token_for
from tests.web.server import served
from tests.web.whole_case import MARKS, played
from web.kit.watch import MOST_FEEDS_EACH, Watch

AU, RSO = "AU/co-chair", "RSO/secretariat"


class Listener:
    """Reads one feed."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def event(self) -> dict[str, str]:
        """The next event, its fields by name; empty when the feed has ended. Comments are left out."""
        fields: dict[str, str] = {}
        async with patience():
            async for line in self._lines:
                if not line and fields.get("event"):
                    return fields
                name, _, value = line.partition(": ")
                if name and name != "retry":
                    fields[name] = value
        return {}

    async def comment(self) -> str:
        """The next comment."""
        async with patience():
            async for line in self._lines:
                if line.startswith(":"):
                    return line
        raise AssertionError("the feed has ended")


class Studio:
    """A case in the records, and the pages on a port."""

    def __init__(self, place: Place, table: Recorded, address: str) -> None:
        self.place = place
        self.table = table
        self.address = address
        self.reference = table.case.reference

    @asynccontextmanager
    async def listen(self, post: str, *, token: str = "", path: str = "", **headers: str) -> AsyncIterator[Listener]:
        """The feed of a program that acts for a post."""
        token = token or await token_for(self.place, post, [Scope.READ])
        sent = {"Authorization": f"Bearer {token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        async with (
            httpx.AsyncClient(base_url=self.address, timeout=PATIENCE) as http,
            http.stream("GET", path or f"/api/v1/cases/{self.reference}/feed", headers=sent) as answer,
        ):
            yield Listener(answer)

    async def does(self, by: str, do: str, fields: dict[str, Any] | None = None) -> None:
        """Something happens, and is recorded."""
        self.table.do(by, do, fields)
        await self.table.record(self.place)

    async def until_open(self, number: int) -> None:
        """Until so many feeds are open."""
        await until(lambda: self.place.site.watch.open == number)


@pytest_asyncio.fixture
async def studio(place: Place) -> AsyncIterator[Studio]:
    """The case of tests/web/test_api.py, on each database."""
    table = played()
    await table.record(place)
    place.site.watch = Watch(place.engine, interval=0.02, recheck=0.1, heartbeat=0.1)
    async with served(place.app) as address:
        yield Studio(place, table, address)
        place.site.watch.end()


async def test_entries_come_in_words_as_they_are_recorded(studio: Studio) -> None:
    async with studio.listen(AU) as feed:
        assert feed.answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert feed.answer.headers["Cache-Control"] == "no-store"
        await studio.until_open(1)
        await studio.does(RSO, "situation_update", {"text": "Fewer\nboats"})
        event = await feed.event()
        told = json.loads(event["data"])
        assert (event["event"], told["type"], told["quote"]) == ("entry", "situation_updated", "Fewer\nboats")
        assert int(event["id"]) == told["seq"] <= studio.table.case.seq
        await studio.does(AU, "suspend", {"text": "Elections"})
        assert json.loads((await feed.event())["data"])["type"] == "suspended"
    await studio.until_open(0)


async def test_a_feed_goes_on_after_what_was_received_last(studio: Studio) -> None:
    path = f"/api/v1/cases/{studio.reference}/feed?after=0"
    async with studio.listen(AU, path=path) as feed:
        first, second, third = [await feed.event() for _ in range(3)]
    assert json.loads(first["data"])["type"] == "submitted"
    async with studio.listen(AU, path=path, Last_Event_ID=second["id"]) as feed:
        assert await feed.event() == third
    async with studio.listen(AU, path=path, Last_Event_ID="nonsense") as feed:
        assert await feed.event() == first
    async with studio.listen(AU, Last_Event_ID="999999999") as feed:
        await studio.until_open(1)
        await studio.does(AU, "suspend", {"text": "Elections"})
        assert json.loads((await feed.event())["data"])["type"] == "suspended"


async def test_a_long_log_comes_whole_and_in_order(studio: Studio) -> None:
    for number in range(120):
        studio.table.do(RSO, "situation_update", {"text": f"Update {number}"})
    await studio.table.record(studio.place)
    heard: list[int] = []
    async with studio.listen(AU, path=f"/api/v1/cases/{studio.reference}/feed?after=0") as feed:
        while not heard or heard[-1] < studio.table.entries[-2].seq:
            heard.append(int((await feed.event())["id"]))
    quiet = ("ladder_set", "ladder_cleared", "question_dropped")
    assert heard == [one.seq for one in studio.table.entries if one.type not in quiet][: len(heard)]
    assert len(heard) > 120


async def test_who_sees_a_part_is_told_only_that_this_part_has_changed(studio: Studio) -> None:
    async with studio.listen("VN/focal-point") as feed:
        await feed.comment()  # it has seen what the part looks like
        await studio.does(RSO, "situation_update", {"text": "Agate again"})
        await studio.does(RSO, "progress", {"outcome": "Joint patrols", "text": "Agate patrols"})
        await feed.comment()
        await feed.comment()
        await studio.does(RSO, "progress", {"outcome": "A hotline", "text": "Agate hotline"})
        event = await feed.event()
        assert event == {
            "id": str(studio.table.case.seq),
            "event": "entry",
            "data": json.dumps({"seq": studio.table.case.seq}),
        }
    path = f"/api/v1/cases/{studio.reference}/feed?after=3"
    async with studio.listen("VN/focal-point", path=path) as feed:
        assert json.loads((await feed.event())["data"]) == {"seq": studio.table.case.seq}


async def test_who_does_not_see_the_case_has_no_feed(studio: Studio) -> None:
    for post in ("PK/focal-point", "FJ/focal-point"):
        async with studio.listen(post) as feed:
            unseen = feed.answer.status_code, await feed.answer.aread()
        async with studio.listen(post, path="/api/v1/cases/AHG-2026-999/feed") as feed:
            assert unseen == (feed.answer.status_code, await feed.answer.aread())
        assert unseen[0] == 404


async def test_a_feed_tells_nothing_confidential(studio: Studio) -> None:
    async with studio.listen("NZ/steering-group", path=f"/api/v1/cases/{studio.reference}/feed?after=0") as feed:
        text = ""
        while f'"seq":{studio.table.entries[-1].seq},' not in text:
            text += str(await feed.event())
    assert not [mark for mark in MARKS if mark in text]
    assert "Agate" in text


async def test_a_heartbeat_comes_when_nothing_happens(studio: Studio) -> None:
    async with studio.listen(AU) as feed:
        assert await feed.comment() == ": still here"


# the end of a feed -------------------------------------------------------------------------------------------------


async def test_a_feed_ends_when_its_reader_loses_sight_of_the_case(studio: Studio) -> None:
    studio.table.do(
        AU, "circulate", {"what": "summary", "to": ["FJ"], "names": ["PG"], "text": "With Papua New Guinea."}
    )
    await studio.table.record(studio.place)
    async with studio.listen("PG/focal-point") as feed:  # asked for its consent
        await feed.comment()
        async with studio.listen("TH/focal-point") as takes_part:
            await takes_part.comment()
            await studio.does("TH/focal-point", "leave", {"text": "An election"})
            assert json.loads((await takes_part.event())["data"]) == {"seq": studio.table.case.seq}
        await studio.place.sql("UPDATE holders SET email = 'new@pg.example.org' WHERE post = 'PG/focal-point'")
        await studio.place.sql("DELETE FROM alternates WHERE post = 'PG/focal-point'")
        assert await feed.event() == {}


async def test_a_feed_ends_with_its_token(studio: Studio) -> None:
    token = await token_for(studio.place, AU, [Scope.READ])
    async with studio.listen(AU, token=token) as feed:
        await feed.comment()
        async with studio.place.engine.connect() as connection:
            (mine,) = await api_tokens.tokens_of(connection, address_of(AU), studio.place.now)
        await api_tokens.end_token(studio.place.engine, mine.email, mine.number, studio.place.now)
        await studio.does(RSO, "situation_update", {"text": "Nobody hears this"})
        assert await feed.event() == {}
    async with studio.listen(AU) as feed:
        await feed.comment()
        studio.place.later(days=2)
        assert await feed.event() == {}


async def test_the_page_has_a_feed_of_its_own_that_ends_with_the_session(studio: Studio) -> None:
    place = studio.place
    async with place.browser() as http:
        await place.sign_in(http, address_of("TH/focal-point"))
        page = (await http.get(f"/cases/{studio.reference}")).text
        cookie = http.cookies["ahg-session"]
    path = f"/cases/{studio.reference}/feed?after={studio.table.case.seq}"
    assert f'data-feed="{path}"' in page
    async with studio.listen(AU, path=path, Cookie=f"ahg-session={cookie}") as feed:
        assert feed.answer.headers["Content-Security-Policy"]
        await feed.comment()
        await studio.does(RSO, "situation_update", {"text": "Fewer boats"})
        assert (await feed.event())["event"] == "entry"
        (session,) = await place.rows("SELECT seen_at FROM sessions")
        place.later(hours=1)
        await feed.comment()
        assert await place.rows("SELECT seen_at FROM sessions") == [session]  # it keeps no session alive
        place.later(hours=2)
        assert await feed.event() == {}
    async with studio.listen(AU, path=path) as feed:
        assert feed.answer.status_code == 204
    async with studio.listen(AU, path=path, Cookie=f"ahg-session={cookie}") as feed:
        assert feed.answer.status_code == 204


async def test_a_reader_has_so_many_feeds_and_no_more(studio: Studio) -> None:
    token = await token_for(studio.place, AU, [Scope.READ])
    async with patience(), asyncio.TaskGroup() as group:
        enough = asyncio.Event()

        async def stay() -> None:
            async with studio.listen(AU, token=token) as feed:
                await feed.comment()
                await enough.wait()

        for _ in range(MOST_FEEDS_EACH):
            group.create_task(stay())
        await studio.until_open(MOST_FEEDS_EACH)
        async with studio.listen(AU, token=token) as feed:
            assert (feed.answer.status_code, feed.answer.headers["Retry-After"]) == (503, "30")
        async with studio.listen(RSO) as feed:
            assert feed.answer.status_code == 200
        enough.set()
    await studio.until_open(0)
    async with studio.listen(AU, token=token) as feed:
        assert feed.answer.status_code == 200


async def test_a_feed_outlives_a_moment_without_the_database(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise OSError("no route")

    async with studio.listen(AU) as feed:
        await feed.comment()
        with monkeypatch.context() as patch:
            patch.setattr("web.kit.watch.heads", away)
            patch.setattr("web.api.feed.api_tokens.token_of", away)
            await studio.does(AU, "suspend", {"text": "Elections"})
            await feed.comment()
        assert json.loads((await feed.event())["data"])["type"] == "suspended"


async def test_the_pages_stop_at_once_while_a_feed_is_open(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, web_port=free_port())
    ensure_keys(settings)
    await db.migrate(settings.database)
    engine: AsyncEngine = db.make_engine(settings)
    await seed_if_empty(engine)
    table, now = played(), datetime.now(UTC)
    place = _Records(engine)
    await table.record(place)  # type: ignore[arg-type]
    token = await api_tokens.new_api_token(
        engine, address_of(AU), Post(AU), "A program", (Scope.READ,), expires_at=now + timedelta(days=1), now=now
    )
    await engine.dispose()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "web.app:create_app",
        "--port",
        str(settings.web_port),
        env=settings.environment() | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.web_port}", timeout=PATIENCE) as http:
            await _until_answers(http)
            path = f"/api/v1/cases/{table.case.reference}/feed?after=0"
            async with http.stream("GET", path, headers={"Authorization": f"Bearer {token}"}) as answer:
                feed = Listener(answer)
                assert await feed.event()
                os.kill(process.pid, signal.SIGTERM)
                while await feed.event():
                    pass
        async with patience():
            _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert b"Application shutdown complete" in said
    assert b"Traceback" not in said


class _Records:
    """All of a ``Place`` that recording a case needs."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine


async def _until_answers(http: httpx.AsyncClient) -> None:
    async def answers() -> bool:
        with suppress(httpx.TransportError):
            await http.get("/healthz")
            return True
        return False

    await until(answers)
