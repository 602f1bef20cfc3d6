"""``ahg up`` in an empty folder, and the other commands beside it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

import cli
from ops.processes import free_port
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
