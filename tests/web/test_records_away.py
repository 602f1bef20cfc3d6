"""Pages and API while the database does not answer: said as such, to be tried again, and nothing of it is told."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import db
from ops.catcher import Catcher
from ops.processes import free_port
from records.sessions import cookie_name, make_token
from settings import Settings, ensure_keys
from tests.web.place import Place

PATHS = ("/", "/cases", "/cases/AHG-2026-001", "/request/new/situation", "/account")


def unreachable(kind: str) -> AsyncEngine:
    if kind == "refused":
        return db.make_engine(f"postgresql+psycopg://someone:secret@127.0.0.1:{free_port()}/records")
    return db.make_engine("sqlite+aiosqlite:////no/such/folder/secret.db")


@pytest.mark.parametrize("kind", ["refused", "no folder"])
async def test_a_page_says_that_a_part_is_away_and_when_to_come_again(
    kind: str, settings: Settings, catcher: Catcher
) -> None:
    ensure_keys(settings)
    place = Place(settings.model_copy(update={"smtp_port": catcher.port}), unreachable(kind), catcher)
    async with place.browser() as http:
        http.cookies.set(cookie_name(False), make_token(), domain="127.0.0.1", path="/")
        for path in PATHS:
            answer = await http.get(path)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10"), path
            assert "A part of the product does not answer" in answer.text
            assert "secret" not in answer.text
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        sent = await http.post("/sign-in", data={"email": "focal-point@my.ahg.localhost"})
        assert sent.status_code == 503
        program = await http.get("/api/v1/cases", headers={"Authorization": "Bearer ahg_" + "x" * 43})
        assert (program.status_code, program.headers["Content-Type"]) == (503, "application/problem+json")
        assert "secret" not in program.text
    await place.engine.dispose()


async def test_when_every_connection_is_taken_the_next_one_is_told_to_wait(place: Place, database_url: str) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("readers of SQLite never wait for each other")
    narrow = create_async_engine(database_url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    busy = Place(place.settings, narrow, place.catcher)
    async with narrow.connect(), busy.browser() as http:
        http.cookies.set(cookie_name(False), make_token(), domain="127.0.0.1", path="/")
        assert (await http.get("/")).status_code == 503
    await narrow.dispose()
