"""Who holds what, and what the records read and write for anybody who asks."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from db import write_transaction
from models.posts import Capacity, Post, Role, needs_second_factor
from models.sign_in_limits import Asker
from models.tables import TABLES
from records import api_tokens, holders, sessions, sign_ins
from records.directory import seed_if_empty
from records.offices import addressee_of, addressees_now

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def records(engine: AsyncEngine) -> AsyncEngine:
    """Records with the directory of the public list."""
    await seed_if_empty(engine)
    return engine


async def change(engine: AsyncEngine, statement: str, **values: Any) -> None:
    async with write_transaction(engine) as connection:
        await connection.execute(text(statement), values)


async def posts(engine: AsyncEngine, email: str, now: datetime = NOW) -> list[str]:
    async with engine.connect() as connection:
        return list(await holders.posts_of(connection, email, now))


async def test_the_holders_posts_come_before_those_stood_in_for(records: AsyncEngine) -> None:
    await change(records, "UPDATE holders SET email = 'Anna@Example.org' WHERE post = 'MY/focal-point'")
    await change(records, "UPDATE alternates SET email = 'anna@example.ORG' WHERE post = 'AU/co-chair'")
    await change(records, "UPDATE alternates SET email = 'anna@example.org' WHERE post = 'MY/focal-point'")

    assert await posts(records, "ANNA@example.org") == ["MY/focal-point", "AU/co-chair"]


@pytest.mark.parametrize(
    ("until", "held"), [(None, True), ("2026-03-03", True), ("2026-03-02", True), ("2026-03-01", False)]
)
async def test_an_alternate_stands_in_until_the_end_of_the_day(
    records: AsyncEngine, until: str | None, held: bool
) -> None:
    await change(
        records,
        "UPDATE alternates SET email = 'a@example.org', until = CAST(:until AS DATE) WHERE post = 'AU/co-chair'"
        if records.dialect.name == "postgresql"
        else "UPDATE alternates SET email = 'a@example.org', until = :until WHERE post = 'AU/co-chair'",
        until=until,
    )

    assert await posts(records, "a@example.org") == (["AU/co-chair"] if held else [])


def at(zone: str, day: int, hour: int) -> datetime:
    """A moment of March 2026 in UTC, by its local time."""
    return datetime(2026, 3, day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("member", "zone"), [("NZ", "Pacific/Auckland"), ("US", "America/New_York"), ("RSO", "Asia/Bangkok")]
)
async def test_the_last_day_of_an_alternate_is_a_day_of_the_posts_office(
    records: AsyncEngine, member: str, zone: str
) -> None:
    post = Post("RSO/secretariat" if member == "RSO" else f"{member}/focal-point")
    table = TABLES.tables["alternates"]
    async with write_transaction(records) as connection:
        await connection.execute(table.delete().where(table.c.post == post))
        stand_in = {"post": str(post), "name": "A", "email": "a@example.org", "until": date(2026, 3, 10)}
        await connection.execute(table.insert(), stand_in)
        await connection.execute(table.insert(), {**stand_in, "name": "B", "email": "b@example.org", "until": None})
    for now, standing_in in (
        (at(zone, 10, 1), "a@example.org"),
        (at(zone, 10, 23), "a@example.org"),
        (at(zone, 11, 0), "b@example.org"),
        (at(zone, 11, 20), "b@example.org"),
    ):
        assert await posts(records, "a@example.org", now) == [post] * (standing_in == "a@example.org")
        async with records.connect() as connection:
            found = await addressee_of(connection, post, Capacity.ALTERNATE, now)
            again = await connection.run_sync(addressees_now, [(post, Capacity.ALTERNATE)], now)
        assert found is not None
        assert found.email == standing_in
        assert again == {(post, Capacity.ALTERNATE): found}


@pytest.mark.parametrize("email", ["", " ", "nobody@example.org"])
async def test_an_address_that_no_post_has_is_nobody(records: AsyncEngine, email: str) -> None:
    await change(records, "UPDATE holders SET email = '' WHERE post = 'AU/co-chair'")

    assert await posts(records, email) == []
    async with records.connect() as connection:
        assert await holders.person_of(connection, email, NOW) == holders.DirectoryPerson()


async def test_a_person_is_written_to_in_the_posts_language_at_the_directorys_address(records: AsyncEngine) -> None:
    await change(records, "UPDATE holders SET language = 'id', email = 'Budi@Example.id' WHERE post = 'ID/co-chair'")
    async with records.connect() as connection:
        holder = await holders.person_of(connection, "budi@example.id", NOW)
        alternate = await holders.person_of(connection, "co-chair-alternate@id.ahg.localhost", NOW)

    assert (holder.email, holder.language, holder.zone) == ("Budi@Example.id", "id", "Asia/Jakarta")
    assert alternate.language == "id"


@pytest.mark.parametrize("role", Role)
def test_posts_that_decide_or_act_for_others_need_the_second_factor(role: Role) -> None:
    assert needs_second_factor(Post.of("AU", role)) is (role in (Role.CO_CHAIR, Role.SECRETARIAT, Role.AUDITOR))


async def test_asking_for_a_link_does_the_same_whether_or_not_the_address_is_known(records: AsyncEngine) -> None:
    done: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        done.append(statement)

    event.listen(records.sync_engine, "before_cursor_execute", note)
    asked = []
    for email in ("focal-point@my.ahg.localhost", "nobody@example.org"):
        done.clear()
        await sign_ins.ask_link(records, email, Asker(client="203.0.113.7"), "", NOW)
        asked.append(list(done))

    assert asked[0] == asked[1]
    assert not any("holders" in statement or "alternates" in statement for statement in asked[0])


async def test_requests_and_sessions_that_are_long_over_are_not_kept(records: AsyncEngine) -> None:
    email = "focal-point@my.ahg.localhost"

    async def sign_in(now: datetime) -> None:
        link = await sign_ins.ask_link(records, email, Asker(client="203.0.113.7"), "", now)
        assert await sign_ins.use_link(records, link, device="", earlier="", now=now)

    await sign_in(NOW)
    await sign_in(NOW + timedelta(days=3))

    async with records.connect() as connection:
        for table in ("sign_ins", "sessions"):
            assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 1  # noqa: S608


async def test_a_session_that_is_asked_for_often_is_written_once_a_minute(records: AsyncEngine) -> None:
    link = await sign_ins.ask_link(records, "focal-point@my.ahg.localhost", Asker(client="203.0.113.7"), "", NOW)
    begun = await sign_ins.use_link(records, link, device="", earlier="", now=NOW)
    assert begun is not None

    async def seen_at(seconds: int) -> datetime:
        assert await sessions.session_of(records, begun.token, NOW + timedelta(seconds=seconds))
        session = await sessions.session_of(records, begun.token, NOW + timedelta(seconds=seconds))
        assert session is not None
        return session.seen_at

    assert await seen_at(59) == NOW
    assert await seen_at(61) == NOW + timedelta(seconds=61)
    assert await seen_at(90) == NOW + timedelta(seconds=61)
    assert await seen_at(121) == NOW + timedelta(seconds=121)


async def test_what_a_token_was_used_for_last_is_noted(records: AsyncEngine) -> None:
    email, post = "focal-point@my.ahg.localhost", Post("MY/focal-point")
    token = await api_tokens.new_api_token(
        records,
        email,
        post,
        "Export",
        (api_tokens.Scope.WRITE, api_tokens.Scope.READ, api_tokens.Scope.READ),
        expires_at=NOW + api_tokens.LONGEST_TOKEN_LIFE,
        now=NOW,
    )
    await api_tokens.token_of(records, token, NOW + timedelta(hours=1))
    async with records.connect() as connection:
        (found,) = await api_tokens.tokens_of(connection, email, NOW)

    assert found.used_at == NOW + timedelta(hours=1)
    assert found.scopes == (api_tokens.Scope.READ, api_tokens.Scope.WRITE)
    for wrong in ("", "ahg_", token[:-1], token.upper(), "\ud800"):
        assert await api_tokens.token_of(records, wrong, NOW) is None


async def test_a_token_for_more_than_a_year_is_refused(records: AsyncEngine) -> None:
    with pytest.raises(ValueError, match="at most a year"):
        await api_tokens.new_api_token(
            records,
            "focal-point@my.ahg.localhost",
            Post("MY/focal-point"),
            "Export",
            (api_tokens.Scope.READ,),
            expires_at=NOW + timedelta(days=365, seconds=1),
            now=NOW,
        )
