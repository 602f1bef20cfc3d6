"""A data folder that an older version of the product made: it opens, its cases go on, and what is on record agrees.

``folders/README.md`` says what is in it. Deadlines in it are either over, whenever this runs, or years ahead.
"""

import asyncio
import re
import sqlite3
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

import db
from db import write_transaction
from models.authentication import needs_proof
from models.policy import Policy
from models.posts import Post
from ops.processes import free_port
from records import api_tokens
from records.api_tokens import Scope
from records.sessions import begin_session, cookie_name
from settings import Settings
from tests.journeys.folders.going_on import GO_ON, LEFT_ALONE
from tests.journeys.folders.stories import ID, RSO, Step
from tests.ops.test_commands_on_a_running_product import Product
from tests.waiting import PATIENCE, block_until
from tests.web.place import key_in

FOLDERS = sorted(Path(__file__).with_name("folders").glob("*.tar.xz"))


@pytest.fixture(params=FOLDERS, ids=lambda path: path.name.partition(".")[0])
def product(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Product]:
    folder = tmp_path / "data"
    with tarfile.open(request.param) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)  # since 3.11.4
        tar.extractall(folder)  # noqa: S202 - it is ours
    settings = Settings(data_dir=folder, web_port=free_port(), smtp_port=free_port(), temporal_port=free_port())
    made = Product(settings, tmp_path / "console")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.terminate()
        made.process.wait()


class Posts:
    """Programs and browsers of the posts of a folder, at its product."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http: dict[str, httpx.Client] = {}
        with closing(sqlite3.connect(settings.data_dir / "ahg.db")) as records:
            self._addresses = dict(records.execute("SELECT post, email FROM holders"))

    def program(self, post: str) -> httpx.Client:
        """What a program of the post asks the API."""
        if post not in self._http:
            headers = {"Authorization": f"Bearer {asyncio.run(self._token(post))}"}
            address = f"{self._settings.public_url}/api/v1"
            self._http[post] = httpx.Client(base_url=address, headers=headers, timeout=PATIENCE)
        return self._http[post]

    async def _token(self, post: str) -> str:
        engine, now = db.make_engine(self._settings), datetime.now(UTC)
        scopes, until = (Scope.READ, Scope.WRITE), now + timedelta(days=1)
        address = self._addresses[post]
        try:
            return await api_tokens.new_api_token(
                engine, address, Post(post), "A test", scopes, expires_at=until, now=now
            )
        finally:
            await engine.dispose()

    def browser(self, post: str) -> httpx.Client:
        """A browser in which the holder of the post is signed in."""
        cookie = {cookie_name(False): asyncio.run(self._session(post))}
        return httpx.Client(base_url=self._settings.public_url, cookies=cookie, timeout=PATIENCE)

    async def _session(self, post: str) -> str:
        engine = db.make_engine(self._settings)
        try:
            async with write_transaction(engine) as connection:
                token = await begin_session(connection, self._addresses[post], "A test", datetime.now(UTC))
                strong = "UPDATE sessions SET strong = 1, strong_at = CURRENT_TIMESTAMP, post = ? WHERE email = ?"
                await connection.exec_driver_sql(f"{strong} AND ended_at IS NULL", (post, self._addresses[post]))
                return token
        finally:
            await engine.dispose()

    def cases(self) -> dict[str, dict[str, Any]]:
        """Every case by its title."""
        rows = self.program(RSO).get("/cases", params={"limit": 200}).raise_for_status().json()["cases"]
        return {row["title"]: row for row in rows}

    def case(self, reference: str) -> dict[str, Any]:
        """A case as the secretariat reads it."""
        found: dict[str, Any] = self.program(RSO).get(f"/cases/{reference}").raise_for_status().json()
        return found

    def do(self, reference: str, number: int, step: Step) -> None:
        """Give a command, which is taken."""
        post, command, fields = step
        if needs_proof(command, Policy.default()):
            self._by_hand(reference, post, command, fields)
            return
        key = {"Idempotency-Key": f"{reference}-{number}"}
        answer = self.program(post).post(f"/cases/{reference}/commands", json={"do": command, **fields}, headers=key)
        assert answer.status_code == 200, (step, answer.text)

    def _by_hand(self, reference: str, post: str, command: str, fields: Mapping[str, Any]) -> None:
        """The same on the page, as a person does who has shown the second factor."""
        inner = {**fields.get("command", {"do": command, **fields})}
        of_another = {"_for": fields["post"], "_how": fields["how"], "_why": fields["text"]} if "how" in fields else {}
        path = f"/cases/{reference}/do/{inner.pop('do')}"
        with self.browser(post) as http:
            key = key_in(http.get(path, params={"for": fields["post"]} if of_another else {}).text)
            answer = http.post(path, data={"_key": key, **of_another, **inner})
        assert answer.status_code == 303, (post, command, fields, answer.text)


def clock_has_acted(posts: Posts) -> None:
    """Wait until the clock has done whatever was overdue in any case."""

    def nothing_is_late() -> bool:
        return not any(is_late(posts.case(row["reference"])) for row in posts.cases().values())

    block_until(nothing_is_late)


def is_late(case: dict[str, Any]) -> bool:
    """Whether the clock has an act before it whose instant is past."""
    coming = [deadline["next"]["at"] for deadline in case["deadlines"] if deadline["next"]]
    return any(datetime.fromisoformat(at) < datetime.now(UTC) for at in coming)


def test_a_folder_is_kept() -> None:
    assert FOLDERS


@pytest.mark.slow
@pytest.mark.journey
def test_a_folder_of_an_older_version_opens_and_its_cases_go_on(product: Product) -> None:
    folder = product.settings.data_dir
    with closing(sqlite3.connect(folder / "ahg.db")) as records:
        logged = records.execute("SELECT stream, seq, hash FROM entries ORDER BY stream, seq").fetchall()
    product.up()
    posts = Posts(product.settings)

    assert " 0 do not fit" in product.said("replay")
    clock_has_acted(posts)
    assert " 0 faults" in product.said("verify")

    cases = posts.cases()
    assert cases.keys() == GO_ON.keys() | LEFT_ALONE.keys()
    assert {title: row["stage"] for title, row in cases.items() if title in GO_ON} == {
        title: before for title, (before, _, _) in GO_ON.items()
    }
    assert all(cases[title]["stage"] in stages for title, stages in LEFT_ALONE.items())
    mail_goes_out_again(product)

    for title, (_, steps, _) in GO_ON.items():
        for number, step in enumerate(steps):
            posts.do(cases[title]["reference"], number, step)
    assert {title: row["stage"] for title, row in posts.cases().items() if title in GO_ON} == {
        title: after for title, (_, _, after) in GO_ON.items()
    }
    what_the_steps_changed(posts)
    pages_are_read(posts, cases["at work"]["reference"])

    assert " 0 faults" in product.said("verify")
    with closing(sqlite3.connect(folder / "ahg.db")) as records:
        now = records.execute("SELECT stream, seq, hash FROM entries ORDER BY stream, seq").fetchall()
    assert set(logged) < set(now)
    product.interrupt()


def mail_goes_out_again(product: Product) -> None:
    """Mail was paused, and one that had come back is stuck. Afterwards the doctor finds nothing wrong."""
    board = product.said("mail", "board")
    assert "The folder is packed." in board
    (stuck,) = re.findall(r"^  (\S+)\n.*\n    bounced,", board, re.MULTILINE)
    product.said("mail", "give-up", stuck, "--why", "The desk was told by telephone.")
    product.said("mail", "resume")
    block_until(lambda: product.ahg("doctor").returncode == 0)  # what was held back goes out first


def what_the_steps_changed(posts: Posts) -> None:
    """What commands of parts of a case have made of them."""
    references = {title: row["reference"] for title, row in posts.cases().items()}
    work = posts.case(references["at work"])
    assert {one["title"]: one["state"] for one in work["outcomes"]} == {
        "Patrols": "open",
        "A hotline": "verified",
        "A register": "open",
        "A course": "done",
    }
    assert all(one["in_force_from"] for one in work["arrangements"] if one["title"] == "Weekly figures")
    assert {one["member"]: one["state"] for one in work["participants"]}["PK"] == "observer"
    assert [gate["outcome"] for gate in work["gates"] if gate["name"] == "extension"] == ["approved"]
    for title, state in (
        ("consent not given", "released"),
        ("consent awaited", "released"),
        ("circulated", "released"),
    ):
        assert [one["state"] for one in posts.case(references[title])["circulations"]] == [state], title
    assert posts.program("JP/focal-point").get("/draft").json()["content"]["title"] == "A draft of Japan"


def pages_are_read(posts: Posts, reference: str) -> None:
    """Old entries on the case's pages, its notices, and the policy that waits for the other Co-Chair."""
    with posts.browser(ID) as http:
        for path, said in (
            ("/", "/admin/policy#proposal"),
            (f"/cases/{reference}", "at work"),
            (f"/cases/{reference}/log", "Menunggu anggaran."),
            (f"/cases/{reference}/notices", "The desk was told by telephone."),
            ("/admin/policy", "A week is too long."),
        ):
            page = http.get(path)
            assert page.status_code == 200, path
            assert said in page.text, path
