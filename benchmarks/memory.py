"""``make bench-memory``: the worker's memory with 1,000 parked cases, with 10,000, and over many steps; a worker killed.

Cases are made through the real client on the embedded server; the worker is a process of its own. What counts are ratios
within the run. Then the worker is killed with -9, and a decision given at that moment is timed until its answer.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import meets_target, report
from benchmarks.parked import Deployment, deployed, memory, spent

TARGET_CASES = 1.3
TARGET_STEPS = 1.1
_PORTIONS = 5
_LOOKS = 5


async def main(few: int, many: int, steps: int, cached: int) -> int:
    """Measure; the exit code is 1 where a target is missed."""
    with tempfile.TemporaryDirectory(prefix="ahg-bench-") as folder:
        async with deployed(Path(folder), max_cached_workflows=cached) as place:
            report(f"worker with no case: {memory(place.worker):.0f} MB; {cached} cases are kept in memory")
            sizes = [await _with_cases(place, cases) for cases in _between(few, many)]
            well = meets_target(f"memory, {many} cases / {few}", [sizes[-1] / sizes[0]], TARGET_CASES, at_most=True)
            after = [await _after_steps(place, steps // _PORTIONS, portion) for portion in range(_PORTIONS)]
            ratio = after[-1] / after[0]
            well &= meets_target(f"memory, {steps} steps / {steps // _PORTIONS}", [ratio], TARGET_STEPS, at_most=True)
            await _killed(place)
    return 0 if well else 1


def _between(few: int, many: int) -> list[int]:
    """From few to many, each about three times the one before."""
    marks = [few]
    while marks[-1] * 4 < many:
        marks.append(marks[-1] * 3)
    return [*marks, many]


async def _with_cases(place: Deployment, cases: int) -> float:
    before = spent(place.worker, place.server.process)
    had = len(place.references)
    await place.park(cases)
    cost = (spent(place.worker, place.server.process) - before) / (cases - had) * 1000
    size = await _resting(place)
    report(f"  {cases} cases: {size:.0f} MB ({cost:.0f} ms processor time to make one, server and client with it)")
    return size


async def _after_steps(place: Deployment, steps: int, portion: int) -> float:
    before = spent(place.worker, place.server.process)
    await place.decide_many(number * 7919 for number in range(portion * steps, (portion + 1) * steps))
    cost = (spent(place.worker, place.server.process) - before) / steps * 1000
    size = await _resting(place)
    report(f"  {(portion + 1) * steps} steps: {size:.0f} MB ({cost:.0f} ms processor time for one)")
    return size


async def _resting(place: Deployment) -> float:
    """The memory as it is some seconds later, the median of some looks."""
    looks = []
    for _ in range(_LOOKS):
        await asyncio.sleep(1)
        looks.append(memory(place.worker))
    return statistics.median(looks)


async def _killed(place: Deployment) -> None:
    await place.decide(0)  # its case is in memory, and sticks to this worker
    place.worker.kill()
    began = time.perf_counter()
    answer = asyncio.create_task(place.decide(0))
    place.worker.start()
    await place.worker.wait_ready()
    ready = time.perf_counter() - began
    await answer
    took = time.perf_counter() - began
    report(
        f"killed with -9: a worker takes work after {ready:.1f} s, the first decision is answered after {took:.1f} s"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--cached", type=int, default=1000, help="cases that the worker keeps in memory")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.few, given.many, given.steps, given.cached)))
