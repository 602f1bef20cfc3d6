"""Every page and every kind of post: who gets in, who learns nothing, and that no form acts without its key.

A page that is added to the application and not to the table here fails the first test.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx
import pytest
import pytest_asyncio
from fastapi.routing import APIRoute
from sqlalchemy import select

from models.posts import Role
from models.tables import TABLES
from models.visibility import Sight
from tests.journeys.main_pages import NOT_PAGES, OTHER_PAGES, is_of
from tests.journeys.main_pages import PAGES as PAGES_SHOWN
from tests.web.place import Place, key_in
from tests.web.whole_case import MARKS, OPEN_TO_TH, READ_ALL, READERS, played
from web.app import PAGES

ALL = frozenset(READERS)
SEE = frozenset(post for post, sight in READERS.items() if sight > Sight.NOTHING)
SEE_A_PART = frozenset(post for post, sight in READERS.items() if sight > Sight.CIRCULATED)
SEE_THE_CASE = frozenset(post for post, sight in READERS.items() if sight is Sight.CASE)
READ_ALL_OF_IT = frozenset(READ_ALL)
REQUESTER = frozenset({"LK/focal-point"})
PUBLIC = frozenset({*ALL, ""})


def of(*roles: Role) -> frozenset[str]:
    return frozenset(post for post in READERS if post.partition("/")[2] in {role.value for role in roles})


MEMBERS = of(Role.FOCAL_POINT)
SECRETARIAT = of(Role.SECRETARIAT)
DIRECTORY = of(Role.SECRETARIAT, Role.AUDITOR)
PROPOSE = of(Role.SECRETARIAT, Role.CO_CHAIR)
LEADERS = of(Role.SECRETARIAT, Role.CO_CHAIR, Role.AUDITOR)
BOARD = LEADERS | of(Role.STEERING_GROUP)
POST = {"member": "TH", "role": "focal-point"}
HASH = "a" * 64  # of the file that the case carries; its bytes are not in the store


class In(NamedTuple):
    """Who gets in (``""``: who is not signed in), with the answer that says so; what fills the address's parameters."""

    who: frozenset[str]
    status: int = 200
    fill: Mapping[str, str] = {}
    query: Mapping[str, str] = {}


GETS: dict[str, In] = {
    "/sign-in": In(PUBLIC),
    "/sign-in/{token}": In(PUBLIC, 410, {"token": "x" * 43}),
    "/openid/return": In(PUBLIC, 404),  # there is no identity provider here
    "/second-factor": In(ALL, 303),
    "/account": In(ALL),
    "/account/post": In(ALL),
    "/account/offers": In(ALL),
    "/account/passkeys": In(ALL - of(Role.AUDITOR)),
    "/my-mails": In(ALL),
    "/my-mails/off/{token}": In(PUBLIC, 410, {"token": "x" * 60}),
    "/": In(ALL),
    "/cases": In(ALL),
    "/board": In(BOARD),
    "/search": In(ALL, 200, {}, {"q": "boats"}),
    "/mail-board": In(DIRECTORY),
    "/request": In(MEMBERS, 303),
    "/request/new/check": In(MEMBERS),
    "/request/new/attachments": In(MEMBERS),
    "/request/new/{step}": In(MEMBERS, 200, {"step": "situation"}),
    "/request/files/{sha256}": In(frozenset(), 200, {"sha256": HASH}),
    "/request/{reference}": In(REQUESTER),
    "/cases/{reference}": In(SEE),
    "/cases/{reference}/versions": In(SEE_THE_CASE),
    "/cases/{reference}/log": In(SEE_THE_CASE),
    "/cases/{reference}/feed": In(SEE_A_PART),
    "/cases/{reference}/files/{sha256}": In(READ_ALL_OF_IT, 410, {"sha256": HASH}),
    "/cases/{reference}/meetings/{number}.ics": In(SEE_THE_CASE, 200, {"number": "1"}),
    "/cases/{reference}/notices": In(LEADERS),
    "/cases/{reference}/notices.csv": In(LEADERS),
    "/cases/{reference}/do/{do}": In(SEE, 200, {"do": "decide"}),
    "/cases/{reference}/act-for": In(SECRETARIAT, 200, {}, {"post": "TH/focal-point"}),
    "/answer/{token}": In(PUBLIC, 410, {"token": "x" * 60}),
    "/cases/{reference}/audience": In(LEADERS),
    "/cases/{reference}/readings": In(REQUESTER | of(Role.AUDITOR)),
    "/cases/{reference}/notices/{number}": In(LEADERS, 200, {"number": "1"}),
    "/cases/{reference}/notices/{number}/html": In(LEADERS, 200, {"number": "1"}),
    "/cases/{reference}/circulations/{number}": In(LEADERS, 200, {"number": "1"}),
    "/cases/{reference}/circulations/{number}/mail": In(LEADERS, 200, {"number": "1"}, {"to": "FJ/focal-point"}),
    "/cases/{reference}/circulations/{number}/mail/html": In(LEADERS, 200, {"number": "1"}, {"to": "FJ/focal-point"}),
    "/admin": In(LEADERS),
    "/admin/policy": In(LEADERS),
    "/admin/policy/edit": In(PROPOSE),
    "/admin/mails": In(LEADERS),
    "/admin/mails/{kind}": In(LEADERS, 200, {"kind": "invited"}),
    "/admin/mails/{kind}/html": In(LEADERS, 200, {"kind": "invited"}),
    "/admin/directory": In(DIRECTORY),
    "/admin/directory.csv": In(DIRECTORY),
    "/admin/directory/members/{code}": In(DIRECTORY, 200, {"code": "TH"}),
    "/admin/directory/posts/{member}/{role}/holder": In(SECRETARIAT, 200, POST),
    "/admin/directory/posts/{member}/{role}/alternate": In(SECRETARIAT, 200, POST),
    "/admin/directory/marks": In(SECRETARIAT),
    "/admin/directory/changes": In(DIRECTORY),
    "/admin/directory/changes.csv": In(DIRECTORY),
    "/post-changes/{number}": In(frozenset(), 200, {"number": "1"}),
    "/admin/directory/changes/{number}": In(frozenset(), 200, {"number": "1"}),
}
"""The pages that are asked for. Who is signed in and not named here gets the 404 of a page that is not there."""

_ENDLESS = {"/cases/{reference}/feed"}
_FREE = {"/sign-in", "/sign-in/{token}", "/openid/begin", "/answer/{token}", "/my-mails/off/{token}", "/language"}
"""Forms without a key: nobody is signed in there, and the address or the origin is the proof."""


def routes(method: str) -> list[str]:
    return [
        route.path
        for part in PAGES
        for route in part.router.routes
        if isinstance(route, APIRoute) and method in (route.methods or ())
    ]


def test_every_page_has_its_line_in_the_table() -> None:
    assert sorted(GETS) == sorted(routes("GET"))


def test_every_page_is_among_those_that_are_checked_in_a_browser() -> None:
    """``tests/journeys/test_every_page.py`` looks at each for what axe-core finds, and goes through it by keyboard."""
    shown = (*PAGES_SHOWN, *OTHER_PAGES)
    checked = [route for route in routes("GET") if any(is_of(page, route) for page in shown)]
    assert sorted([*checked, *NOT_PAGES]) == sorted(routes("GET"))


@pytest_asyncio.fixture
async def told(place: Place) -> tuple[Place, str]:
    """The pages with one case that has something of everything."""
    table = played()
    place.now = table.now
    return place, await table.record(place)


def address(path: str, reference: str) -> str:
    filled = {
        "reference": reference,
        "number": "1",
        "sha256": HASH,
        "token": "x" * 43,
        "step": "situation",
        "do": "decide",
        "code": "TH",
        **POST,
    }
    filled |= GETS[path].fill if path in GETS else {}
    return path.format(**filled)


async def browser_of(place: Place, post: str) -> httpx.AsyncClient:
    http = place.browser()
    if post:
        await place.as_post(http, post)
    return http


def steady(page: str) -> str:
    """A page without the address that was asked for, which it may repeat."""
    return re.sub(r'value="[^"]*"', "", page)


@pytest.mark.parametrize("post", ["", *READERS])
async def test_who_gets_in_gets_in_and_who_does_not_learns_nothing(told: tuple[Place, str], post: str) -> None:
    place, reference = told
    hidden = [mark for mark in (*MARKS, OPEN_TO_TH) if post not in READ_ALL]
    if post == "TH/focal-point":
        hidden.remove(OPEN_TO_TH)
    async with await browser_of(place, post) as http:
        for path, page in GETS.items():
            told_of = f"{post or 'nobody'} at {path}"
            if path in _ENDLESS and post in page.who:
                continue  # its own tests read it
            got = await http.get(address(path, reference), params=page.query)
            if path in _ENDLESS and not post:
                assert got.status_code == 204
                continue
            if post in page.who:
                assert got.status_code == page.status, told_of
            elif not post:
                assert (got.status_code, got.headers["location"].partition("?")[0]) == (303, "/sign-in"), told_of
            else:
                assert got.status_code == 404, told_of
                if "{reference}" in path:
                    nowhere = await http.get(address(path, "AHG-2031-777"), params=page.query)
                    assert nowhere.status_code == 404
                    assert steady(got.text) == steady(nowhere.text), told_of
                    assert got.headers.keys() == nowhere.headers.keys()
            assert not [mark for mark in hidden if mark in got.text], told_of
            if post not in SEE and "{reference}" not in path:
                assert reference not in got.text, told_of


def _as_it_stands(rows: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: sorted(map(repr, found)) for name, found in rows.items() if name not in ("sessions", "sign_ins")}


async def everything(place: Place) -> dict[str, list[Any]]:
    async with place.engine.connect() as connection:
        found = {
            name: [tuple(row) for row in await connection.execute(select(table))]
            for name, table in TABLES.tables.items()
        }
    return _as_it_stands(found)


@pytest.mark.parametrize("post", ["", "PK/focal-point", "FJ/focal-point", "TH/focal-point", "RSO/secretariat"])
async def test_no_form_acts_without_the_key_of_its_session(told: tuple[Place, str], post: str) -> None:
    place, reference = told
    async with await browser_of(place, "AU/co-chair") as other:
        foreign = key_in((await other.get("/account")).text)
    async with await browser_of(place, post) as http:
        before = await everything(place)
        for path in routes("POST"):
            if path in _FREE:
                continue
            for key in ("", foreign, "é" * 43):
                sent = {
                    "_key": key,
                    "position": "approve",
                    "sha256": HASH,
                    "answer": "accept",
                    "name": "x",
                    "post": post,
                }
                got = await http.post(address(path, reference), data=sent)
                if post or path in ("/second-factor", "/second-factor/enrol"):
                    assert got.status_code in (403, 404) or got.headers["location"].startswith("/sign-in"), path
                else:
                    assert got.status_code == 303, path
                    assert got.headers["location"].startswith("/sign-in"), path
        assert await everything(place) == before


@pytest.mark.parametrize("post", sorted(ALL - SEE))
async def test_who_does_not_see_a_case_cannot_act_on_it_and_is_answered_as_if_there_were_none(
    told: tuple[Place, str], post: str
) -> None:
    place, reference = told
    async with await browser_of(place, post) as http:
        key = key_in((await http.get("/account")).text)
        for path in routes("POST"):
            if "{reference}" not in path:
                continue
            answers = [
                await http.post(address(path, one), data={"_key": key, "_seen": "1", "position": "approve"})
                for one in (reference, "AHG-2031-777")
            ]
            assert [answer.status_code for answer in answers] == [404, 404], path
            assert steady(answers[0].text) == steady(answers[1].text)
