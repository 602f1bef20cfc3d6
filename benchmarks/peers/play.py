"""A subject's process: ``python -m benchmarks.peers.play SUBJECT WORK PLACE SIZES`` (the last two as JSON).

It speaks with its parent by lines: at each mark it prints one of JSON and waits for an answer, so that the parent can
look at clocks and memory meanwhile. The last line holds what was seen from inside.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.work import COMPLETE, DECISIONS, LIFECYCLE, SUBJECTS, NotTried, Subject, Workplace

Sizes = Mapping[str, Any]
_LOOK_AGAIN = 0.002
_SETTLED_SECONDS = 90.0
_THREADS = 16


async def mark(name: str, **more: Any) -> None:
    """Tell the parent, and wait until it has taken note."""
    tell(name, **more)
    await asyncio.to_thread(sys.stdin.readline)


def tell(name: str, **more: Any) -> None:
    """Tell the parent."""
    sys.stdout.write(json.dumps({"mark": name, **more}) + "\n")
    sys.stdout.flush()


async def live(subject: Subject, name: str, visible: list[float] | None = None, steps: int | None = None) -> str:
    """Take a case through its first ``steps`` (default: all); notes the seconds from each decision until it is seen."""
    case = await subject.begin(name, f"{name}-1")
    for number, step in enumerate(LIFECYCLE[1:steps], 2):
        begun = time.perf_counter()
        await subject.take(case, step, f"{name}-{number}")
        if step.decides and visible is not None:
            while await subject.seen(case) < number:  # noqa: ASYNC110 - another process may write it
                await asyncio.sleep(_LOOK_AGAIN)
            visible.append(time.perf_counter() - begun)
    return case


async def at_once(number: int, each: Callable[[int], Awaitable[Any]], limit: int) -> None:
    """``each`` so many times, so many at a time."""
    gate = asyncio.Semaphore(limit)

    async def one(count: int) -> None:
        async with gate:
            await each(count)

    await asyncio.gather(*(one(count) for count in range(number)))


async def lifecycle(subject: Subject, sizes: Sizes) -> dict[str, Any]:
    """W1: cases from request to report, ``at_once`` of them at a time."""
    await at_once(2, lambda count: live(subject, f"warm-{count}", []), 2)
    visible: list[float] = []
    await mark("begin")
    begun = time.perf_counter()
    await at_once(sizes["cases"], lambda count: live(subject, f"case-{count}", visible), sizes["at_once"])
    seconds = time.perf_counter() - begun
    await mark("end")
    return {"seconds": seconds, "visible": visible}


async def _park(subject: Subject, sizes: Sizes) -> dict[str, Any]:
    """W2, first life: many cases that wait; the parent then looks at the memory and kills."""
    cases: list[str] = []

    async def one(count: int) -> None:
        cases.append(await subject.begin(f"parked-{count}", f"parked-{count}-1"))

    await mark("begin")
    begun = time.perf_counter()
    await at_once(sizes["parked"], one, sizes["at_once"])
    await mark("end", case=cases[len(cases) // 2], seconds=time.perf_counter() - begun)
    return {}


async def first_decision(subject: Subject, sizes: Sizes) -> dict[str, Any]:
    """W2, second life: the first step in one of the parked cases."""
    await subject.take(sizes["case"], COMPLETE, "parked-2")
    await mark("taken")
    return {}


async def decide_until_killed(subject: Subject, sizes: Sizes) -> dict[str, Any]:
    """W3, a life: the second approval of some cases, one after the other; the parent kills."""
    cases = [await live(subject, f"mail-{sizes['life']}-{count}", steps=3) for count in range(sizes["decisions"])]
    await mark("ready", cases=cases)
    for case in cases:
        await subject.take(case, DECISIONS[1], f"{case}-decided")
        tell("acknowledged", case=case)
    await asyncio.sleep(_SETTLED_SECONDS)  # until it is killed
    return {}


async def settle(subject: Subject, sizes: Sizes) -> dict[str, Any]:
    """W3, the last life: all mail goes out; answers what the mail server must have."""
    begun = time.perf_counter()
    while await subject.unsent():
        if time.perf_counter() - begun > _SETTLED_SECONDS:
            break
        await asyncio.sleep(0.1)
    seconds, due = time.perf_counter() - begun, await subject.due_mails(sizes["begun"])
    missing = (await subject.due_mails(sizes["acknowledged"])).missing
    return {**asdict(due), "missing": missing, "seconds": seconds}


async def double_clicks(subject: Subject, sizes: Sizes) -> dict[str, Any]:
    """W4: in each case both Co-Chairs approve at the same moment, and each click comes again and again."""
    found: list[int] = []
    refused = 0
    cases = [await live(subject, f"both-{count}", steps=2) for count in range(sizes["doubled"])]
    await mark("begin")
    begun = time.perf_counter()
    for case in cases:
        clicks = [
            subject.take(case, step, f"{case}-{step.by}") for _ in range(1 + sizes["clicks"] // 2) for step in DECISIONS
        ]
        answers = await asyncio.gather(*clicks, return_exceptions=True)
        refused += sum(isinstance(answer, BaseException) for answer in answers)
        found.append(await subject.positions(case))
    seconds = time.perf_counter() - begun
    await mark("end")
    return {"positions": found, "refused": refused, "seconds": seconds}


async def remind(subject: Subject, sizes: Sizes) -> dict[str, Any]:
    """W6: days of reminders."""
    await mark("begin")
    reminded = await subject.remind(sizes["days"], sizes["day"])
    await mark("end")
    return asdict(reminded)


LIVES: Mapping[str, Callable[[Subject, Sizes], Awaitable[dict[str, Any]]]] = {
    "lifecycle": lifecycle,
    "park": _park,
    "first": first_decision,
    "decide": decide_until_killed,
    "settle": settle,
    "clicks": double_clicks,
    "remind": remind,
}
"""What a process may be asked to play."""


async def main(name: str, life: str, place: Workplace, sizes: Sizes) -> None:
    """Play, and tell the figures. Libraries that are not asynchronous have threads, the same number each."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
    module, _, kind = SUBJECTS[name].partition(":")
    subject: Subject = getattr(import_module(module), kind)(place)
    try:
        async with subject.running():
            tell("figures", **await LIVES[life](subject, sizes))
    except NotTried as why:
        tell("not tried", why=str(why))


if __name__ == "__main__":
    _, _name, _life, _place, _sizes = sys.argv
    given = json.loads(_place)
    asyncio.run(main(_name, _life, Workplace(**{**given, "folder": Path(given["folder"])}), json.loads(_sizes)))
