"""Recorded steps through the product against bare Temporal: same server, same run, alone and many at once."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.bare import BareCase, nothing
from models.authentication import Means
from models.command_signing import CommandSigner
from models.commands import Command, parse
from records.directory import opening
from settings import Settings
from workflows.client import CaseClient
from workflows.payloads import data_converter

OneStep = Callable[[int], Awaitable[object]]

_NUMBERS = itertools.count(1)
"""Numbers of cases, over all rounds."""


@dataclass(frozen=True)
class Figures:
    """One measurement: steps a second with all at once, the median seconds of one step alone, and the processor
    seconds that this process (worker and clients) spent on a step with all at once."""

    at_once: float
    alone: float
    cpu: float

    def __str__(self) -> str:
        at_once = f"{self.at_once:.0f} steps/s at once ({self.cpu * 1000:.1f} ms processor time a step)"
        return f"{at_once}, {self.alone * 1000:.1f} ms alone"


class Bare:
    """Bare Temporal."""

    def __init__(self, client: Client, queue: str) -> None:
        self._client = client
        self._queue = queue

    async def cases(self, number: int) -> list[OneStep]:
        """That many workflows, each as a function that takes one step."""
        steps: list[OneStep] = []
        for _ in range(number):
            handle = await self._client.start_workflow(BareCase.run, id=f"bare-{uuid4().hex}", task_queue=self._queue)

            async def step(count: int, handle: object = handle) -> object:
                value = {"number": count, "text": "Three of five members have named a contact point."}
                return await handle.execute_update(BareCase.step, value, id=uuid4().hex)  # type: ignore[attr-defined]

            steps.append(step)
        return steps


class Product:
    """The product: a command through the rules, recorded in the log with its projection, encrypted on its way."""

    def __init__(self, client: Client, engine: AsyncEngine, settings: Settings) -> None:
        self._desk = CaseClient(
            client,
            settings.task_queue,
            signer=CommandSigner(settings.command_seed),
            history_limit=settings.history_limit,
        )
        self._engine = engine

    async def cases(self, number: int) -> list[OneStep]:
        """That many cases, each as a function that notes progress."""

        async def noting_progress() -> OneStep:
            give = await self.case()
            return lambda count: give(progress_command(count))

        return [await noting_progress() for _ in range(number)]

    async def case(self) -> Callable[[Command], Awaitable[object]]:
        """A case in the operational stage with an outcome, as a function that gives it a command."""
        async with self._engine.connect() as connection:
            found = await opening(connection, datetime.now(UTC).year)
        reference = f"AHG-{datetime.now(UTC).year}-{next(_NUMBERS):03}"
        request = {
            "title": "Bench",
            "situation": "Boats leave.",
            "affected": ["MY", "TH"],
            "grounds": [{"ground": "landing"}],
        }
        submit = parse("submit", request, by="MY/focal-point", command_id=uuid4().hex)
        copied = found.directory, found.calendars, found.policy
        await self._desk.submit_request(reference, submit, *copied, means=Means.SECOND_FACTOR)

        async def give(command: Command) -> object:
            return await self._desk.submit_command(reference, command, Means.SECOND_FACTOR)

        for do, by, fields in TO_WORK:
            await give(parse(do, fields, by=by, command_id=uuid4().hex))
        return give


TO_WORK: list[tuple[str, str, dict[str, Any]]] = [
    ("accept", "RSO/secretariat", {}),
    ("decide", "AU/co-chair", {"position": "approve"}),
    ("decide", "ID/co-chair", {"position": "approve"}),
    ("decide", "AU/co-chair", {"position": "approve"}),
    ("decide", "ID/co-chair", {"position": "approve"}),
    ("respond", "TH/focal-point", {}),
    ("respond", "IOM/focal-point", {}),
    ("convene", "AU/co-chair", {}),
    ("add_outcome", "ID/co-chair", {"title": "Contact points named", "owner": "ID"}),
]


def progress_command(value: int) -> Command:
    """A Co-Chair notes progress of the outcome that ``TO_WORK`` adds."""
    said = "Three of five members have named a contact point."
    fields = {"outcome": "Contact points named", "value": value, "text": said}
    return parse("progress", fields, by="ID/co-chair", command_id=uuid4().hex)


async def measure(subject: Bare | Product, *, cases: int, each: int) -> Figures:
    """Measure ``cases`` at once, each taking ``each`` steps one after the other; then one case alone."""
    steps = await subject.cases(cases)
    for warm in range(2):
        await asyncio.gather(*(step(warm) for step in steps))

    async def many(step: OneStep) -> None:
        for count in range(each):
            await step(count)

    begun, spent = time.perf_counter(), time.process_time()
    await asyncio.gather(*(many(step) for step in steps))
    at_once = cases * each / (time.perf_counter() - begun)
    cpu = (time.process_time() - spent) / (cases * each)
    alone: list[float] = []
    for count in range(each):
        begun = time.perf_counter()
        await steps[0](count)
        alone.append(time.perf_counter() - begun)
    return Figures(at_once=at_once, alone=statistics.median(alone), cpu=cpu)


def bare_worker(client: Client, queue: str) -> Worker:
    """The floor's worker: Temporal's defaults."""
    return Worker(client, task_queue=queue, workflows=[BareCase], activities=[nothing])


def encrypted(client: Client, settings: Settings) -> Client:
    """The same connection with the product's payloads."""
    config = client.config()
    config["data_converter"] = data_converter(settings.keyring)
    return Client(**config)
