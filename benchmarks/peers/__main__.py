"""``make bench-peers``: the product beside its peers, in one run on one machine.

make bench-peers ARGS="--subjects bare,product --works W1,W4"
make bench-peers ARGS=--write           # and write table and picture into docs/
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.peers.measure import SubjectFailed, measure_subject
from benchmarks.peers.promises import verdict
from benchmarks.peers.results import Measurement, Results, one_line, write
from benchmarks.peers.servers import cluster
from benchmarks.peers.versions import versions_of
from benchmarks.peers.work import SUBJECTS, WORKS

_ROOT = Path(__file__).parents[2]
_SPINS = 4_000_000


def spin() -> float:
    """Seconds of wall time that the same piece of arithmetic takes: what else the machine does shows in it."""
    begun = time.perf_counter()
    count = 0
    while count < _SPINS:
        count += 1
    return time.perf_counter() - begun


async def measure_all(given: argparse.Namespace) -> Results:
    """Every work, in rounds, each subject once a round and the order turned from round to round."""
    sizes = {name: getattr(given, name) for name in _SIZES}
    found = Results(datetime.now(UTC), sizes, versions_of(given.subjects))
    with (
        tempfile.TemporaryDirectory(prefix="ahg-peers-") as temporary,
        cluster(Path(temporary) / "postgres") as postgres,
    ):
        found.versions["PostgreSQL"] = postgres.version()
        for work in given.works:
            for number in range(given.rounds if work == "W1" else 1):
                turned = given.subjects[number % len(given.subjects) :] + given.subjects[: number % len(given.subjects)]
                for name in turned:
                    found.spins.append(spin())
                    folder = Path(temporary) / f"{work}-{number}-{name}"
                    folder.mkdir()
                    begun = time.perf_counter()
                    try:
                        figures = await measure_subject(name, work, sizes, postgres, folder)
                    except SubjectFailed as failed:
                        figures = {"failed": str(failed)}
                    found.measured.append(Measurement(name, work, figures))
                    report(f"{work} {name:<14} {one_line(figures)} ({time.perf_counter() - begun:.0f} s)")
    return found


_SIZES: dict[str, tuple[type, Any, str]] = {
    "cases": (int, 15, "W1: cases"),
    "at_once": (int, 10, "W1: how many of them at a time (W2: twice as many)"),
    "parked": (int, 1000, "W2: cases that wait"),
    "lives": (int, 4, "W3: how often the subject is killed"),
    "decisions": (int, 4, "W3: decisions in each life"),
    "doubled": (int, 3, "W4: cases"),
    "clicks": (int, 100, "W4: double clicks in each"),
    "days": (int, 120, "W6: days"),
    "day": (float, 0.05, "W6: seconds that stand for a day where time cannot be skipped"),
}


def _chosen(offered: Sequence[str]) -> Any:
    def read(given: str) -> list[str]:
        chosen = given.split(",")
        if unknown := set(chosen) - set(offered):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: there are {', '.join(offered)}")
        return chosen

    return read


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = [name for name in SUBJECTS if name != "product-sqlite"]
    parser.add_argument("--subjects", type=_chosen(tuple(SUBJECTS)), default=usual, help=",".join(SUBJECTS))
    parser.add_argument("--works", type=_chosen(tuple(WORKS)), default=list(WORKS), help=",".join(WORKS))
    parser.add_argument("--rounds", type=int, default=3, help="of W1; the others have one")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md and the picture beside it")
    for name, (kind, usually, meaning) in _SIZES.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, default=usually, help=f"{meaning} ({usually})")
    return parser.parse_args()


if __name__ == "__main__":
    chosen = _arguments()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # its servers are to end with it
    results = asyncio.run(measure_all(chosen))
    if chosen.write:
        write(results, _ROOT / "docs")
    sys.exit(0 if verdict(results) else 1)
