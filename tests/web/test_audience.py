"""The audience view and the mails of a case beforehand: what a post sees, by the rule that shows it, and nothing done."""

import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from html import unescape

import httpx
import pytest
import pytest_asyncio

from models.case import GateName
from models.visibility import Sight
from notifications.preview import MailShown, mail_shown
from records.notices import notices_of_case
from tests.web.place import Place, key_in
from tests.web.programs import Recorded
from tests.web.test_matrix import everything
from tests.web.whole_case import AU, ID, MARKS, READ_ALL, READERS, RSO, played
from web.case import mails as case_mails

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is shown does not depend on the database."""

PAGES = ("", "/versions", "/log", "/do/decide", "/do/respond", "/do/consent")


@pytest_asyncio.fixture
async def told(place: Place) -> AsyncIterator[tuple[Place, str]]:
    """The pages with one case that has something of everything."""
    table = played()
    place.now = table.now
    yield place, await table.record(place)


def main_of(page: str) -> str:
    """What a page shows of the case: without what is the session's own, and without the audience's own marks."""
    body = page.partition("<main")[2].partition("</main>")[0].partition(">")[2]
    body = re.sub(r'<section class="notice warn audience".*?</section>', "", body, flags=re.DOTALL)
    body = body.replace('<fieldset class="contents" disabled>', "")
    body = re.sub(r"(?:\?|&amp;)as=[^\"&#]*", "", body)
    body = re.sub(r'name="_(key|id)" value="[^"]*"', "", body)
    return re.sub(r"\s+", " ", body.removesuffix("</fieldset>").replace("</fieldset>", "")).strip()


@pytest.mark.parametrize("post", [post for post in READERS if not post.endswith("/auditor")])
async def test_each_page_is_the_one_that_the_post_itself_gets(told: tuple[Place, str], post: str) -> None:
    place, reference = told
    async with place.browser() as own, place.browser() as other:
        await place.as_post(own, post)
        await place.as_post(other, RSO)
        for path in PAGES:
            address = f"/cases/{reference}{path}"
            theirs = await own.get(address)
            looked = await other.get(address, params={"as": post})
            assert looked.status_code == theirs.status_code, path
            assert main_of(looked.text).replace("</fieldset>", "") == main_of(theirs.text), path
            assert "Nothing can be done here" in looked.text
            if post not in READ_ALL:
                assert not [mark for mark in MARKS if mark in looked.text], path


async def test_why_a_post_sees_what_it_sees_is_said_by_the_rule(told: tuple[Place, str]) -> None:
    place, reference = told
    async with place.browser() as http:
        await place.as_post(http, AU)
        page = unescape((await http.get(f"/cases/{reference}/audience")).text)
        for post, sight in READERS.items():
            offered = f'href="/cases/{reference}?as={post}"' in page
            assert offered is (sight > Sight.NOTHING), post
        assert "its member is the requester" in page
        nothing = await http.get(f"/cases/{reference}?as=PK/focal-point")
        assert nothing.status_code == 404
        assert "its member has no part in the case" in nothing.text


async def test_nobody_but_who_sees_all_of_the_case_looks_as_another(told: tuple[Place, str]) -> None:
    place, reference = told
    for post in READERS:
        async with place.browser() as http:
            await place.as_post(http, post)
            answer = await http.get(f"/cases/{reference}?as=TH/focal-point")
            assert (answer.status_code == 200) is (post in (RSO, AU, ID)), post
            if post not in (RSO, AU, ID):
                assert answer.status_code == 404
    async with place.browser() as http:
        await place.as_post(http, RSO)
        for nobody in ("XX/focal-point", "MY/co-chair", "nonsense", "", "MY/focal-point\r\nX: y"):
            assert (await http.get(f"/cases/{reference}", params={"as": nobody})).status_code == 404


async def test_looking_as_another_does_nothing_and_no_form_of_it_acts(told: tuple[Place, str]) -> None:
    place, reference = told
    async with place.browser() as http:
        await place.as_post(http, RSO)
        key = key_in((await http.get("/account")).text)
        before = await everything(place)
        page = (await http.get(f"/cases/{reference}/do/decide?as=AU/co-chair")).text
        assert key not in page
        assert key_in(page) == ""
        forms = re.findall(r"<form\b[^>]*>(.{40})", page, re.DOTALL)
        assert forms
        assert all(inside.startswith('<fieldset class="contents" disabled>') for inside in forms)
        sent = {"_key": key, "_seen": "1", "gate": "circulation", "position": "approve"}
        answer = await http.post(f"/cases/{reference}/do/decide?as=AU/co-chair", data=sent)
        assert answer.status_code == 404
        assert (await http.post(f"/cases/{reference}/do/decide", data={**sent, "_key": ""})).status_code == 403
        assert await everything(place) == before


async def test_links_of_a_page_stay_with_the_post_that_is_looked_as(told: tuple[Place, str]) -> None:
    place, reference = told
    async with place.browser() as http:
        await place.as_post(http, RSO)
        page = (await http.get(f"/cases/{reference}?as=TH/focal-point")).text
        links = [unescape(one) for one in re.findall(rf'<a[^>]*href="(/cases/{reference}[^"]*)"', page)]
        own = [one for one in links if "as=TH/focal-point" not in one]
        assert own == [f"/cases/{reference}/audience"]
        assert len(links) > 3


# mails --------------------------------------------------------------------------------------------------------------


async def test_every_notice_of_a_case_is_read_as_its_reader_gets_it(told: tuple[Place, str]) -> None:
    place, reference = told
    async with place.engine.connect() as connection:
        rows = await notices_of_case(connection, reference)
    async with place.browser() as http:
        await place.as_post(http, RSO)
        for row in rows:
            page = await http.get(f"/cases/{reference}/notices/{row.id}")
            assert page.status_code == 200, row.kind
            html = await http.get(f"/cases/{reference}/notices/{row.id}/html")
            assert html.headers["content-security-policy"].startswith("sandbox")
            assert not [mark for mark in MARKS if mark in page.text + html.text], row.kind
        assert (await http.get(f"/cases/AHG-2031-777/notices/{rows[0].id}")).status_code == 404
        assert (await http.get(f"/cases/{reference}/notices/{10**30}")).status_code == 404


def proposed() -> Recorded:
    """A case at work whose circulation waits for Thailand's consent."""
    table = Recorded()
    table.do("LK/focal-point", "submit", {"title": "Boats", "affected": ["MY", "TH"], "situation": "Boats leave."})
    table.do(RSO, "accept")
    for gate in ("activation", "participants"):
        for decider in table.case.gates[GateName(gate)].deciders:
            table.do(decider.post, "decide", {"gate": gate, "position": "approve"})
    for member in ("MY", "TH", "IOM"):
        table.do(f"{member}/focal-point", "respond", {"answer": "accept"})
    table.do(ID, "convene")
    return table


TOLD = {
    "what": "summary",
    "to": ["FJ", "VN"],
    "names": ["TH", "MY"],
    "text": "The group works with Thailand and Malaysia. <xss onclick=1>",
}


async def test_a_circulation_is_read_before_release_exactly_as_it_then_goes_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = proposed()
    table.do(AU, "circulate", TOLD)
    place.now = table.now
    reference = await table.record(place)
    at = f"/cases/{reference}/circulations/1"
    async with place.browser() as http:
        await place.as_post(http, AU)
        page = (await http.get(at)).text
        assert "Awaited: Malaysia, Thailand" in page or "Awaited: Thailand, Malaysia" in page
        assert "If Thailand refuses" in page
        assert "a member and Malaysia" in page
        assert "<xss" not in page
        refusing = (await http.get(at, params={"refuse": "TH"})).text
        assert "As if these refuse: Thailand" in refusing
        for wanted in ("FJ/focal-point", "VN/focal-point"):
            assert (await http.get(f"{at}/mail", params={"to": wanted})).status_code == 200
        assert (await http.get(f"{at}/mail", params={"to": "PK/focal-point"})).status_code == 404
        shown: list[EmailMessage] = []

        def kept(message: EmailMessage) -> MailShown:
            shown.append(message)
            return mail_shown(message)

        monkeypatch.setattr(case_mails, "mail_shown", kept)
        await http.get(f"{at}/mail", params={"to": "FJ/focal-point", "refuse": "TH"})
        for decider in table.case.gates[GateName.CIRCULATION].deciders:
            table.do(decider.post, "decide", {"gate": "circulation", "position": "approve"})
        table.do("MY/focal-point", "consent", {"answer": "give"})
        table.do("TH/focal-point", "consent", {"answer": "refuse"})
        assert table.case.circulations[1].state == "released"
        await table.record(place)
        async with place.engine.connect() as connection:
            rows = await notices_of_case(connection, reference)
        (row,) = [one for one in rows if (one.kind, one.post) == ("circulated", "FJ/focal-point")]
        await http.get(f"/cases/{reference}/notices/{row.id}")
    before, after = (mail_shown(message) for message in shown)
    own = r"/answer/\S+|Kept on record as \S+ #\d+\s+sha256:\w+\n\n"  # of the mail itself, not of its preview
    unsigned = [re.sub(own, "", one.text) for one in (before, after)]
    assert unsigned[0] == unsigned[1]
    assert before.subject == after.subject
    assert "a member and Malaysia" in before.text


async def test_the_form_of_a_circulation_shows_its_mail_and_records_nothing(place: Place) -> None:
    table = proposed()
    place.now = table.now
    reference = await table.record(place)
    async with place.browser() as http:
        await place.as_post(http, AU)
        form = (await http.get(f"/cases/{reference}/do/circulate")).text
        assert f'formaction="/cases/{reference}/circulations/preview"' in form
        sent = {
            "_key": key_in(form),
            "what": "summary",
            "everyone": "members",
            "to": ["FJ"],
            "names": ["TH"],
            "text": TOLD["text"],
        }
        before = await everything(place)
        page = await http.post(f"/cases/{reference}/circulations/preview", data=sent)
        assert page.status_code == 200
        assert "Thailand and a member" in page.text
        assert "focal-point@fj.ahg.localhost" in page.text
        assert "<xss" not in page.text
        wrong = await http.post(f"/cases/{reference}/circulations/preview", data={**sent, "names": ["ZZ"]})
        assert wrong.status_code in (404, 409, 422)
        assert "This was not done" in wrong.text
        assert await everything(place) == before


async def test_only_those_who_may_propose_a_circulation_read_its_mails_first(place: Place) -> None:
    table = proposed()
    place.now = table.now
    reference = await table.record(place)
    for post, status in (("NZ/steering-group", 404), ("TH/focal-point", 404)):
        async with place.browser() as http:
            await place.as_post(http, post)
            key = key_in((await http.get("/account")).text)
            answer: httpx.Response = await http.post(
                f"/cases/{reference}/circulations/preview", data={"_key": key, "what": "summary"}
            )
            assert answer.status_code == status
