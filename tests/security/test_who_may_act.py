"""Who may give which command, by which means: on the pages, with a token, with the link of a mail."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from casework import CommandResult
from models.authentication import Means, Signed, Standing, means_of_session, standing_of, suffices
from models.case import GateName
from models.commands import COMMANDS, parse
from models.evidence import MARK_FIELD, mark_of
from models.log import broken_at
from models.mail_preferences import Preferences, Rhythm
from models.policy import Policy
from models.posts import Capacity, Post
from models.refusal import Refused
from models.rules import RULES, allowed, apply_command, case_of_log
from models.rules.posts import check_last_day, may_change_hands
from models.tables import TABLES
from models.visibility import closed_sections, readable
from notifications.mandatory import can_be_switched_off
from records.announced_changes import carry_out_changes
from records.directory_import import import_list
from records.sessions import begin_session, cookie_name
from tests.activities.post_office import post_office
from tests.models.helpers import at_work
from tests.newest_schema import newest_file
from tests.waiting import until
from tests.web.conftest import place
from tests.web.place import Place, address_of, key_in, secret_in, value_in
from tests.web.programs import Recorded, program
from web.admin.announced import carry_out
from web.admin.history import keep_telling_cases
from worker import carry_out_announced

AU, RSO, MY = "AU/co-chair", "RSO/secretariat", "MY/focal-point"
STANDS_FOR_A_POST = {"decide", "hand_over", "delegate", "act_for", "contest", "take_over"}
OF_POSTS = ("hand_over", "delegate")
__all__ = ["place"]

sessions = TABLES.tables["sessions"]
NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


class Taken:
    """In the place of a case's workflow: what came through the door and is taken by the rules."""

    def __init__(self, table: Recorded) -> None:
        self.table = table
        self.commands: list[tuple[str, str, dict[str, Any]]] = []

    async def casework(self) -> "Taken":
        """What the pages give commands to."""
        return self

    async def act(
        self, do: str, fields: dict[str, Any], *, by: str, means: Means, standing: Standing, **_more: Any
    ) -> CommandResult:
        """Take a command."""
        self.table.do(by, do, fields, means=means, standing=standing)
        self.commands.append((by, do, fields))
        return CommandResult(reference="AHG-2026-001", seq=1, stage="submitted")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database is enough for what pages ask."""
    shutil.copyfile(newest_file(), tmp_path / "test.db")
    return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"


@pytest_asyncio.fixture
async def taken(place: Place, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Taken]:
    """A case in Co-Chair review, AHG-2026-001, and what reaches it."""
    table = Recorded()
    table.do("LK/focal-point", "submit", {"title": "Boats", "situation": "They leave.", "affected": ["MY", "TH"]})
    table.do(RSO, "accept", {})
    place.now = table.now
    await table.record(place)
    door = Taken(table)
    monkeypatch.setattr(place.site, "casework", door.casework)
    yield door


# the table of means -------------------------------------------------------------------------------------------------


def test_what_stands_for_a_post_is_given_in_person_alone() -> None:
    strong = {Means.PASSKEY, Means.SECOND_FACTOR, Means.COMMAND_LINE}
    for do in COMMANDS:
        good = {means for means in Means if suffices(do, Post(AU), means) is None}
        heard = {Means.DIRECTORY} if do in ("hand_over", "delegate", "announce_day") else set()
        assert good == (strong if do in STANDS_FOR_A_POST else {*Means} - {Means.DIRECTORY}) | heard, do
        of_today = {means for means in Means if suffices(do, Post(AU), means, Policy.default()) is None}
        assert of_today == (strong if do in ("waive", "withdraw") else good), do
        assert {means for means in Means if suffices(do, Post(AU), means, Policy()) is None} == good, do


@pytest.mark.parametrize("policy", [Policy.default(), Policy()], ids=["by substance", "by the record"])
@pytest.mark.parametrize(("do", "by"), [("waive", AU), ("withdraw", "LK/focal-point")])
def test_what_ends_a_case_or_a_duty_is_given_in_person_where_terms_are_covered_by_substance(
    policy: Policy, do: str, by: str
) -> None:
    table = at_work(policy)
    command = parse(do, {"term": ["a"], "text": "None came."} if do == "waive" else {}, by=by, command_id="c")

    def given(means: Means) -> str | None:
        signed = Signed(means=means, at=table.now, key="k", body="b", signature="s", standing=Standing.HOLDER)
        try:
            apply_command(table.case, command.model_copy(update={"signed": signed}), table.now)
        except Refused as refused:
            return str(refused)
        return None

    taken = {means for means in (Means.API_TOKEN, Means.SESSION, Means.SECOND_FACTOR) if given(means) is None}
    by_program = {Means.API_TOKEN, Means.SESSION} if policy == Policy() else set()
    assert taken == {Means.SECOND_FACTOR} | by_program


def test_a_second_factor_counts_for_ten_minutes() -> None:
    ago = {minutes: means_of_session(NOW - timedelta(minutes=minutes), NOW) for minutes in (0, 10, 11, -1)}
    assert ago == {0: Means.SECOND_FACTOR, 10: Means.SECOND_FACTOR, 11: Means.SESSION, -1: Means.SESSION}
    assert means_of_session(None, NOW) is Means.SESSION


def test_who_may_say_who_holds_a_post() -> None:
    def why(do: str, by: str, standing: Standing, **fields: Any) -> str | None:
        to = {} if do in ("act_for", "comment") else {"to": {"name": "Mallory"}}
        return may_change_hands(parse(do, {**to, **fields}, by=by, command_id="c").body, Post(by), standing)

    for do in OF_POSTS:
        assert {one for one in Standing if why(do, AU, one)} == {Standing.ALTERNATE, Standing.NAMED}
        assert "can stop it" in str(why(do, RSO, Standing.HOLDER, post=AU))
        assert {one for one in Standing if not why(do, RSO, one, post=AU)} == {Standing.DIRECTORY}
        assert {one for one in Standing if not why(do, RSO, one, post=MY)} == set(Standing) - {Standing.NAMED}
        inner = {"do": do, "to": {"name": "Mallory"}}
        in_its_name = {"post": AU, "how": "telephone", "text": "So they said.", "command": inner}
        assert "in another's name" in str(why("act_for", RSO, Standing.HOLDER, **in_its_name))
    assert {one for one in Standing if why("comment", AU, one, text="So be it.")} == {
        Standing.DIRECTORY,
        Standing.NAMED,
    }
    assert [standing_of(capacity) for capacity in (*Capacity, None)] == ["holder", "alternate", "post"]


HEIR = {"to": {"name": "Mallory", "email": "mallory@example.org"}}


@pytest.mark.parametrize("do", OF_POSTS)
def test_a_case_refuses_through_every_door_what_is_said_of_a_co_chairs_post(do: str) -> None:
    """What a door forgets to ask, the rules ask: of whatever is signed, by a page, a program or the command line."""
    table = recused()
    for means in (Means.COMMAND_LINE, Means.SECOND_FACTOR, Means.PASSKEY):
        with pytest.raises(Refused, match="can stop it"):
            table.do(RSO, do, {"post": "ID/co-chair", **HEIR}, means=means)
        with pytest.raises(Refused, match="an alternate does not"):
            table.do("ID/co-chair", do, HEIR, means=means, standing=Standing.ALTERNATE)
        in_its_name = {"post": AU, "how": "telephone", "text": "So they said.", "command": {"do": do, **HEIR}}
        with pytest.raises(Refused, match="in another's name"):
            table.do(RSO, "act_for", in_its_name, means=means)
    table.do("ID/co-chair", do, HEIR, means=Means.COMMAND_LINE)
    table.do(RSO, do, {"post": MY, **HEIR}, means=Means.COMMAND_LINE)


@pytest.mark.parametrize("do", OF_POSTS)
def test_what_cases_took_before_of_a_co_chairs_post_is_taken_again_when_a_history_is_replayed(do: str) -> None:
    for signed in (None, Means.COMMAND_LINE):
        table = recused()
        table.do(RSO, do, {"post": AU, **HEIR}, means=signed, standing=None)
        assert table.entries[-1].event["post"] == AU


# programs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("do", sorted(STANDS_FOR_A_POST))
async def test_a_token_never_decides_hands_over_delegates_or_acts_for_others(
    place: Place, taken: Taken, do: str
) -> None:
    to = {"to": {"name": "Mallory", "email": "mallory@example.org"}}
    approve = {"gate": "activation", "position": "approve"}
    inner = {"do": "decide", **approve}
    given: dict[str, dict[str, Any]] = {
        "decide": {**approve},
        "hand_over": to,
        "delegate": to,
        "take_over": {"email": "mallory@example.org"},
        "contest": {"entry": 1, "text": "Nobody here has said this."},
        "act_for": {"post": AU, "how": "telephone", "text": "So they said.", "command": inner},
    }
    async with await program(place, RSO if do == "act_for" else AU) as http:
        path, key = "/cases/AHG-2026-001/commands", {"Idempotency-Key": "one-two-three"}
        answer = await http.post(path, json={"do": do, **given[do]}, headers=key)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:ahg:problem:by-hand")
    assert "A program never does this" in answer.json()["detail"]
    assert taken.commands == []


# pages --------------------------------------------------------------------------------------------------------------

DECIDE = "/cases/AHG-2026-001/do/decide"
APPROVED = {"gate": "activation", "position": "approve with conditions", "text": "Boats only; çà & là."}


async def test_a_decision_asks_for_the_second_factor_again_and_keeps_what_was_written(
    place: Place, taken: Taken
) -> None:
    async with place.browser() as http:
        await place.sign_in(http, address_of(AU))
        secret, _answer = await place.enrol(http)
        key = key_in((await http.get(DECIDE)).text)
        sent = {"_key": key, "_id": "one", **APPROVED}
        assert (await http.post(DECIDE, data=sent)).status_code == 303  # shown a moment ago
        place.later(minutes=11)

        asked = await http.post(DECIDE, data={**sent, "_id": "two"})
        assert (asked.status_code, len(taken.commands)) == (403, 1)
        kept = {name: value_in(asked.text, name) for name in ("_key", "_id", "gate", "position", "_to")}
        assert 'value="Boats only; çà &amp; là."' in asked.text
        wrong = await http.post("/second-factor/again", data={**kept, "text": APPROVED["text"], "_code": "000000"})
        assert (wrong.status_code, value_in(wrong.text, "_id"), len(taken.commands)) == (422, "two", 1)

        code = {"_code": place.code(secret)}
        done = await http.post("/second-factor/again", data={**kept, "text": APPROVED["text"], **code})
        assert (done.status_code, done.headers["location"]) == (307, DECIDE)
        assert (await http.post(DECIDE, content=done.request.content, headers=FORM)).status_code == 303
    assert taken.commands == [(AU, "decide", APPROVED)] * 2


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_a_substitute_of_the_steering_group_sets_its_second_factor_up_to_decide(
    place: Place, taken: Taken
) -> None:
    taken.table.do(AU, "decide", {"position": "recuse", "text": "Family ties."})
    async with place.browser() as http:
        await place.sign_in(http, address_of("NZ/steering-group"))
        sent = {"_key": key_in((await http.get(DECIDE)).text), "_id": "one", **APPROVED}
        asked = await http.post(DECIDE, data=sent)
        assert (asked.status_code, taken.commands) == (403, [])
        given = {**sent, "_to": DECIDE, "_sealed": value_in(asked.text, "_sealed")}
        done = await http.post("/second-factor/again", data={**given, "_code": place.code(secret_in(asked.text))})
        assert done.status_code == 307
        assert (await http.post(DECIDE, content=done.request.content, headers=FORM)).status_code == 303
    assert taken.commands == [("NZ/steering-group", "decide", APPROVED)]
    told = place.catcher.messages()[-1].message
    assert "A second factor was set up for your account" in str(told.get_body(("plain",)))


async def test_an_alternate_neither_takes_the_post_nor_names_another(place: Place, taken: Taken) -> None:
    async with place.browser() as http:
        await place.as_post(http, AU)
        await place.sql("UPDATE holders SET email = 'else@example.org' WHERE post = :post", post=AU)
        await place.sql("UPDATE alternates SET email = :email WHERE post = :post", email=address_of(AU), post=AU)
        for do in ("hand_over", "delegate"):
            path = f"/cases/AHG-2026-001/do/{do}"
            sent = {"_key": key_in((await http.get(path)).text), "to.name": "Mallory", "to.email": "m@example.org"}
            answer = await http.post(path, data=sent)
            assert (answer.status_code, "an alternate does not" in answer.text) == (403, True)
    assert taken.commands == []


async def test_auditors_show_the_second_factor_before_they_read(place: Place) -> None:
    await place.sql(
        "INSERT INTO holders (post, name, email, language) VALUES ('RSO/auditor', 'A', 'a@example.org', 'en')"
    )
    async with place.browser() as http:
        await place.sign_in(http, "a@example.org")
        assert (await http.get("/cases")).headers["location"].startswith("/second-factor")


async def test_an_address_elsewhere_is_no_way_to_send_a_form_on(place: Place, taken: Taken) -> None:
    async with place.browser() as http:
        await place.as_post(http, MY)
        key = key_in((await http.get("/account")).text)
        for to in ("https://evil.example/", "//evil.example", ""):
            answer = await http.post("/second-factor/again", data={"_key": key, "_to": to, "_code": "1"})
            assert answer.status_code == 400
        assert (await http.post("/second-factor/again", data={"_to": DECIDE, "_code": "1"})).status_code == 403


# posts change hands -------------------------------------------------------------------------------------------------

HOLDER, MARKS = "/admin/directory/posts/AU/co-chair/holder", "/admin/directory/marks"
OLD, NEW = "minister@au.example", "mallory@example.org"


async def told(place: Place, what: str) -> set[str]:
    """Who is told of a change: the address of a person, or the post."""
    rows = await place.rows("SELECT post, facts FROM notices WHERE kind = 'post_changed'")
    facts = [(row["post"], json.loads(row["facts"])) for row in rows]
    return {one.get("to_email", post) for post, one in facts if one["what"] == what}


async def held(place: Place, post: str = AU) -> str:
    (row,) = await place.rows("SELECT email FROM holders WHERE post = :post", post=post)
    return str(row["email"])


async def announced(place: Place, desk: httpx.AsyncClient) -> str:
    """The page of what the secretariat announces of Australia's Co-Chair, who is a person of flesh and blood."""
    await place.sql("UPDATE holders SET email = :email WHERE post = :post", email=OLD, post=AU)
    page = (await desk.get(HOLDER)).text
    proof = {name: value_in(page, name) for name in ("_key", "_id", "_seen")}
    answer = await desk.post(HOLDER, data={**proof, "name": "Mallory", "email": NEW})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def deliver(place: Place) -> None:
    """What is queued is handed to the mail server now."""
    async with post_office(place.engine, place.catcher, place.now) as office:
        await office.deliver()


async def as_person(place: Place, http: httpx.AsyncClient, email: str) -> str:
    """A browser of whoever has this address, who acts for Australia's Co-Chair; returns the key of its forms."""
    async with place.engine.begin() as connection:
        token = await begin_session(connection, email, "A test", place.now)
        mine = sessions.update().where(sessions.c.email == email)
        await connection.execute(mine.values(strong=True, strong_at=place.now, post=AU))
    http.cookies.set(cookie_name(False), token, domain="127.0.0.1", path="/")
    return key_in((await http.get("/account")).text)


async def test_what_the_secretariat_says_of_a_co_chairs_post_waits_and_all_are_told(place: Place, taken: Taken) -> None:
    async with place.browser() as desk:
        await place.as_post(desk, RSO)
        page = await announced(place, desk)
        everybody = {OLD, NEW, "ID/co-chair", RSO}
        assert (await held(place), await told(place, "announced")) == (OLD, everybody)
        place.later(days=4)
        await carry_out(place.site)
        assert (await held(place), taken.commands) == (OLD, [])  # all mail was paused: nobody has been told
        await deliver(place)
        await carry_out(place.site)
        assert (await held(place), taken.commands) == (OLD, [])
        place.later(days=6)
        await place.as_post(desk, RSO)
        await carry_out(place.site)
        await carry_out(place.site)
        assert "It has taken effect." in (await desk.get(page)).text
    assert (await held(place), await told(place, "in_force")) == (NEW, everybody)
    assert [(by, do) for by, do, _fields in taken.commands] == [(RSO, "hand_over")]  # the case hears of it


async def test_the_holder_of_a_co_chairs_post_stops_what_is_announced_and_an_alternate_does_not(place: Place) -> None:
    async with place.browser() as desk, place.browser() as holder, place.browser() as alternate:
        await place.as_post(desk, RSO)
        page = await announced(place, desk)
        key = await as_person(place, alternate, "co-chair-alternate@au.ahg.localhost")
        for way in ("stop", "agree"):
            await alternate.post(f"{page}/{way}", data={"_key": key})
        assert "It waits:" in (await alternate.get(page)).text
        key = await as_person(place, holder, OLD)
        assert (await holder.post(f"{page}/stop", data={"_key": key})).status_code == 303
        place.later(days=30)
        await carry_out(place.site)
        again = await desk.get(page)
    assert await held(place) == OLD
    assert await told(place, "stopped") == {OLD, NEW, "ID/co-chair", RSO}
    assert again.headers.get("location", "").startswith("/sign-in")  # a month later


async def test_with_the_holders_own_word_a_co_chairs_post_changes_hands_at_once(place: Place, taken: Taken) -> None:
    async with place.browser() as desk, place.browser() as holder:
        await place.as_post(desk, RSO)
        page = await announced(place, desk)
        key = await as_person(place, holder, OLD)
        assert (await holder.post(f"{page}/agree", data={"_key": key})).status_code == 303
    assert await held(place) == NEW


async def test_a_change_that_the_holder_overtakes_does_not_take_effect(place: Place) -> None:
    async with place.browser() as desk:
        await place.as_post(desk, RSO)
        await announced(place, desk)
    await place.sql("UPDATE holders SET email = 'heir@au.example' WHERE post = :post", post=AU)
    place.later(days=30)
    await carry_out(place.site)
    assert await held(place) == "heir@au.example"
    assert "heir@au.example" in await told(place, "overtaken")


async def test_where_the_holder_cannot_be_told_the_offices_hear_of_it_and_a_co_chair_agrees(
    place: Place, taken: Taken
) -> None:
    """Nothing takes effect by itself; the secretariat, which announced it, is not enough."""
    failed = "UPDATE notices SET state = :state WHERE key LIKE :key"
    async with place.browser() as desk, place.browser() as other:
        await place.as_post(desk, RSO)
        page = await announced(place, desk)
        await deliver(place)
        await place.sql(failed, state="bounced", key=f"%:announced:{OLD}")
        place.later(days=30)
        await carry_out(place.site)
        await carry_out(place.site)
        assert (await held(place), await told(place, "untold")) == (OLD, {"ID/co-chair", RSO})
        await deliver(place)
        assert sum("could not be told" in str(mail.message["Subject"]) for mail in place.catcher.messages()) == 2
        await place.as_post(desk, RSO)
        key = key_in((await desk.get(page)).text)
        assert (await desk.post(f"{page}/agree", data={"_key": key})).status_code == 403
        await place.as_post(other, "ID/co-chair")
        key = key_in((await other.get(page)).text)
        assert "could not be told" in (await other.get(page)).text
        assert (await other.post(f"{page}/agree", data={"_key": key})).status_code == 303
    assert await held(place) == NEW


async def test_a_co_chair_does_not_agree_for_another_whose_mail_goes(place: Place) -> None:
    async with place.browser() as desk, place.browser() as other:
        await place.as_post(desk, RSO)
        page = await announced(place, desk)
        await deliver(place)
        await place.as_post(other, "ID/co-chair")
        key = key_in((await other.get("/account")).text)
        assert (await other.post(f"{page}/agree", data={"_key": key})).status_code == 403


async def test_who_co_chairs_is_not_changed_under_the_co_chairs_hands(place: Place) -> None:
    async with place.browser() as desk:
        await place.as_post(desk, RSO)
        await place.sql("UPDATE holders SET email = :email WHERE post = :post", email=OLD, post=AU)
        page = (await desk.get(MARKS)).text
        proof = {name: value_in(page, name) for name in ("_key", "_id", "_seen")}
        given = {"co_chair": ["NZ", "ID"], "steering_group": ["AU", "ID", "NZ", "TH", "IOM", "UNHCR"]}
        assert (await desk.post(MARKS, data={**proof, **given})).headers["location"].startswith("/post-changes/")
    assert await place.rows("SELECT code FROM members WHERE co_chair AND code = 'NZ'") == []
    assert await told(place, "announced") == {AU, "ID/co-chair", "NZ/co-chair", RSO}


async def test_an_imported_list_changes_who_co_chairs_only_after_the_co_chairs_could_stop_it(place: Place) -> None:
    """What else the list says stands at once; the same list again announces nothing more."""
    await place.sql("UPDATE holders SET email = :email WHERE post = :post", email=OLD, post=AU)
    listed = "".join(
        f"{code},{name},state,{mark},{mark}\n"
        for code, name, mark in (("AU", "Australia", ""), ("NZ", "Aotearoa", "yes"), ("XX", "A new member", ""))
    )
    head = "code,name,kind,co_chair,steering_group\n"
    done = await import_list(place.engine, head + listed, place.now)
    again = await import_list(place.engine, head + listed, place.now + timedelta(hours=1))
    assert (done.count, done.announced, again.announced) == (3, again.announced, done.announced)
    other = head + listed.replace("NZ,Aotearoa,state,yes,yes", "NZ,Aotearoa,state,,yes").replace(
        "XX,A new member,state,,", "XX,A new member,state,yes,yes"
    )
    with pytest.raises(Refused, match="Another such change waits already"):
        await import_list(place.engine, other, place.now + timedelta(hours=2))

    async def co_chairs() -> set[str]:
        return {row["code"] for row in await place.rows("SELECT code FROM members WHERE co_chair")}

    assert (await co_chairs(), await told(place, "announced")) == (
        {"AU", "ID"},
        {AU, "ID/co-chair", "NZ/co-chair", RSO},
    )
    assert await place.rows("SELECT 1 FROM members WHERE name IN ('Aotearoa', 'A new member')") != []
    assert await held(place) == OLD
    async with place.browser() as holder:
        key = await as_person(place, holder, OLD)
        assert done.announced is not None
        page = f"/post-changes/{done.announced.id}"
        assert "ahg directory import" in (await holder.get(page)).text
        assert (await holder.post(f"{page}/stop", data={"_key": key})).status_code == 303
    third = await import_list(place.engine, head + listed, place.now + timedelta(hours=3))
    assert third.announced not in (None, done.announced)
    place.later(days=30)
    await carry_out_changes(place.engine, place.now)
    assert await co_chairs() == {"AU", "ID"}  # they were not told yet
    await deliver(place)
    place.later(days=10)
    await carry_out_changes(place.engine, place.now)
    assert await co_chairs() == {"NZ", "ID"}


async def test_what_was_announced_takes_effect_where_no_page_is_served_and_once_whoever_looks(
    place: Place, taken: Taken
) -> None:
    async with place.browser() as desk:
        await place.as_post(desk, RSO)
        await announced(place, desk)
    await deliver(place)
    place.later(days=4)

    async def in_force() -> bool:
        return await held(place) == NEW

    workers = [carry_out_announced(place.engine, place.site.nudger, lambda: place.now) for _ in range(2)]
    async with running_beside(*workers):
        await until(in_force)
        await carry_out(place.site)
    (change,) = await place.rows("SELECT by, cases FROM directory_changes WHERE kind = 'handed_over'")
    assert (change["by"], len(await place.rows(IN_FORCE)), taken.commands) == (RSO, 4, [])
    async with running_beside(keep_telling_cases(place.site), keep_telling_cases(place.site)):
        await until(lambda: bool(taken.commands))
    assert taken.table.entries[-1].signed is not None
    assert taken.table.entries[-1].signed.standing is Standing.DIRECTORY


IN_FORCE = "SELECT key FROM notices WHERE kind = 'post_changed' AND key LIKE '%:in_force:%'"


@asynccontextmanager
async def running_beside(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Loops of the product, as long as this is open."""
    tasks = [asyncio.create_task(one) for one in loops]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_who_loses_a_post_in_a_case_is_told_at_the_old_address(place: Place) -> None:
    table = Recorded(number=2)
    table.do("LK/focal-point", "submit", {"title": "Boats", "situation": "They leave.", "affected": ["MY", "TH"]})
    table.do(AU, "hand_over", {"to": {"name": "An heir", "email": "heir@au.example"}})
    await table.record(place)
    everybody = {address_of(AU), "heir@au.example", "ID/co-chair"}
    assert await told(place, "in_force") == everybody
    async with post_office(place.engine, place.catcher, table.now) as office:
        await office.deliver()
    mails = [mail for mail in place.catcher.messages() if mail.message["X-Ahg-Kind"] == "post_changed"]
    mark = mark_of("AHG-2026-002", table.entries[-1].seq, table.entries[-1].hash)
    for mail in mails:
        body = mail.message.get_body(("plain",))
        assert (str(mail.message[MARK_FIELD]), body is not None and mark in " ".join(body.get_content().split())) == (
            mark,
            True,
        )
    assert {one for mail in mails for one in mail.recipients} == {
        *everybody - {"ID/co-chair"},
        address_of("ID/co-chair"),
    }


# a Co-Chair that has recused itself ---------------------------------------------------------------------------------


def recused(**request: Any) -> Recorded:
    """A case in review in whose activation Australia has recused itself; the situation is for Malaysia's eyes."""
    table = Recorded(number=3)
    given = {"title": "Boats", "situation": "They leave.", "affected": ["MY", "TH"]}
    table.do("LK/focal-point", "submit", {**given, "confidential": {"situation": ["MY"]}, **request})
    table.do(RSO, "accept", {})
    table.do(AU, "decide", {"position": "recuse", "text": "Family ties."})
    return table


def test_a_recused_co_chair_reads_no_more_than_a_requester_and_stops_and_ends_nothing() -> None:
    case = recused().case
    assert closed_sections(case, case.request, Post(AU)) == {"situation"}
    assert (readable(case, Post(AU)).situation, readable(case, Post("ID/co-chair")).situation) == ("", "They leave.")
    for do in ("suspend", "terminate"):
        assert (do in allowed(case, Post(AU)), RULES[do].admits(case, Post(AU))) == (False, False)
        assert RULES[do].admits(case, Post("ID/co-chair"))
    named = recused(confidential={"situation": ["AU"]}).case
    assert closed_sections(named, named.request, Post(AU)) == frozenset()


@pytest.mark.parametrize(("do", "event"), [("suspend", "suspended"), ("terminate", "gate_opened")])
def test_what_a_recused_co_chair_stopped_or_ended_before_is_replayed_and_its_log_goes_on(do: str, event: str) -> None:
    """Before decision 40 a case took it; its history, signed or not, and its log are read for ever."""
    for signed in (None, Means.SECOND_FACTOR):
        table = recused()
        if do == "terminate":
            for post in ("ID/co-chair", "NZ/steering-group"):
                table.do(post, "decide", {"position": "approve"})
            table.do(AU, "decide", {"gate": "participants", "position": "recuse", "text": "Family ties."})
        why = {"text": "Too dangerous."}
        with pytest.raises(Refused, match="a Co-Chair that has not recused itself"):
            table.do(AU, do, why, means=Means.SECOND_FACTOR)
        table.do(AU, do, why, means=signed, standing=None)
        assert event in [entry.type for entry in table.entries if entry.by == AU]

        revived = case_of_log(table.case.reference, table.entries)
        assert (revived.head, revived.seq) == (table.case.head, table.case.seq)
        table.case = revived
        table.do("ID/co-chair", "resume" if do == "suspend" else "suspend", why, means=Means.SECOND_FACTOR)
        table.wait(timedelta(days=30))
        assert broken_at(table.entries) is None


def test_a_co_chair_that_decides_at_the_next_gate_reads_again() -> None:
    table = recused()
    for post in ("ID/co-chair", "NZ/steering-group"):
        table.do(post, "decide", {"position": "approve"})
    assert closed_sections(table.case, table.case.request, Post(AU)) == frozenset()
    assert RULES["suspend"].admits(table.case, Post(AU))


async def test_pages_show_a_recused_co_chair_no_more_than_a_requester(place: Place) -> None:
    table = recused()
    place.now = table.now
    reference = await table.record(place)
    async with place.browser() as http:
        await place.as_post(http, AU)
        assert "They leave." not in (await http.get(f"/cases/{reference}")).text
        for page in ("/notices", "/audience", "?as=ID/co-chair", "/notices/1"):
            assert (await http.get(f"/cases/{reference}{page}")).status_code == 404, page
        assert reference not in (await http.get("/search", params={"q": "leave"})).text


# what is recorded in a post's name ----------------------------------------------------------------------------------


def recorded_for_australia() -> Recorded:
    """A case in review in which the secretariat has recorded an approval of Australia's."""
    table = Recorded(number=4)
    table.do("LK/focal-point", "submit", {"title": "Boats", "situation": "They leave.", "affected": ["MY", "TH"]})
    table.do(RSO, "accept", {})
    said = {"do": "decide", "gate": "activation", "position": "approve"}
    table.do(RSO, "act_for", {"post": AU, "how": "telephone", "text": "The minister travels.", "command": said})
    return table


async def test_a_post_hears_at_once_what_was_recorded_in_its_name_and_how_to_contest_it(place: Place) -> None:
    table = recorded_for_australia()
    await table.record(place)
    rows = await place.rows(
        "SELECT capacity, due FROM notices WHERE kind = 'recorded_in_name' AND post = :post", post=AU
    )
    assert sorted(row["capacity"] for row in rows) == ["alternate", "holder"]
    async with post_office(place.engine, place.catcher, table.now) as office:
        await office.deliver()
    mails = [mail for mail in place.catcher.messages() if mail.message["X-Ahg-Kind"] == "recorded_in_name"]
    assert {one for mail in mails for one in mail.recipients} == {address_of(AU), "co-chair-alternate@au.ahg.localhost"}
    text = " ".join(mails[0].message.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
    assert "recorded a position in the name of the Co-Chair (Australia)" in text
    assert "contest it by this date" in text
    assert not can_be_switched_off("recorded_in_name")


async def test_a_post_without_an_alternate_hears_once_of_what_was_recorded_in_its_name(place: Place) -> None:
    """Also in quiet hours, which last nearly the whole day."""
    table = recorded_for_australia()
    await table.record(place)
    await place.sql("DELETE FROM alternates WHERE post = :post", post=AU)
    quiet = Preferences(digest=Rhythm.NONE, quiet_from=time(0, 1), quiet_until=time(0))
    async with post_office(place.engine, place.catcher, table.now) as office:
        await office.wants(AU, quiet)
    mails = [mail for mail in place.catcher.messages() if mail.message["X-Ahg-Kind"] == "recorded_in_name"]
    assert [list(mail.recipients) for mail in mails] == [[address_of(AU)]]


async def test_a_decision_that_rests_on_what_was_recorded_says_so_wherever_it_is_shown(place: Place) -> None:
    table = recorded_for_australia()
    await table.record(place)
    async with place.browser() as http:
        await place.as_post(http, "ID/co-chair")
        form = (await http.get(f"/cases/{table.case.reference}/do/decide")).text
    assert "written down by the secretariat" in form  # before the other Co-Chair takes its own position
    table.do("ID/co-chair", "decide", {"position": "approve"})
    place.now = table.now
    reference = await table.record(place)
    assert table.case.gates[GateName.ACTIVATION].recorded == (AU,)
    async with place.browser() as http:
        await place.as_post(http, "LK/focal-point")
        page = (await http.get(f"/cases/{reference}")).text
        log = (await http.get(f"/cases/{reference}/log")).text
    assert "written down by the secretariat" in page
    assert "it rests on what was written down for the Co-Chair (Australia)" in log
    async with await program(place, "LK/focal-point") as http:
        case = (await http.get(f"/cases/{reference}")).json()
    (gate,) = [one for one in case["gates"] if one["name"] == "activation"]
    assert {one["post"]: one["recorded_by"] for one in gate["positions"]} == {AU: RSO, "ID/co-chair": None}
    async with post_office(place.engine, place.catcher, table.now) as office:
        await office.deliver()
    (mail,) = [
        mail
        for mail in place.catcher.messages()
        if mail.message["X-Ahg-Kind"] == "decision_made" and address_of("LK/focal-point") in mail.recipients
    ]
    text = " ".join(mail.message.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
    assert "The position of the Co-Chair (Australia) was not taken by that office itself" in text


async def test_a_post_contests_on_its_page_what_was_recorded_and_all_pages_say_so(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = recorded_for_australia()
    table.do("ID/co-chair", "decide", {"position": "approve"})
    place.now = table.now
    reference, (entry,) = await table.record(place), table.case.recordings
    door, path = Taken(table), f"/cases/{reference}/do/contest"
    monkeypatch.setattr(place.site, "casework", door.casework)
    async with place.browser() as http:
        await place.as_post(http, "ID/co-chair")
        answer = await http.post(path, data={"_key": key_in((await http.get("/account")).text), "text": "No."})
        assert (answer.status_code, door.commands) == (422, [])
        await place.as_post(http, AU)
        page = (await http.get(path)).text
        assert f'value="{entry}"' in page
        sent = {"_key": key_in(page), "_id": "one", "entry": str(entry), "text": "Nobody here has said this."}
        place.later(minutes=11)
        assert (await http.post(path, data=sent)).status_code == 403  # the second factor was shown too long ago
        await place.as_post(http, AU)
        assert (await http.post(path, data={**sent, "_key": key_in((await http.get(path)).text)})).status_code == 303
        assert door.commands == [(AU, "contest", {"entry": entry, "text": "Nobody here has said this."})]
        assert table.entries[-1].signed
        assert table.entries[-1].signed.standing is Standing.HOLDER
        await table.record(place)
        await place.as_post(http, "LK/focal-point")
        case, log = [(await http.get(f"/cases/{reference}{page}")).text for page in ("", "/log")]
    assert case.count("contested by the post itself") >= 2  # with the position, and with the entry
    assert "written down for the Co-Chair (Australia); contested by the Co-Chair (Australia)" in log
    async with await program(place, "LK/focal-point") as http:
        shown = (await http.get(f"/cases/{reference}")).json()
        told = (await http.get(f"/cases/{reference}/log")).json()["entries"]
    assert [one["contested_at"] is not None for one in shown["recordings"]] == [True]
    (gate,) = [one for one in shown["gates"] if one["name"] == "activation"]
    assert {one["post"]: one["contested_at"] is not None for one in gate["positions"]} == {
        AU: True,
        "ID/co-chair": False,
    }
    assert {one["seq"] for one in told if one["contested_at"]} == {entry}
    async with post_office(place.engine, place.catcher, table.now) as office:
        await office.deliver()
    mails = [mail for mail in place.catcher.messages() if mail.message["X-Ahg-Kind"] == "recording_contested"]
    assert {one for mail in mails for one in mail.recipients} == {*map(address_of, (AU, "ID/co-chair", RSO))}


# standing in until a day --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("zone", "over"), [("Pacific/Auckland", True), ("UTC", False), ("America/Los_Angeles", False)])
def test_whether_a_last_day_is_over_is_said_by_the_offices_own_calendar(zone: str, over: bool) -> None:
    at = datetime(2026, 12, 1, 20, tzinfo=UTC)  # the second of December in Auckland
    with pytest.raises(Refused) if over else nullcontext():
        check_last_day(date(2026, 12, 1), at, zone)
