"""After the marks of Co-Chairs and the Steering Group were changed: whatever lists cases lists those whose page opens.

Each case keeps its directory as it was. Who has a mark now and who had it then are others, and each post that somebody
holds still signs in.
"""

import re

import httpx
import pytest
import pytest_asyncio

from models.case import Case
from models.members import Directory
from models.posts import Post, Role
from models.visibility import Sight, may_see, sight
from records import search as searching
from records.lists import Filters, cases_named, cases_seen, counts_by_stage, open_cases
from tests.tabletop import directory
from tests.web.place import Place, address_of
from tests.web.programs import Recorded, program
from tests.web.whole_case import RSO, played

FORMER = ("AU/co-chair", "AU/steering-group", "TH/steering-group", "IOM/steering-group")
FRESH = ("NZ/co-chair", "MY/steering-group")
BOTH = ("ID/co-chair", "ID/steering-group", "NZ/steering-group", "UNHCR/steering-group")
MEMBERS = tuple(
    f"{code}/focal-point" for code in ("AU", "ID", "NZ", "TH", "LK", "MY", "VN", "FJ", "PK", "IOM", "UNHCR")
)
POSTS = (RSO, "RSO/auditor", *FORMER, *FRESH, *BOTH, *MEMBERS)


def other_marks() -> Directory:
    """The directory after New Zealand has followed Australia as Co-Chair, and Malaysia Thailand and IOM in the group."""
    co_chairs, group = ("NZ", "ID"), ("ID", "NZ", "UNHCR", "MY")
    return Directory(
        members={
            code: member.model_copy(update={"co_chair": code in co_chairs, "steering_group": code in group})
            for code, member in directory().members.items()
        }
    )


def played_with(number: int, marks: Directory) -> Recorded:
    """A case under review, with a directory of its own."""
    table = Recorded(number)
    table.case = table.case.model_copy(update={"directory": marks})
    table.do("LK/focal-point", "submit", {"title": f"Boats {number}", "situation": "They go.", "affected": ["MY"]})
    table.do(RSO, "accept")
    return table


@pytest_asyncio.fixture(params=[False, True], ids=["marks as they were", "marks as they are"])
async def told(request: pytest.FixtureRequest, place: Place) -> tuple[Place, dict[str, Case]]:
    """Cases of the time before the change and after it, in either order of the two."""
    tables = [played(), played_with(2, directory()), played_with(3, other_marks())]
    followed = played_with(4, other_marks())
    for decider in followed.case.open_gates[0].deciders:
        followed.do(decider.post, "decide", {"gate": "activation", "position": "approve"})
    tables.append(followed)
    place.now = max(table.now for table in tables)
    for table in tables:
        await table.record(place)
    if request.param:  # the deployment's own directory is not asked, whichever it is
        await place.sql("UPDATE members SET co_chair = (code IN ('NZ', 'ID'))")
        await place.sql("UPDATE members SET steering_group = (code IN ('ID', 'NZ', 'UNHCR', 'MY'))")
    for post in POSTS:
        await place.sql(
            "INSERT INTO holders (post, name, email, language) VALUES (:post, 'Somebody', :email, 'en') "
            "ON CONFLICT DO NOTHING",
            post=post,
            email=address_of(post),
        )
    return place, {table.case.reference: table.case for table in tables}


def linked(page: httpx.Response) -> set[str]:
    """The cases to which a page has links; none where there is no such page for the post."""
    assert page.status_code in (200, 404)
    return set(re.findall(r'href="/cases/(AHG-[\d-]+)', page.text)) if page.status_code == 200 else set()


async def test_pages_and_programs_list_the_cases_whose_page_opens(told: tuple[Place, dict[str, Case]]) -> None:
    place, cases = told
    for post in map(Post, POSTS):
        opens = {reference for reference, case in cases.items() if may_see(case, post)}
        whole = {reference for reference in opens if sight(cases[reference], post) is Sight.CASE}
        async with place.browser() as http, await program(place, post) as api:
            await place.as_post(http, post)
            pages = {one: (await http.get(f"/cases/{one}")).status_code for one in cases}
            assert {one for one, status in pages.items() if status == 200} == opens, post
            assert linked(await http.get("/cases")) == opens, post
            assert linked(await http.get("/cases?open=yes")) == opens, post
            assert linked(await http.get("/cases?requester=LK")) == whole, post
            assert linked(await http.get("/")) == opens, post
            assert linked(await http.get("/search?q=AHG")) == opens, post
            if post.role is not Role.FOCAL_POINT:
                assert linked(await http.get("/board")) == opens, post
                listed = (await api.get("/board")).json()
                assert {one["reference"] for one in listed["cases"]} == opens, post
                assert sum(listed["counts"].values()) == len(opens), post
            assert {one["reference"] for one in (await api.get("/cases")).json()["cases"]} == opens, post
            stages = {one.stage for one in cases.values()}
            found = [(await api.get("/cases", params={"stage": one})).json()["cases"] for one in stages]
            known = {one for one in opens if sight(cases[one], post) > Sight.CIRCULATED}
            assert {one["reference"] for some in found for one in some} == known, post
            hits = (await api.get("/search", params={"q": "AHG"})).json()["hits"]
            assert {hit["case"]["reference"] for hit in hits} == opens, post
            for reference in cases.keys() - opens:
                for path in ("", "/feed"):
                    assert (await api.get(f"/cases/{reference}{path}")).status_code == 404, (post, reference)


async def test_what_a_member_is_to_follow_up_is_shown_to_those_of_its_posts_that_see_the_case(
    told: tuple[Place, dict[str, Case]],
) -> None:
    place, cases = told
    for reference in cases:
        await place.sql(
            "INSERT INTO recommendations (reference, number, text, owner, addressees, report) "
            "VALUES (:reference, 1, :text, 'AU', '[]', 1)",
            reference=reference,
            text=f"Tin {reference}",
        )
        await place.sql(
            "INSERT INTO follow_ups (reference, number, owner, state) VALUES (:reference, 1, 'AU', 'open')",
            reference=reference,
        )
    for post in map(Post, ("AU/co-chair", "AU/steering-group")):
        opens = {reference for reference, case in cases.items() if may_see(case, post)}
        async with place.browser() as http, await program(place, post) as api:
            await place.as_post(http, post)
            assert set(re.findall(r"Tin (AHG-[\d-]+)", (await http.get("/")).text)) == opens
            shown = (await api.get("/follow-ups")).json()["follow_ups"]
        assert {one["reference"] for one in shown} == opens


async def test_every_query_that_lists_cases_knows_the_one_rule(told: tuple[Place, dict[str, Case]]) -> None:
    place, cases = told
    async with place.engine.connect() as connection:
        for reader in map(Post, (*POSTS, "MY/secretariat", "MY/auditor", "PK/co-chair", "PK/steering-group")):
            sights = {reference: sight(case, reader) for reference, case in cases.items()}
            opens = {reference: how for reference, how in sights.items() if how > Sight.NOTHING}
            seen = await cases_seen(connection, reader, Filters())
            named = await cases_named(connection, reader, list(cases))
            hits = await searching.find_texts(connection, reader, "AHG")
            alike = await searching.similar_cases(connection, reader, {"boats": 9.0}, limit=9)
            assert {row.reference: row.sight for row in seen} == opens, reader
            assert named.keys() == opens.keys(), reader
            assert {hit.reference for hit in hits} == opens.keys(), reader
            assert {row.reference for row in alike} == {
                reference for reference, how in opens.items() if how > Sight.CIRCULATED
            }, reader
            if reader.role is not Role.FOCAL_POINT:  # the board is no page of theirs
                rows = await open_cases(connection, reader)
                assert {row.reference for row in rows} == opens.keys(), reader
                assert sum((await counts_by_stage(connection, reader)).values()) == len(opens), reader
