"""The supervisor in a process of its own, with small children: what dies comes back, what stops stops all."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from ops.processes import Child
from ops.supervisor import REFUSED, STARTS, Supervisor, SupervisorError
from settings import Settings
from tests.waiting import PATIENCE, block_until

ROOT = Path(__file__).parents[2]

# Two children that only wait; the first also ignores SIGTERM and has a child of its own.
SCRIPT = textwrap.dedent(
    """
    import asyncio, os, sys
    from pathlib import Path
    from ops.processes import Child
    from ops.supervisor import SupervisorError, run_product
    from settings import load_settings

    stubborn = (
        "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']); print('up', flush=True);"
        "[signal.pause() for _ in iter(int, 1)]"
    )
    polite = "import signal; print('up', flush=True); signal.pause()"
    settings = load_settings()

    def child(name, code):
        log = settings.data_dir / "logs" / f"{name}.{os.getpid()}.log"  # not that of a supervisor before
        async def ready():
            return "up" in log.read_text()
        return Child(name, (sys.executable, "-c", code, name), log, ready=ready, grace=0.5)

    try:
        asyncio.run(run_product(settings, [child("stubborn", stubborn), child("polite", polite)]))
    except SupervisorError as error:
        sys.exit(str(error))
    """
)


class Running:
    """A supervisor under test and all processes it ever had."""

    def __init__(self, folder: Path) -> None:
        environment = os.environ | {"AHG_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
        self.out = folder.with_suffix(".out")
        with self.out.open("ab") as out:
            self.process = subprocess.Popen(
                (sys.executable, "-c", SCRIPT), env=environment, stdout=out, stderr=out, cwd=ROOT
            )
        self.seen: set[psutil.Process] = set()

    def family(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        self.seen.update(found)
        return found

    def children(self, name: str) -> list[psutil.Process]:
        # While it becomes another program a process has no command line.
        return [process for process in self.family() if process.cmdline()[-1:] == [name]]

    def said(self, text: str) -> bool:
        return text in self.out.read_text()

    def end(self) -> None:
        """Kill it and all that it ever started: a child of a child is not tied to the supervisor's life."""
        if self.process.poll() is None:
            self.family()
            self.process.kill()
        self.process.wait()
        for process in self.seen:
            with suppress(ProcessLookupError):  # what a child has started meanwhile is of its group
                os.killpg(process.pid, signal.SIGKILL)
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def nobody_left(self) -> bool:
        return not any(process.is_running() and process.status() != "zombie" for process in self.seen)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Running]]:
    started: list[Running] = []

    def make() -> Running:
        started.append(Running(tmp_path / "data"))
        return started[-1]

    yield make
    for running in started:
        running.end()


def test_a_child_that_dies_is_started_again(start: Callable[[], Running]) -> None:
    running = start()
    block_until(lambda: running.said("pages are at"))
    (polite,) = running.children("polite")

    polite.kill()

    block_until(lambda: running.said("polite ended (-9); starting it again"))
    block_until(lambda: running.said("polite runs again"))
    block_until(lambda: [process.pid != polite.pid for process in running.children("polite")] == [True])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_in_reverse_order(start: Callable[[], Running], number: signal.Signals) -> None:
    running = start()
    block_until(lambda: running.said("pages are at"))
    assert len(running.family()) == 3  # the stubborn one's child too

    running.process.send_signal(number)

    assert running.process.wait(PATIENCE) == 0
    assert running.nobody_left()
    text = running.out.read_text()
    assert text.index("stopping polite") < text.index("stopping stubborn")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to the life of its parent")
def test_a_killed_supervisor_leaves_no_child_and_can_be_started_again(start: Callable[[], Running]) -> None:
    running = start()
    block_until(lambda: running.said("pages are at"))
    running.family()
    children = psutil.Process(running.process.pid).children()
    assert len(children) == 2

    running.process.kill()
    running.process.wait()

    block_until(lambda: not any(child.is_running() and child.status() != "zombie" for child in children))
    again = start()
    block_until(lambda: again.out.read_text().count("pages are at") == 2)


def test_a_second_supervisor_on_the_same_folder_refuses_in_a_sentence(start: Callable[[], Running]) -> None:
    first = start()
    block_until(lambda: first.said("pages are at"))

    second = start()

    assert second.process.wait(PATIENCE) == 1
    assert second.said(f"ahg is running already on {first.out.with_suffix('')} (process {first.process.pid})")
    assert first.process.poll() is None


def _dying(tmp_path: Path, times: int, code: int) -> Child:
    """A child that dies so often before it is ready; each start leaves a character in a file."""
    count, log = tmp_path / "starts", tmp_path / "child.log"
    program = (
        f"import pathlib, signal, sys; p = pathlib.Path({str(count)!r}); p.open('a').write('x');"
        f"len(p.read_text()) > {times} or sys.exit({code}); print('up', flush=True); signal.pause()"
    )

    async def ready() -> bool:
        return "up" in log.read_text()

    return Child("dying", (sys.executable, "-c", program), log, ready=ready, grace=0.5)


async def test_a_child_that_dies_while_it_starts_is_started_again(tmp_path: Path, settings: Settings) -> None:
    supervisor = Supervisor(settings, [_dying(tmp_path, 1, 1)])
    try:
        await supervisor._start_all()
    finally:
        await supervisor._stop_all()

    assert (tmp_path / "starts").read_text() == "xx"


@pytest.mark.parametrize(("code", "starts"), [(1, STARTS), (REFUSED, 1)])
async def test_a_child_that_never_starts_or_refuses_its_settings_ends_it(
    code: int, starts: int, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.supervisor.FIRST_PAUSE", 0.01)
    supervisor = Supervisor(settings, [_dying(tmp_path, 100, code)])
    with pytest.raises(SupervisorError, match="dying ended"):
        await supervisor._start_all()

    assert len((tmp_path / "starts").read_text()) == starts
