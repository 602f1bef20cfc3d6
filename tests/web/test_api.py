"""The API that programs read: tokens, what each post sees and never sees, lists, problems."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import pytest_asyncio

import web
from models.case import Case, GateName
from models.commands import COMMANDS
from models.posts import Post, Role
from models.rules import Transition, allowed
from models.visibility import Sight, as_seen, sight
from records.api_tokens import Scope
from tests.web.place import Place, address_of
from tests.web.programs import Recorded, program, token_for
from tests.web.whole_case import AU, ID, MARKS, OPEN_TO_TH, READ_ALL, READERS, REQUEST, RSO, SECRETS, played
from web.api.case_views import CaseView, case_view

GETS = (
    "/me",
    "/duties",
    "/cases",
    "/cases?stage=operational",
    "/cases?open=true",
    "/follow-ups",
    "/draft",
    "/board",
    "/cases/{}",
    "/cases/{}/log",
    "/cases/{}/versions",
    "/cases/{}/log?after=3",
)


@pytest_asyncio.fixture
async def told(place: Place) -> tuple[Place, str, Recorded]:
    """The pages with that case in their records."""
    table = played()
    reference = await table.record(place)
    return place, reference, table


@pytest_asyncio.fixture
async def programs(told: tuple[Place, str, Recorded]) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A program for each of the posts."""
    async with AsyncExitStack() as stack:
        yield {post: await stack.enter_async_context(await program(told[0], post, [Scope.READ])) for post in READERS}


# tokens ------------------------------------------------------------------------------------------------------------


async def test_without_a_token_there_is_a_challenge_and_nothing_else(place: Place) -> None:
    async with place.browser() as http:
        for path in ("/me", "/duties", "/cases", "/cases/AHG-2026-001", "/board", "/commands", "/draft"):
            answer = await http.get(f"/api/v1{path}")
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="ahg"'
            assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("written", [b"Bearer ahg_wrong", "Bearer é".encode(), b"Bearer", b"Basic YTpi", b"Bearer \t"])
async def test_what_is_no_token_of_ours_is_refused(place: Place, written: bytes) -> None:
    async with place.browser() as http:
        answer = await http.get("/api/v1/me", headers=[(b"Authorization", written)])
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers


async def test_a_session_cookie_is_no_token(place: Place) -> None:
    async with place.browser() as http:
        await place.sign_in(http, "focal-point@my.ahg.localhost")
        assert (await http.get("/api/v1/me")).status_code == 401


async def test_a_token_says_whom_it_acts_for(place: Place) -> None:
    async with await program(place, "MY/focal-point") as http:
        answer = (await http.get("/me")).json()
    assert (answer["post"], answer["member"], answer["scopes"]) == ("MY/focal-point", "MY", ["read", "write"])


async def test_a_token_is_over_when_its_day_has_passed_or_its_post_has_another_holder(place: Place) -> None:
    async with await program(place, "MY/focal-point") as mine, await program(place, "TH/focal-point") as yours:
        await place.sql("UPDATE holders SET email = 'new@my.example.org' WHERE post = 'MY/focal-point'")
        await place.sql("DELETE FROM alternates WHERE post = 'MY/focal-point'")
        assert (await mine.get("/me")).status_code == 401
        assert (await yours.get("/me")).status_code == 200
        place.later(days=2)
        gone = await yours.get("/me")
    assert gone.status_code == 401
    assert 'error="invalid_token"' in gone.headers["WWW-Authenticate"]


async def test_a_scope_that_is_missing_is_named(place: Place) -> None:
    async with (
        await program(place, "MY/focal-point", [Scope.READ]) as reads,
        await program(place, "MY/focal-point", [Scope.WRITE]) as writes,
    ):
        kept = await reads.put("/draft", json={"title": "Boats"})
        read = await writes.get("/draft")
        assert (await writes.put("/draft", json={"title": "Boats"})).status_code == 200
    assert (kept.status_code, read.status_code) == (403, 403)
    assert 'scope="write"' in kept.headers["WWW-Authenticate"]
    assert read.json()["type"] == "urn:ahg:problem:scope"


# what each post sees --------------------------------------------------------------------------------------------------


async def test_the_posts_of_these_tests_see_as_much_as_they_say(told: tuple[Place, str, Recorded]) -> None:
    assert {post: sight(told[2].case, Post(post)) for post in READERS} == READERS


@pytest.mark.parametrize("post", READERS)
async def test_a_case_is_what_its_reader_sees_of_it(told: tuple[Place, str, Recorded], post: str) -> None:
    place, reference, table = told
    async with await program(place, post) as http:
        answer = await http.get(f"/cases/{reference}")
        if READERS[post] is Sight.NOTHING:
            assert answer.status_code == 404
            return
    case = answer.json()
    assert case["sight"] == READERS[post].name.lower()
    whole = READERS[post] is Sight.CASE
    assert [gate["name"] for gate in case["gates"]] == (["activation", "participants", "circulation"] if whole else [])
    assert [one["title"] for one in case["meetings"]] == (["Agate meeting"] if whole else [])
    assert bool(case["head"]) == (post in READ_ALL)
    assert bool(case["gates"] and case["gates"][0]["on"]) == (post in READ_ALL)
    outcomes = {"VN/focal-point": ["A hotline"]} | ({post: ["Joint patrols", "A hotline"]} if whole else {})
    assert [one["title"] for one in case["outcomes"]] == outcomes.get(post, [])
    assert case["allowed"] == ([] if case["sight"] == "circulated" else list(allowed(table.case, Post(post))))
    released = case["circulations"][0]["release"]["text"] if case["circulations"] else ""
    assert released == ("" if post == "UNHCR/focal-point" else "The group works with Thailand and a member.")
    assert case["hidden"] == (
        sorted(set(SECRETS) - ({"asks"} if post == "TH/focal-point" else set()))
        if whole and post not in READ_ALL
        else sorted(SECRETS)
        if post == "UNHCR/focal-point"
        else []
    )


@pytest.mark.parametrize("post", READERS)
async def test_what_is_not_open_to_a_post_is_in_no_answer(
    programs: dict[str, httpx.AsyncClient], told: tuple[Place, str, Recorded], post: str
) -> None:
    _place, reference, _table = told
    http = programs[post]
    answers = [(await http.get(path.format(reference))) for path in GETS]
    text = " ".join(answer.text + str(answer.headers) for answer in answers)
    assert all(answer.status_code in (200, 403, 404) for answer in answers)

    assert [mark for mark in MARKS if mark in text] == (list(MARKS) if post in READ_ALL else [])
    assert (OPEN_TO_TH in text) == (post in READ_ALL or post == "TH/focal-point")
    assert ("Agate" in text) == (READERS[post] is Sight.CASE)
    if READERS[post] is Sight.NOTHING:
        assert reference not in text
    if READERS[post] is Sight.CIRCULATED:
        assert "Boats in the strait" not in text
        assert "operational" not in text
        assert "Malaysia" not in text


class Watched(Recorded):
    """Every state that the case was in."""

    def __init__(self) -> None:
        super().__init__()
        self.states: list[Case] = []

    def _took(self, taken: Transition) -> Transition:
        self.states.append(taken.after)
        return super()._took(taken)


def test_at_no_moment_of_a_case_is_a_confidential_section_in_what_others_see() -> None:
    table = Watched()
    played(table)
    table.do(RSO, "open_report")
    table.do(RSO, "recommend", {"text": "Share routes", "to": ["MY", "PK"], "owner": "TH", "due": "2026-09-01"})
    table.do(RSO, "table")
    table.until(table.case.ladders["silence"].due)
    for decider in table.case.gates[GateName.REPORT].deciders:
        table.do(decider.post, "decide", {"gate": "report", "position": "approve"})
    table.do(AU, "waive", {"term": ["a"], "text": "Patrols go on"})
    table.do(AU, "waive", {"term": ["b"], "text": "None was needed"})
    table.do(RSO, "close")
    for decider in table.case.gates[GateName.CLOSURE].deciders:
        table.do(decider.post, "decide", {"gate": "closure", "position": "approve"})
    assert table.case.stage.value == "closed"
    assert len(table.states) > 30
    for case in table.states:
        for post in map(Post, READERS):
            seen = as_seen(case, post)
            text = case_view(case, seen, {}).model_dump_json() if seen is not None else ""
            shown = [mark for mark in MARKS if mark in text]
            assert (not shown) if post not in READ_ALL else shown, (case.seq, post)
            if post.role is Role.FOCAL_POINT and post not in READ_ALL and post.member != "TH":
                assert OPEN_TO_TH not in text


def _beside_its_id(answer: httpx.Response) -> dict[str, str]:
    """The headers, but the id of the request, which is drawn."""
    return {name: said for name, said in answer.headers.items() if name != "x-request-id"}


async def test_an_absent_case_and_one_that_is_not_seen_are_answered_alike(told: tuple[Place, str, Recorded]) -> None:
    place, reference, _table = told
    async with await program(place, "PK/focal-point") as http:
        for rest in ("", "/log", "/versions"):
            unseen, absent = (await http.get(f"/cases/{reference}{rest}"), await http.get(f"/cases/AHG-2026-999{rest}"))
            assert (unseen.status_code, unseen.content) == (absent.status_code, absent.content)
            assert _beside_its_id(unseen) == _beside_its_id(absent)
        key = {"Idempotency-Key": "a-key-of-mine"}
        body = {"do": "join"}
        unseen = await http.post(f"/cases/{reference}/commands", json=body, headers=key)
        absent = await http.post("/cases/AHG-2026-999/commands", json=body, headers=key)
    assert (unseen.status_code, unseen.content) == (absent.status_code, absent.content) == (404, absent.content)


async def test_the_log_and_the_versions_are_for_those_who_see_the_whole_case(
    programs: dict[str, httpx.AsyncClient], told: tuple[Place, str, Recorded]
) -> None:
    for post, http in programs.items():
        for rest in ("log", "versions"):
            answer = await http.get(f"/cases/{told[1]}/{rest}")
            assert answer.status_code == (200 if READERS[post] is Sight.CASE else 404)


async def test_a_section_that_is_marked_later_is_closed_in_the_versions_before_too(place: Place) -> None:
    table = Recorded()
    table.do("LK/focal-point", "submit", {**REQUEST, "confidential": {}})
    table.do(RSO, "return", {"missing": ["Mark what is confidential"]})
    table.do("LK/focal-point", "resubmit", {"confidential": REQUEST["confidential"]})
    reference = await table.record(place)
    async with await program(place, "NZ/steering-group") as http, await program(place, ID) as decides:
        closed = await http.get(f"/cases/{reference}/versions")
        read = await decides.get(f"/cases/{reference}/versions")
    async with place.browser() as http:
        await place.sign_in(http, address_of("NZ/steering-group"))
        page = await http.get(f"/cases/{reference}/versions")
    assert [one["version"] for one in closed.json()["versions"]] == [2, 1]
    assert not [mark for mark in MARKS if mark in closed.text or mark in page.text]
    assert read.json()["versions"][1]["request"]["situation"] == SECRETS["situation"]
    assert read.json()["versions"][0]["changed"] == ["confidential"]


async def test_the_log_is_told_in_words_a_page_at_a_time(told: tuple[Place, str, Recorded]) -> None:
    place, reference, table = told
    async with await program(place, AU) as http:
        first = (await http.get(f"/cases/{reference}/log")).json()
        rest = (await http.get(f"/cases/{reference}/log?after=10")).json()
    assert first["next"] is None
    assert first["entries"][0] | {"at": ""} == {
        "seq": 1,
        "at": "",
        "type": "submitted",
        "by": "LK/focal-point",
        "acted_for": None,
        "contested_at": None,
        "sentence": "submitted the request",
        "quote": "",
        "means": None,
    }
    assert rest["entries"] == [one for one in first["entries"] if one["seq"] > 10]
    assert first["entries"][-1]["seq"] <= table.case.seq


# lists -----------------------------------------------------------------------------------------------------------------


async def test_the_list_of_cases_goes_on_after_a_cursor_and_is_narrowed(place: Place) -> None:
    for number in range(1, 6):
        table = Recorded(number)
        table.now += timedelta(hours=number)
        table.do("LK/focal-point", "submit", {"title": f"Case {number}", "situation": "Boats."})
        if number > 3:
            table.do("LK/focal-point", "withdraw")
        await table.record(place)
    async with await program(place, "LK/focal-point") as http:
        seen, after = [], ""
        while True:
            page = (await http.get("/cases", params={"limit": 2, "after": after})).json()
            seen += [row["title"] for row in page["cases"]]
            if (after := page["next"]) is None:
                break
        still = (await http.get("/cases?open=true")).json()
        ended = (await http.get("/cases?stage=withdrawn&urgency=routine")).json()
        assert [
            (await http.get("/cases", params={"after": wrong})).status_code
            for wrong in (
                "nonsense",
                "2026-03-02T00:00:00+00:00",
                "0001-01-01T00:00:00+14:00~AHG",
                "2026-03-02T00:00:00Z~\0",
            )
        ] == [422] * 4
        assert (await http.get("/cases?stage=nowhere")).status_code == 422
    assert seen == [f"Case {number}" for number in (5, 4, 3, 2, 1)]
    assert [row["title"] for row in still["cases"]] == ["Case 3", "Case 2", "Case 1"]
    assert [row["title"] for row in ended["cases"]] == ["Case 5", "Case 4"]


async def test_narrowing_a_list_tells_nothing_of_a_case_that_was_only_circulated(
    programs: dict[str, httpx.AsyncClient], told: tuple[Place, str, Recorded]
) -> None:
    http = programs["FJ/focal-point"]
    for query in ("stage=operational", "stage=closed", "urgency=routine", "urgency=urgent"):
        assert (await http.get(f"/cases?{query}")).json()["cases"] == []
    rows = (await http.get("/cases?open=true")).json()["cases"]
    told[2].do(AU, "suspend", {"text": "Elections"})
    await told[2].record(told[0])
    assert rows == (await http.get("/cases?open=true")).json()["cases"] == (await http.get("/cases")).json()["cases"]
    assert {name: value for name, value in rows[0].items() if value} == {
        "reference": told[1],
        "sight": "circulated",
        "opened_at": rows[0]["opened_at"],
    }


async def test_duties_are_those_of_the_post(programs: dict[str, httpx.AsyncClient]) -> None:
    owner = (await programs["VN/focal-point"].get("/duties")).json()["duties"]
    assert [(one["do"], one["about"], one["title"]) for one in owner] == [
        ("progress", "A hotline", "Boats in the strait")
    ]
    assert (await programs["FJ/focal-point"].get("/duties")).json() == {"duties": []}


async def test_the_board_is_for_those_who_see_every_case(programs: dict[str, httpx.AsyncClient]) -> None:
    for post, http in programs.items():
        answer = await http.get("/board")
        if post.endswith("/focal-point"):
            assert answer.status_code == 403
        else:
            assert [row["stage"] for row in answer.json()["cases"]] == ["operational"]
            assert answer.json()["counts"] == {"operational": 1}


async def test_recommendations_that_a_member_owns_are_followed_up(place: Place) -> None:
    table = played()
    table.do(RSO, "open_report")
    table.do(RSO, "recommend", {"text": "Share routes", "to": ["MY"], "owner": "TH", "due": "2026-09-01"})
    await table.record(place)
    await place.sql(
        "INSERT INTO follow_ups (reference, number, owner, state) VALUES (:reference, 1, 'TH', 'open')",
        reference=table.case.reference,
    )
    async with await program(place, "TH/focal-point") as owner, await program(place, "MY/focal-point") as other:
        (mine,) = (await owner.get("/follow-ups")).json()["follow_ups"]
        here = (await other.get(f"/cases/{table.case.reference}")).json()["recommendations"]
        assert (await other.get("/follow-ups")).json() == {"follow_ups": []}
    assert (mine["text"], mine["due"], mine["state"]) == ("Share routes", "2026-09-01", "open")
    assert here[0]["state"] == "open"


async def test_commands_are_described_with_the_schema_of_their_fields(place: Place) -> None:
    async with await program(place, "MY/focal-point") as http:
        found = {one["do"]: one for one in (await http.get("/commands")).json()["commands"]}
    assert set(found) == set(COMMANDS)
    for one in found.values():
        jsonschema.Draft202012Validator.check_schema(one["fields"])
    assert found["accept"]["who"] == "the secretariat"
    assert found["accept"]["stages"] == ["submitted"]
    assert found["submit"]["path"] == "/api/v1/cases"


# entity tags -----------------------------------------------------------------------------------------------------------


async def test_a_case_that_has_not_changed_is_not_sent_again(told: tuple[Place, str, Recorded]) -> None:
    place, reference, table = told
    async with await program(place, AU) as http, await program(place, "NZ/steering-group") as other:
        first = await http.get(f"/cases/{reference}")
        tag = first.headers["ETag"]
        assert first.headers["Vary"] == "Authorization"
        for known in (tag, f'"x", {tag}', f"W/{tag}", f'{tag[:-1]}-gzip"', "*"):
            same = await http.get(f"/cases/{reference}", headers={"If-None-Match": known})
            assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
        assert (await http.get(f"/cases/{reference}")).content == first.content
        assert (await other.get(f"/cases/{reference}", headers={"If-None-Match": tag})).status_code == 200
        table.do(AU, "suspend", {"text": "Elections"})
        await table.record(place)
        changed = await http.get(f"/cases/{reference}", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


# the draft -------------------------------------------------------------------------------------------------------------


async def test_a_draft_is_kept_as_it_was_sent(place: Place) -> None:
    async with await program(place, "MY/focal-point") as http, await program(place, "TH/focal-point") as other:
        assert (await http.get("/draft")).status_code == 404
        kept = await http.put("/draft", json={"do": "draft", "title": "Boats", "asks": ["Patrols"]})
        assert kept.json() == {"content": {"title": "Boats", "asks": ["Patrols"]}, "missing": ["the situation"]}
        assert (await http.get("/draft")).json() == kept.json()
        assert (await other.get("/draft")).status_code == 404
        wrong = await http.put("/draft", json={"title": "x" * 301})
    assert wrong.status_code == 422
    assert "title" in wrong.json()["detail"]


async def test_only_focal_points_have_a_draft(place: Place) -> None:
    async with await program(place, AU) as http:
        assert (await http.put("/draft", json={})).status_code == 403
        assert (await http.get("/draft")).status_code == 403


# problems --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/v2/cases", 404),
        ("DELETE", "/api/v1/cases", 405),
        ("PATCH", "/api/v1/me", 405),
        ("GET", "/api/v1/cases?limit=0", 422),
        ("GET", "/api/v1/cases/AHG-2026-001/log?after=-1", 422),
        ("GET", "/api/v1/cases/%00", 404),
        ("GET", "/api/v1/cases/%ED%A0%80", 404),
    ],
)
async def test_every_fault_under_api_is_a_problem(place: Place, method: str, path: str, status: int) -> None:
    token = await token_for(place, "MY/focal-point")
    async with place.browser() as http:
        answer = await http.request(method, path, headers={"Authorization": f"Bearer {token}"})
    told = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert set(told) == {"type", "title", "status", "detail", "allowed", "commands"}
    assert told["status"] == status
    assert told["detail"]


async def test_another_name_and_another_site_are_refused_as_problems(place: Place) -> None:
    async with place.browser() as http:
        name = await http.get("/api/v1/me", headers={"Host": "evil.example"})
        site = await http.put("/api/v1/draft", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (name.status_code, site.status_code) == (421, 403)
    assert {name.headers["Content-Type"], site.headers["Content-Type"]} == {"application/problem+json"}


async def test_a_fault_of_ours_is_a_problem_without_its_text(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("/a/path/of/ours")

    monkeypatch.setattr("web.api.reading.lists.duties_of", broken)
    token = await token_for(place, "MY/focal-point")
    transport = httpx.ASGITransport(place.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=place.settings.public_url) as http:
        answer = await http.get("/api/v1/duties", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert "/a/path" not in answer.text


BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "no JSON": (b"{", 400),
    "a list": (b"[]", 400),
    "bad UTF-8": (b'{"title": "\xff"}', 400),
    "half a surrogate pair": (b'{"title": "\\ud800"}', 400),
    "NUL": (b'{"title": "a\\u0000"}', 400),
    "no number": (b'{"title": NaN}', 400),
    "a number too long": (b'{"title": ' + b"9" * 5000 + b"}", 400),
    "too deep": (b'{"title": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "too large": (b'{"title": "' + b"x" * 1_000_001 + b'"}', 413),
    "no field of it": (b'{"titel": "x"}', 422),
    "backslashes": (b'{"title": "\\\\u0000"}', 200),
}


@pytest.mark.parametrize("what", BODIES)
async def test_a_body_that_cannot_be_taken_is_refused_by_what_is_wrong_with_it(place: Place, what: str) -> None:
    body, status = BODIES[what]
    async with await program(place, "MY/focal-point") as http:
        answer = await http.put("/draft", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, answer.text
        assert (await http.put("/draft", content=b"title=x")).status_code == 415
        assert (await http.get("/draft")).status_code == (200 if status == 200 else 404)


# the document ----------------------------------------------------------------------------------------------------------


async def test_the_openapi_document_is_of_the_api_alone_and_can_be_read_without_a_token(place: Place) -> None:
    async with place.browser() as http:
        answer = await http.get("/api/v1/openapi.json")
        assert (await http.get("/openapi.json")).status_code == 404
    document = answer.json()
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    names = {reference.rpartition("/")[2] for reference in _references(document)}
    assert names == set(document["components"]["schemas"])
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["security"] == [{"token": []}]
            assert "application/problem+json" in operation["responses"]["401"]["content"]
    assert "HTTPValidationError" not in json.dumps(document)


def _references(part: Any) -> set[str]:
    if isinstance(part, dict):
        inner = set().union(*map(_references, part.values())) if part else set()
        return inner | ({part["$ref"]} if isinstance(part.get("$ref"), str) else set())
    return set().union(*map(_references, part)) if isinstance(part, list) and part else set()


async def test_the_document_for_people_has_every_route_and_no_other(place: Place) -> None:
    written = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(GET|POST|PUT) (/[^ `]+)` \|", written, re.MULTILINE))
    paths = place.app.openapi()["paths"]
    assert told == {
        (method.upper(), path.removeprefix("/api/v1")) for path, methods in paths.items() for method in methods
    }


_ON_PAGES_ALONE = {
    "considered": "of a newcomer: the deadline says it",
    "directory": "has an address of its own",
    "ground_reviews": "what the Steering Group says of a ground is on the page alone",
    "ladder": "a deadline",
    "ladders": "the deadlines",
    "recused": "the deciders of a gate",
    "stands": "why, and since when: the suspension of a case that has not ended",
    "taken_on": "a part of each outcome",
    "yet_to_take_on": "a part of each outcome",
}
"""What the templates of a case's page read of it that has another name in the API, or is not there, and why."""


def test_what_the_page_of_a_case_shows_the_api_has_too() -> None:
    templates = Path(web.__file__).parent / "templates" / "case"
    page = ("page", "clock", "work", "reporting", "participants", "gates", "request")
    sources = [file.read_text(encoding="utf-8") for file in templates.glob("*.html") if file.stem in page]
    read = {name for source in sources for name in re.findall(r"\bcase\.([a-z_]+)", source)}
    assert {"waiver_words", "outcomes"} <= read
    assert read - set(CaseView.model_fields) - set(_ON_PAGES_ALONE) == set()
