"""Forms of commands: what was not chosen is asked for, never filled in."""

import pytest
from starlette.datastructures import FormData

from models.limits import LONGEST_LIST
from tests.rig import TO_WORK
from tests.web.place import Place, key_in
from tests.web.programs import Recorded
from web.kit.forms import FORMS, unanswered


@pytest.mark.parametrize("by", ["TH/focal-point", "RSO/secretariat"])
async def test_an_answer_that_was_not_chosen_is_not_an_acceptance(place: Place, by: str) -> None:
    table = Recorded()
    table.do("LK/focal-point", "submit", {"title": "Boats", "situation": "They leave.", "affected": ["MY", "TH"]})
    for post, do, fields in TO_WORK[:5]:
        table.do(post, do, fields)
    place.now = table.now
    reference = await table.record(place)
    async with place.browser() as http:
        await place.as_post(http, by)
        acts_for = "" if by == "TH/focal-point" else "TH/focal-point"
        page = await http.get(f"/cases/{reference}/do/respond", params={"for": acts_for} if acts_for else None)
        sent = {
            "_key": key_in(page.text),
            "_id": "one",
            "_for": acts_for,
            "_how": "telephone",
            "_why": "no line",
            "text": "We come with two.",
        }
        answer = await http.post(f"/cases/{reference}/do/respond", data=sent)
    assert answer.status_code == 422
    assert "Choose an answer first; nothing was recorded." in answer.text
    assert "We come with two." in answer.text
    assert 'name="_id" value="one"' in answer.text


async def test_a_form_says_how_long_a_text_may_be_and_what_is_longer_is_refused_in_the_readers_language(
    place: Place,
) -> None:
    table = Recorded()
    table.do("LK/focal-point", "submit", {"title": "Boats", "situation": "They leave.", "affected": ["MY", "TH"]})
    place.now = table.now
    reference = await table.record(place)
    async with place.browser() as http:
        await place.as_post(http, "RSO/secretariat")
        page = await http.get(f"/cases/{reference}/do/return")
        assert "Up to 20,000 characters." in page.text
        assert "Up to 200 lines of 300 characters." in page.text
        await place.post_account(http, "/preferences", language="id", zone="Asia/Jakarta")
        sent = {"_key": key_in(page.text), "_id": "one", "missing": "sources", "text": "x" * 20_001}
        answer = await http.post(f"/cases/{reference}/do/return", data=sent)
        sent |= {"missing": "\n".join("sources" for _ in range(LONGEST_LIST + 1)), "text": ""}
        longer = await http.post(f"/cases/{reference}/do/return", data=sent)
    assert answer.status_code == longer.status_code == 422
    assert "sampaikan bersamanya: berisi 20.001 karakter; paling banyak 20.000 yang diterima." in answer.text
    assert "paling banyak 200 butir; missing berisi lebih banyak." in longer.text


@pytest.mark.parametrize("do", FORMS)
def test_a_form_in_which_everything_was_chosen_is_answered(do: str) -> None:
    form = FORMS[do]
    names = [name for one in form.fields for name in (one.name, f"{one.name}.name", f"{one.name}.email")]

    assert unanswered(form, FormData([(name, "chosen") for name in names])) is None
