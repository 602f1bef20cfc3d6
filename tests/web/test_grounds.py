"""On what ground a member is affected, in the form of a request and on the page of its case."""

import httpx

from models.policy import Policy
from tests.tabletop import REQUEST
from tests.web.place import Place, key_in
from tests.web.programs import Recorded

LK, MY, UNHCR, NZ = "LK/focal-point", "MY/focal-point", "UNHCR/focal-point", "NZ/steering-group"
ROWS = {
    "grounds.0.ground": "landing",
    "grounds.0.number": "1240",
    "grounds.0.of": "2000",
    "grounds.0.since": "2026-02-01",
    "grounds.0.sources": "UNHCR; coast guard",
    "grounds.1.member": "Comoros",
    "grounds.1.ground": "rescue",
}


async def drafted(http: httpx.AsyncClient, **fields: str) -> str:
    """The page on which the answers are checked, once a step was sent."""
    key = key_in((await http.get("/request/new/movement")).text)
    sent = await http.post("/request/new/movement", data={"_key": key, "to": "check", **fields})
    assert sent.status_code == 303
    return (await http.get("/request/new/check")).text


async def test_the_form_asks_for_grounds_and_says_who_is_outside_the_membership(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, LK)
        bare = await drafted(http, affected="MY")
        page = await drafted(http, affected="MY", **ROWS)
        again = (await http.get("/request/new/movement")).text
    assert "how Sri Lanka is affected itself" in bare
    assert "no ground is stated" in bare
    assert "how Sri Lanka is affected itself" not in page
    assert "landing: 1,240 of 2,000 since 1 February 2026, two sources" in page
    assert "<bdi>Comoros</bdi> (outside the membership)" in page
    assert 'value="UNHCR; coast guard"' in again


async def test_an_organisation_reads_that_it_brings_the_situation_to_a_member(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, UNHCR)
        assert "bring the situation to one of them" in await drafted(http, **ROWS)


async def test_the_co_chairs_see_grounds_with_sources_and_what_the_steering_group_says(place: Place) -> None:
    table = Recorded(policy=Policy.default())
    grounds = [{"ground": "landing", "number": 1240, "of": 2000, "sources": ["UNHCR"]}]
    table.do(LK, "submit", {**REQUEST, "grounds": grounds})
    told = {"member": "LK", "ground": "landing", "view": "dispute", "text": "Of another year."}
    table.do(NZ, "review_ground", told)
    reference = await table.record(place)
    async with place.browser() as http:
        await place.as_post(http, "AU/co-chair")
        page = (await http.get(f"/cases/{reference}")).text
    assert "landing: 1,240 of 2,000, one source" in page
    assert "disputed by the Steering Group member (New Zealand)" in page
    assert "Of another year." in page
