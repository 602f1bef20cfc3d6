"""The driver itself: what it draws, how it shrinks, what its checks find; one short run; and builds that are wrong."""

import asyncio
import errno
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from subprocess import PIPE, Popen

import psutil
import pytest

from ops.processes import free_port
from tests.chaos.between import Proxy, to_port
from tests.chaos.checks import Logged, Size, of_commands, of_sizes
from tests.chaos.disk import Disk
from tests.chaos.journal import Answer, Given, Journal
from tests.chaos.run import Plan, play
from tests.chaos.schedule import CHEAP, KINDS, Fault, drawn, only
from tests.chaos.shrink import shrunk
from tests.waiting import PATIENCE


@pytest.mark.parametrize("database", KINDS)
def test_a_seed_draws_the_same_faults_and_each_kind_before_any_comes_again(database: str) -> None:
    faults = drawn(3, 200, database)
    kinds = [(fault.what, fault.part) for fault in faults if fault.what != "deploy"]

    assert faults == drawn(3, 200, database)
    assert faults != drawn(4, 200, database)
    assert [fault.at for fault in faults] == sorted(fault.at for fault in faults)
    assert set(kinds) == set(KINDS[database])
    assert [fault.what for fault in faults].count("deploy") == 1
    assert [fault.number for fault in only(faults, [2, 5])] == [2, 5]


async def test_a_schedule_shrinks_to_the_fault_that_fails() -> None:
    async def fails(faults: Iterable[Fault]) -> bool:
        return any(fault.number == 6 for fault in faults)

    fewest = await shrunk(drawn(1, 32, "sqlite", CHEAP), fails, 10)

    assert [fault.number for fault in fewest] == [6]


async def test_no_more_runs_are_made_than_are_given() -> None:
    tried = []

    async def fails(faults: tuple[Fault, ...]) -> bool:
        tried.append(len(faults))
        return len(faults) > 1

    assert len(await shrunk(drawn(1, 32, "sqlite", CHEAP), fails, 2)) == 2
    assert tried == [4, 2]


async def test_a_proxy_passes_on_and_cuts() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(100):
            writer.write(said)

    port = free_port()
    async with await asyncio.start_server(echo, "127.0.0.1", port):
        proxy = Proxy(to_port(port), free_port())
        await proxy.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"hello")
        assert await reader.read(100) == b"hello"
        proxy.cut()
        with pytest.raises(ConnectionError):
            await reader.readexactly(1)
        proxy.stop()
        writer.close()


_WRITES = """
import sys
for _ in sys.stdin:
    try:
        open(sys.argv[1], "ab", 0).write(bytes(8192))
    except OSError as error:
        print(error.errno, flush=True)
    else:
        print("written", flush=True)
"""


@pytest.mark.parametrize("mounts", [True, False])
def test_a_full_disk_takes_nothing_more_until_it_is_freed(mounts: bool, tmp_path: Path) -> None:
    """On a tmpfs where the machine lets us mount one, and by a limit of file sizes."""
    disk = Disk(tmp_path / "disk", 2, mounts=mounts)
    command = (sys.executable, "-c", _WRITES, str(tmp_path / "disk" / "file"))
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as writer:
        try:
            assert writer.stdin is not None
            assert writer.stdout is not None
            said = []
            for full in (False, True, False):
                if full:
                    disk.fill([psutil.Process(writer.pid)])
                else:
                    disk.free()
                writer.stdin.write("\n")
                writer.stdin.flush()
                said.append(writer.stdout.readline().strip())
        finally:
            writer.kill()
            disk.close()

    assert said == ["written", str(errno.ENOSPC if disk.small else errno.EFBIG), "written"]


# what the checks find --------------------------------------------------------------------------------------------


def _journal(answer: Answer, seq: int = 2) -> Journal:
    given = Given("api", "TH/focal-point", "progress", "AHG-1", "id", "note 0123456789abcdef0123456789abcdef")
    given.answer, given.seq = answer, seq
    return Journal([given])


def _log(*commands: str, told: str = "") -> list[Logged]:
    return [Logged("AHG-1", seq, command, told) for seq, command in enumerate(commands, 1)]


@pytest.mark.parametrize(
    ("journal", "log", "found"),
    [
        (_journal(Answer.ACKNOWLEDGED), _log("other", "id"), ""),
        (_journal(Answer.ACKNOWLEDGED), _log("id", "id"), ""),
        (_journal(Answer.UNKNOWN), _log("other", "id"), ""),
        (_journal(Answer.UNKNOWN), _log("other"), ""),
        (_journal(Answer.REFUSED), _log("other"), ""),
        (_journal(Answer.ACKNOWLEDGED), _log("other"), "LOST"),
        (_journal(Answer.ACKNOWLEDGED), _log("other", "other", "id"), "MOVED"),
        (_journal(Answer.ACKNOWLEDGED, 3), _log("id", "other", "id"), "DOUBLED"),
        (_journal(Answer.UNKNOWN), _log("id", "other", "id"), "DOUBLED"),
        (_journal(Answer.UNKNOWN), _log("id", "again", told="note 0123456789abcdef0123456789abcdef."), "DOUBLED"),
        (_journal(Answer.REFUSED), _log("id"), "REFUSED, AND DONE"),
    ],
)
def test_the_log_is_compared_with_what_was_answered(journal: Journal, log: list[Logged], found: str) -> None:
    said = list(of_commands(journal, log))

    assert [one.partition(":")[0] for one in said] == ([found] if found else [])


def test_files_and_memory_that_are_not_given_back_are_found() -> None:
    before = {"worker": Size(1, 100 << 20, 30), "web": Size(2, 100 << 20, 30)}
    after = {"worker": Size(1, 900 << 20, 30), "web": Size(3, 110 << 20, 300)}

    assert [one.partition(":")[0] for one in of_sizes(before, after)] == ["MEMORY", "OPEN FILES"]
    assert list(of_sizes(before, before)) == []


# runs ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.journey
async def test_a_short_run_loses_and_doubles_nothing() -> None:
    faults = drawn(1, 8, "sqlite", CHEAP, len(CHEAP))
    plan = Plan(1, 8, "sqlite", faults, players=2, patience=2 * PATIENCE, hurry=True)

    report = await play(plan)

    assert report.faults == [], "\n".join(report.lines())
    assert report.done
    assert report.journal.counts()[Answer.ACKNOWLEDGED]


@pytest.mark.long
@pytest.mark.journey
@pytest.mark.parametrize(
    ("build", "faults", "found"),
    [
        ("early", (Fault(1, 1.0, "kill", "worker", 1.0),), r"LOST: |VERIFY: .*the log has no such entry"),
        ("key", (), "DOUBLED: what"),
        ("nudge", (), "NOT SENT: "),
    ],
)
async def test_a_build_that_is_wrong_is_found(build: str, faults: tuple[Fault, ...], found: str) -> None:
    twice = 1.0 if build == "key" else 0.0
    plan = Plan(1, 3, "sqlite", faults, players=2, patience=10, broken=build, twice=twice, warm=2)

    report = await play(plan)
    shutil.rmtree(report.folder, ignore_errors=True)

    assert any(re.match(found, fault) for fault in report.faults), "\n".join(report.lines())
    assert "make chaos SEED=1" in "\n".join(report.lines())
