"""The stale form and the double click, in a real browser: told who changed what; sent twice is done once."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from models.authentication import Means
from tests.journeys.people import Office, office

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.asyncio(loop_scope="module")]

WITHOUT_SCRIPTS = "ID/co-chair"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[Office]:
    async with office(without_scripts=[WITHOUT_SCRIPTS]) as made:
        yield made


async def in_review(place: Office) -> None:
    """One more request of Malaysia, before the Co-Chairs."""
    given = {"title": "Boats in the strait", "situation": "Boats leave by night.", "grounds": [{"ground": "landing"}]}
    place.play.reference = None
    for by, do, fields in (("MY/focal-point", "submit", given), ("RSO/secretariat", "accept", {})):
        done = await place.play.casework.act(
            do,
            fields,
            by=by,
            means=Means.SESSION,
            command_id=uuid4().hex,
            reference=place.play.reference,
            at=place.play.now,
        )
        place.play.reference = done.reference
    await place.play.settled()


async def positions(place: Office) -> list[str]:
    entries = await place.site.files.entries(place.play.reference or "", after=0, limit=1000)
    return [one.event["position"] for one in entries if one.type == "position_taken"]


@pytest.mark.parametrize("post", ["AU/co-chair", WITHOUT_SCRIPTS], ids=["with scripts", "without scripts"])
async def test_a_double_click_is_one_decision(place: Office, post: str) -> None:
    await in_review(place)
    place.faults.clear()
    chair = await place.person(post)
    path = f"/cases/{place.play.reference}/do/decide?gate=activation"
    await chair.open(path)
    await chair.fill(position="approve")
    form: dict[str, str | float | bool] = {"gate": "activation", "position": "approve"}
    for name in ("_key", "_id", "_seen"):
        hidden = chair.page.locator(f'main form [name="{name}"]').first
        form[name] = await hidden.get_attribute("value") or ""
    await chair.page.locator("main form button").first.dblclick()
    await chair.page.wait_for_url("**/cases/AHG-*?entry=*")
    await place.play.settled()
    assert await positions(place) == ["approve"]
    first = chair.page.url

    # The same form again, twice at once, as a slow line makes people do.
    twice = [chair.context.request.post(path.partition("?")[0], form=form, max_redirects=0) for _ in range(2)]
    answers = await asyncio.gather(*twice)
    assert [answer.status for answer in answers] == [303, 303]
    assert {answer.headers["location"] for answer in answers} == {first.removeprefix(place.address)}
    assert await positions(place) == ["approve"]
    assert place.faults == []


async def test_a_form_that_has_become_old_says_who_changed_what_and_keeps_what_was_written(place: Office) -> None:
    await in_review(place)
    malaysia, australia = await place.person("MY/focal-point"), await place.person("AU/co-chair")
    await australia.open(f"/cases/{place.play.reference}/do/decide?gate=activation")
    await australia.fill(position="decline", text="Not enough is known.")
    await malaysia.open(f"/request/{place.play.reference}")
    await malaysia.fill(situation="Boats leave by night. Two were lost.")
    await malaysia.page.get_by_role("button", name="Submit the new version").click()
    await malaysia.page.wait_for_url("**/cases/AHG-*?entry=*")
    await place.play.settled()

    await australia.page.locator("main form button").first.click()
    told = await australia.page.locator("main").inner_text()
    assert "Malaysia" in told
    assert await positions(place) == []
    assert await australia.page.locator('[name="text"]').input_value() == "Not enough is known."
    # Having read what changed, the same form goes through.
    await australia.page.locator("main form button").first.click()
    await australia.page.wait_for_url("**/cases/AHG-*?entry=*")
    assert await positions(place) == ["decline"]


async def test_two_tabs_of_one_person_do_not_overrule_each_other_unseen(place: Office) -> None:
    await in_review(place)
    australia = await place.person("AU/co-chair")
    path = f"/cases/{place.play.reference}/do/decide?gate=activation"
    await australia.open(path)
    await australia.fill(position="approve")
    second = await australia.context.new_page()
    await second.goto(path)
    await second.locator('main [name="position"][value="decline"]').check()
    await second.locator('main [name="text"]').fill("On second thoughts.")

    await australia.page.locator("main form button").first.click()
    await australia.page.wait_for_url("**/cases/AHG-*?entry=*")
    await place.play.settled()
    await second.locator("main form button").first.click()
    told = await second.locator("main").inner_text()
    assert await positions(place) == ["approve"], told
    assert "Australia" in told
