"""Signing in: by a link that is sent to who holds a post, and by nothing else."""

import asyncio
import hashlib
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from ops.against import Kept, read_kept
from records import sessions
from tests.web.place import ALTERNATE, CO_CHAIR, FOCAL_POINT, Place, key_in
from web.kit.sessions import onward


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application behind the web server that runs it in earnest; its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


NASTY_NEXT = [
    "https://evil.example.org/",
    "//evil.example.org",
    "///evil.example.org",
    "/\\evil.example.org",
    "\\\\evil.example.org",
    "/\t/evil.example.org",
    "/\n/evil.example.org",
    "\t//evil.example.org",
    " //evil.example.org",
    "/ /evil.example.org",
    "javascript:alert(1)",
    "http:evil.example.org",
    "cases",
    "evil.example.org",
    "/cases\r\nSet-Cookie: a=b",
    "/\x00",
    "/\u2028x",
    "/" + "a" * 2000,
    "",
]


# the link ------------------------------------------------------------------------------------------------------------


async def test_the_link_signs_the_holder_of_a_post_in(place: Place) -> None:
    async with place.browser() as http:
        answer = await place.sign_in(http, FOCAL_POINT)
        token = http.cookies["ahg-session"]

    assert answer.headers["Location"] == "/"
    session = await sessions.session_of(place.engine, token, place.now)
    assert session is not None
    assert (session.email, session.strong, session.device) == (FOCAL_POINT, False, "A browser")


async def test_the_address_is_compared_without_capitals_and_the_mail_goes_to_the_directorys_spelling(
    place: Place,
) -> None:
    await place.sql("UPDATE holders SET email = 'K.Focal@My.Example.org' WHERE post = 'MY/focal-point'")
    async with place.browser() as http:
        await place.ask(http, " \u212a.FOCAL@my.example.ORG ")  # U+212A, the Kelvin sign, is a capital of k

    (mail,) = place.catcher.messages()
    assert mail.recipients == ("K.Focal@My.Example.org",)


async def test_the_mail_says_what_it_is_for_how_long_it_is_good_and_what_to_do_if_one_did_not_ask(place: Place) -> None:
    async with place.browser() as http:
        await place.ask(http, FOCAL_POINT)

    (mail,) = place.catcher.messages()
    html = mail.message.get_body(("html",))
    assert html is not None
    for words in (" ".join(place.mails()[0].split()), " ".join(html.get_content().split())):
        assert "sign in to the pages of the Bali Process Ad Hoc Group" in words
        assert "once, and only for 15 minutes" in words
        assert "If you did not ask for it, do nothing" in words
        assert place.link() in words
    assert mail.message["Subject"] == "Your link to sign in"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert read_kept(mail.content, "mail", None) == Kept("mail")  # of no case: no fault to `ahg verify --against`
    assert "<style></style>" not in html.get_content()


async def test_a_link_is_good_once(place: Place) -> None:
    async with place.browser() as http, place.browser() as other:
        await place.sign_in(http, FOCAL_POINT)
        again = await other.post(place.path())

    assert again.status_code == 410
    assert not other.cookies


async def test_a_link_is_good_for_a_quarter_of_an_hour(place: Place) -> None:
    async with place.browser() as http:
        await place.ask(http, FOCAL_POINT)
        place.later(minutes=15)
        shown, used = await http.get(place.path()), await http.post(place.path())

    assert (shown.status_code, used.status_code) == (410, 410)
    assert not http.cookies


async def test_of_two_that_use_a_link_at_once_one_signs_in(place: Place) -> None:
    async with place.browser() as one, place.browser() as two:
        await place.ask(one, FOCAL_POINT)
        answers = await asyncio.gather(one.post(place.path()), two.post(place.path()))

    assert sorted(answer.status_code for answer in answers) == [303, 410]
    assert len(await place.rows("SELECT number FROM sessions")) == 1


async def test_opening_the_link_signs_nobody_in_and_leaves_it_good(place: Place) -> None:
    async with place.browser() as http:
        await place.ask(http, FOCAL_POINT)
        for _ in range(3):
            page = await http.get(place.path())
            assert page.status_code == 200
            assert FOCAL_POINT in page.text
        assert not http.cookies
        assert (await http.head(place.path())).status_code in (200, 405)
        assert (await http.post(place.path())).status_code == 303


async def test_a_link_that_was_never_sent_is_no_good(place: Place) -> None:
    async with place.browser() as http:
        for token in ("x", "%00", "a" * 5000, "%F0%9F%98%80", "'--", "%ED%A0%80"):
            answers = [await http.get(f"/sign-in/{token}"), await http.post(f"/sign-in/{token}")]
            assert [answer.status_code for answer in answers] == [410, 410]
        assert not http.cookies


async def test_only_hashes_of_tokens_are_kept(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, FOCAL_POINT)
        link, cookie = place.link().rpartition("/")[2], http.cookies["ahg-session"]

    (sign_in,) = await place.rows("SELECT * FROM sign_ins")
    (session,) = await place.rows("SELECT * FROM sessions")
    assert sign_in["token"] == hashlib.sha256(link.encode()).hexdigest()
    assert session["token"] == hashlib.sha256(cookie.encode()).hexdigest()
    assert link not in str(sign_in)
    assert cookie not in str(session)


async def test_who_lost_the_post_between_the_mail_and_the_link_does_not_sign_in(place: Place) -> None:
    async with place.browser() as http:
        await place.ask(http, FOCAL_POINT)
        await place.sql("UPDATE holders SET email = 'new@my.example.org' WHERE post = 'MY/focal-point'")
        answer = await http.post(place.path())

    assert answer.status_code == 410


async def test_the_link_begins_with_the_public_address_whatever_host_was_asked(public_place: Place) -> None:
    async with public_place.browser(host="http://127.0.0.1:8000") as http:
        await http.post("/sign-in", data={"email": FOCAL_POINT}, headers={"X-Forwarded-Host": "evil.example.org"})
    assert public_place.link().startswith("https://ahg.example.org/sign-in/")

    async with public_place.browser(host="https://evil.example.org") as http:
        assert (await public_place.ask(http, FOCAL_POINT)).status_code == 421
    assert len(public_place.mails()) == 1


async def test_a_mail_that_is_put_off_is_tried_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    replies = iter(["451 come back later", "451 come back later"])
    place.catcher.answer = lambda _address: next(replies, None)
    monkeypatch.setattr("web.kit.account_mail._PAUSES", (0.0, 0.0, 0.0))
    async with place.browser() as http:
        await place.ask(http, FOCAL_POINT)

    assert len(place.mails()) == 1


async def test_without_a_mail_server_the_page_is_the_same(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.kit.account_mail._PAUSES", ())
    async with place.browser() as http:
        with_one = await place.ask(http, FOCAL_POINT)
        await place.catcher.stop()
        without = await place.ask(http, FOCAL_POINT)

    assert (without.status_code, without.text) == (with_one.status_code, with_one.text)


async def test_the_answer_does_not_wait_for_the_mail(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.kit.account_mail._PAUSES", ())
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await answered.wait()
        writer.close()

    async with await asyncio.start_server(slow, "127.0.0.1", 0) as mail_server:
        port = mail_server.sockets[0].getsockname()[1]
        place.site.settings = place.settings.model_copy(update={"smtp_port": port})
        async with served(place.app) as address, httpx.AsyncClient(base_url=address) as http:
            known = await place.ask(http, FOCAL_POINT)
            await asked.wait()
            unknown = await place.ask(http, "nobody@example.org")  # over the same connection
            answered.set()

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


# nothing is told -----------------------------------------------------------------------------------------------------


async def test_known_and_unknown_addresses_get_the_same_answer(place: Place) -> None:
    async with place.browser() as http:
        known = await place.ask(http, FOCAL_POINT)
        for unknown in ("nobody@example.org", "", "no address", "a\x00b@example.org", "x" * 5000, "ü@ü"):
            other = await place.ask(http, unknown)
            assert known.status_code == other.status_code == 200
            told = [
                [one for one in answer.headers.multi_items() if one[0] != "x-request-id"] for answer in (known, other)
            ]
            assert told[0] == told[1]
            assert known.content == other.content

    assert len(place.mails()) == 1


async def test_the_limit_does_not_tell_whether_anybody_has_the_address(place: Place) -> None:
    async with place.browser() as http:
        known = [await place.ask(http, FOCAL_POINT.upper()) for _ in range(7)]
        unknown = [await place.ask(http, "nobody@example.org") for _ in range(7)]

    assert [answer.status_code for answer in known] == [200] * 5 + [429] * 2
    assert [(one.status_code, one.text) for one in known] == [(one.status_code, one.text) for one in unknown]
    assert len(place.mails()) == 5


async def test_who_has_asked_too_often_for_an_address_is_told_when_again(place: Place) -> None:
    async with place.browser() as http:
        for _ in range(5):
            assert (await place.ask(http, FOCAL_POINT)).status_code == 200
            place.later(minutes=1)
        refused = await place.ask(http, FOCAL_POINT)
        assert refused.status_code == 429
        place.later(seconds=int(refused.headers["Retry-After"]))
        assert (await place.ask(http, FOCAL_POINT)).status_code == 200
        assert (await place.ask(http, FOCAL_POINT)).status_code == 429


async def test_requests_that_come_together_stay_within_the_limits(place: Place) -> None:
    async with place.browser() as http:
        answers = await asyncio.gather(*(place.ask(http, FOCAL_POINT) for _ in range(12)))

    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 7
    assert len(place.mails()) == 5


async def test_the_limit_does_not_believe_what_a_client_says_of_its_address(place: Place) -> None:
    async with place.browser() as http:
        said = [{"X-Forwarded-For": f"198.51.100.{n}"} for n in range(6)]
        answers = [await http.post("/sign-in", data={"email": FOCAL_POINT}, headers=one) for one in said]

    assert answers[-1].status_code == 429


async def test_one_network_of_ipv6_counts_as_one_client(place: Place) -> None:
    for number in range(5):
        async with place.browser(f"2001:db8::{number:x}") as http:
            await place.ask(http, FOCAL_POINT)
    async with place.browser("2001:db8::ffff:1") as http, place.browser("2001:db8:0:1::1") as other:
        assert (await place.ask(http, FOCAL_POINT)).status_code == 429
        assert (await place.ask(other, FOCAL_POINT)).status_code == 200


# where it goes on ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nasty", NASTY_NEXT)
def test_a_way_to_another_site_is_no_page_to_go_on_to(nasty: str) -> None:
    assert onward(nasty) == ""


async def test_signing_in_never_leads_to_another_site(place: Place) -> None:
    async with place.browser() as http:
        for nasty in NASTY_NEXT:
            assert 'name="next"' not in (await http.get("/sign-in", params={"next": nasty})).text
            answer = await place.sign_in(http, FOCAL_POINT, nasty)
            assert answer.headers["Location"] == "/"
            assert len(answer.headers.get_list("set-cookie")) == 2
            place.later(minutes=20)


async def test_it_goes_on_to_the_page_that_was_asked_for(place: Place) -> None:
    async with place.browser() as http:
        for good in ("/", "/cases/AHG-2026-001", "/cases?stage=review&after=a%2Fb", "/x?next=//y"):
            assert (await place.sign_in(http, FOCAL_POINT, good)).headers["Location"] == good


async def test_the_page_that_was_asked_for_survives_the_way_through_the_mail(place: Place) -> None:
    async with place.browser() as http:
        first = await http.get("/account?x=1")
        page = await http.get(first.headers["Location"])

    assert first.headers["Location"] == "/sign-in?next=%2Faccount%3Fx%3D1"
    assert 'name="next" value="/account?x=1"' in page.text


# the session ---------------------------------------------------------------------------------------------------------


async def test_the_cookie_is_for_this_host_over_tls_and_out_of_reach_of_scripts(public_place: Place) -> None:
    async with public_place.browser() as http:
        cookies = (await public_place.sign_in(http, FOCAL_POINT)).headers.get_list("Set-Cookie")

    for cookie, own, age in zip(cookies, ("__Host-ahg=", "__Host-ahg-browser="), (43200, 15552000), strict=True):
        name, _, flags = cookie.partition("; ")
        assert name.startswith(own)
        assert set(flags.split("; ")) == {"HttpOnly", f"Max-Age={age}", "Path=/", "SameSite=lax", "Secure"}


async def test_without_tls_the_cookie_is_the_same_but_for_secure(place: Place) -> None:
    async with place.browser() as http:
        cookie = (await place.sign_in(http, FOCAL_POINT)).headers.get_list("Set-Cookie")[0]

    name, _, flags = cookie.partition("; ")
    assert name.startswith("ahg-session=")
    assert set(flags.split("; ")) == {"HttpOnly", "Max-Age=43200", "Path=/", "SameSite=lax"}


async def test_signing_in_begins_a_new_session_and_ends_the_one_the_browser_had(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, ALTERNATE)
        planted = http.cookies["ahg-session"]
        await place.sign_in(http, FOCAL_POINT)
        new = http.cookies["ahg-session"]

    assert new != planted
    assert await sessions.session_of(place.engine, planted, place.now) is None
    session = await sessions.session_of(place.engine, new, place.now)
    assert session is not None
    assert session.email == FOCAL_POINT


async def test_a_cookie_that_was_made_up_is_not_taken_over(place: Place) -> None:
    async with place.browser() as http:
        http.cookies.set("ahg-session", "planted", domain="127.0.0.1", path="/")
        answer = await place.sign_in(http, FOCAL_POINT)

    assert "planted" not in answer.headers["Set-Cookie"]
    assert await sessions.session_of(place.engine, "planted", place.now) is None


async def test_a_session_ends_after_two_hours_without_a_request(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, FOCAL_POINT)
        place.later(minutes=119)
        assert (await http.get("/account")).status_code == 200
        place.later(minutes=119)
        assert (await http.get("/account")).status_code == 200
        place.later(minutes=120)
        assert (await http.get("/account")).headers["Location"].startswith("/sign-in")


async def test_a_session_ends_twelve_hours_after_it_began(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, FOCAL_POINT)
        for _ in range(11):
            place.later(minutes=65)
            assert (await http.get("/account")).status_code == 200
        place.later(minutes=6)
        assert (await http.get("/account")).headers["Location"].startswith("/sign-in")


async def test_a_holder_who_is_replaced_loses_access_at_once(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, FOCAL_POINT)
        assert (await http.get("/account")).status_code == 200
        await place.sql("UPDATE holders SET email = 'new@my.example.org' WHERE post = 'MY/focal-point'")
        answer = await http.get("/account")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=%2Faccount")


async def test_an_alternate_whose_day_has_passed_loses_access(place: Place) -> None:
    await place.sql("UPDATE alternates SET until = '2026-03-02' WHERE post = 'MY/focal-point'")
    place.later(hours=6, minutes=30)  # half past eleven at night in Kuala Lumpur
    async with place.browser() as http:
        await place.sign_in(http, ALTERNATE)
        assert (await http.get("/account")).status_code == 200
        place.later(hours=1)
        assert (await http.get("/account")).headers["Location"].startswith("/sign-in")
        before = len(place.mails())
        await place.ask(http, ALTERNATE)

    assert len(place.mails()) == before


async def test_signing_out_ends_the_session_and_takes_the_cookie(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, FOCAL_POINT)
        token = http.cookies["ahg-session"]
        key = key_in((await http.get("/account")).text)
        refused = await http.post("/sign-out", data={"_key": "wrong"})
        assert await sessions.session_of(place.engine, token, place.now) is not None
        answer = await http.post("/sign-out", data={"_key": key})

    assert (refused.status_code, answer.status_code) == (403, 303)
    assert await sessions.session_of(place.engine, token, place.now) is None
    assert "ahg-session" not in http.cookies


async def test_another_site_cannot_sign_anybody_in_or_out(place: Place) -> None:
    async with place.browser() as http:
        await place.ask(http, FOCAL_POINT)
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example.org"}):
            assert (await http.post(place.path(), headers=headers)).status_code == 403
            assert (await http.post("/sign-in", data={"email": CO_CHAIR}, headers=headers)).status_code == 403
        assert (await http.post(place.path())).status_code == 303


async def test_no_page_of_signing_in_is_kept_or_runs_anything_inline(place: Place) -> None:
    async with place.browser() as http:
        await place.ask(http, CO_CHAIR)
        pages = [await http.get("/sign-in"), await place.ask(http, CO_CHAIR), await http.get(place.path())]
        await http.post(place.path())
        pages.append(await http.get("/second-factor"))

    for page in pages:
        assert page.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<style|\bstyle=|\bon\w+=|<script(?![^>]*\bsrc=)", page.text)
