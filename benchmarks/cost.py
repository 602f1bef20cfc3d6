"""What a step costs where, measured part by part without a server."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.record import Recorder
from benchmarks.steps import TO_WORK, progress_command
from models.case import Case
from models.commands import Command, parse
from models.projection import Step, step_of
from models.rules import apply_command
from records.directory import Opening, opening
from settings import Settings
from worker import trust_of
from workflows.payloads import data_converter

_TIMES = 300
_NUMBERS = itertools.count(1)


async def cost_of_a_step(engine: AsyncEngine, settings: Settings) -> list[str]:
    """A line a part, in milliseconds of wall time, each the mean of some hundred."""
    async with engine.connect() as connection:
        found = await opening(connection, datetime.now(UTC).year)
    case = _at_work(found)
    command = progress_command(1)
    converter = data_converter(settings.keyring)
    payloads = await converter.encode([command])
    step = step_of(apply_command(case, command, datetime.now(UTC)))
    step_payloads = await converter.encode([step])
    lines = ["what a step costs where (ms, mean):"]

    async def rules() -> None:
        apply_command(case, command, datetime.now(UTC))

    async def making() -> None:
        step_of(apply_command(case, command, datetime.now(UTC)))

    async def read_command() -> None:
        await converter.decode(payloads, [Command])

    async def write_step() -> None:
        await converter.encode([step])

    async def read_step() -> None:
        await converter.decode(step_payloads, [Step])

    for what, part in (
        ("read the command (decrypt, validate)", read_command),
        ("ask the rules once", rules),
        ("ask the rules and make the step", making),
        ("hand the step over (encrypt)", write_step),
        ("take the step (decrypt, validate)", read_step),
    ):
        lines.append(f"  {what:<40} {await _mean(part):6.2f}")
    alone, together = await _recording(engine, settings, case)
    lines.append(f"  {'record one step alone (commit, FULL)':<40} {alone:6.2f}")
    lines.append(f"  {'record one of 20 steps at once':<40} {together:6.2f}")
    return lines


async def _mean(part: Callable[[], Awaitable[None]]) -> float:
    begun = time.perf_counter()
    for _ in range(_TIMES):
        await part()
    return (time.perf_counter() - begun) / _TIMES * 1000


async def _recording(engine: AsyncEngine, settings: Settings, case: Case) -> tuple[float, float]:
    recorder = Recorder(engine, trust_of(settings))

    def fresh() -> Step:
        moved = case.model_copy(update={"reference": f"AHG-9001-{next(_NUMBERS):03}", "seq": 0, "head": ""})
        return step_of(apply_command(moved, progress_command(1), datetime.now(UTC)))

    singles = [fresh() for _ in range(100)]
    begun = time.perf_counter()
    for step in singles:
        await recorder.record(step)
    alone = (time.perf_counter() - begun) / len(singles) * 1000
    groups = [[fresh() for _ in range(20)] for _ in range(20)]
    begun = time.perf_counter()
    for group in groups:
        await asyncio.gather(*(recorder.record(step) for step in group))
    together = (time.perf_counter() - begun) / 400 * 1000
    recorder.close()
    return alone, together


def _at_work(found: Opening) -> Case:
    case = Case(reference="AHG-9000-001", directory=found.directory, calendars=found.calendars, policy=found.policy)
    request: dict[str, Any] = {
        "title": "Bench",
        "situation": "Boats leave.",
        "affected": ["MY", "TH"],
        "grounds": [{"ground": "landing"}],
    }
    for do, by, fields in [("submit", "MY/focal-point", request), *TO_WORK]:
        case = apply_command(case, parse(do, fields, by=by, command_id=uuid4().hex), datetime.now(UTC)).after
    return case
