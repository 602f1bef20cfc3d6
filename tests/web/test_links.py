"""Links in mails that act: nothing when opened, once when answered, and never after what they were for is over."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

import worker
from models.asks import ACKNOWLEDGE
from models.posts import Post
from notifications.answer_links import AnswerLinks
from ops.catcher import Catcher
from settings import Settings, parse_keys
from tests.rig import TO_WORK, Rig, rig
from tests.waiting import until
from tests.web.place import Place
from web.serve import configuration

RSO, AU, ID, TH, MY = ("RSO/secretariat", "AU/co-chair", "ID/co-chair", "TH/focal-point", "MY/focal-point")
TABLES = ("entries", "cases", "participants", "notices", "circulations", "holders", "sign_ins", "sessions")
NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 7*7 }} \u202eabc"


@dataclass
class Office:
    """The product at work, with its mails: what comes out of the worker is what the pages are asked with."""

    parts: Rig
    place: Place
    catcher: Catcher

    async def settled(self) -> None:
        """Every mail is out."""
        await until(self.parts.all_sent)

    async def mailed(self, kind: str, post: str) -> str:
        """The way that the newest mail of a kind to a post leads to: an address without the host."""
        await self.settled()
        for mail in reversed(self.catcher.messages()):
            if (mail.message["X-Ahg-Kind"], mail.message["X-Ahg-Post"]) == (kind, post):
                plain, page = mail.message.get_body(("plain",)), mail.message.get_body(("html",))
                assert plain is not None
                assert page is not None
                found = re.findall(r"http://127\.0\.0\.1:8000(/\S+)", plain.get_content())
                assert found
                assert f'href="http://127.0.0.1:8000{found[-1]}"' in page.get_content()
                return str(found[-1])
        raise AssertionError(f"no mail {kind} to {post}")

    async def everything(self) -> dict[str, list[Any]]:
        """All that could have been changed."""
        async with self.parts.engine.connect() as connection:
            return {
                name: [tuple(row) for row in await connection.execute(text(f"SELECT * FROM {name}"))]  # noqa: S608
                for name in TABLES
            }

    async def invited(self) -> None:
        """A request of Sri Lanka; Malaysia, Thailand and others are invited."""
        await self.parts.submit(title=f"Boats {NASTY}")
        for by, do, fields in TO_WORK[:5]:
            await self.parts.act(by, do, fields)

    async def circulating(self) -> None:
        """The group is at work, and a circulation would name Malaysia; the Co-Chairs have approved it."""
        await self.invited()
        for by, do, fields in TO_WORK[5:]:
            await self.parts.act(by, do, fields)
        await self.circulate()

    async def circulate(self) -> None:
        """A circulation is proposed and approved; of the two that it would name one has consented."""
        text = f"Malaysia and Thailand met. {NASTY}"
        told = {"what": "summary", "to": ["TH", "IOM"], "names": ["MY", "TH"], "text": text}
        await self.parts.act(RSO, "circulate", told)
        await self.parts.act(TH, "consent", {"answer": "give"})
        for by in (AU, ID):
            await self.parts.act(by, "decide", {"gate": "circulation", "position": "approve"})

    async def state(self, member: str) -> str:
        """What has become of a member's invitation."""
        query = "SELECT state FROM participants WHERE reference = :reference AND member = :member"
        (row,) = await self.place.rows(query, reference=self.parts.reference, member=member)
        return str(row["state"])


@pytest_asyncio.fixture
async def office(tmp_path: Path, database_url: str) -> AsyncIterator[Office]:
    """The product with its worker, deliveries and all, on each database."""
    async with (
        Catcher(tmp_path / "mail") as catcher,
        rig(tmp_path / "rig", database_url=database_url, smtp_port=catcher.port) as parts,
        worker.running(parts.settings, parts.client, parts.engine),
    ):
        yield Office(parts, Place(parts.settings, parts.engine, catcher, now=datetime.now(UTC)), catcher)


def words(page: httpx.Response) -> str:
    """The text of a page's main part."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


# an invitation ------------------------------------------------------------------------------------------------------


async def test_an_invitation_is_answered_from_the_mail_once_and_opening_it_does_nothing(office: Office) -> None:
    await office.invited()
    path = await office.mailed("invited", TH)
    assert path.startswith("/answer/")
    before = await office.everything()
    async with office.place.browser() as http:
        page = await http.get(path)
        for headers in ({"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {}):
            assert (await http.get(path, headers=headers)).status_code == 200
        head = await http.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert (await http.options(path)).status_code == 405
        assert (await http.put(path)).status_code == 405
        assert await office.everything() == before

        shown = words(page)
        assert "Answer the invitation" in shown
        assert "The focal point of Thailand" in shown
        assert "Boats leave by night" in shown
        assert "Until" in shown
        assert "<script>alert" not in page.text
        assert "<img src" not in page.text
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert page.headers["Cache-Control"] == "no-store"
        assert not http.cookies

        # Nothing is chosen for the reader: a program that sends every form it finds answers nothing.
        empty = await http.post(path)
        assert empty.status_code == 422
        assert "checked" not in empty.text
        assert await office.everything() == before

        first, twice = await asyncio.gather(*(http.post(path, data={"answer": "accept"}) for _ in range(2)))
        other = await http.post(path, data={"answer": "decline"})
        for answer in (first, twice, other):
            assert (answer.status_code, answer.headers["Location"]) == (303, path)
            assert answer.headers["Referrer-Policy"] == "no-referrer"
        after = await http.get(path)
    assert "Your member takes part." in words(after)
    assert '<form method="post" action="/answer' not in after.text
    assert await office.state("TH") == "accepted"
    said = [one for one in await office.parts.entries() if one.type == "responded" and one.by == TH]
    assert len(said) == 1
    assert (said[0].acted_for, ":link:" in said[0].command) == (None, True)
    (row,) = await office.place.rows(
        "SELECT acknowledged_at FROM notices WHERE kind = 'invited' AND post = :post", post=TH
    )
    assert row["acknowledged_at"]


async def test_what_was_answered_otherwise_is_said_and_stays(office: Office) -> None:
    await office.invited()
    path = await office.mailed("invited", MY)
    await office.parts.act(MY, "respond", {"answer": "observe"})
    async with office.place.browser() as http:
        page = await http.get(path)
        answer = await http.post(path, data={"answer": "decline"})
    assert "Your member takes part as an observer." in words(page)
    assert answer.status_code == 303
    assert await office.state("MY") == "observer"


async def test_a_link_is_dead_after_a_hand_over_and_the_new_holder_signs_in(office: Office) -> None:
    await office.invited()
    path = await office.mailed("invited", TH)
    await office.parts.act(TH, "hand_over", {"to": {"name": "New", "email": "new@th.example.org"}})
    await office.parts.act(TH, "take_over", {"email": "new@th.example.org"})
    async with office.place.browser() as http:
        answers = [await http.get(path), await http.post(path, data={"answer": "accept"})]
        assert (await http.head(path)).status_code == 410
    for answer in answers:
        assert answer.status_code == 410
        assert "does not receive mail for the post now" in words(answer)
        assert 'href="/sign-in"' in answer.text
        assert office.parts.reference not in answer.text
        assert "Boats" not in answer.text
    assert await office.state("TH") == "invited"


async def test_the_link_of_an_alternate_ends_with_the_alternates_time(office: Office) -> None:
    await office.invited()
    links, key = office.place.site.links, f"{office.parts.reference}#1:case_ended:{TH}:alternate"
    await office.place.sql(
        "INSERT INTO notices (key, reference, seq, kind, post, capacity, facts, queued_at, state, attempts, reserved_by,"
        " address, reply, message_id) SELECT :key, reference, seq, kind, post, 'alternate', facts, queued_at, state,"
        " attempts, reserved_by, address, reply, message_id FROM notices WHERE kind = 'invited' AND post = :post",
        key=key,
        post=TH,
    )
    token = links.link(
        key=key,
        reference=office.parts.reference,
        post=Post(TH),
        do=ACKNOWLEDGE,
        about="",
        address="focal-point-alternate@th.ahg.localhost",
        ends=office.place.now + timedelta(days=50),
    )
    async with office.place.browser() as http:
        assert (await http.get(f"/answer/{token}")).status_code == 200
        await office.place.sql("UPDATE alternates SET until = '2026-01-01' WHERE post = :post", post=TH)
        assert (await http.get(f"/answer/{token}")).status_code == 410


async def test_time_ends_a_link(office: Office) -> None:
    await office.invited()
    path = await office.mailed("invited", TH)
    async with office.place.browser() as http:
        office.place.later(days=1)
        assert (await http.get(path)).status_code == 200
        office.place.later(days=59)
        answers = [await http.get(path), await http.post(path, data={"answer": "accept"})]
    assert {answer.status_code for answer in answers} == {410}
    assert "The time of this link is over." in words(answers[0])
    assert office.parts.reference not in answers[0].text
    assert await office.state("TH") == "invited"


async def test_a_changed_token_another_purpose_or_another_key_says_nothing(office: Office) -> None:
    await office.invited()
    token = (await office.mailed("invited", TH)).removeprefix("/answer/")
    head, _, signature = token.partition(".")
    ring = office.parts.settings.keyring
    foreign = AnswerLinks({"k1": b"f" * 32})
    sites = office.place.site.links.read(token)
    forged = foreign.link(
        key=sites.key,
        reference=sites.reference,
        post=sites.post,
        do=sites.do,
        about="",
        address="a@b.org",
        ends=sites.until,
    )
    key = next(iter(ring.values()))
    tokens = ["x", "%00", "a" * 5000, "%ED%A0%80", "'--", head, f"{head}.", f"{head}.{signature[::-1]}"]
    tokens += [f"{head[:-4]}AAAA.{signature}", forged, f"{head}.{key.hex()}"]
    async with office.place.browser() as http:
        answers = [await http.get(f"/answer/{one}") for one in tokens]
        answers += [await http.post(f"/answer/{one}", data={"answer": "accept"}) for one in tokens]
        nothing = await http.get("/answer/")
    assert {answer.status_code for answer in answers} == {410}
    assert len({words(answer) for answer in answers}) == 1
    assert nothing.status_code == 404
    assert await office.state("TH") == "invited"


async def test_keys_are_rotated_and_links_that_are_out_still_open(office: Office) -> None:
    await office.invited()
    path = await office.mailed("invited", TH)
    old = (office.parts.settings.data_dir / "keys").read_text().strip()
    for keys, status in ((f"k9:{'A' * 43}=,{old}", 200), (f"k9:{'A' * 43}=", 410)):
        settings = office.parts.settings.model_copy(
            update={"payload_keys": type("S", (), {"get_secret_value": lambda _self, k=keys: k})()}
        )
        assert settings.keyring == parse_keys(keys)
        place = Place(settings, office.parts.engine, office.catcher, now=office.place.now)
        async with place.browser() as http:
            assert (await http.get(path)).status_code == status


async def test_a_post_cannot_use_its_link_for_another_post_or_command(office: Office) -> None:
    await office.invited()
    token = (await office.mailed("invited", TH)).removeprefix("/answer/")
    link = office.place.site.links.read(token)
    made = {"key": link.key, "reference": link.reference, "about": "", "ends": link.until}
    wrong = [
        {"post": Post(MY), "do": "respond", "address": "focal-point@my.ahg.localhost"},
        {"post": Post(AU), "do": "decide", "address": "co-chair@au.ahg.localhost"},
        {"post": Post(TH), "do": "withdraw", "address": "focal-point@th.ahg.localhost"},
        {"post": Post(TH), "do": "consent", "address": "focal-point@th.ahg.localhost"},
    ]
    async with office.place.browser() as http:
        for one in wrong:  # even if such a one were ever signed
            path = f"/answer/{office.place.site.links.link(**made, **one)}"  # type: ignore[arg-type]
            assert (await http.post(path, data={"answer": "accept"})).status_code == 410
        # What the form does not offer is not read from it either.
        sent = {"answer": "accept", "_for": MY, "post": MY, "do": "leave"}
        assert (await http.post(f"/answer/{token}", data=sent)).status_code == 303
    assert await office.state("MY") == "invited"
    assert await office.state("TH") == "accepted"


async def test_a_form_that_browsers_send_without_an_origin_is_taken_and_other_sites_are_not(office: Office) -> None:
    await office.invited()
    path = await office.mailed("invited", TH)
    async with office.place.browser() as http:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example.org"}):
            assert (await http.post(path, data={"answer": "accept"}, headers=headers)).status_code == 403
        assert (await http.post("/sign-in", data={"email": "x"}, headers={"Origin": "null"})).status_code == 403
        answer = await http.post(path, data={"answer": "accept"}, headers={"Origin": "null"})
    assert answer.status_code == 303


async def test_a_lapsed_or_newer_invitation_is_not_answered_by_the_old_mail(office: Office) -> None:
    await office.invited()
    path = await office.mailed("invited", TH)
    for by, do, fields in TO_WORK[6:]:
        await office.parts.act(by, do, fields)
    await office.parts.act("TH/focal-point", "respond", {"answer": "accept"})
    await office.parts.act("TH/focal-point", "leave", {"text": "We leave."})
    async with office.place.browser() as http:
        gone = await http.get(path)
        await office.parts.act("NZ/steering-group", "replace", {"member": "UNHCR", "by": "TH"})
        for by in (AU, ID):
            await office.parts.act(by, "decide", {"gate": "participants", "position": "approve"})
        assert await office.state("TH") == "invited"
        old = [await http.get(path), await http.post(path, data={"answer": "accept"})]
        assert await office.state("TH") == "invited"
        new = await office.mailed("invited", TH)
        assert new != path
        assert (await http.post(new, data={"answer": "observe"})).status_code == 303
    assert {answer.status_code for answer in (gone, *old)} == {410}
    assert "not asked any more" in words(gone)
    assert await office.state("TH") == "observer"


# consent ------------------------------------------------------------------------------------------------------------


async def test_consent_by_the_link_releases_the_circulation(office: Office) -> None:
    await office.circulating()
    path = await office.mailed("consent_requested", MY)
    before = await office.everything()
    async with office.place.browser() as http:
        page = await http.get(path)
        assert await office.everything() == before
        assert "Malaysia and […] met." in words(page)
        assert "<script>alert" not in page.text
        assert (await http.post(path, data={"answer": "give"})).status_code == 303
        assert "Your member may be named." in words(await http.get(path))
    (row,) = await office.place.rows("SELECT state FROM circulations")
    assert row["state"] == "released"
    assert "Malaysia" in str((await office.mailed("circulated", TH)) and office.catcher.messages()[-1].message)


async def test_the_consent_to_one_wording_is_none_to_the_next(office: Office) -> None:
    await office.circulating()
    old = await office.mailed("consent_requested", MY)
    async with office.place.browser() as http:
        assert (await http.post(old, data={"answer": "refuse"})).status_code == 303
        await office.parts.act(RSO, "reword", {"text": "Malaysia was there.", "names": ["MY"]})
        answers = [await http.get(old), await http.post(old, data={"answer": "give"})]
        assert {answer.status_code for answer in answers} == {410}
        (row,) = await office.place.rows("SELECT state FROM circulations")
        assert row["state"] == "proposed"


# confirming ---------------------------------------------------------------------------------------------------------


async def test_a_notice_is_confirmed_once_by_any_post_and_the_case_is_not_touched(office: Office) -> None:
    await office.invited()
    for post in (AU, RSO, "LK/focal-point"):
        path = await office.mailed("decision_made", post)
        entries = len(await office.parts.entries())
        async with office.place.browser() as http:
            page = await http.get(path)
            assert page.status_code == 200
            assert "A gate has been decided." in words(page)
            assert "<script>alert" not in page.text
            assert (await http.post(path)).status_code == 303
            first = await office.place.rows("SELECT * FROM notices WHERE acknowledged_at IS NOT NULL")
            office.place.later(hours=1)
            assert (await http.post(path)).status_code == 303
            assert await office.place.rows("SELECT * FROM notices WHERE acknowledged_at IS NOT NULL") == first
            assert "It is noted" in words(await http.get(path))
        assert len(await office.parts.entries()) == entries


async def test_a_co_chair_is_led_through_signing_in_to_the_very_form(office: Office) -> None:
    await office.parts.submit()
    await office.parts.act(RSO, "accept")
    path = await office.mailed("review_requested", AU)
    assert path == f"/cases/{office.parts.reference}/do/decide?gate=activation"
    async with office.place.browser() as http:
        away = await http.get(path)
        assert away.headers["Location"].startswith("/sign-in?next=%2Fcases%2F")
        answer = await office.place.sign_in(http, "co-chair@au.ahg.localhost", path)
        assert answer.status_code == 303
        _, enrolled = await office.place.enrol(http)
        assert enrolled.status_code in (200, 303)
        page = await http.get(path)
    assert page.status_code == 200
    assert re.search(r'value="activation"[^>]*checked', page.text)


@pytest.mark.parametrize("file", ["ops/supervisor.py", "docker-compose.yml"])
def test_no_server_of_the_pages_keeps_a_log_of_addresses(file: str, settings: Settings) -> None:
    source = (Path(__file__).parents[2] / file).read_text(encoding="utf-8")
    assert source.count('"web.serve"') == 1
    assert configuration(settings).access_log is False
