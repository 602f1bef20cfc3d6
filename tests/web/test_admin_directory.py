"""The directory in the secretariat's hands: posts change hands, offices move, and everything is kept."""

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio

from models.calendars import Calendars, WorkCalendar
from models.rules import case_of_log
from ops.catcher import Catcher
from records import queries
from records.directory import SEED, DirectoryError, directory_slips, opening
from records.directory_changes import directory_changes, roles_of
from records.directory_import import import_list
from records.notices import notices_of_case
from records.queries import open_calendars
from tests.rig import Rig, rig, working
from tests.web.place import Place, key_in, value_in
from tests.web.programs import Recorded
from tests.web.test_markup import MARK, assert_text

RSO, AUDITOR, AU, ID = "RSO/secretariat", "RSO/auditor", "AU/co-chair", "ID/co-chair"
HOLDER = "/admin/directory/posts/AU/co-chair/holder"
ALTERNATE = "/admin/directory/posts/AU/co-chair/alternate"
SITI = {"name": "Siti Nurhaliza", "email": "siti@example.org", "language": "id"}


@pytest_asyncio.fixture
async def desk(place: Place) -> AsyncIterator[httpx.AsyncClient]:
    """The secretariat's browser."""
    async with place.browser() as http:
        await place.as_post(http, RSO)
        yield http


def proof(page: str) -> dict[str, str]:
    """What a form of the administration carries."""
    return {name: value_in(page, name) for name in ("_key", "_id", "_seen")}


async def send(http: httpx.AsyncClient, path: str, /, shown: str = "", **fields: str) -> httpx.Response:
    """Open a form and send it."""
    page = (await http.get(shown or path)).text
    return await http.post(path, data={**proof(page), **fields})


async def end_of(http: httpx.AsyncClient, answer: httpx.Response) -> str:
    """The page that an answer leads to."""
    assert answer.status_code == 303, answer.text
    return (await http.get(answer.headers["location"])).text


async def holder(place: Place, post: str) -> tuple[str, str]:
    (row,) = await place.rows("SELECT name, email FROM holders WHERE post = :post", post=post)
    return row["name"], row["email"]


# posts --------------------------------------------------------------------------------------------------------------


async def test_a_post_is_handed_over_at_once_and_the_change_says_who_and_what_was_before(
    place: Place, desk: httpx.AsyncClient
) -> None:
    async with place.browser() as before, place.browser() as after:
        await place.as_post(before, AU)
        page = await end_of(desk, await send(desk, HOLDER, **SITI))
        assert "handed the Co-Chair (Australia) over to Siti Nurhaliza" in page
        assert "co-chair@au.ahg.localhost" in page
        assert "no case had to hear of it" in page
        assert await holder(place, AU) == ("Siti Nurhaliza", "siti@example.org")
        assert (await before.get("/board")).headers["location"].startswith("/sign-in")
        assert (await place.ask(after, "siti@example.org")).status_code == 200
        assert "sign-in" in place.link()
    history = (await desk.get("/admin/directory/members/AU")).text
    assert "handed the Co-Chair (Australia) over" in history


async def test_the_same_form_sent_twice_is_one_change(place: Place, desk: httpx.AsyncClient) -> None:
    sent = {**proof((await desk.get(HOLDER)).text), **SITI}
    first, second = await desk.post(HOLDER, data=sent), await desk.post(HOLDER, data=sent)
    assert first.headers["location"] == second.headers["location"]
    assert len(await place.rows("SELECT id FROM directory_changes")) == 1


async def test_a_stale_form_changes_nothing_and_is_told_who_changed_what(place: Place, desk: httpx.AsyncClient) -> None:
    stale = {**proof((await desk.get(HOLDER)).text), **SITI, "name": "Somebody else"}
    await send(desk, HOLDER, **SITI)
    answer = await desk.post(HOLDER, data=stale)
    assert answer.status_code == 409
    assert "handed the Co-Chair (Australia) over to Siti Nurhaliza" in answer.text
    assert 'value="Somebody else"' in answer.text
    assert (await holder(place, AU))[0] == "Siti Nurhaliza"
    again = await desk.post(HOLDER, data={**proof(answer.text), **SITI, "name": "Somebody else"})
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Siti", "email": ""}, "mail address is needed"),
        ({"name": "", "email": "siti@example.org"}, "name"),
        ({"name": "Siti", "email": "siti@example.org, all@example.org"}, "email"),
        ({"name": "Siti", "email": "siti@example.org\r\nBcc: all@example.org"}, "email"),
    ],
)
async def test_whom_nobody_can_write_to_holds_no_post(
    place: Place, desk: httpx.AsyncClient, fields: dict[str, str], said: str
) -> None:
    answer = await send(desk, HOLDER, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert (await holder(place, AU))[1] == "co-chair@au.ahg.localhost"


async def test_an_alternate_is_named_acts_and_is_ended(place: Place, desk: httpx.AsyncClient) -> None:
    named = {"name": "Budi", "email": "budi@example.org", "until": "2026-03-31"}
    assert "named Budi as alternate" in await end_of(desk, await send(desk, ALTERNATE, **named))
    page = (await desk.get(ALTERNATE)).text
    assert "budi@example.org" in page
    ended = await send(desk, f"{ALTERNATE}/end", shown=ALTERNATE, name="Budi")
    assert "ended that Budi stands in" in await end_of(desk, ended)
    assert "budi@example.org" not in (await desk.get(ALTERNATE)).text.partition("<h2>Name")[0]
    late = await send(desk, ALTERNATE, name="Budi", email="budi@example.org", until="2026-03-01")
    assert late.status_code == 422
    assert "would end before it begins" in late.text


async def test_auditors_read_the_directory_and_change_nothing(place: Place, desk: httpx.AsyncClient) -> None:
    await send(desk, HOLDER, **SITI)
    sent = proof((await desk.get(HOLDER)).text)
    async with place.browser() as http:
        await place.as_post(http, AUDITOR)
        page = (await http.get("/admin/directory/members/AU")).text
        assert "Siti Nurhaliza" in page
        assert "/holder" not in page
        key = key_in((await http.get("/account")).text)
        assert (await http.get(HOLDER)).status_code == 404
        assert (await http.post(HOLDER, data={**sent, "_key": key, **SITI})).status_code == 404
        assert (await http.get("/admin/directory/marks")).status_code == 404


# running cases ------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def at_work(tmp_path: Path, catcher: Catcher) -> AsyncIterator[tuple[Rig, Place]]:
    """The product at work, with a case before the Co-Chairs."""
    async with rig(tmp_path / "rig") as parts, working(parts):
        settings = parts.settings.model_copy(update={"smtp_port": catcher.port})
        place = Place(settings, parts.engine, catcher, now=datetime.now(UTC))
        await parts.submit()
        await parts.act(RSO, "accept")
        yield parts, place


async def test_an_announced_day_is_confirmed_by_another_person_and_running_cases_move_their_deadlines(
    at_work: tuple[Rig, Place],
) -> None:
    parts, place = at_work
    jakarta = ZoneInfo("Asia/Jakarta")
    due = case_of_log(parts.reference, await parts.entries()).ladders["gate:activation"].due.astimezone(jakarta).date()
    tomorrow = place.now.astimezone(jakarta).date() + timedelta(days=1)
    page = "/admin/directory/members/ID"
    day = {"first": tomorrow.isoformat(), "last": due.isoformat(), "closed": "yes", "why": "A state funeral"}
    async with place.browser() as http:
        await place.as_post(http, RSO)
        assert (await send(http, f"{page}/days", page, **{**day, "first": "2026-01-01"})).status_code == 422
        assert (await send(http, f"{page}/days", page, **day)).status_code == 303
        shown = (await http.get(page)).text
        (path,) = set(re.findall(r"/admin/directory/days/\w+", shown))
        own = await http.post(path, data={**proof(shown), "answer": "confirm"})
        assert (own.status_code, "Another person of the secretariat" in own.text) == (403, True)
        await place.sql("UPDATE announced_changes SET email = 'colleague@example.org'")
        told = await end_of(http, await http.post(path, data={**proof(shown), "answer": "confirm"}))
        assert "They have heard of it" in told
        assert (await http.post(path, data={**proof(shown), "answer": "confirm"})).status_code == 409
        history = (await http.get(page)).text
        assert "confirmed an announced day of the office of Indonesia" in history
    moved = case_of_log(parts.reference, await parts.entries()).ladders["gate:activation"].due
    assert moved.astimezone(jakarta).date() > due
    async with place.engine.connect() as connection:
        calendars = (await opening(connection, due.year)).calendars
        notices = await notices_of_case(connection, parts.reference)
    assert not calendars.of("ID").is_working_day(due)
    assert {one.post for one in notices if one.kind == "deadlines_moved"} >= {AU, ID, RSO}


async def test_running_cases_in_which_something_waits_for_the_post_hear_of_it_once(at_work: tuple[Rig, Place]) -> None:
    parts, place = at_work
    async with place.browser() as http, place.browser() as siti:
        await place.as_post(http, RSO)
        form = (await http.get(HOLDER)).text
        assert parts.reference in form
        sent = {**proof(form), **SITI}
        page = await end_of(http, await http.post(HOLDER, data=sent))
        assert "They have heard of it" in page
        await http.post(HOLDER, data=sent)
        await place.as_post(siti, AU)
        async with place.engine.connect() as connection:
            entries = await queries.entries(connection, parts.reference)
            notices = await notices_of_case(connection, parts.reference)
        handed = [one for one in entries if one.type == "handed_over"]
        assert [(one.by, one.event["to"]["email"]) for one in handed] == [(RSO, "siti@example.org")]
        assert {one.post for one in notices if one.kind == "post_handed_over"} == {AU, RSO}
        waits = await place.rows("SELECT do FROM duties WHERE post = :post", post=AU)
        assert [row["do"] for row in waits] == ["decide"]
        history = (await http.get("/admin/directory/changes")).text
        assert history.count("over to Siti Nurhaliza") == 1
        await place.sql("UPDATE holders SET email = 'nobody-yet@au.ahg.localhost' WHERE post = :post", post=AU)
        delegated = await end_of(http, await send(http, ALTERNATE, name="Budi", email="budi@example.org"))
        assert "They have heard of it" in delegated


async def test_a_change_made_in_a_case_stands_in_the_history_too(at_work: tuple[Rig, Place]) -> None:
    parts, place = at_work
    await parts.act(AU, "hand_over", {"to": {"name": "Made", "email": "made@example.org"}})
    await parts.act(AU, "take_over", {"email": "made@example.org"})
    async with place.browser() as http:
        await place.as_post(http, AUDITOR)
        page = (await http.get("/admin/directory/changes")).text
        assert "The Co-Chair (Australia) handed the Co-Chair (Australia) over to Made" in page
        assert f"in {parts.reference}" in page


async def test_where_no_case_answers_the_change_stands_and_the_page_says_who_has_not_heard(
    place: Place, desk: httpx.AsyncClient
) -> None:
    table = Recorded()
    table.do("LK/focal-point", "submit", {"title": "Boats", "affected": ["MY"], "situation": "Boats leave."})
    table.do(RSO, "accept")
    place.now = table.now
    reference = await table.record(place)
    await place.as_post(desk, RSO)
    page = await end_of(desk, await send(desk, HOLDER, **SITI))
    assert "have not heard of it yet" in page
    assert reference in page
    assert (await holder(place, AU))[0] == "Siti Nurhaliza"
    address = re.search(r'action="(/admin/directory/changes/[^"]+/tell)"', page)
    assert address is not None
    again = await end_of(desk, await desk.post(address[1], data={"_key": key_in(page)}))
    assert "have not heard of it yet" in again
    place.later(seconds=1)
    await place.sql("UPDATE holders SET email = 'nobody-yet@au.ahg.localhost' WHERE post = :post", post=AU)
    await send(desk, HOLDER, name="Next", email="next@example.org")
    assert "have not heard" not in (await desk.get(address[1].removesuffix("/tell"))).text


# offices and marks --------------------------------------------------------------------------------------------------


async def test_an_office_that_moves_counts_so_in_new_cases(place: Place, desk: httpx.AsyncClient) -> None:
    fields = {"zone": "Pacific/Kiritimati", "holidays": "", "mandate": "disembarkation\n*\n*"}
    await end_of(desk, await send(desk, "/admin/directory/members/IOM", **fields))
    async with place.engine.connect() as connection:
        found = await opening(connection, 2026)
    assert found.calendars.of("IOM").zone == "Pacific/Kiritimati"
    assert found.directory.members["IOM"].mandate == ("disembarkation", "*")
    for wrong in ({"zone": "Mars/Olympus"}, {"holidays": "Atlantis"}):
        answer = await send(desk, "/admin/directory/members/IOM", **{**fields, **wrong})
        assert answer.status_code == 422
        assert next(iter(wrong.values())) in answer.text
    same = await send(desk, "/admin/directory/members/IOM", **{**fields, "mandate": "disembarkation\n*"})
    assert same.status_code == 422
    assert "Nothing is different" in same.text


async def test_marks_hold_for_new_cases_and_must_make_sense(place: Place, desk: httpx.AsyncClient) -> None:
    group = ["AU", "ID", "NZ", "TH", "IOM", "UNHCR", "MY"]

    async def change(co_chairs: list[str], steering_group: list[str]) -> httpx.Response:
        sent = proof((await desk.get("/admin/directory/marks")).text)
        return await desk.post(
            "/admin/directory/marks", data={**sent, "co_chair": co_chairs, "steering_group": steering_group}
        )

    for wrong, said in (
        ((["AU", "AU"], group), "Two members co-chair"),
        ((["AU", "IOM"], group), "organisation does not co-chair"),
        ((["AU", "LK"], group), "mark them there too"),
        ((["AU", "XX"], group), "no member XX"),
    ):
        answer = await change(*wrong)
        assert (answer.status_code, said in answer.text) == (422, True), said
    page = await end_of(desk, await change(["AU", "MY"], group))
    assert "Running cases keep what they were opened with" in page
    async with place.engine.connect() as connection:
        found = await opening(connection, 2026)
    assert found.directory.co_chairs == ("AU/co-chair", "MY/co-chair")
    assert "MY/steering-group" in found.directory.steering_group
    assert "nobody" in (await desk.get("/admin/directory/members/MY")).text


async def test_an_imported_list_stands_in_the_history_with_what_it_changed_and_nothing_else(
    place: Place, desk: httpx.AsyncClient
) -> None:
    listed = (SEED / "members.csv").read_text(encoding="utf-8")
    assert (await import_list(place.engine, listed, place.now)).count == listed.count("\n") - 1
    async with place.engine.connect() as connection:
        assert await directory_changes(connection) == []
        marks = await roles_of(connection)
    iom, thailand = (
        next(line for line in listed.splitlines() if line.startswith(f"{code},")) for code in ("IOM", "TH")
    )
    other = listed.replace(iom, iom.replace("yes", "")).replace(thailand, thailand.replace("Thailand", "Siam"))

    await import_list(place.engine, f"{other.rstrip()}\nXX,A new member,state\n", place.now)

    async with place.engine.connect() as connection:
        found = {one.about: one for one in await directory_changes(connection)}
    assert found.keys() == {"TH", "XX", "marks"}
    assert found["marks"].before == marks.model_dump(mode="json")
    assert (found["TH"].before or {})["name"] == "Thailand"
    assert (found["TH"].after["name"], found["XX"].before) == ("Siam", {})
    page = (await desk.get("/admin/directory/changes")).text
    assert "ahg directory import" in page
    assert "Siam" in page


BASE = (
    "code,name,kind,co_chair,steering_group,zone,holidays\nAU,Australia,state,yes,yes,,\nID,Indonesia,state,yes,yes,,\n"
)
WRONG_LINES = (
    ("MY,Malaysia,state,,,Asia/Kuala_Lumpour,", r"line 4 \(MY\): zone: .*did you mean 'Asia/Kuala_Lumpur'"),
    ("MY,Malaysia,state,,,,Atlantis", "holidays: no public holidays are published for 'Atlantis'"),
    ("my,Malaysia,state,,,,", "code: "),
    ("MY/x,Malaysia,state,,,,", "code: "),
    (f"{'M' * 17},Malaysia,state,,,,", "code: "),
    (",Malaysia,state,,,,", "code: "),
    ("RSO,Office,state,,,,", "secretariat's code"),
    ("MY,,state,,,,", "name: "),
    ("MY,Malaysia,kingdom,,,,", "kind: "),
    ("MY,Malaysia,state,yas,,,", "co_chair: 'yas' is neither yes nor no"),
    ("MY,Malaysia,state,yes,yes,,", "Two members co-chair"),
    ("MY,Malaysia,state,,,,,more", "more fields"),
    ("MY,Malaysia,state,,,,\nMY,Malaysia,state,,,,", "'MY' is repeated"),
    ('MY,"Malaysia,state,,,,', "line "),
    ("ID,Indonesia,state,yes,,,", "'ID' is repeated"),
)


async def test_a_list_that_pages_would_refuse_is_not_imported(place: Place) -> None:
    for lines, said in WRONG_LINES:
        with pytest.raises(DirectoryError, match=said):
            await import_list(place.engine, f"{BASE}{lines}\n", place.now)
    with pytest.raises(DirectoryError, match="mark them there too"):
        await import_list(place.engine, BASE.replace("Indonesia,state,yes,yes", "Indonesia,state,yes,"), place.now)
    with pytest.raises(DirectoryError, match="Two members co-chair"):  # of the directory, not of the list alone
        await import_list(place.engine, BASE.replace("AU,Australia", "NZ,New Zealand"), place.now)
    async with place.engine.connect() as connection:
        assert await directory_changes(connection) == []


async def test_a_case_that_carries_a_zone_that_does_not_exist_goes_on_and_says_so(
    place: Place, desk: httpx.AsyncClient
) -> None:
    table = Recorded()
    offices = {**table.case.calendars.offices, "MY": WorkCalendar(zone="Asia/Kuala_Lumpour")}
    table.case = table.case.model_copy(update={"calendars": Calendars(offices=offices)})
    table.do("MY/focal-point", "submit", {"title": "x", "situation": "y", "affected": ["TH"]})
    table.do(RSO, "return", {"missing": ["figures"]})
    table.do("MY/focal-point", "resubmit", {"title": "z"})
    reference = await table.record(place)
    async with place.browser() as http:
        await place.as_post(http, "MY/focal-point")
        for path in ("/", "/cases", f"/cases/{reference}", f"/cases/{reference}/log"):
            assert (await http.get(path)).status_code == 200, path
    page = (await desk.get(f"/cases/{reference}")).text
    assert "a time zone for Malaysia that does not exist, Asia/Kuala_Lumpour: days are counted in UTC" in page
    async with place.engine.connect() as connection:
        carried = [(case, calendars.unknown_zones) async for case, calendars in open_calendars(connection)]
    assert carried == [(reference, {"MY": "Asia/Kuala_Lumpour"})]


async def test_a_zone_that_does_not_exist_in_the_directory_stops_no_page_and_is_told(
    place: Place, desk: httpx.AsyncClient
) -> None:
    await place.sql("UPDATE members SET zone = 'Asia/Kuala_Lumpour' WHERE code = 'MY'")
    await place.sql("UPDATE holders SET email = 'desk@☕.example' WHERE post = 'TH/focal-point'")
    async with place.browser() as http:
        await place.as_post(http, "MY/focal-point")
        for path in ("/", "/cases?opened_from=2026-01-01&opened_to=2026-02-01", "/my-mails", "/account", "/request"):
            assert (await http.get(path, follow_redirects=True)).status_code == 200, path
    assert "no such time zone: UTC counts" in (await desk.get("/admin/directory")).text
    page = (await desk.get("/admin/directory/members/MY")).text
    assert "<option selected>Asia/Kuala_Lumpour</option>" in page
    assert "There is no time zone Asia/Kuala_Lumpour" in page
    async with place.engine.connect() as connection:
        zone, address = await directory_slips(connection)
    assert zone == "MY has the time zone 'Asia/Kuala_Lumpour', which is none: UTC counts"
    assert address.startswith("TH/focal-point: '☕.example' is not a domain")


# hostile text -------------------------------------------------------------------------------------------------------


async def test_what_is_written_into_the_directory_stays_text_on_every_page_and_in_tables(
    place: Place, desk: httpx.AsyncClient
) -> None:
    formula = '=HYPERLINK("http://evil.example","x")'
    await end_of(desk, await send(desk, HOLDER, name=MARK, email="mark@au.ahg.localhost"))
    await end_of(desk, await send(desk, ALTERNATE, name=formula, email="-f@example.org"))
    await end_of(desk, await send(desk, ALTERNATE, name=f"{MARK} two", email="two@example.org"))
    office = {"zone": "UTC", "holidays": "", "mandate": MARK}
    await end_of(desk, await send(desk, "/admin/directory/members/AU", **office))
    shown = 0
    await place.sql("UPDATE holders SET email = 'mark@example.org' WHERE post = :post", post=AU)
    announced = (await send(desk, HOLDER, name=f"{MARK} three", email="three@example.org")).headers["location"]
    assert_text(announced, (await desk.get(announced)).text)
    for path in ("", "/members/AU", "/changes", "/posts/AU/co-chair/holder", "/posts/AU/co-chair/alternate"):
        page = await desk.get(f"/admin/directory{path}")
        assert page.status_code == 200
        assert_text(path, page.text)
        shown += page.text.count("&lt;xss")
    assert shown > 5
    for path in ("/admin/directory.csv", "/admin/directory/changes.csv"):
        table = list(csv.reader(io.StringIO((await desk.get(path)).text.lstrip("\ufeff"))))
        assert any(formula in cell for row in table for cell in row)
        assert not [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@"))]


async def test_a_line_break_in_a_name_adds_nothing_to_a_mail(place: Place, desk: httpx.AsyncClient) -> None:
    await send(desk, HOLDER, name="Eve\r\nBcc: all@example.org", email="eve@example.org")
    async with place.browser() as http:
        await place.ask(http, "eve@example.org")
    message = place.catcher.messages()[-1].message
    assert message["Bcc"] is None
    assert [recipient for mail in place.catcher.messages() for recipient in mail.recipients] == ["eve@example.org"]
