"""Who reads what not all may read is written down, once a day, and shown to auditors and to the requester."""

import pytest

from tests.rig import REQUEST
from tests.web.place import Place, address_of
from tests.web.programs import Recorded, program

AU, LK, FJ, AUDITOR = "AU/co-chair", "LK/focal-point", "FJ/focal-point", "RSO/auditor"


async def confidential(place: Place) -> str:
    table = Recorded()
    table.do(LK, "submit", {**REQUEST, "confidential": {"situation": ["MY"]}})
    return await table.record(place)


async def read(place: Place, post: str, path: str) -> int:
    async with place.browser() as http:
        await place.as_post(http, post)
        return (await http.get(path)).status_code


async def written(place: Place) -> list[tuple[str, ...]]:
    rows = await place.rows("SELECT post, what, about, email FROM readings ORDER BY at, post, what, about")
    return [tuple(map(str, row.values())) for row in rows]


@pytest.mark.parametrize("path", ["", "/versions"])
async def test_a_confidential_section_is_written_down_once_a_day_for_each_reader(place: Place, path: str) -> None:
    reference = await confidential(place)
    page = f"/cases/{reference}{path}"

    for _ in range(2):
        assert await read(place, AU, page) == 200
    assert await read(place, LK, page) == 200  # its own words
    assert await written(place) == [(AU, "section", "situation", address_of(AU))]

    place.later(days=1)
    assert await read(place, AU, page) == 200
    assert len(await written(place)) == 2


async def test_a_program_and_who_looks_as_another_post_are_written_down_as_themselves(place: Place) -> None:
    reference = await confidential(place)

    async with await program(place, "ID/co-chair") as http:
        assert (await http.get(f"/cases/{reference}")).status_code == 200
    assert await read(place, AU, f"/cases/{reference}?as=ID/co-chair") == 200

    assert {row[0] for row in await written(place)} == {"ID/co-chair", AU}


async def test_tables_that_are_taken_away_are_written_down_and_shown_to_whom_they_concern(place: Place) -> None:
    reference = await confidential(place)
    assert await read(place, AU, f"/cases/{reference}/notices.csv") == 200
    assert await written(place) == [(AU, "export", "notices.csv", address_of(AU))]

    async with place.browser() as http:
        await place.as_post(http, LK)
        page = (await http.get(f"/cases/{reference}/readings")).text
        assert "notices.csv" in page
        assert address_of(AU) not in page
        assert f"/cases/{reference}/readings" in (await http.get(f"/cases/{reference}")).text
    async with place.browser() as http:
        await place.as_post(http, AUDITOR)
        assert address_of(AU) in (await http.get(f"/cases/{reference}/readings")).text
    for other in (AU, FJ, "RSO/secretariat"):
        assert await read(place, other, f"/cases/{reference}/readings") == 404


async def test_a_program_of_the_requester_or_an_auditor_is_given_the_same_list(place: Place) -> None:
    reference = await confidential(place)
    assert await read(place, AU, f"/cases/{reference}") == 200
    for post, email in ((LK, None), (AUDITOR, address_of(AU))):
        async with await program(place, post) as http:
            answer = (await http.get(f"/cases/{reference}/readings")).json()
        at = place.now.isoformat().replace("+00:00", "Z")
        assert answer == {"readings": [{"at": at, "post": AU, "email": email, "what": "section", "about": "situation"}]}
    for other in (AU, FJ, "RSO/secretariat"):
        async with await program(place, other) as http:
            assert (await http.get(f"/cases/{reference}/readings")).status_code == 404


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("transit", ["situation"]),  # only the section has it
        ("strait transit", ["situation"]),
        ("nowhere", []),
        ("patrols", ["asks", "situation"]),  # the excerpt begins before it
        ("far", []),  # the excerpt shows the open end of the request alone
    ],
)
async def test_a_search_that_tells_of_a_confidential_section_is_written_down(
    place: Place, words: str, told: list[str]
) -> None:
    table = Recorded()
    asks = ["Patrols by all", "Open: " + "how " * 100 + "far"]
    secret: dict[str, list[str]] = {"situation": [], "asks": []} if words == "patrols" else {"situation": []}
    table.do(LK, "submit", {**REQUEST, "asks": asks, "confidential": secret})
    reference = await table.record(place)

    assert await read(place, AU, f"/search?q={words}") == 200
    async with await program(place, "ID/co-chair") as http:
        assert (await http.get("/search", params={"q": words})).status_code == 200
    assert await read(place, LK, f"/search?q={words}") == 200
    assert await read(place, FJ, f"/search?q={words}") == 200

    rows = await place.rows("SELECT reference, post, about FROM readings ORDER BY post, about")
    assert [tuple(row.values()) for row in rows] == [
        (reference, post, section) for post in (AU, "ID/co-chair") for section in told
    ]
