"""Passkeys of accounts: who adds one proves at that moment who it is, its owner hears of it, and a reset ends it."""

import base64

from records.passkeys import keep_passkey, passkeys_of
from records.second_factor import reset_account
from tests.web.conftest import place
from tests.web.place import Place, address_of, key_in

__all__ = ["place"]

AU = "AU/co-chair"


async def keep(place: Place, name: str) -> None:
    key = base64.b64encode(b"key").decode()
    whose = place.engine, address_of(AU), name
    await keep_passkey(*whose, credential="b25l", cose=key, public_key=key, count=0, now=place.now)


async def kept(place: Place) -> list[str]:
    async with place.engine.connect() as connection:
        return [one.name for one in await passkeys_of(connection, address_of(AU))]


async def test_a_session_that_was_left_open_adds_and_ends_no_passkey_and_makes_no_token(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, address_of(AU))
        await place.enrol(http)
        await keep(place, "Mine")
        key = key_in((await http.get("/account/passkeys")).text)
        async with place.engine.connect() as connection:
            (mine,) = await passkeys_of(connection, address_of(AU))
        place.later(minutes=11)

        for path in ("/account/passkeys", f"/account/passkeys/{mine.number}/end", "/account/tokens"):
            sent = {
                "_key": key,
                "name": "Thief",
                "credential": "{}",
                "sealed": "",
                "post": AU,
                "scope": "read",
                "days": "30",
            }
            asked = await http.post(path, data=sent)
            assert asked.status_code == 403, path
            assert 'name="_code"' in asked.text, path
    assert await kept(place) == ["Mine"]


async def test_an_account_without_a_second_factor_sets_one_up_before_it_gets_a_token(place: Place) -> None:
    """As every account does, and not only one whose post needs it."""
    async with place.browser() as http:
        await place.sign_in(http, "focal-point@my.ahg.localhost")
        asked = await place.post_account(http, "/tokens", post="MY/focal-point", name="A", scope="read", days="30")
        assert (asked.status_code, 'name="_sealed"' in asked.text, "ahg_" in asked.text) == (403, True, False)
    assert await place.rows("SELECT * FROM api_tokens") == []


async def test_the_owner_of_a_passkey_hears_that_it_was_ended(place: Place) -> None:
    await keep(place, "Mine")
    async with place.browser() as http, place.engine.connect() as connection:
        await place.as_post(http, AU)
        (mine,) = await passkeys_of(connection, address_of(AU))
        key = key_in((await http.get("/account/passkeys")).text)
        await http.post(f"/account/passkeys/{mine.number}/end", data={"_key": key})
    assert await kept(place) == []
    assert "A passkey of your account" in place.mails()[-1]


async def test_a_reset_of_an_account_ends_its_passkeys(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, address_of(AU))
    await keep(place, "Lost")
    assert await reset_account(place.engine, address_of(AU), place.now)
    assert await kept(place) == []


async def test_every_answer_has_the_headers_that_protect_it_also_one_that_refuses(place: Place) -> None:
    async with place.browser() as http:
        answers = [
            await http.get("/sign-in"),
            await http.get("/sign-in", headers={"Host": "elsewhere.example"}),
            await http.post("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}),
            await http.get("/no-such-page"),
        ]
    assert [answer.status_code for answer in answers] == [200, 421, 403, 404]
    for answer in answers:
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
