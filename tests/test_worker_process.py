"""How a process ends in which Temporal's core has run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[1]

CALL_UNDER_WAY = """
import asyncio, socket, sys, time
from datetime import timedelta
from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client

silent = socket.create_server(("127.0.0.1", 0))

class TakenDownSlowly:
    def __del__(self, sleep=time.sleep):
        sleep(2)

sys.modules["taken_down_slowly"] = TakenDownSlowly()

async def call():
    client = await Client.connect("127.0.0.1:%d" % silent.getsockname()[1], lazy=True)
    service = client.workflow_service
    asked = asyncio.ensure_future(service.get_system_info(GetSystemInfoRequest(), timeout=timedelta(seconds=1.5)))
    await asyncio.sleep(0.3)  # the core waits for an answer now, in a thread that is not Python's
    print("done")

def program():
    asyncio.run(call())
"""
"""A program that ends while the core has a call under way, with an interpreter that takes its time to end."""


def ended(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-c", f"{program}\nimport surroundings\nsurroundings.exit_without_teardown(program)"),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_call_of_the_core_that_is_under_way_does_not_disturb_the_end_of_a_program() -> None:
    done = ended(CALL_UNDER_WAY)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.mark.parametrize(
    ("way", "code", "said"),
    [
        ("pass", 0, ""),
        ("raise SystemExit", 0, ""),
        ("raise SystemExit(2)", 2, ""),
        ("raise SystemExit('no room')", 1, "no room\n"),
        ("raise KeyError('lost')", 1, "KeyError: 'lost'\n"),
    ],
)
def test_a_program_ends_with_its_own_code_and_last_words(way: str, code: int, said: str) -> None:
    done = ended(f"def program():\n    {way}\n")
    assert done.returncode == code
    assert done.stderr.endswith(said)
    assert bool(done.stderr) == bool(said)


def test_what_is_due_at_exit_is_done_before_the_end() -> None:
    done = ended(
        "import atexit, threading\n"
        "def program():\n"
        "    atexit.register(print, 'at exit', end='')\n"
        "    def outlive():\n"
        "        threading.main_thread().join()\n"
        "        print('thread', end=', ')\n"
        "    threading.Thread(target=outlive).start()\n"
    )
    assert (done.returncode, done.stdout) == (0, "thread, at exit")
