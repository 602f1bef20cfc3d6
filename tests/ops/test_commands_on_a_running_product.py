"""``ahg up`` in an empty folder, and the other commands beside it."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import pytest
from typer.testing import CliRunner

import cli
import db
from models.posts import Post
from ops.catcher import read_mail
from ops.processes import free_port
from records.api_tokens import Scope, new_api_token
from settings import Settings
from tests.waiting import PATIENCE, block_until

AHG = Path(sys.executable).with_name("ahg")
REQUEST = {"title": "Boats in the strait of Đà Nẵng", "situation": "Boats leave by night.", "routes": [{"to": "LK"}]}


@dataclass
class Product:
    """A folder with a product in it, which runs or does not."""

    settings: Settings
    console: Path
    process: subprocess.Popen[bytes] | None = None

    def up(self) -> None:
        """Start everything; returns when the pages answer."""
        with self.console.open("wb") as console:
            self.process = process = subprocess.Popen(
                (AHG, "up"), cwd=self.console.parent, env=self._environment(), stdout=console, stderr=console
            )
        block_until(lambda: "pages are at" in self.console.read_text() or process.poll() is not None)
        assert process.poll() is None, self.console.read_text()

    def interrupt(self) -> None:
        """Ctrl-C: everything ends, with code 0, and nothing is left."""
        assert self.process is not None
        children = psutil.Process(self.process.pid).children(recursive=True)
        assert len(children) >= 4
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(PATIENCE) == 0, self.console.read_text()
        assert not [child for child in children if child.is_running()]

    def ahg(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command beside it, as a process of its own."""
        return subprocess.run(
            (AHG, *words),
            cwd=self.console.parent,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def said(self, *words: str) -> str:
        """What a command that must succeed writes; it runs in this process, for one of its own takes long to begin."""
        done = CliRunner().invoke(cli.app, words, env=self._environment())
        assert done.exit_code == 0, (words, done.stdout, done.stderr, done.exception)
        return done.stdout

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.settings.environment(), "COLUMNS": "200"}


@pytest.fixture
def product(tmp_path: Path, database_url: str) -> Iterator[Product]:
    settings = Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        web_port=free_port(),
        smtp_port=free_port(),
        temporal_port=free_port(),
    )
    made = Product(settings, tmp_path / "console")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the commands read the same tables on both
def test_the_commands_work_beside_a_running_product_and_find_their_cases_when_it_runs_again(product: Product) -> None:
    product.up()
    assert "0 cases" in product.said("case", "list")
    done = product.said("case", "do", "submit", "--by", "LK/focal-point", "--with", json.dumps(REQUEST), "--id", "s1")
    reference = done.split()[0]
    product.said("case", "do", "accept", "--case", reference, "--by", "RSO/secretariat")
    refused = product.ahg("case", "do", "convene", "--case", reference, "--by", "MV/focal-point")
    assert refused.returncode == 1
    assert "may" in refused.stderr

    shown = product.said("case", "show", reference)
    assert json.loads(shown)["stage"] == "co_chair_review"
    assert "Đà Nẵng" in shown
    assert reference in product.said("case", "list")
    assert "found" in product.said("case", "history", reference)
    assert "decide" in product.said("case", "allowed", reference, "--by", "AU/co-chair")
    log = product.said("case", "export", reference)
    assert [json.loads(line)["seq"] for line in log.splitlines()] == list(range(1, len(log.splitlines()) + 1))
    assert " 0 faults" in product.said("verify")
    product.said("doctor")
    product.said("replay")
    product.said("nudge")

    product.interrupt()
    assert product.ahg("case", "do", "suspend", "--case", reference, "--by", "RSO/secretariat").returncode != 0
    assert reference in product.said("case", "list")  # the records are read without the rest

    product.up()
    assert json.loads(product.said("case", "show", reference)) == json.loads(shown)
    product.said(
        "case",
        "do",
        "decide",
        "--case",
        reference,
        "--by",
        "AU/co-chair",
        "--with",
        "{gate: activation, position: approve}",
    )
    assert "ID/co-chair" in product.said("case", "list")
    assert " 0 faults" in product.said("verify")
    product.interrupt()


def lines_of(path: Path) -> list[dict[str, object]]:
    """The lines of a log, each of which must be JSON."""
    return [json.loads(line) for line in path.read_text().splitlines()]


async def token_of(settings: Settings, email: str, post: str) -> str:
    """A token for a program of the holder of a post."""
    now = datetime.now(UTC)
    async with db.open_engine(settings) as engine:
        scopes, end = (Scope.READ, Scope.WRITE), now + timedelta(days=1)
        return await new_api_token(engine, email, Post(post), "A program", scopes, expires_at=end, now=now)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_request_is_followed_through_the_logs_which_are_json_and_tell_of_nobody(product: Product) -> None:
    """Somebody signs in by a mailed link, a program asks for a group, and something is refused."""
    data, post, email = product.settings.data_dir, "LK/focal-point", "focal-point@lk.ahg.localhost"
    product.settings = Settings(
        **{name: getattr(product.settings, name) for name in product.settings.model_fields_set},
        log_format="json",
        log_level="DEBUG",
    )
    product.up()
    number, strange = str(uuid4()), "Ana.Silva@example.org"
    token = asyncio.run(token_of(product.settings, email, post))
    program = {"Authorization": f"Bearer {token}", "Idempotency-Key": "first-request", "X-Request-ID": number}
    with httpx.Client(base_url=f"http://127.0.0.1:{product.settings.web_port}", timeout=PATIENCE) as http:
        assert http.get("/sign-in", headers={"X-Request-ID": strange}).headers["X-Request-ID"] != strange
        assert http.post("/sign-in", data={"email": email}).status_code == 200
        block_until(lambda: list((data / "mail").glob("[!.]*.eml")) != [])
        (mail,) = (data / "mail").glob("[!.]*.eml")
        body = read_mail(mail).message.get_body(("plain",))
        found = re.search(r"/sign-in/(\S+)", body.get_content()) if body is not None else None
        assert found
        assert http.post(f"/sign-in/{found[1]}").status_code == 303
        assert http.get(f"/sign-in/{found[1]}").status_code in (200, 303, 410)
        done = http.post("/api/v1/cases", json=REQUEST, headers=program)
        assert done.status_code == 201, done.text
        assert done.headers["X-Request-ID"] == number
        case = done.json()["reference"]
        no = http.post(f"/api/v1/cases/{case}/commands", json={"do": "accept"}, headers=program)
        assert no.status_code in (403, 409, 412, 422, 428), no.text
    block_until(lambda: len(list((data / "mail").glob("[!.]*.eml"))) >= 3)
    product.interrupt()

    logs = {name: lines_of(data / "logs" / f"{name}.log") for name in ("web", "worker", "mail")}
    (taken,) = [line for line in logs["web"] if line["event"] == "a command was taken"]
    (recorded,) = [line for line in logs["worker"] if line.get("request") == number and line["event"] == "recorded"]
    assert (taken["request"], taken["case"]) == (number, case)
    assert recorded["command"] == taken["command"]
    assert [line for line in logs["worker"] if line["event"] == "a mail was attempted" and line["case"] == case]
    for line in lines_of(product.console):
        assert {"event", "process"} & set(line)
    said = product.console.read_text() + "".join(one.read_text() for one in (data / "logs").glob("*.log"))
    secrets = [strange, "ana.silva", found[1], token, *http.cookies.values(), product.settings.local_key or "-" * 50]
    for secret in (*secrets, "ahg.localhost", "Đà Nẵng", "Boats leave", "Boats in the strait"):
        assert secret.lower() not in said.lower(), secret
    assert json.dumps("Đà Nẵng")[1:-1] not in said
