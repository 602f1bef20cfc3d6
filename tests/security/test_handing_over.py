"""A post that its holder hands over in a case goes over when the person who is named takes it over, and not before."""

import json
from typing import Any

import pytest

from casework import CommandResult
from models.authentication import Means, Standing, suffices
from models.command_signing import CommandKeys, badly_signed
from models.commands import parse
from models.passkeys import statement_of, touch_fault
from models.policy import Policy
from models.posts import Post
from models.refusal import Refused
from records.passkeys import keep_passkey
from tests.activities.post_office import post_office
from tests.authenticator import Authenticator
from tests.tabletop import SIGNER, Tabletop
from tests.web.conftest import place
from tests.web.place import Place, address_of, key_in, secret_in, value_in
from tests.web.programs import Recorded
from web.account import offers

__all__ = ["place"]

AU, LK, RSO = "AU/co-chair", "LK/focal-point", "RSO/secretariat"
HEIR = {"name": "An heir", "email": "heir@au.example"}


def offered(table: Tabletop) -> Tabletop:
    """A case in which a Co-Chair hands its post over."""
    table.do(LK, "submit", {"title": "Boats", "situation": "They leave.", "grounds": [{"ground": "landing"}]})
    table.do(AU, "hand_over", {"to": HEIR})
    return table


def test_the_holder_stays_until_the_person_named_takes_the_post_over() -> None:
    table = offered(Tabletop(Policy.default()))
    (entry,) = table.entries[-1:]
    assert (entry.type, entry.event["to"]["email"]) == ("hand_over_offered", HEIR["email"])
    with pytest.raises(Refused, match=r"is not offered to thief@au\.example any more"):
        table.do(AU, "take_over", {"email": "thief@au.example"}, means=Means.SECOND_FACTOR, standing=Standing.NAMED)
    table.do(AU, "hand_over", {"to": {"name": "Another", "email": "another@au.example"}})
    with pytest.raises(Refused, match="any more"):
        table.do(AU, "take_over", {"email": HEIR["email"]}, means=Means.SECOND_FACTOR, standing=Standing.NAMED)
    table.do(AU, "take_over", {"email": "Another@AU.example"}, means=Means.SECOND_FACTOR, standing=Standing.NAMED)
    assert (table.entries[-1].type, table.entries[-1].event["to"]["name"]) == ("handed_over", "Another")
    assert table.case.offers == {}
    with pytest.raises(Refused):
        table.do(AU, "take_over", {"email": "another@au.example"})


def test_what_the_secretariat_corrects_and_a_case_of_before_goes_over_at_once() -> None:
    table = Tabletop(Policy.default())
    table.do(LK, "submit", {"title": "Boats", "situation": "They leave.", "grounds": [{"ground": "landing"}]})
    table.do(RSO, "hand_over", {"post": LK, "to": HEIR})
    assert table.entries[-1].type == "handed_over"
    assert offered(Tabletop()).entries[-1].type == "handed_over"  # its policy knew no other way
    with pytest.raises(Refused, match="takes it over under a mail address"):
        table.do(AU, "hand_over", {"to": {"name": "Nobody"}})


@pytest.mark.parametrize("standing", [Standing.HOLDER, Standing.ALTERNATE, Standing.DIRECTORY])
def test_nobody_but_the_person_named_takes_a_post_over(standing: Standing) -> None:
    table = offered(Tabletop(Policy.default()))
    with pytest.raises(Refused, match="Only the person to whom"):
        table.do(AU, "take_over", {"email": HEIR["email"]}, means=Means.SECOND_FACTOR, standing=standing)
    inner = {"do": "take_over", "email": HEIR["email"]}
    with pytest.raises(Refused, match="in another's name"):
        table.do(
            RSO,
            "act_for",
            {"post": AU, "how": "letter", "text": "x", "command": inner},
            means=Means.SECOND_FACTOR,
            standing=Standing.HOLDER,
        )
    with pytest.raises(Refused, match="nothing else is done before"):
        table.do(AU, "comment", {"text": "Hello."}, means=Means.SECOND_FACTOR, standing=Standing.NAMED)
    for means in (Means.SESSION, Means.MAIL_LINK, Means.API_TOKEN):
        assert suffices("take_over", Post(AU), means)


def test_a_touch_over_taking_a_post_over_signs_who_takes_it() -> None:
    table = offered(Tabletop(Policy.default()))
    command = parse("take_over", {"email": HEIR["email"]}, by=AU, command_id="c3")
    touch = Authenticator().touch(statement_of(table.case, command))
    said = json.loads(touch.statement)
    assert (said["do"], said["post"], said["name"], said["email"]) == ("take_over", AU, *HEIR.values())

    table.do(AU, "take_over", {"email": HEIR["email"]}, means=Means.PASSKEY, standing=Standing.NAMED, touch=touch)

    keys = CommandKeys([SIGNER.public])
    assert touch_fault(touch, table.case.reference, "c3", Post(AU)) == ""
    entries = [entry for entry in table.entries if entry.signed]
    assert badly_signed(entries, keys) is None
    thief = {**entries[-1].event, "to": {**entries[-1].event["to"], "email": "thief@au.example"}}
    assert badly_signed([entries[-1].model_copy(update={"event": thief})], keys)


# on the pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the page gives to the case; the test plays the case."""
    taken: list[dict[str, Any]] = []

    async def give(_site: Any, do: str, fields: Any, **how: Any) -> CommandResult:
        taken.append({"do": do, "fields": fields, **how})
        return CommandResult(reference=how["reference"], seq=9, stage="submitted")

    monkeypatch.setattr(offers, "give_command", give)
    return taken


async def test_the_person_named_signs_in_proves_who_it_is_and_takes_the_post_over(
    place: Place, given: list[dict[str, Any]]
) -> None:
    table = Recorded(policy=Policy.default())
    offered(table)
    reference = await table.record(place)
    async with place.browser() as http:
        asked = await http.get("/account/offers")
        assert asked.headers["location"] == "/sign-in?next=/account/offers"
        await place.sign_in(http, HEIR["email"], "/account/offers")
        assert (await http.get(f"/cases/{reference}")).status_code == 303  # it holds nothing yet
        page = (await http.get("/account/offers")).text
        assert "An heir" in page
        form = {"_key": key_in(page), "_id": "one", "reference": reference, "post": AU}
        held_up = await http.post("/account/offers", data=form)
        assert held_up.status_code == 403
        assert given == []

        secret = secret_in(held_up.text)
        proof = {**form, "_sealed": value_in(held_up.text, "_sealed"), "_to": "/account/offers"}
        again = await http.post("/second-factor/again", data={**proof, "_code": place.code(secret)})
        assert (again.status_code, again.headers["location"]) == (307, "/account/offers")
        assert (await http.post("/account/offers", data=form)).status_code == 303
        assert (await http.post("/account/offers", data={**form, "post": "ID/co-chair"})).status_code == 404
    (command,) = given
    assert (command["do"], command["by"], command["standing"]) == ("take_over", AU, Standing.NAMED)
    assert (command["means"], command["touch"]) == (Means.SECOND_FACTOR, None)

    table.do(AU, "take_over", command["fields"], means=command["means"], standing=command["standing"])
    await table.record(place)
    held = await place.rows("SELECT email FROM holders WHERE post = :post", post=AU)
    assert held == [{"email": HEIR["email"]}]
    assert await place.rows("SELECT * FROM offers") == []


async def test_the_offer_is_mailed_to_who_holds_the_post_and_who_is_to_and_the_way_to_the_latter(place: Place) -> None:
    table = Recorded(policy=Policy.default())
    offered(table)
    await table.record(place)
    async with post_office(place.engine, place.catcher, table.now) as office:
        await office.deliver()
    mails = {
        mail.recipients[0]: mail.message for mail in place.catcher.messages() if "offered" in mail.message["Subject"]
    }
    assert set(mails) == {address_of(AU), HEIR["email"], address_of("ID/co-chair"), address_of(RSO)}
    for address, message in mails.items():
        plain = message.get_body(("plain",))
        assert plain is not None
        assert "yet to take it over" in " ".join(plain.get_content().split())
        assert ("/account/offers" in plain.get_content()) == (address == HEIR["email"])


async def new_to_the_case(*_: Any) -> None:
    """No command has been taken before."""


async def test_who_has_a_passkey_signs_what_it_takes_over(
    place: Place, given: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Recorded(policy=Policy.default())
    offered(table)
    reference = await table.record(place)
    named = place.site.settings.model_copy(update={"public_url": "http://localhost:8000"})
    place.site.settings = named  # a passkey belongs to a name, and not to a number
    whose = place.engine, HEIR["email"], "Mine"
    await keep_passkey(*whose, credential="b25l", cose="a2V5", public_key="a2V5", count=0, now=place.now)
    async with place.browser() as http:
        await place.sign_in(http, HEIR["email"], "/account/offers")
        form = {"_key": key_in((await http.get("/account/offers")).text), "reference": reference, "post": AU}
        page = await http.post("/account/offers", data=form)
        assert "Sign with your passkey" in page.text
        assert "takes the post over" in page.text
        away = await http.post("/account/offers", data={**form, "credential": "{}"})
        assert away.status_code == 503  # no case answers
        monkeypatch.setattr(offers, "done_before", new_to_the_case)
        forged = await http.post("/account/offers", data={**form, "credential": "{}"})
        assert forged.status_code == 409
    assert given == []


async def test_an_offer_ends_when_the_post_changes_hands_otherwise(place: Place) -> None:
    table = Recorded(policy=Policy.default())
    offered(table)
    await table.record(place)
    async with place.browser() as http:
        await place.sign_in(http, HEIR["email"], "/account/offers")
        assert "An heir" in (await http.get("/account/offers")).text
        await place.sql(
            "INSERT INTO directory_changes (id, at, by, email, name, kind, about, after, cases, command) "
            "VALUES ('x', :at, :by, '', '', 'handed_over', :post, '{}', '[]', '')",
            at=str(table.now.replace(year=2027)),
            by=RSO,
            post=AU,
        )
        assert "No post is offered to your address" in (await http.get("/account/offers")).text
