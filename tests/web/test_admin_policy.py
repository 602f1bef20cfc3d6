"""The policy on pages: what a change means is shown before it is proposed, and both Co-Chairs agree to it."""

import re
from html import unescape

import httpx

from models.policy import Policy, policy_with
from models.policy_meaning import KEYS, policy_differences, policy_examples
from models.posts import Post
from records import policies
from records.directory import opening
from tests.web.place import Place
from tests.web.programs import Recorded
from tests.web.test_markup import MARK, assert_text

RSO, AU, ID, AUDITOR = "RSO/secretariat", "AU/co-chair", "ID/co-chair", "RSO/auditor"


def fields_of(page: str) -> dict[str, list[str]]:
    """Every field of the form of a page, as a browser would send it."""
    form = page.partition('class="stack">')[2].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or "checked" in tag):
            found.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = [chosen[1] if chosen else ""]
    return found


async def as_post(place: Place, post: str) -> httpx.AsyncClient:
    http = place.browser()
    await place.as_post(http, post)
    return http


async def proposed(http: httpx.AsyncClient, why: str = "", **changes: str) -> httpx.Response:
    """Fill the form in with changes, look at what they mean, and propose them."""
    form = fields_of((await http.get("/admin/policy/edit")).text)
    form |= {key.replace("__", "."): [value] for key, value in changes.items()} | {"why": [why]}
    shown = await http.post("/admin/policy/check", data=form)
    assert shown.status_code == 200, shown.text
    return await http.post("/admin/policy/propose", data={**fields_of(shown.text), "why": why})


async def answered(http: httpx.AsyncClient, word: str) -> httpx.Response:
    page = (await http.get("/admin/policy")).text
    address = re.search(r'action="(/admin/policy/proposals/[^"]+)"', page)
    assert address is not None, page
    return await http.post(address[1], data={**fields_of(page), "answer": word})


async def in_force(place: Place) -> Policy:
    async with place.engine.connect() as connection:
        return await policies.policy_in_force(connection)


async def test_a_change_is_in_force_when_both_co_chairs_have_agreed_and_running_cases_keep_theirs(place: Place) -> None:
    table = Recorded()
    table.do("LK/focal-point", "submit", {"title": "Boats", "affected": ["MY"], "situation": "Boats leave."})
    place.now = table.now
    reference = await table.record(place)
    secretariat, australia, indonesia = (await as_post(place, RSO), await as_post(place, AU), await as_post(place, ID))
    assert (await proposed(secretariat, "Faster", routine__gate="3wd")).status_code == 303
    assert (await in_force(place)).version == "1"
    assert (await answered(australia, "agree")).status_code == 303
    assert (await in_force(place)).version == "1"
    assert (await answered(indonesia, "agree")).status_code == 303
    now = await in_force(place)
    assert (now.version, now.routine.gate) == ("2", "3wd")
    running = await place.site.files.read(reference)
    assert running is not None
    assert running.policy.routine.gate == "5wd"
    async with place.engine.connect() as connection:
        assert (await opening(connection, 2026)).policy == now
    page = (await secretariat.get("/admin/policy")).text
    assert "Version 2" in page
    assert "Faster" in page


async def test_one_refusal_ends_a_proposal_and_the_next_may_come(place: Place) -> None:
    australia, indonesia = await as_post(place, AU), await as_post(place, ID)
    assert (await proposed(australia, routine__gate="3wd")).status_code == 303
    second = await proposed(indonesia, routine__gate="4wd")
    assert second.status_code == 409
    assert "waits for answers" in second.text
    assert (await answered(indonesia, "refuse")).status_code == 303
    assert (await in_force(place)).version == "1"
    assert (await proposed(indonesia, routine__gate="4wd")).status_code == 303
    assert (await answered(indonesia, "withdraw")).status_code == 303
    assert (await proposed(australia, routine__gate="2wd")).status_code == 303
    assert (await answered(indonesia, "agree")).status_code == 303
    assert (await in_force(place)).routine.gate == "2wd"


async def test_nothing_is_proposed_that_was_not_shown_and_a_form_sent_twice_is_one(place: Place) -> None:
    http = await as_post(place, AU)
    form = fields_of((await http.get("/admin/policy/edit")).text) | {"routine.gate": ["3wd"]}
    assert (await http.post("/admin/policy/propose", data=form)).status_code == 409
    shown = fields_of((await http.post("/admin/policy/check", data=form)).text)
    changed = {**shown, "routine.gate": "1wd"}
    assert (await http.post("/admin/policy/propose", data=changed)).status_code == 409
    for _ in range(2):
        assert (await http.post("/admin/policy/propose", data=shown)).status_code == 303
    async with place.engine.connect() as connection:
        assert [one.state for one in await policies.proposals(connection)] == ["open"]


async def test_the_secretariat_and_auditors_do_not_answer_for_the_co_chairs(place: Place) -> None:
    secretariat, auditor = await as_post(place, RSO), await as_post(place, AUDITOR)
    await proposed(secretariat, routine__gate="3wd")
    answer = await answered(secretariat, "agree")
    assert answer.status_code == 403
    assert "Only the two Co-Chairs" in answer.text
    assert "<button" not in (await auditor.get("/admin/policy")).text.partition("<main")[2].partition("</main")[0]
    assert (await auditor.get("/admin/policy/edit")).status_code == 404


async def test_what_a_policy_cannot_be_is_said_by_its_key_and_changes_nothing(place: Place) -> None:
    http = await as_post(place, AU)
    form = fields_of((await http.get("/admin/policy/edit")).text)
    for key, value, said in (
        ("routine.gate", "soon", "not a length of time"),
        ("overdue_every", "3wd", "calendar days"),
        ("endorsements", "0", "greater than or equal"),
        ("substitutes", "NZ, XX", "no member XX"),
        ("conflict_rule", "toss", "declare"),
        ("routine.gate", MARK, "not a length of time"),
    ):
        answer = await http.post("/admin/policy/check", data={**form, key: [value], "why": [MARK]})
        assert answer.status_code == 422, key
        assert key in answer.text
        assert said in unescape(answer.text)
        assert_text(key, answer.text)


async def test_why_a_policy_is_proposed_stays_text(place: Place) -> None:
    http = await as_post(place, AU)
    assert (await proposed(http, MARK, routine__gate="3wd")).status_code == 303
    page = (await http.get("/admin/policy")).text
    assert "&lt;xss" in page
    assert_text("policy", page)


async def test_the_dates_of_an_example_are_those_that_a_case_would_have(place: Place) -> None:
    before, after = Policy.default(), policy_with({"gate": "3wd", "lapse": "4wd"})
    assert [one.key for one in policy_differences(before, after)] == [
        "routine.gate",
        "routine.lapse",
        "urgent.gate",
        "urgent.lapse",
    ]
    async with place.engine.connect() as connection:
        found = await opening(connection, 2026)
    calendars, days = found.calendars, found.working_days
    start = place.now.replace(month=12, day=23)
    australia, indonesia, both = policy_examples("routine.gate", before, after, calendars, start, ("AU", "ID"))
    assert both.after == max(australia.after, indonesia.after)
    assert australia.after == days.after(start, 3, ("AU",))
    lapse = policy_examples("routine.lapse", before, after, calendars, start, ("AU",))[0]
    assert lapse.after == days.after(days.after(start, 3, ("AU",)), 4, ("AU",))
    for key in KEYS:
        for one in policy_examples(key, before, after, calendars, start, ("AU", "ID")):
            assert one.before.tzinfo is not None
    assert Post(AU).member == "AU"


async def test_a_proposed_policy_waits_on_the_home_page_of_the_co_chair_that_has_not_answered(place: Place) -> None:
    australia, indonesia, secretariat = [await as_post(place, post) for post in (AU, ID, RSO)]
    assert (await proposed(indonesia, "Faster", routine__gate="3wd")).status_code == 303

    waits = [
        'href="/admin/policy#proposal"' in (await http.get("/")).text for http in (australia, indonesia, secretariat)
    ]
    assert waits == [True, False, False]
    assert "You have nothing to do" not in (await australia.get("/")).text
    assert (await answered(australia, "agree")).status_code == 303
    assert "/admin/policy#proposal" not in (await australia.get("/")).text


async def test_who_co_chairs_no_longer_proposes_no_policy(place: Place) -> None:
    former = await as_post(place, AU)
    await place.sql("UPDATE members SET co_chair = (code IN ('NZ', 'ID'))")

    assert (await proposed(former, "Faster", routine__gate="3wd")).status_code == 403
    async with place.engine.connect() as connection:
        assert await policies.open_proposal(connection) is None
