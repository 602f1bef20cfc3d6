"""Attacks on signing in: on being let in, on staying in when a post has gone, on doing so unseen."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

import db
from models.posts import Post
from models.sign_in_limits import MAILS_OF_AN_ADDRESS
from ops.catcher import Catcher
from records.api_tokens import Scope, new_api_token, token_of
from records.directory import seed_if_empty
from settings import Settings, ensure_keys
from tests.newest_schema import newest_file
from tests.notifications.markup import links, read
from tests.web.place import CO_CHAIR, FOCAL_POINT, Place
from tests.web.test_admin_directory import ALTERNATE, HOLDER, RSO, SITI, send

AU = Post("AU/co-chair")


@pytest_asyncio.fixture
async def place(settings: Settings, catcher: Catcher) -> AsyncIterator[Place]:
    """The pages on a file of SQLite: what is tried here is the same on each database."""
    ensure_keys(settings)
    (settings.data_dir / "ahg.db").write_bytes(newest_file().read_bytes())
    async with db.open_engine(settings) as engine:
        await seed_if_empty(engine)
        yield Place(settings.model_copy(update={"smtp_port": catcher.port}), engine, catcher)


# nobody is kept out -------------------------------------------------------------------------------------------------


async def test_nobody_uses_up_the_links_of_an_address_from_elsewhere(place: Place) -> None:
    async with place.browser("198.51.100.1") as attacker, place.browser("203.0.113.7") as owner:
        answers = [await place.ask(attacker, FOCAL_POINT) for _ in range(8)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 3
        await place.sign_in(owner, FOCAL_POINT)


async def test_the_owners_own_browser_gets_its_link_whatever_others_ask_for(place: Place) -> None:
    async with place.browser() as owner, place.browser() as beside:
        await place.sign_in(owner, FOCAL_POINT)
        place.later(days=30)
        before = len(place.mails())
        for number in range(MAILS_OF_AN_ADDRESS):
            async with place.browser(f"198.51.100.{number}") as attacker:
                await place.ask(attacker, FOCAL_POINT)
        for _ in range(9):  # also from behind the owner's own proxy
            await place.ask(beside, FOCAL_POINT)
        assert len(place.mails()) == before + MAILS_OF_AN_ADDRESS
        await place.sign_in(owner, FOCAL_POINT)
    assert len(place.mails()) == before + MAILS_OF_AN_ADDRESS + 1


async def test_a_browser_that_is_new_signs_in_whatever_others_ask_for_and_for_how_long(place: Place) -> None:
    async def flood() -> None:
        for number in range(30):
            async with place.browser(f"198.51.100.{number}") as attacker:
                await place.ask(attacker, FOCAL_POINT)

    async with place.browser("198.51.100.1") as new:  # behind the same proxy as one of them
        for _ in range(2):
            await flood()
            assert (await place.ask(new, FOCAL_POINT)).status_code in (200, 429)
            place.later(minutes=5)
            before = len(place.mails())
            await flood()
            assert len(place.mails()) == before + 1
            assert (await place.ask(new, FOCAL_POINT)).status_code in (200, 429)
            path = place.path()  # the newest that came, whoever asked for it
            assert (await new.get(path)).status_code == 200
            place.later(minutes=15)
        await flood()
        assert (await new.post(place.path())).status_code == 303


async def test_many_people_behind_one_proxy_sign_in(place: Place) -> None:
    posts = await place.rows("SELECT email FROM holders WHERE post LIKE '%/focal-point' LIMIT 21")
    async with place.browser() as attacker:
        for number in range(21):
            assert (await place.ask(attacker, f"nobody-{number}@example.org")).status_code == 200
    for row in posts:
        async with place.browser() as http:
            assert (await place.ask(http, row["email"])).status_code == 200
    assert len(place.mails()) == 21


async def test_a_browser_is_known_for_its_own_address_and_for_so_long(place: Place) -> None:
    async with place.browser() as owner:
        await place.sign_in(owner, FOCAL_POINT)
        asked = [await place.ask(owner, CO_CHAIR) for _ in range(6)]
        assert asked[-1].status_code == 429
        place.later(days=181)
        asked = [await place.ask(owner, FOCAL_POINT) for _ in range(6)]
        assert asked[-1].status_code == 429
        for wrong in ("", "k1:AAAA", "x", owner.cookies["ahg-browser"][:-4] + "AAAA"):
            owner.cookies.set("ahg-browser", wrong, domain="127.0.0.1", path="/")
            assert (await place.ask(owner, FOCAL_POINT)).status_code == 429


# what has gone stays gone -------------------------------------------------------------------------------------------


async def _token(place: Place, email: str) -> str:
    until = place.now + timedelta(days=300)
    return await new_api_token(place.engine, email, AU, "A", (Scope.READ,), expires_at=until, now=place.now)


async def test_sessions_and_tokens_of_a_holder_end_for_good_when_the_post_is_handed_over(place: Place) -> None:
    back = {"name": "Back Again", "email": CO_CHAIR, "language": "en"}
    token = await _token(place, CO_CHAIR)
    async with place.browser() as desk, place.browser() as before:
        await place.as_post(before, AU)
        await place.as_post(desk, RSO)
        for person in (SITI, back):
            assert (await send(desk, HOLDER, **person)).status_code == 303
        assert (await before.get("/board")).headers["location"].startswith("/sign-in")
    assert await token_of(place.engine, token, place.now) is None


async def test_nothing_of_a_person_is_left_where_another_takes_over_at_the_same_address(place: Place) -> None:
    """The mailbox of an office stays; whoever had the post has its session, token, second factor and passkey no more."""
    token = await _token(place, CO_CHAIR)
    async with place.browser() as desk, place.browser() as before:
        await place.as_post(before, AU)
        await place.as_post(desk, RSO)
        assert (await send(desk, HOLDER, name="Another Person", email=CO_CHAIR, language="en")).status_code == 303
        assert (await before.get("/board")).headers["location"].startswith("/sign-in")
    assert await token_of(place.engine, token, place.now) is None
    assert await place.rows("SELECT second_factor FROM accounts WHERE email = :email", email=CO_CHAIR) == [
        {"second_factor": ""}
    ]


async def test_sessions_and_tokens_of_an_alternate_end_for_good_when_it_stands_in_no_more(place: Place) -> None:
    (alternate,) = await place.rows("SELECT name, email FROM alternates WHERE post = 'AU/co-chair'")
    token = await _token(place, alternate["email"])
    other = await _token(place, CO_CHAIR)
    async with place.browser() as desk:
        await place.as_post(desk, RSO)
        assert (await send(desk, ALTERNATE, name=alternate["name"], email="other@example.org")).status_code == 303
        assert (await send(desk, ALTERNATE, **alternate)).status_code == 303
    assert await token_of(place.engine, token, place.now) is None
    assert await token_of(place.engine, other, place.now) is not None


async def test_an_alternate_who_is_named_again_after_its_last_day_has_no_token_of_before(place: Place) -> None:
    (alternate,) = await place.rows("SELECT name, email FROM alternates WHERE post = 'AU/co-chair'")
    await place.sql("UPDATE alternates SET until = '2026-03-03' WHERE post = 'AU/co-chair'")
    token = await _token(place, alternate["email"])
    place.later(days=5)
    async with place.browser() as desk:
        await place.as_post(desk, RSO)
        assert (await send(desk, ALTERNATE, **alternate)).status_code == 303
    assert await token_of(place.engine, token, place.now) is None


async def test_signing_out_everywhere_ends_tokens_too(place: Place) -> None:
    token = await _token(place, CO_CHAIR)
    async with place.browser() as http:
        await place.as_post(http, AU)
        assert (await place.post_account(http, "/sessions/end")).status_code == 303
    assert await token_of(place.engine, token, place.now) is None


# nothing happens unseen ---------------------------------------------------------------------------------------------


def _newest(place: Place) -> tuple[tuple[str, ...], str]:
    mail = place.catcher.messages()[-1]
    return mail.recipients, " ".join(place.mails()[-1].split())


async def test_a_sign_in_in_a_new_browser_is_told_to_its_owner_and_one_in_a_known_browser_is_not(place: Place) -> None:
    async with place.browser("203.0.113.9", agent="Elsewhere/1.0") as http:
        await place.sign_in(http, FOCAL_POINT)
        to, words = _newest(place)
        assert to == (FOCAL_POINT,)
        assert "in a browser in which you have not signed in before" in words
        assert "Elsewhere/1.0" in words
        assert "203.0.113.9" in words
        assert "2 March 2026" in words
        assert "/account" in words
        before = len(place.mails())
        await place.sign_in(http, FOCAL_POINT)
    assert len(place.mails()) == before + 1


@pytest.mark.parametrize("language", ["en", "id"])
async def test_what_a_browser_calls_itself_brings_nothing_into_the_mail(place: Place, language: str) -> None:
    await place.sql("UPDATE holders SET language = :language WHERE post = 'MY/focal-point'", language=language)
    agent = 'Mozilla/5.0 (X11) <a href="https://evil.example/x">www.evil.example</a> {{ 7 * 7 }} %(x)s'
    async with place.browser(agent=agent) as http:
        await place.sign_in(http, FOCAL_POINT)
    mail = place.catcher.messages()[-1].message
    html = mail.get_body(("html",))
    assert html is not None
    page = read(html.get_content())

    assert {link.address for link in links(page)} == {"http://127.0.0.1:8000/account"}
    for words in (place.mails()[-1], html.get_content()):
        assert "Mozilla/5.0 (X11)" in words
        assert "evil.example" not in words


async def test_a_new_second_factor_is_told_to_its_owner(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        await place.enrol(http)
    to, words = _newest(place)

    assert to == (CO_CHAIR,)
    assert "A second factor was set up for your account" in words


async def test_a_new_token_is_told_to_its_owner_and_to_the_holder_of_its_post(place: Place) -> None:
    await place.sql("UPDATE holders SET language = 'id' WHERE post = 'MY/focal-point'")
    async with place.browser() as http:
        await place.sign_in(http, "focal-point-alternate@my.ahg.localhost")
        await place.enrol(http)
        made = await place.post_account(http, "/tokens", post="MY/focal-point", name="A", scope="read", days="30")
        assert made.status_code == 200
    told = {mail.recipients[0]: mail.message for mail in place.catcher.messages()[-2:]}

    assert set(told) == {"focal-point-alternate@my.ahg.localhost", FOCAL_POINT}
    assert {mail["Subject"] for mail in told.values()} == {"Token baru untuk program"}
