"""``make bench-growth``: what grows with the number of open cases, and how.

The cases are parked on an embedded server, with the worker in a process of its own (``benchmarks.parked``). Every figure
is processor time of all three processes, which does not depend on who else is on the machine; its growth is what counts.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from temporalio.service import RPCError

from benchmarks import report
from benchmarks.pages import OpenedPages, browser_for
from benchmarks.parked import Deployment, deployed, spent
from benchmarks.plot import curves
from models.posts import Post
from ops.backup import make_backup
from ops.replay import nudge_all
from ops.verify import verify_records
from worker import trust_of
from workflows.code_version import code_version
from workflows.replays import open_histories, replay_all

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_PICTURE = DOCUMENT.with_name("growth.svg")
TARGET = 1.3
"""How much more than linear, or than flat, still counts as it: a machine is never quiet."""
_TIMES = 40
_BEGIN, _END = "<!-- growth: written by `make bench-growth` -->", "<!-- growth: end -->"
_FLAT = ("a decision", "the list of cases, first page")
_QUIET = 0.05
"""Processor seconds within one that a worker at rest spends at most."""


class Growth:
    """Measures one deployment as it grows. ``folder``: for what is written."""

    def __init__(self, place: Deployment, folder: Path) -> None:
        self._place = place
        self._folder = folder
        self.seconds: dict[str, list[float]] = {}
        self.waited: dict[str, list[float]] = {}

    async def measure(self) -> None:
        """Add a figure for each part, at as many cases as there are now."""
        place = self._place
        await self._of("a decision", lambda: place.decide_many(range(_TIMES)), _TIMES)
        await self._of("the list of cases, first page", self._lists, _TIMES)
        await self._of("ahg verify", self._verify)
        await self._of("ahg backup", self._backup)
        await self._of("ahg replay --every", lambda: self._replay(None))
        await self._of("ahg replay, nothing changed", lambda: self._replay(code_version()))
        await self._of("ahg nudge, all awake and at rest again", self._nudge)

    async def _of(self, name: str, work: Callable[[], Awaitable[object]], times: int = 1) -> None:
        parts = self._place.worker, self._place.server.process
        before, began = spent(*parts), time.perf_counter()
        await work()
        waited = (time.perf_counter() - began) / times
        cost = (spent(*parts) - before) / times
        self.seconds.setdefault(name, []).append(cost)
        self.waited.setdefault(name, []).append(waited)
        report(f"  {name:40} {cost:9.3f} s of processor time, {waited:9.3f} s of waiting")

    async def _lists(self) -> None:
        place, post = OpenedPages(self._place.engine, self._place.settings), Post("AU/co-chair")
        browser = await browser_for(place, self._place.engine, self._place.settings, post)
        async with browser:
            for _ in range(_TIMES):
                (await browser.get("/cases")).raise_for_status()

    async def _verify(self) -> None:
        place = self._place
        checked = verify_records(place.engine, place.client, trust=trust_of(place.settings))
        assert not [fault async for fault in checked], "the records are at fault"

    async def _backup(self) -> None:
        path = self._folder / f"backup-{len(self._place.references)}"
        await make_backup(self._place.settings, path, datetime.now(UTC))

    async def _replay(self, but_of: str | None) -> None:
        client = self._place.client
        left_out: list[str] = []
        histories = open_histories(client, but_of=but_of, left_out=left_out)
        found = [fault async for _, fault in replay_all(histories, client.data_converter, client.namespace)]
        assert not any(found), "a case does not fit its own code"
        assert len(found) + len(left_out) >= len(self._place.references), "some were not looked at"

    async def _nudge(self) -> None:
        with suppress(RPCError):
            assert await nudge_all(self._place.client) >= len(self._place.references)
        before = spent(self._place.worker)
        while True:
            await asyncio.sleep(1)
            now = spent(self._place.worker)
            if now - before < _QUIET:
                return
            before = now


def _table(across: list[int], seconds: dict[str, list[float]]) -> tuple[list[str], bool]:
    """The lines of the table, and whether every target is met."""
    times = across[-1] / across[-2]
    lines = [
        "| processor time (s) with open cases | "
        + " | ".join(f"{cases:,}" for cases in across)
        + " | times | at most |",
        "|---|" + "---|" * (len(across) + 2),
    ]
    well = True
    for name, found in seconds.items():
        ratio, most = found[-1] / found[-2], TARGET * (1 if name in _FLAT else times)
        well &= ratio <= most
        figures = " | ".join(f"{one:.3f}" if one < 1 else f"{one:.1f}" for one in found)
        lines.append(f"| {name} | {figures} | {ratio:.1f} | {most:.1f}{'' if ratio <= most else ' MISSED'} |")
    return lines, well


def _write(title: str, lines: list[str], across: list[int], seconds: dict[str, list[float]]) -> None:
    """Put the table into the document, and the picture beside it."""
    _PICTURE.write_text(curves(title, across, seconds), encoding="utf-8")
    written = "\n".join([_BEGIN, *lines, _END])
    before = DOCUMENT.read_text(encoding="utf-8")
    document = re.sub(f"{re.escape(_BEGIN)}.*{re.escape(_END)}", lambda _: written, before, flags=re.DOTALL)
    DOCUMENT.write_text(document, encoding="utf-8")


async def main(across: list[int], *, keep: bool) -> int:
    """Measure; the exit code is 1 where something grows faster than the number of cases, or a page at all."""
    with tempfile.TemporaryDirectory(prefix="ahg-bench-") as folder:
        async with deployed(Path(folder)) as place:
            growth = Growth(place, Path(folder))
            for cases in across:
                await place.park(cases)
                report(f"{cases} open cases:")
                await growth.measure()
    lines, well = _table(across, growth.seconds)
    report("\n".join(lines))
    if keep:
        _write("Processor time by the number of open cases", lines, across, growth.seconds)
    return 0 if well else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--keep", action="store_true", help="write table and picture into docs/")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.cases, keep=given.keep)))
