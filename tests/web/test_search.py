"""The search page, the list's filters and saved views, similar cases in the form, and the same by the API."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.models.helpers import ID, LK, MY, RSO
from tests.web.place import Place, key_in
from tests.web.programs import Recorded, program
from tests.web.whole_case import AU, played

FIJI = "FJ/focal-point"


async def browser(place: Place, post: str) -> httpx.AsyncClient:
    http = place.browser()
    await place.as_post(http, post)
    return http


def submitted(number: int, by: str = LK, **fields: Any) -> Recorded:
    opened = datetime(2026, 3, 2, 3, tzinfo=UTC) + timedelta(days=number)
    table = Recorded(number, now=opened)
    table.do(by, "submit", {"title": f"Boats {number}", "situation": "They transit.", **fields})
    return table


def listed(page: str) -> list[str]:
    return re.findall(r'<(?:th scope="row"|h2 class="hit")><a href="/cases/(AHG-\d+-\d+)"', page)


async def test_a_hit_shows_its_words_marked_and_what_people_wrote_stays_text(place: Place) -> None:
    await submitted(1, situation="A <b>bold</b> boät & more", title="<script>alert(1)</script>").record(place)
    async with await browser(place, AU) as http:
        page = (await http.get("/search", params={"q": 'boat "><script>'})).text
        hit = (await http.get("/search", params={"q": "bold boat"})).text

    assert "<script>alert" not in page + hit
    assert 'value="boat &#34;&gt;&lt;script&gt;"' in page
    assert "A &lt;b&gt;<mark>bold</mark>&lt;/b&gt; <mark>boät</mark> &amp; more" in hit
    assert listed(hit) == ["AHG-2026-001"]


async def test_pages_of_hits_follow_each_other(place: Place) -> None:
    for number in range(1, 31):
        await submitted(number).record(place)
    async with await browser(place, AU) as http:
        first = (await http.get("/search", params={"q": "transit"})).text
        onward = re.search(r'href="(\?q=[^"]*)"', first)
        assert onward is not None
        second = (await http.get("/search" + onward[1].replace("&amp;", "&"))).text

    assert listed(first) + listed(second) == [f"AHG-2026-{n:03d}" for n in range(30, 0, -1)]


@pytest.mark.parametrize(
    "address",
    ["?q=%00", "?q=boats&after=x", "?q=boats&after=99999999999999999999", "?kind=x&q=a", "?q=" + "%22" * 5000],
)
async def test_any_address_of_the_search_is_answered(place: Place, address: str) -> None:
    async with await browser(place, MY) as http:
        assert (await http.get(f"/search{address}")).status_code == 200


async def test_programs_find_what_people_find(place: Place) -> None:
    await played().record(place)
    async with await program(place, AU) as http:
        found = (await http.get("/search", params={"q": "hotl", "kind": "outcome"})).json()
        everything = (await http.get("/search", params={"q": "thailand", "limit": 1})).json()
        rest = (await http.get("/search", params={"q": "thailand", "after": everything["next"]})).json()
        wrong = await http.get("/search", params={"q": "x", "after": "y"})
    async with await program(place, FIJI) as http:
        told = (await http.get("/search", params={"q": "group"})).json()

    (hit,) = found["hits"]
    assert (hit["kind"], hit["part"], hit["found"]) == ("outcome", "A hotline", ["hotline"])
    assert len(everything["hits"]) == 1
    assert everything["hits"][0] not in rest["hits"]
    assert wrong.status_code == 422
    assert [(one["kind"], one["case"]["title"]) for one in told["hits"]] == [("circulation", "")]


async def test_the_list_is_narrowed_down_by_its_address(place: Place) -> None:
    await submitted(1).record(place)
    await submitted(2, MY, urgency="urgent").record(place)
    third = submitted(3)
    third.do(RSO, "accept")
    await third.record(place)
    fourth = submitted(4)
    fourth.do(LK, "withdraw")
    await fourth.record(place)
    place.now = datetime(2026, 3, 8, 3, tzinfo=UTC)
    wanted = {
        "": [4, 3, 2, 1],
        "requester=MY": [2],
        "waiting_on=RSO/secretariat": [2, 1],
        f"waiting_on={ID}": [3],
        "open=yes": [3, 2, 1],
        "open=yes&requester=LK": [3, 1],
        "stage=withdrawn": [4],
        "urgency=urgent": [2],
        "opened_from=2026-03-05": [4, 3],
        "opened_to=2026-03-04": [2, 1],
        "opened_from=2026-03-04&opened_to=2026-03-04": [2],
        "overdue=yes": [2, 1],
        "overdue=yes&requester=LK": [1],
        "requester=%00": [4, 3, 2, 1],
        "waiting_on=x": [4, 3, 2, 1],
        "opened_from=yesterday": [4, 3, 2, 1],
    }
    async with await browser(place, AU) as http:
        for query, numbers in wanted.items():
            page = (await http.get(f"/cases?{query}")).text
            assert listed(page) == [f"AHG-2026-{n:03d}" for n in numbers], query
    async with await browser(place, LK) as http:
        for query, numbers in {
            "requester=LK": [4, 3, 1],
            "open=yes": [3, 1],
            "overdue=yes": [1],
            "requester=MY": [],
        }.items():
            assert listed((await http.get(f"/cases?{query}")).text) == [f"AHG-2026-{n:03d}" for n in numbers], query
    async with await program(place, AU) as api:
        for query, numbers in {"requester=MY": [2], "overdue=true": [2, 1], f"waiting_on={ID}": [3]}.items():
            cases = (await api.get(f"/cases?{query}")).json()["cases"]
            assert [case["reference"] for case in cases] == [f"AHG-2026-{n:03d}" for n in numbers], query
        assert (await api.get("/cases?requester=%00")).status_code == 422


@pytest.mark.parametrize("post", [FIJI, "VN/focal-point"])
async def test_a_filter_does_not_tell_what_its_reader_does_not_see(place: Place, post: str) -> None:
    reference = await played().record(place)
    place.later(days=400)
    async with await browser(place, post) as http:
        assert reference in (await http.get("/cases")).text
        for query in ("requester=LK", "waiting_on=TH/focal-point", "overdue=yes"):
            assert listed((await http.get(f"/cases?{query}")).text) == []


async def test_a_view_is_kept_for_the_post_and_removed_again(place: Place) -> None:
    async with await browser(place, AU) as http:
        page = (await http.get("/cases?open=yes&requester=MY&junk=1")).text
        given = {"_key": key_in(page), "open": "yes", "requester": "MY", "name": "<Mine> & open"}
        kept = await http.post("/cases/views", data={**given, "junk": "//evil.example"})
        shown = (await http.get("/cases")).text
        await http.post("/cases/views", data={**given, "gone": "yes"})
        after = (await http.get("/cases")).text
        for number in range(40):
            await http.post("/cases/views", data={**given, "name": f"View {number}"})
        many = (await http.get("/cases")).text
    async with await browser(place, MY) as http:
        elsewhere = (await http.get("/cases")).text

    assert (kept.status_code, kept.headers["location"]) == (303, "/cases?open=yes&requester=MY")
    assert '<a href="/cases?open=yes&amp;requester=MY"><bdi>&lt;Mine&gt; &amp; open</bdi></a>' in shown
    assert "Mine" not in after + elsewhere
    assert many.count("<bdi>View ") == 30
    assert "View 1" not in elsewhere


async def test_the_form_shows_similar_cases_that_the_member_sees(place: Place) -> None:
    route = {"from": "LK", "via": ["Malacca"], "to": "AU"}
    await submitted(1, routes=[route], affected=["TH"]).record(place)
    await submitted(2, MY, routes=[route], affected=["TH"]).record(place)
    async with await browser(place, LK) as http:
        before = (await http.get("/request/new/situation")).text
        given = {
            "_key": key_in(before),
            "title": "Boats again",
            "situation": "They transit Malacca.",
            "urgency": "routine",
        }
        await http.post("/request/new/situation", data=given)
        step = (await http.get("/request/new/movement")).text
        check = (await http.get("/request/new/check")).text

    assert "AHG-2026-001" not in before
    for page in (step, check):
        assert "AHG-2026-001" in page
        assert "AHG-2026-002" not in page
