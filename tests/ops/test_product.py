"""The product's own programs under the supervisor: up, each one killed, up again, stopped."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from ops.processes import free_port
from settings import Settings
from tests.waiting import PATIENCE, block_until

ROOT = Path(__file__).parents[2]
PROGRAMS = {"mail": "ops.catcher", "temporal": "start-dev", "worker": "worker", "web": "web.serve"}


@pytest.fixture
def product(tmp_path: Path, database_url: str) -> Iterator[tuple[Settings, subprocess.Popen[bytes], Path]]:
    settings = Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        web_port=free_port(),
        smtp_port=free_port(),
        temporal_port=free_port(),
    )
    out = tmp_path / "console"
    with out.open("wb") as console:
        process = subprocess.Popen(
            (sys.executable, "-m", "ops.supervisor"),
            cwd=ROOT,
            env=settings.environment(),
            stdout=console,
            stderr=console,
        )
    yield settings, process, out
    process.kill()
    process.wait()


def wait_for(out: Path, text: str, process: subprocess.Popen[bytes]) -> None:
    block_until(lambda: text in out.read_text() or process.poll() is not None)
    assert process.poll() is None, out.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # test_commands_on_a_running_product: SQLite
def test_the_whole_product_comes_up_survives_kills_and_stops(
    product: tuple[Settings, subprocess.Popen[bytes], Path],
) -> None:
    settings, process, out = product
    wait_for(out, "pages are at", process)
    ready = f"http://127.0.0.1:{settings.web_port}/readyz"
    assert httpx.get(ready).status_code == 200

    for name, mark in PROGRAMS.items():
        children = psutil.Process(process.pid).children()
        (victim,) = [child for child in children if mark in child.cmdline()]
        victim.kill()
        wait_for(out, f"{name} runs again", process)

    assert httpx.get(ready).status_code == 200
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert not [child for child in children if child.is_running()]
