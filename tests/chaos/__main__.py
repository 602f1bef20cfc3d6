"""Run it: ``python -m tests.chaos --seed 1 --seconds 60 --database sqlite``; see `docs/chaos.md`."""

import argparse
import asyncio
import sys
from dataclasses import replace

from tests.chaos.broken import BUILDS
from tests.chaos.run import Plan, play
from tests.chaos.schedule import KINDS, Fault, drawn, only
from tests.chaos.shrink import shrunk


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _plan() -> tuple[Plan, bool]:
    told = argparse.ArgumentParser(prog="python -m tests.chaos")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--seconds", type=float, default=60.0)
    told.add_argument("--database", choices=sorted(KINDS), default="sqlite")
    told.add_argument("--players", type=int, default=4)
    told.add_argument("--patience", type=float, default=300.0, help="seconds for all to be well again")
    told.add_argument("--only", default="", help="numbers of faults, the others are left out")
    told.add_argument("--broken", choices=sorted(BUILDS), default="", help="a build that is wrong on purpose")
    told.add_argument("--no-shrink", action="store_true", help="do not look for fewer faults after a failure")
    given = told.parse_args()
    faults = drawn(given.seed, given.seconds, given.database)
    if given.only:
        faults = only(faults, [int(number) for number in given.only.split(",")])
    plan = Plan(given.seed, given.seconds, given.database, faults, given.players, given.patience, broken=given.broken)
    return plan, not given.no_shrink


async def main() -> int:
    """Run, report, and shrink what failed; 1 if something was lost, doubled or left behind."""
    plan, shrinks = _plan()
    report = await play(plan, _say)
    for line in report.lines():
        _say(line)
    if not report.faults:
        return 0
    if shrinks:

        async def fails(faults: tuple[Fault, ...]) -> bool:
            _say(f"again with {', '.join(map(str, faults))}")
            found = (await play(replace(plan, faults=faults))).faults
            _say(f"  {len(found)} faults found{': ' + found[0] if found else ''}")
            return bool(found)

        fewest = await shrunk(plan.faults, fails)
        _say(f"fails still with {', '.join(map(str, fewest))}")
        _say(f"again: {replace(plan, faults=fewest).again}")
    return 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
