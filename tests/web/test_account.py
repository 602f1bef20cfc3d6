"""The account: the second factor, the post that acts, sessions, and tokens for programs."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

import cli
from models.posts import Post
from ops.processes import free_port
from records import api_tokens, second_factor, sessions
from records.api_tokens import Scope
from tests.web.place import ALTERNATE, CO_CHAIR, FOCAL_POINT, Place, key_in, secret_in, value_in

SCRIPT = "<script>alert('boo')</script>"
FORMS = [
    "/account/post",
    "/account/preferences",
    "/account/sessions/end",
    "/account/sessions/NUMBER/end",
    "/account/tokens",
    "/account/tokens/NUMBER/end",
    "/second-factor",
    "/second-factor/enrol",
    "/sign-out",
]
BOTH = "both@au.example.org"


@pytest_asyncio.fixture
async def both(place: Place) -> Place:
    """One person is focal point and Co-Chair of Australia."""
    await place.sql("UPDATE holders SET email = :email WHERE post IN ('AU/focal-point', 'AU/co-chair')", email=BOTH)
    return place


# the second factor ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", [CO_CHAIR, "secretariat@rso.ahg.localhost"])
async def test_a_post_that_decides_or_acts_for_others_needs_the_second_factor(place: Place, email: str) -> None:
    async with place.browser() as http:
        answer = await place.sign_in(http, email, "/cases")
        assert answer.headers["Location"] == "/second-factor?next=%2Fcases"
        assert (await http.get("/account")).headers["Location"] == "/second-factor"
        _secret, done = await place.enrol(http)
        assert done.headers["Location"] == "/"
        assert (await http.get("/account")).status_code == 200


async def test_other_posts_need_none(place: Place) -> None:
    async with place.browser() as http:
        assert (await place.sign_in(http, FOCAL_POINT)).headers["Location"] == "/"
        assert (await http.get("/account")).status_code == 200


async def test_the_enrolment_shows_the_secret_and_a_code_to_scan_without_inline_style(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        page = (await http.get("/second-factor")).text

    assert len(secret_in(page)) == 32
    assert '<svg viewBox="' in page
    assert not re.search(r"\bstyle=|<style", page)


async def test_a_code_of_the_app_makes_later_sessions_strong(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        secret, _ = await place.enrol(http)
    place.later(minutes=1)
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        weak = http.cookies["ahg-session"]
        answer = await place.give_code(http, place.code(secret), next="/cases")
        strong = http.cookies["ahg-session"]
        assert (await http.get("/account")).status_code == 200

    assert answer.headers["Location"] == "/cases"
    assert strong != weak
    assert await sessions.session_of(place.engine, weak, place.now) is None


async def test_a_code_is_good_once(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        secret, _ = await place.enrol(http)
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        enrolled_with = await place.give_code(http, place.code(secret))
        earlier = await place.give_code(http, place.code(secret, -1))
        place.later(seconds=30)
        right = await place.give_code(http, place.code(secret))
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        again = await place.give_code(http, place.code(secret))

    assert [one.status_code for one in (enrolled_with, earlier, right, again)] == [422, 422, 303, 422]


async def test_of_two_that_give_the_same_code_at_once_one_gets_in(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        secret, _ = await place.enrol(http)
    place.later(minutes=1)
    async with place.browser() as one, place.browser() as two:
        for http in (one, two):
            await place.sign_in(http, CO_CHAIR)
        code = place.code(secret)
        answers = await asyncio.gather(place.give_code(one, code), place.give_code(two, code))

    assert sorted(answer.status_code for answer in answers) == [303, 422]


async def test_a_clock_may_be_one_step_off(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        secret, _ = await place.enrol(http)
    for steps, status in ((-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)):
        place.later(minutes=15)
        async with place.browser() as http:
            await place.sign_in(http, CO_CHAIR)
            code = place.code(secret, steps)
            assert (await place.give_code(http, f"{code[:3]} {code[3:]}")).status_code == status


async def test_the_fifth_wrong_code_ends_the_session(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        secret, _ = await place.enrol(http)
    place.later(minutes=1)
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        for wrong in ("", "12345", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666"):
            assert (await place.give_code(http, wrong)).status_code == 422
        assert (await place.give_code(http, "1" * 5000)).status_code == 403
        assert "ahg-session" not in http.cookies
        told = [mail for mail in place.mails() if "Wrong one-time codes were given for your account" in mail]
        assert len(told) == 1
        assert (await http.get("/second-factor")).headers["Location"] == "/sign-in"
        await place.sign_in(http, CO_CHAIR)
        assert (await place.give_code(http, place.code(secret))).status_code == 303


async def test_after_many_wrong_codes_in_many_sessions_an_operator_is_needed(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        secret, _ = await place.enrol(http)
        for _session in range(5):
            place.later(minutes=30)
            await place.sign_in(http, CO_CHAIR)
            for _try in range(5):
                await place.give_code(http, "no")
        place.later(hours=1)
        await place.sign_in(http, CO_CHAIR)
        locked = await place.give_code(http, place.code(secret))
        assert await second_factor.reset_account(place.engine, CO_CHAIR, place.now)
        await place.sign_in(http, CO_CHAIR)
        _secret, done = await place.enrol(http)

    assert (locked.status_code, done.status_code) == (403, 303)


async def test_a_wrong_code_at_enrolment_shows_the_same_secret_again(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        page = (await http.get("/second-factor")).text
        given = {"_key": key_in(page), "sealed": value_in(page, "sealed"), "code": "000000"}
        again = await http.post("/second-factor/enrol", data=given)

    assert again.status_code == 422
    assert secret_in(again.text) == secret_in(page)


async def test_a_second_factor_that_is_there_cannot_be_replaced_by_enrolling_again(place: Place) -> None:
    async with place.browser() as one, place.browser() as two:
        for http in (one, two):
            await place.sign_in(http, CO_CHAIR)
        offered = (await two.get("/second-factor")).text
        await place.enrol(one)
        code = place.code(secret_in(offered))
        given = {"_key": key_in(offered), "sealed": value_in(offered, "sealed"), "code": code}
        answer = await two.post("/second-factor/enrol", data=given)
        asked = await two.get(answer.headers["Location"])
        weak = await two.get("/account")

    assert "sealed" not in asked.text
    assert weak.headers["Location"] == "/second-factor"


async def test_an_offered_secret_is_of_its_session_alone(place: Place) -> None:
    async with place.browser() as one, place.browser() as two:
        await place.sign_in(one, CO_CHAIR)
        await place.sign_in(two, "co-chair@id.ahg.localhost")
        theirs, own = (await one.get("/second-factor")).text, (await two.get("/second-factor")).text
        for sealed in (value_in(theirs, "sealed"), "", "k1:", "k1:AAAA", "nokey:AAAA", "\x00"):
            given = {"_key": key_in(own), "sealed": sealed, "code": place.code(secret_in(theirs))}
            answer = await two.post("/second-factor/enrol", data=given)
            assert answer.headers["Location"] == "/second-factor"

    assert await second_factor.sealed_secret(place.engine, "co-chair@id.ahg.localhost") == ""


async def test_the_secret_is_encrypted_at_rest_and_bound_to_its_account(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        secret, _ = await place.enrol(http)
        kept = await second_factor.sealed_secret(place.engine, CO_CHAIR)
        other = "co-chair@id.ahg.localhost"
        await place.sign_in(http, other)
        await place.sql("UPDATE accounts SET second_factor = :kept WHERE email = :other", kept=kept, other=other)
        place.later(minutes=1)
        moved = await place.give_code(http, place.code(secret))

    assert kept.startswith("k1:")
    assert secret not in kept
    assert moved.status_code == 503


async def test_after_the_keys_were_rotated_a_right_code_seals_the_secret_with_the_new_one(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        secret, _ = await place.enrol(http)
    path = place.settings.data_dir / "keys"
    path.write_text(f"k2:{'A' * 43}=\n{path.read_text()}")
    place.later(minutes=1)
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        assert (await place.give_code(http, place.code(secret))).status_code == 303

    assert (await second_factor.sealed_secret(place.engine, CO_CHAIR)).startswith("k2:")


async def test_a_reset_ends_sessions_and_tokens_and_the_next_sign_in_enrols_anew(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        old, _ = await place.enrol(http)
        token = made_token(await place.post_account(http, "/tokens", **new_token("AU/co-chair")))
        assert await second_factor.reset_account(place.engine, CO_CHAIR.upper(), place.now)
        assert (await http.get("/account")).headers["Location"].startswith("/sign-in")
        assert await api_tokens.token_of(place.engine, token, place.now) is None
        await place.sign_in(http, CO_CHAIR)
        new, done = await place.enrol(http)

    assert done.status_code == 303
    assert new != old
    assert not await second_factor.reset_account(place.engine, "nobody@example.org", place.now)


async def test_an_operator_resets_an_account_on_the_command_line(
    engine: AsyncEngine, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with place.browser() as http:
        await place.sign_in(http, CO_CHAIR)
        await place.enrol(http)
    env = {
        "AHG_DATA_DIR": str(place.settings.data_dir),
        "AHG_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "AHG_SMTP_PORT": str(place.settings.smtp_port),
    }
    done = await asyncio.to_thread(CliRunner().invoke, cli.app, ["account", "reset", CO_CHAIR], env=env)
    unknown = await asyncio.to_thread(CliRunner().invoke, cli.app, ["account", "reset", "x@y.org"], env=env)

    assert (done.exit_code, unknown.exit_code) == (0, 1)
    assert unknown.stderr == "Nobody has signed in as x@y.org.\n"
    assert await second_factor.sealed_secret(engine, CO_CHAIR) == ""
    assert "An operator has reset your account" in place.mails()[-1]
    assert "Browser, as it names itself" not in place.mails()[-1]

    monkeypatch.setattr("web.kit.account_mail._PAUSES", ())
    away = {**env, "AHG_SMTP_PORT": str(free_port())}
    untold = await asyncio.to_thread(CliRunner().invoke, cli.app, ["account", "reset", CO_CHAIR], env=away)
    assert untold.exit_code == 0
    assert "could not be told by mail" in untold.stderr


async def test_the_chosen_language_is_kept_for_this_host_alone_and_one_of_before_is_read(public_place: Place) -> None:
    async with public_place.browser() as http:
        http.cookies.set("ahg-language", "id", domain="ahg.example.org", path="/")
        assert 'lang="id"' in (await http.get("/sign-in")).text
        chosen = await http.post("/language", data={"language": "en"})
        assert chosen.headers["set-cookie"].startswith("__Host-ahg-language=en; ")
        assert "ahg-language" not in http.cookies
        assert 'lang="en"' in (await http.get("/sign-in", headers={"Accept-Language": "id"})).text


# which post acts -----------------------------------------------------------------------------------------------------


async def test_who_holds_several_posts_is_asked_which_one_acts(both: Place) -> None:
    async with both.browser() as http:
        first = await both.sign_in(http, BOTH, "/cases")
        assert first.headers["Location"] == "/account/post?next=%2Fcases"
        page = (await http.get(first.headers["Location"])).text
        given = {"_key": key_in(page), "next": value_in(page, "next"), "post": "AU/focal-point"}
        answer = await http.post("/account/post", data=given)
        account = (await http.get("/account")).text

    assert answer.headers["Location"] == "/cases"
    assert "the focal point of Australia" in account


async def test_a_post_that_needs_the_second_factor_acts_only_after_a_code(both: Place) -> None:
    async with both.browser() as http:
        await both.sign_in(http, BOTH)
        token = http.cookies["ahg-session"]
        answer = await both.post_account(http, "/post", post="AU/co-chair", next="/account")
        assert answer.headers["Location"] == "/second-factor?post=AU%2Fco-chair&next=%2Faccount"
        session = await sessions.session_of(both.engine, token, both.now)
        assert session is not None
        assert (session.post, session.strong) == ("", False)
        assert (await http.get("/account")).status_code == 200  # as focal point, still

        page = (await http.get(answer.headers["Location"])).text
        given = {name: value_in(page, name) for name in ("_key", "sealed", "post", "next")}
        done = await http.post("/second-factor/enrol", data={**given, "code": both.code(secret_in(page))})
        session = await sessions.session_of(both.engine, http.cookies["ahg-session"], both.now)

    assert done.headers["Location"] == "/account"
    assert session is not None
    assert (session.post, session.strong) == ("AU/co-chair", True)


async def test_nobody_acts_as_a_post_of_somebody_else(both: Place) -> None:
    async with both.browser() as http:
        await both.sign_in(http, BOTH)
        for strong in (False, True):
            if strong:
                await both.enrol(http)
            for post in ("ID/co-chair", "MY/focal-point", "nonsense", "", "AU/co-chair ", "\x00"):
                assert (await both.post_account(http, "/post", post=post)).status_code == 403


async def test_a_post_that_was_handed_over_no_longer_acts_and_the_others_still_do(both: Place) -> None:
    async with both.browser() as http:
        await both.sign_in(http, BOTH)
        await both.enrol(http)
        await both.post_account(http, "/post", post="AU/co-chair")
        await both.sql("UPDATE holders SET email = 'new@au.example.org' WHERE post = 'AU/co-chair'")
        account = (await http.get("/account")).text

    assert "the focal point of Australia" in account
    assert "Co-Chair (Australia)" not in account


# sessions ------------------------------------------------------------------------------------------------------------


async def test_sessions_are_listed_and_ended_one_by_one(place: Place) -> None:
    async with place.browser(agent="Laptop") as one, place.browser(agent="Telephone") as two:
        for http in (one, two):
            await place.sign_in(http, FOCAL_POINT)
        page = (await one.get("/account")).text
        assert "Laptop" in page
        assert "Telephone" in page
        (number,) = [row["number"] for row in await place.rows("SELECT * FROM sessions WHERE device = 'Telephone'")]
        assert (await place.post_account(one, f"/sessions/{number}/end")).headers["Location"] == "/account"
        assert (await two.get("/account")).headers["Location"].startswith("/sign-in")
        assert "Telephone" not in (await one.get("/account")).text


async def test_every_session_is_ended_at_once(place: Place) -> None:
    async with place.browser() as one, place.browser() as two, place.browser() as stranger:
        for http in (one, two):
            await place.sign_in(http, FOCAL_POINT)
        await place.sign_in(stranger, ALTERNATE)
        assert (await place.post_account(one, "/sessions/end")).headers["Location"] == "/sign-in"
        for http in (one, two):
            assert (await http.get("/account")).headers["Location"].startswith("/sign-in")
        assert (await stranger.get("/account")).status_code == 200


async def test_the_session_of_somebody_else_cannot_be_ended(place: Place) -> None:
    async with place.browser() as one, place.browser() as two:
        await place.sign_in(one, FOCAL_POINT)
        await place.sign_in(two, ALTERNATE)
        (theirs,) = await place.rows("SELECT number FROM sessions WHERE email = :email", email=ALTERNATE)
        for number in (theirs["number"], "nonsense", "\x00", "a b"):
            assert (await place.post_account(one, f"/sessions/{number}/end")).status_code == 404
        assert (await two.get("/account")).status_code == 200


async def test_what_a_browser_calls_itself_stays_text(place: Place) -> None:
    async with place.browser(agent=f"Nice {SCRIPT} {'x' * 5000}") as http:
        await place.sign_in(http, FOCAL_POINT)
        page = (await http.get("/account")).text

    assert "<script>alert" not in page
    assert "Nice &lt;script&gt;alert" in page
    assert "x" * 200 not in page


async def test_a_form_without_the_sessions_key_is_refused(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, FOCAL_POINT)
        (row,) = await place.rows("SELECT number FROM sessions")
        for path in FORMS:
            for key in ({}, {"_key": ""}, {"_key": "wrong"}, {"_key": "k" * 5000}, {"_key": "\x00ü"}):
                given = {**new_token("MY/focal-point"), **key}
                answer = await http.post(path.replace("NUMBER", row["number"]), data=given)
                assert answer.status_code == 403, (path, key)
        assert (await http.get("/account")).status_code == 200

    assert await place.rows("SELECT * FROM api_tokens") == []


async def test_the_key_of_another_session_is_not_taken(place: Place) -> None:
    async with place.browser() as one, place.browser() as two:
        for http in (one, two):
            await place.sign_in(http, FOCAL_POINT)
        key = key_in((await two.get("/account")).text)
        assert (await one.post("/account/sessions/end", data={"_key": key})).status_code == 403


async def test_nothing_of_the_account_is_done_without_a_session(place: Place) -> None:
    async with place.browser() as http:
        for path in ("post", "preferences", "sessions/end", "sessions/x/end", "tokens", "tokens/x/end"):
            answer = await http.post(f"/account/{path}", data={"_key": ""})
            assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")


async def test_language_and_time_zone_are_kept(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, FOCAL_POINT)
        kept = await place.post_account(http, "/preferences", language="id", zone="Asia/Jakarta")
        refused = await place.post_account(http, "/preferences", language="id", zone="../etc/passwd")
        page = (await http.get("/account")).text

    assert (kept.status_code, refused.status_code) == (303, 422)
    assert '<html lang="id"' in page
    assert "<option selected>Asia/Jakarta</option>" in page


# tokens --------------------------------------------------------------------------------------------------------------


def new_token(post: str, **other: object) -> dict[str, object]:
    return {"name": "Export", "post": post, "scope": ["read"], "days": "30", **other}


async def proven(place: Place, http: httpx.AsyncClient, email: str = FOCAL_POINT) -> None:
    """Sign in and set up a second factor: without it no token is made."""
    await place.sign_in(http, email)
    await place.enrol(http)


def made_token(answer: httpx.Response) -> str:
    found = re.search(r'id="made">(ahg_[^<]+)<', answer.text)
    assert found is not None, answer.text
    return found[1]


async def test_a_token_is_shown_once_and_stands_for_its_post_and_scopes(place: Place) -> None:
    async with place.browser() as http:
        await proven(place, http)
        token = made_token(await place.post_account(http, "/tokens", **new_token("MY/focal-point", name=SCRIPT)))
        page = (await http.get("/account")).text

    found = await api_tokens.token_of(place.engine, token, place.now)
    assert found is not None
    assert (found.email, found.post, found.scopes) == (FOCAL_POINT, Post("MY/focal-point"), (Scope.READ,))
    assert found.allows(Scope.READ)
    assert not found.allows(Scope.WRITE)
    assert token not in page
    assert "<script>alert" not in page
    assert token not in str(await place.rows("SELECT * FROM api_tokens"))


async def test_a_token_expires(place: Place) -> None:
    async with place.browser() as http:
        await proven(place, http)
        token = made_token(await place.post_account(http, "/tokens", **new_token("MY/focal-point")))

    assert await api_tokens.token_of(place.engine, token, place.now + timedelta(days=30, seconds=-1))
    assert await api_tokens.token_of(place.engine, token, place.now + timedelta(days=30)) is None


async def test_a_token_is_ended_by_its_owner_alone(place: Place) -> None:
    async with place.browser() as one, place.browser() as two:
        await proven(place, one)
        await place.sign_in(two, ALTERNATE)
        token = made_token(await place.post_account(one, "/tokens", **new_token("MY/focal-point")))
        found = await api_tokens.token_of(place.engine, token, place.now)
        assert found is not None
        assert (await place.post_account(two, f"/tokens/{found.number}/end")).status_code == 404
        assert await api_tokens.token_of(place.engine, token, place.now)
        assert (await place.post_account(one, f"/tokens/{found.number}/end")).status_code == 303

    assert await api_tokens.token_of(place.engine, token, place.now) is None


async def test_a_token_ends_with_the_post_of_the_account(place: Place) -> None:
    async with place.browser() as http:
        await proven(place, http)
        token = made_token(await place.post_account(http, "/tokens", **new_token("MY/focal-point")))
    await place.sql("UPDATE holders SET email = 'new@my.example.org' WHERE post = 'MY/focal-point'")

    assert await api_tokens.token_of(place.engine, token, place.now) is None


async def test_a_token_has_a_name_a_scope_and_a_life_of_at_most_a_year(place: Place) -> None:
    wrong: list[dict[str, object]] = [
        {"days": "366"},
        {"days": "0"},
        {"days": "-1"},
        {"days": "a"},
        {"days": ""},
        {"scope": []},
        {"scope": ["all"]},
        {"name": ""},
        {"name": "  "},
        {"name": "x" * 301},
        {"name": "\x00"},
    ]
    async with place.browser() as http:
        await proven(place, http)
        for one in wrong:
            answer = await place.post_account(http, "/tokens", **new_token("MY/focal-point", **one))
            assert answer.status_code == 422, one

    assert await place.rows("SELECT * FROM api_tokens") == []


async def test_a_token_for_a_post_with_a_second_factor_needs_a_strong_session(both: Place) -> None:
    async with both.browser() as http:
        await both.sign_in(http, BOTH)
        assert (await both.post_account(http, "/tokens", **new_token("AU/co-chair"))).status_code == 403
        await both.enrol(http)
        made_token(await both.post_account(http, "/tokens", **new_token("AU/co-chair")))
        assert (await both.post_account(http, "/tokens", **new_token("ID/co-chair"))).status_code == 403


async def test_an_account_has_so_many_tokens_and_no_more(place: Place) -> None:
    async with place.browser() as http:
        await proven(place, http)
        for _ in range(20):
            made_token(await place.post_account(http, "/tokens", **new_token("MY/focal-point")))
        assert (await place.post_account(http, "/tokens", **new_token("MY/focal-point"))).status_code == 409
