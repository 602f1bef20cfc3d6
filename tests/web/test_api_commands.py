"""Commands through the API, with a real Temporal server and worker: once, refused in words, bound to what is seen."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from casework import Casework
from models.authentication import Means
from models.policy import policy_with
from ops.catcher import Catcher
from tests.rig import REQUEST, Rig, rig, working
from tests.web.place import Place, address_of, key_in
from tests.web.programs import program
from workflows.client import TemporalAway

RSO, AU, ID, LK = "RSO/secretariat", "AU/co-chair", "ID/co-chair", "LK/focal-point"


@dataclass
class Office:
    """Programs of posts, over a product that runs."""

    parts: Rig
    place: Place

    def __post_init__(self) -> None:
        self._programs: dict[str, httpx.AsyncClient] = {}
        self._count = 0

    async def of(self, post: str) -> httpx.AsyncClient:
        """The program of a post."""
        if post not in self._programs:
            self._programs[post] = await program(self.place, post)
        return self._programs[post]

    async def give(
        self,
        post: str,
        do: str,
        fields: dict[str, Any] | None = None,
        *,
        key: str = "",
        reference: str = "",
        **headers: str,
    ) -> httpx.Response:
        """Give a command to the case that was submitted last."""
        self._count += 1
        sent = {"Idempotency-Key": key or f"test-key-{self._count}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        path = f"/cases/{reference or self.parts.reference}/commands"
        return await (await self.of(post)).post(path, json={"do": do, **(fields or {})}, headers=sent)

    async def on_pages(self, post: str, do: str, fields: dict[str, Any] | None = None) -> None:
        """What a person does by hand, as no program may."""
        await self.parts.act(post, do, fields or {})

    async def submit(self, key: str = "submission-1", **fields: Any) -> httpx.Response:
        """A request of Sri Lanka, submitted."""
        answer = await (await self.of(LK)).post("/cases", json={**REQUEST, **fields}, headers={"Idempotency-Key": key})
        if answer.status_code == 201:
            self.parts.reference = answer.json()["reference"]
        return answer

    async def read(self, post: str) -> httpx.Response:
        """The case as a post sees it."""
        return await (await self.of(post)).get(f"/cases/{self.parts.reference}")


@pytest_asyncio.fixture
async def office(tmp_path: Path, catcher: Catcher, database_url: str) -> AsyncIterator[Office]:
    """The product at work, on each database."""
    async with rig(tmp_path / "rig", database_url=database_url) as parts, working(parts):
        settings = parts.settings.model_copy(update={"smtp_port": catcher.port})
        place = Place(settings, parts.engine, catcher, now=datetime.now(UTC))
        yield Office(parts, place)


async def test_a_request_is_submitted_once_whatever_is_sent_again(office: Office) -> None:
    first = await office.submit()
    assert first.status_code == 201
    assert first.headers["Location"] == f"/api/v1/cases/{first.json()['reference']}"
    assert first.json()["stage"] == "submitted"
    assert first.json()["waiting_on"] == [RSO]

    again = await office.submit()
    quoted = await office.submit(key='"submission-1"')
    other = await office.submit(title="Another title")
    assert (again.status_code, again.content) == (quoted.status_code, quoted.content) == (201, first.content)
    assert other.status_code == 422
    assert other.json()["type"] == "urn:ahg:problem:idempotency-key"
    cases = (await (await office.of(LK)).get("/cases")).json()["cases"]
    assert [row["reference"] for row in cases] == [first.json()["reference"]]


async def test_what_is_left_out_of_a_submission_is_taken_from_the_draft(office: Office) -> None:
    http = await office.of(LK)
    await http.put("/draft", json={"title": "From the draft", "situation": "Boats", "routes": [{"to": "LK"}]})
    answer = await http.post("/cases", json={"urgency": "urgent"}, headers={"Idempotency-Key": "from-draft"})
    case = (await http.get(answer.headers["Location"].removeprefix("/api/v1"))).json()
    assert (case["request"]["title"], case["request"]["urgency"]) == ("From the draft", "urgent")
    assert (await http.get("/draft")).status_code == 404


async def test_a_command_is_done_once_even_when_it_is_sent_many_times_at_once(office: Office) -> None:
    await office.submit()
    answers = await asyncio.gather(*(office.give(RSO, "accept", key="accept-it") for _ in range(5)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert answers[0].json() == {
        "reference": office.parts.reference,
        "seq": answers[0].json()["seq"],
        "stage": "co_chair_review",
        "waiting_on": [AU, ID],
    }
    assert sum(entry.type == "found_complete" for entry in await office.parts.entries()) == 1

    await office.on_pages(AU, "decide", {"position": "approve"})
    late = await office.give(RSO, "accept", key="accept-it")
    assert (late.status_code, late.json()["seq"]) == (200, answers[0].json()["seq"])


async def test_one_key_is_one_command_of_one_post_on_one_case(office: Office) -> None:
    await office.submit()
    await office.give(RSO, "accept")
    for post in (AU, ID):
        await office.on_pages(post, "decide", {"position": "approve"})
    for post in (AU, ID):
        answer = await office.give(post, "comment", {"text": "A long list."}, key="the-same-key")
        assert answer.status_code == 200
    assert sum(entry.type == "commented" for entry in await office.parts.entries()) == 2  # both have spoken
    other = await office.give(AU, "comment", {"text": "A short list."}, key="the-same-key")
    assert (other.status_code, other.json()["type"]) == (422, "urn:ahg:problem:idempotency-key")
    withdrawn = await office.give(LK, "withdraw", key="submission-2")
    assert (withdrawn.status_code, withdrawn.json()["type"]) == (403, "urn:ahg:problem:by-hand")
    refused = await office.give(LK, "comment", {"text": "Ours."}, key="submission-1")  # of the submission, not the case
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:ahg:problem:forbidden")
    for wrong in ("", "short", "with blanks in it", "x" * 101, "umlaut-ä-no"):
        headers = [(b"Idempotency-Key", wrong.encode())] if wrong else []
        answer = await (await office.of(AU)).post(
            f"/cases/{office.parts.reference}/commands", json={"do": "convene"}, headers=headers
        )
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:ahg:problem:idempotency-key")


async def test_two_bodies_that_come_at_once_under_one_key_are_not_both_done(office: Office) -> None:
    await office.submit()
    await office.give(RSO, "accept")
    titles = ("Boats", "Many boats", "Very many boats")
    answers = await asyncio.gather(*(office.give(LK, "resubmit", {"title": one}, key="one-of-three") for one in titles))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]
    assert sum(entry.type == "resubmitted" for entry in await office.parts.entries()) == 1


async def test_a_refusal_says_why_and_what_may_be_done(office: Office) -> None:
    await office.submit()
    early = await office.give(AU, "convene")
    other = await office.give(LK, "accept", key="not-mine-to-do")
    unread = await office.give(RSO, "return", {"missing": 3})
    absent = await office.give(RSO, "verify", {"outcome": "None such"})
    assert (early.status_code, other.status_code, unread.status_code, absent.status_code) == (409, 403, 422, 403)
    assert other.json()["detail"].startswith("Only the secretariat may")
    assert "LK/focal-point may now do: resubmit, withdraw" in other.json()["allowed"]
    assert "withdraw" in other.json()["commands"]
    assert "missing" in unread.json()["detail"]
    assert early.json()["title"] == "Conflict"
    for do in ("submit", "draft", "nothing", 3, None):
        answer = await office.give(RSO, do)  # type: ignore[arg-type]
        assert answer.status_code == 422

    await office.give(RSO, "accept")
    assert (await office.give(LK, "accept", key="not-mine-to-do")).status_code == 403  # a refusal is not remembered


async def test_a_command_on_what_has_changed_since_is_refused_and_says_who_changed_it(office: Office) -> None:
    await at_work(office)
    await office.give(RSO, "add_outcome", {"title": "A hotline", "owner": "RSO"})
    tag = (await office.read(AU)).headers["ETag"]
    await office.give(RSO, "add_outcome", {"title": "Another", "owner": "RSO"})
    beside = await office.give(RSO, "progress", {"outcome": "A hotline", "text": "So far"}, If_Match=tag)
    assert beside.status_code == 200  # the other outcome is a part of its own

    tag = (await office.read(AU)).headers["ETag"]
    await office.give(RSO, "block", {"outcome": "A hotline", "text": "No line"})
    stale = await office.give(RSO, "done", {"outcome": "A hotline"}, If_Match=tag)
    assert (stale.status_code, stale.json()["type"]) == (412, "urn:ahg:problem:stale")
    assert stale.json()["detail"].startswith("RSO/secretariat has changed this since you looked (entry")

    now = (await office.read(RSO)).headers["ETag"]
    for wrong in ("W/" + tag, '"abc"', "12", f"{now}, {tag}"):
        answer = await office.give(RSO, "done", {"outcome": "A hotline"}, If_Match=wrong)
        assert (answer.status_code, answer.json()["type"]) == (412, "urn:ahg:problem:stale")
    # As it was given, as nginx weakens it and as Apache marks it when they compress.
    for given in ("{}", "W/{}", '{}-gzip"', "*"):
        now = (await office.read(RSO)).headers["ETag"]
        right = given.format(now.rstrip('"') if "gzip" in given else now)
        answer = await office.give(RSO, "progress", {"outcome": "A hotline", "text": "More"}, If_Match=right)
        assert answer.status_code == 200


async def at_work(office: Office, obligations: str = "by own word") -> None:
    """The group is at work; ``obligations``: as the policy has it."""
    policy = policy_with({"obligations": obligations})
    casework = Casework(office.parts.engine, office.parts.desk, policy)
    done = await casework.act("submit", REQUEST, by=LK, means=Means.SECOND_FACTOR, command_id=uuid4().hex)
    office.parts.reference = done.reference
    await office.give(RSO, "accept")
    for by in (AU, ID, AU, ID):
        await office.on_pages(by, "decide", {"position": "approve"})
    for by, do in (
        ("MY/focal-point", "respond"),
        ("TH/focal-point", "respond"),
        ("IOM/focal-point", "respond"),
        (ID, "convene"),
    ):
        assert (await office.give(by, do)).status_code == 200


async def test_who_sees_only_a_part_is_refused_without_a_word_of_the_rest(office: Office) -> None:
    await at_work(office, "as named")
    for title, owner in (("A hotline", "VN"), ("Quiet diplomacy", "TH")):
        assert (await office.give(RSO, "add_outcome", {"title": title, "owner": owner})).status_code == 200

    wrong = await office.give("VN/focal-point", "progress", {"outcome": "None such"})
    another = await office.give("VN/focal-point", "progress", {"outcome": "Quiet diplomacy"})
    stage = await office.give("VN/focal-point", "respond", {"answer": "accept"})
    done = await office.give("VN/focal-point", "progress", {"outcome": "A hotline", "text": "Set up"})
    assert [answer.status_code for answer in (wrong, another, stage)] == [404, 404, 403]
    text = wrong.text + another.text.replace("'Quiet diplomacy'", "") + stage.text + done.text
    assert "Quiet" not in text
    assert "TH/focal-point" not in text
    assert done.json()["waiting_on"] == []
    whole = await office.give("TH/focal-point", "progress", {"outcome": "None such"})
    assert "Quiet diplomacy" in whole.json()["detail"]


async def test_the_page_of_a_command_says_no_more_than_the_api(office: Office) -> None:
    await at_work(office, "as named")
    for title, owner in (("A hotline", "VN"), ("Quiet diplomacy", "TH")):
        await office.give(RSO, "add_outcome", {"title": title, "owner": owner})
    async with office.place.browser() as http:
        await office.place.sign_in(http, address_of("VN/focal-point"))
        path = f"/cases/{office.parts.reference}/do/progress"
        form = {"_key": key_in((await http.get(path)).text), "outcome": "None such"}
        page = await http.post(path, data=form)
    assert page.status_code == 404
    assert "A hotline" in page.text
    assert "Quiet" not in page.text


async def test_a_case_that_was_only_circulated_takes_nothing_from_its_reader(office: Office) -> None:
    await at_work(office)
    told = {"what": "summary", "to": ["FJ"], "text": "The group is at work."}
    assert (await office.give(AU, "circulate", told)).status_code == 200
    for by in (AU, ID):
        await office.on_pages(by, "decide", {"gate": "circulation", "position": "approve"})
    assert (await office.read("FJ/focal-point")).json()["sight"] == "circulated"
    for do in ("join", "respond", "nothing"):
        answer = await office.give("FJ/focal-point", do)
        assert (answer.status_code, answer.json()["allowed"]) == (403, "")
        assert "operational" not in answer.text


async def test_what_is_done_is_answered_as_far_as_the_post_still_sees_the_case(office: Office) -> None:
    await at_work(office)
    left = await office.give("TH/focal-point", "leave", {"text": "An election"})
    assert (left.status_code, left.json()["waiting_on"]) == (200, [])
    assert (await office.read("TH/focal-point")).json()["sight"] == "own_part"


async def test_a_program_hears_that_the_case_does_not_answer_and_may_send_the_same_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.submit()

    async def away() -> Casework:
        raise TemporalAway("no server at 10.0.0.7")

    with monkeypatch.context() as patch:
        patch.setattr(office.place.site, "casework", away)
        answer = await office.give(RSO, "accept", key="try-again-later")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.json()["type"] == "urn:ahg:problem:not-answered"
    assert "10.0.0.7" not in answer.text
    assert (await office.give(RSO, "accept", key="try-again-later")).status_code == 200
