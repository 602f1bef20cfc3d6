"""Signing in with an identity provider: a real one on loopback, honest and otherwise."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from ops.processes import free_port
from records import sessions
from tests.web.place import CO_CHAIR, FOCAL_POINT, Place
from tests.web.provider import CLIENT, SECRET, Provider, back, running


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[Provider]:
    async with running() as one:
        yield one


@pytest.fixture
def house(place: Place, provider: Provider) -> Place:
    """The pages with the provider in their settings."""
    chosen = {
        "oidc_issuer": provider.address,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SecretStr(SECRET),
        "oidc_name": "the ministry's account",
    }
    return Place(place.settings.model_copy(update=chosen), place.engine, place.catcher)


async def signs_in(http: httpx.AsyncClient, provider: Provider, next_: str = "") -> httpx.Response:
    """The whole way of a browser."""
    begun = await http.post("/openid/begin", data={"next": next_})
    assert begun.status_code == 200
    return await http.get(back(provider.consents(onward(begun))))


def onward(begun: httpx.Response) -> str:
    """The address of the provider to which the page leads by itself."""
    return begun.headers["refresh"].removeprefix("0; url=")


async def session(place: Place, http: httpx.AsyncClient) -> sessions.Session | None:
    token = http.cookies.get("ahg-session")
    return await sessions.session_of(place.engine, token, place.now) if token else None


async def test_who_the_provider_vouches_for_is_signed_in_at_the_page_that_was_asked_for(
    house: Place, provider: Provider
) -> None:
    async with house.browser() as http:
        page = await http.get("/sign-in", params={"next": "/cases?stage=closed"})
        assert "Sign in with the ministry&#39;s account" in page.text
        assert 'action="/openid/begin"' in page.text
        assert 'name="next" value="/cases?stage=closed"' in page.text
        answer = await signs_in(http, provider, "/cases?stage=closed")
        begun = await session(house, http)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/cases?stage=closed"
    assert begun is not None
    assert (begun.email, begun.strong) == (FOCAL_POINT, False)
    assert "ahg-openid" not in http.cookies


async def test_a_co_chair_still_shows_the_second_factor(house: Place, provider: Provider) -> None:
    provider.email = CO_CHAIR
    async with house.browser() as http:
        answer = await signs_in(http, provider)
        home = await http.get("/")

    assert answer.status_code == 303
    assert home.headers["location"].startswith("/second-factor")


async def test_without_a_provider_there_is_no_such_page(place: Place) -> None:
    async with place.browser() as http:
        assert "openid" not in (await http.get("/sign-in")).text
        assert (await http.post("/openid/begin")).status_code == 404
        assert (await http.get("/openid/return")).status_code == 404


async def test_an_address_without_a_post_is_not_signed_in(house: Place, provider: Provider) -> None:
    provider.email = "somebody@elsewhere.example.org"
    async with house.browser() as http:
        answer = await signs_in(http, provider)
        assert await session(house, http) is None

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("claims", "left_out"),
    [
        ({"nonce": "another"}, ()),
        ({}, ("nonce",)),
        ({"aud": "another client"}, ()),
        ({}, ("aud",)),
        ({"iss": "https://evil.example.org"}, ()),
        ({"exp": 1_000_000_000}, ()),
        ({"email_verified": False}, ()),
        ({"email_verified": "true"}, ()),
        ({}, ("email_verified",)),
        ({}, ("email",)),
        ({"email": ["a", "b"]}, ()),
        ({"email": ""}, ()),
        ({"email": "x" * 1000}, ()),
    ],
)
async def test_a_word_that_is_not_good_signs_nobody_in(
    house: Place, provider: Provider, claims: dict[str, Any], left_out: tuple[str, ...]
) -> None:
    provider.claims, provider.left_out = claims, left_out
    async with house.browser() as http:
        answer = await signs_in(http, provider)
        assert await session(house, http) is None

    assert answer.status_code in (400, 403)


async def test_a_word_that_nobody_signed_or_another_key_signed_signs_nobody_in(
    house: Place, provider: Provider
) -> None:
    async with house.browser() as http:
        provider.signed_by = "none"
        assert (await signs_in(http, provider)).status_code == 400
        provider.signed_by = "RS256"
        assert (await signs_in(http, provider)).status_code == 303
        published, forged = provider.key, provider.key
        provider.rotate()
        forged = provider.key
        forged_token = provider.token
        provider.key = published
        provider.token = lambda asked: _signed_with(provider, forged, forged_token, asked)  # type: ignore[method-assign]
        assert (await signs_in(http, provider)).status_code == 400


def _signed_with(provider: Provider, key: Any, token: Any, asked: dict[str, str]) -> str:
    published, provider.key = provider.key, key
    try:
        return str(token(asked))
    finally:
        provider.key = published


async def test_a_provider_that_changed_its_keys_is_asked_for_them_again(house: Place, provider: Provider) -> None:
    async with house.browser() as http:
        assert (await signs_in(http, provider)).status_code == 303
        provider.rotate()
        assert (await signs_in(http, provider)).status_code == 303


async def test_coming_back_counts_only_in_the_browser_that_began_and_once_and_in_time(
    house: Place, provider: Provider
) -> None:
    async with house.browser() as http, house.browser() as other:
        begun = await http.post("/openid/begin")
        answer = provider.consents(onward(begun))
        assert (await other.get(back(answer))).status_code == 400
        assert (await http.get(back({**answer, "state": "another"}))).status_code == 400
        assert (await http.get(back(answer))).status_code == 400, "the first return used the cookie up"

        begun = await http.post("/openid/begin")
        answer = provider.consents(onward(begun))
        assert (await http.get(back(answer))).status_code == 303
        assert (await http.get(back(answer))).status_code == 400

        begun = await http.post("/openid/begin")
        answer = provider.consents(onward(begun))
        house.later(minutes=11)
        assert (await http.get(back(answer))).status_code == 400


async def test_the_session_that_the_browser_had_before_ends(house: Place, provider: Provider) -> None:
    async with house.browser() as http:
        await signs_in(http, provider)
        first = http.cookies["ahg-session"]
        await signs_in(http, provider)

    assert http.cookies["ahg-session"] != first
    assert await sessions.session_of(house.engine, first, house.now) is None


@pytest.mark.parametrize("next_", ["https://evil.example.org/", "//evil.example.org", "/\\evil.example.org"])
async def test_it_goes_on_to_no_other_site(house: Place, provider: Provider, next_: str) -> None:
    async with house.browser() as http:
        answer = await signs_in(http, provider, next_)

    assert answer.headers["location"] == "/"


async def test_a_provider_that_is_away_or_is_another_is_said_and_found_again(house: Place, provider: Provider) -> None:
    async with house.browser() as http:
        provider.issuer = "https://another.example.org"
        answer = await http.post("/openid/begin")
        assert answer.status_code == 503
        assert "Ask for a link by mail instead" in answer.text
        provider.issuer = ""
        assert (await signs_in(http, provider)).status_code == 303


async def test_a_provider_that_does_not_answer_is_said(place: Place) -> None:
    chosen = {
        "oidc_issuer": f"http://127.0.0.1:{free_port()}",
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SecretStr(SECRET),
    }
    alone = Place(place.settings.model_copy(update=chosen), place.engine, place.catcher)
    async with alone.browser() as http:
        assert (await http.post("/openid/begin")).status_code == 503
