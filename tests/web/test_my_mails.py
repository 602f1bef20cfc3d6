"""The page on which a post says what it wants of its mails; switching off by the link of a mail, without an account."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

import pytest

from models.mail_preferences import DEFAULT_PREFERENCES, MOST_SWITCHES, MailChoice, Preferences, Rhythm, Switch
from models.notices import DIGEST
from models.posts import Post
from notifications.mandatory import can_be_switched_off, why_mandatory
from notifications.off_links import OffLinks
from notifications.registry import REGISTRY, Optionality
from records import mail_preferences
from records.mail_preferences import KeptPreferences
from tests.rig import TO_WORK
from tests.web.place import ALTERNATE, Place, address_of, key_in, value_in
from tests.web.programs import Recorded
from web.kit.wrong_tokens import MOST_WRONG_TOKENS

LK, MY = "LK/focal-point", "MY/focal-point"
CASE = "AHG-2026-001"


async def stands(place: Place, post: str = LK, address: str = "") -> KeptPreferences:
    async with place.engine.connect() as connection:
        return await mail_preferences.preferences_of(connection, Post(post), address or address_of(post))


async def keep(place: Place, wants: Preferences) -> None:
    await mail_preferences.amend_preferences(
        place.engine, Post(LK), address_of(LK), lambda _: wants, now=place.now, by=address_of(LK)
    )


async def a_case(place: Place) -> str:
    table = Recorded()
    table.do(LK, "submit", {"title": "Boats", "situation": "They leave.", "affected": ["MY", "TH"]})
    for by, do, fields in TO_WORK:
        table.do(by, do, fields)
    place.now = table.now
    return await table.record(place)


def filled(page: str, **changed: Any) -> dict[str, Any]:
    """The form as the page shows it, with changes."""
    return {
        "_key": key_in(page),
        "_seen": value_in(page, "_seen"),
        "digest": "daily",
        "weekday": "0",
        "morning": "08:00",
        "quiet_from": "21:00",
        "quiet_until": "06:00",
        **changed,
    }


async def send(place: Place, post: str = LK, **changed: Any) -> Any:
    async with place.browser() as http:
        await place.as_post(http, post)
        page = (await http.get("/my-mails")).text
        return await http.post("/my-mails", data=filled(page, **changed))


async def test_what_is_said_is_kept_and_shown_again(place: Place) -> None:
    reference = await a_case(place)
    said: dict[str, Any] = {
        "digest": "weekly",
        "weekday": "3",
        "morning": "07:30",
        "quiet": "yes",
        "kind.situation_updated": "off",
        "kind.outcome_overdue": "digest",
        "row.case": [reference, "*", ""],
        "row.kind": ["report_accepted", "*", "*"],
        "row.how": ["off", "digest", ""],
    }
    answer = await send(place, **said)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my-mails?kept=yes")
    kept = await stands(place)
    assert kept.version == 1
    assert kept.changed_by == address_of(LK)
    assert kept.wants == Preferences(
        digest=Rhythm.WEEKLY,
        weekday=3,
        morning=time(7, 30),
        quiet_from=time(21),
        quiet_until=time(6),
        switches=(
            Switch(kind="outcome_overdue", how=MailChoice.DIGEST),
            Switch(kind="situation_updated", how=MailChoice.OFF),
            Switch(case=reference, kind="report_accepted", how=MailChoice.OFF),
            Switch(how=MailChoice.DIGEST),
        ),
    )
    async with place.browser() as http:
        await place.as_post(http, LK)
        page = (await http.get("/my-mails")).text
        chosen = {
            name: re.findall(r'value="([^"]+)" selected', inside)
            for name, inside in re.findall(r'<select name="(kind\.[a-z_]+)"[^>]*>(.*?)</select>', page, re.DOTALL)
        }
        assert {name: one for name, one in chosen.items() if one} == {
            "kind.situation_updated": ["off"],
            "kind.outcome_overdue": ["digest"],
        }
        assert f'name="row.case" value="{reference}"' in page
        assert 'value="07:30"' in page


async def test_a_form_that_is_behind_is_told_what_stands_and_keeps_nothing(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, LK)
        old = (await http.get("/my-mails")).text
        assert (await send(place, digest="weekly")).status_code == 303
        answer = await http.post("/my-mails", data=filled(old, digest="none"))
        assert answer.status_code == 409
        assert address_of(LK) in answer.text
        again = await http.post("/my-mails", data=filled(old, digest="weekly"))
        assert again.status_code == 303  # the same twice is no difference
    assert (await stands(place)).wants.digest is Rhythm.WEEKLY
    assert (await stands(place)).version == 1


WRONG: list[tuple[Mapping[str, Any], str]] = [
    ({"morning": "eight"}, "A time is written as 08:00."),
    ({"quiet": "yes", "morning": "22:00"}, "The digest would come in the quiet hours."),
    ({"digest": "hourly"}, "does not offer"),
    ({"weekday": "7"}, "does not offer"),
    ({"kind.situation_updated": "never"}, "does not offer"),
    ({"row.case": "AHG-2031-777", "row.kind": "*", "row.how": "off"}, "There is no case AHG-2031-777"),
    ({"row.case": "*", "row.kind": "invited", "row.how": "off"}, "cannot be switched off"),
    ({"row.case": ["*", "*"], "row.kind": ["*", "*"], "row.how": ["off", "digest"]}, "mean the same"),
]


@pytest.mark.parametrize(("said", "why"), WRONG)
async def test_what_cannot_be_kept_is_refused_with_a_sentence(place: Place, said: Mapping[str, Any], why: str) -> None:
    answer = await send(place, **said)
    assert answer.status_code == 422
    assert why in answer.text
    assert (await stands(place)).version == 0


async def test_a_case_that_the_post_does_not_see_is_no_case(place: Place) -> None:
    reference = await a_case(place)
    row = {"row.case": reference, "row.kind": "*", "row.how": "off"}
    assert (await send(place, "MV/focal-point", **row)).status_code == 422
    assert (await send(place, MY, **row)).status_code == 303


async def test_the_page_says_of_every_mandatory_kind_why(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, LK)
        page = (await http.get("/my-mails")).text
    for kind, entry in REGISTRY.items():
        assert (f'name="kind.{kind}"' in page) is (entry.optionality is Optionality.OPTIONAL)
        if entry.optionality is Optionality.MANDATORY:
            assert not can_be_switched_off(kind)
            assert why_mandatory(kind).replace("'", "&#39;") in page
    assert (await send(place, **{"kind.invited": "off"})).status_code == 303
    assert (await stands(place)).wants == DEFAULT_PREFERENCES  # the form has no such field: it says nothing


async def test_an_alternate_reads_and_does_not_change_what_the_holder_wants(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, ALTERNATE)
        page = (await http.get("/my-mails")).text
        assert 'name="digest"' not in page
        other = (await http.get("/account")).text
        answer = await http.post("/my-mails", data={**filled(f'name="_seen" value="0" {other}')})
        assert answer.status_code == 403
    assert (await stands(place, MY)).version == 0


async def test_who_holds_the_post_next_begins_with_the_defaults_and_who_comes_back_finds_its_own(place: Place) -> None:
    await send(place, **{"kind.situation_updated": "off"})
    await place.sql("UPDATE holders SET email = 'next@lk.example' WHERE post = :post", post=LK)
    assert (await stands(place, LK, "next@lk.example")).wants == DEFAULT_PREFERENCES
    assert (await stands(place, LK, address_of(LK).upper())).wants != DEFAULT_PREFERENCES


# by the link of a mail ------------------------------------------------------------------------------------------


def link(place: Place, kind: str = "situation_updated", address: str = "", post: str = LK) -> str:
    links = OffLinks(place.settings.keyring)
    token = links.link(
        post=Post(post), kind=kind, case=CASE if kind != DIGEST else "", address=address or address_of(post)
    )
    return f"/my-mails/off/{token}"


async def test_looking_at_a_link_changes_nothing(place: Place) -> None:
    async with place.browser() as http:
        page = await http.get(link(place))
        assert page.status_code == 200
        assert CASE in page.text
        assert page.headers["referrer-policy"] == "no-referrer"
        assert (await http.head(link(place))).status_code == 200
    assert (await stands(place)).version == 0


FROM_AFAR: list[Mapping[str, str]] = [
    {},
    {"Origin": "https://mail.example.net"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
]


@pytest.mark.parametrize("headers", FROM_AFAR)
async def test_a_mail_program_switches_the_kind_off_with_one_bare_post(
    place: Place, headers: Mapping[str, str]
) -> None:
    async with place.browser() as http:
        for _twice in range(2):
            answer = await http.post(
                link(place),
                content="List-Unsubscribe=One-Click",
                headers={**headers, "Content-Type": "application/x-www-form-urlencoded"},
            )
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
    kept = await stands(place)
    assert kept.version == 1
    assert kept.wants.switches == (Switch(kind="situation_updated", how=MailChoice.OFF),)


async def test_the_same_as_multipart(place: Place) -> None:
    async with place.browser() as http:
        answer = await http.post(link(place), files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 200
    assert (await stands(place)).wants.switches == (Switch(kind="situation_updated", how=MailChoice.OFF),)


CHOICES = {
    "kind_in_case": Switch(case=CASE, kind="situation_updated", how=MailChoice.OFF),
    "case": Switch(case=CASE, how=MailChoice.OFF),
    "gather": Switch(kind="situation_updated", how=MailChoice.DIGEST),
    "anything else": Switch(kind="situation_updated", how=MailChoice.OFF),
}


@pytest.mark.parametrize("what", CHOICES)
async def test_the_page_offers_less_as_well(place: Place, what: str) -> None:
    async with place.browser() as http:
        answer = await http.post(link(place), data={"what": what})
    assert answer.status_code == 200
    assert (await stands(place)).wants.switches == (CHOICES[what],)


async def test_a_link_switches_off_however_much_is_switched_off_already(place: Place) -> None:
    full = Preferences(
        switches=tuple(
            Switch(case=f"AHG-2025-{one:03}", kind="situation_updated", how=MailChoice.OFF)
            for one in range(1, MOST_SWITCHES + 1)
        )
    )
    await keep(place, full)
    rest = full.switches[1:]
    async with place.browser() as http:
        for what in ("kind_in_case", "case"):  # the second says what the first said
            assert (await http.post(link(place), data={"what": what})).status_code == 200
            assert (await stands(place)).wants.switches == (*rest, CHOICES[what])


async def test_what_could_not_be_read_again_is_not_kept(place: Place) -> None:
    same = Switch(case=CASE, how=MailChoice.OFF)
    with pytest.raises(ValueError, match="Two switches mean the same"):
        await keep(place, DEFAULT_PREFERENCES.model_copy(update={"switches": (same, same)}))
    assert (await stands(place)).version == 0


async def test_a_digest_switches_digests_off_and_keeps_the_rest(place: Place) -> None:
    await send(place, **{"kind.situation_updated": "off"})
    async with place.browser() as http:
        assert (await http.post(link(place, DIGEST), data={"what": "case"})).status_code == 200
    wants = (await stands(place)).wants
    assert wants.digest is Rhythm.NONE
    assert wants.switches == (Switch(kind="situation_updated", how=MailChoice.OFF),)


async def test_no_link_switches_off_what_is_mandatory_or_somebody_elses(place: Place) -> None:
    async with place.browser() as http:
        for wrong in (link(place, "invited"), link(place, "no_such_kind"), link(place, address="before@lk.example")):
            assert (await http.get(wrong)).status_code == 410
            assert (await http.post(wrong, data={"List-Unsubscribe": "One-Click"})).status_code == 410
    assert (await stands(place)).version == 0


async def test_who_shows_many_wrong_tokens_has_to_wait_and_a_right_one_is_taken_all_the_same(place: Place) -> None:
    async with place.browser() as http, place.browser("198.51.100.9") as other:
        for number in range(MOST_WRONG_TOKENS):
            assert (await http.post(f"/my-mails/off/{'x' * 40}{number}")).status_code == 410
        answer = await http.post(f"/my-mails/off/{'x' * 40}")
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 3600
        assert (await other.post(f"/my-mails/off/{'x' * 40}")).status_code == 410
        assert (await http.post(link(place))).status_code == 200
        place.later(hours=1)
        assert (await http.post(f"/my-mails/off/{'x' * 40}")).status_code == 410
