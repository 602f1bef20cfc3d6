"""A whole case by clicking, as seven people, from the request to its closure; three of their browsers run no scripts."""

from collections.abc import Callable

import pytest

from tests.journeys.people import Desk, Office, office

MAP = b"%PDF-1.7\n% a map of the strait\n"

pytestmark = [pytest.mark.slow, pytest.mark.journey]


WITHOUT_SCRIPTS = ("MY/focal-point", "ID/co-chair", "IOM/focal-point")
"""Who asks, one of the two Co-Chairs, and one of those that take part: every kind of field is filled without scripts."""


async def test_seven_people_bring_a_case_from_its_request_to_its_closure_by_clicking(
    database_of: Callable[[str], str | None],
) -> None:
    async with office(without_scripts=WITHOUT_SCRIPTS, database_url=database_of("postgresql")) as place:
        await the_whole_case(place)
        assert place.faults == []


async def the_whole_case(place: Office) -> None:
    malaysia = await place.person("MY/focal-point")
    await ask(malaysia)
    secretariat = await place.person("RSO/secretariat")
    await secretariat.do("accept")
    australia, indonesia = await place.person("AU/co-chair"), await place.person("ID/co-chair")
    await decide_by_mail(australia, "approve", "activation")
    await decide_by_mail(indonesia, "approve", "activation")
    zealand = await place.person("NZ/steering-group")
    await zealand.do("comment", text="The International Organization for Migration should be asked.")
    await secretariat.do("propose", members=["TH", "IOM"], without=await others(secretariat))
    for chair in (australia, indonesia):
        await chair.do("decide", gate="participants", position="approve")
    thailand, iom = await place.person("TH/focal-point"), await place.person("IOM/focal-point")
    await thailand.do("respond", answer="accept")
    assert await download(thailand, "map.pdf") == MAP
    await iom.do("respond", answer="accept")
    await at_stage(secretariat, "Operational")

    await secretariat.do("schedule_meeting", title="First meeting", starts="2026-03-09T10:00", place="Jakarta")
    await secretariat.do("attend", meeting="First meeting", present=["MY", "TH", "IOM"])
    await secretariat.do("add_outcome", title="Joint patrols", owner="TH", target="4", unit="a week", baseline="0")
    await thailand.do("progress", outcome="Joint patrols", value="3")
    await thailand.do("done", outcome="Joint patrols")
    await australia.do("verify", outcome="Joint patrols", text="Three a week cover the strait.")
    await secretariat.do("add_arrangement", title="Weekly picture", parties=["MY", "TH"], kind="departures")
    await malaysia.do("agree", arrangement="Weekly picture")
    await thailand.do("agree", arrangement="Weekly picture")
    await secretariat.do("situation_update", text="Fewer boats leave.")

    await secretariat.do("open_report", kind="final")
    await iom.do("contribute", text="Return was voluntary at three places.")
    await secretariat.do("recommend", text="Keep the contact points current.", to=["MY", "TH"], owner="TH")
    await secretariat.do("table")
    await place.later(days=21)
    await australia.do("decide", gate="report", position="approve")
    await indonesia.do(
        "decide", gate="report", position="approve with conditions", text="Sent by the end of the month."
    )
    await indonesia.do(
        "circulate", what="summary", everyone="everyone", names=["MY"], text="Malaysia asked and the group met."
    )
    for chair in (australia, indonesia):
        await chair.do("decide", gate="circulation", position="approve")
    await malaysia.do("consent", answer="give")
    assert place.mails_to("VN/focal-point"), "the wider membership is told"
    await secretariat.do("close")
    for chair in (australia, indonesia):
        await chair.do("decide", gate="closure", position="approve")
    await at_stage(malaysia, "closed")


async def ask(requester: Desk) -> None:
    """The request, step by step."""
    page = requester.page
    await requester.open("/request")
    await requester.fill(
        title="Boats in the strait", situation="Boats leave by night.\n\nTwo were lost.", since="2026-02-20"
    )
    await page.get_by_role("button", name="Save and continue").click()
    await requester.fill(
        **{
            "affected": ["TH"],
            "routes.0.from": "MY",
            "routes.0.to": "TH",
            "figures.0.what": "Persons on boats",
            "figures.0.number": "120",
            "figures.0.as_of": "2026-02-28",
            "figures.0.source": "Coast guard",
        }
    )
    await page.get_by_role("button", name="Save and continue").click()
    await requester.fill(asks="Joint patrols\nA weekly picture")
    await page.get_by_role("button", name="Save and continue").click()
    await page.get_by_label("Files").set_input_files({"name": "map.pdf", "mimeType": "", "buffer": MAP})
    await page.get_by_role("button", name="Upload the files").click()
    await page.get_by_role("button", name="Save and check your answers").click()
    assert "Two were lost." in await page.locator("main").inner_text()
    await page.get_by_role("button", name="Submit the request").click()
    await page.wait_for_url("**/cases/AHG-*")
    requester.office.play.reference = page.url.rpartition("/")[2].partition("?")[0]
    await requester.office.play.settled()


async def download(desk: Desk, name: str) -> bytes:
    """A file of the case, as the browser stores it."""
    await desk.open(f"/cases/{desk.office.play.reference}")
    async with desk.page.expect_download() as waiting:
        await desk.page.get_by_role("link", name=name).click()
    return (await (await waiting.value).path()).read_bytes()


async def decide_by_mail(chair: Desk, position: str, gate: str) -> None:
    """The link in the newest mail leads to the case, and on to the decision."""
    await chair.follow_newest_mail()
    if "/do/" not in chair.page.url:
        await chair.page.locator('aside a[href*="/do/decide"]').first.click()
    await chair.fill(gate=gate, position=position)
    await chair.page.locator("main form button").first.click()
    assert await chair.page.locator(".notice.good").count() == 1, await chair.page.locator("main").inner_text()
    await chair.office.play.settled()


async def others(desk: Desk) -> list[str]:
    """The members that the product itself proposed, without those of this story."""
    case = await desk.office.site.files.read(str(desk.office.play.reference))
    assert case is not None
    return [code for code in case.participants if code not in ("MY", "TH", "IOM")]


async def at_stage(desk: Desk, words: str) -> None:
    """The case page says that the case is there."""
    await desk.open(f"/cases/{desk.office.play.reference}")
    shown = await desk.page.locator('[aria-current="step"], .steps .done:last-child').first.inner_text()
    tag = await desk.page.locator("main .tag").first.inner_text()
    assert words.lower() in f"{shown} {tag}".lower()
