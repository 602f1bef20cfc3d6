"""Many cases that wait, on a server and a worker that are processes of their own, as ``ahg up`` starts them."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psutil
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

import worker
from models.authentication import Means
from models.command_signing import CommandSigner
from models.commands import Command, parse
from ops.prepare import fresh_records
from ops.processes import ManagedProcess
from ops.supervisor import product_children
from ops.temporal_server import DevServer, start_dev_server
from records.directory import opening
from records.mail_pauses import pause_mail
from settings import Settings
from workflows.client import CaseClient
from workflows.few_at_once import few_at_once

_AT_ONCE = 8
_PATIENCE = timedelta(minutes=5)
"""How long an answer may take: machines are shared, and what counts is what it costs."""
_REQUEST = {"title": "Bench", "situation": "Boats leave.", "affected": ["MY", "TH"], "grounds": [{"ground": "landing"}]}
_MB = 1024 * 1024


@dataclass
class Deployment:
    """The parts. ``references``: of the cases that were parked, in Co-Chair review."""

    settings: Settings
    engine: AsyncEngine
    client: Client
    desk: CaseClient
    server: DevServer
    worker: ManagedProcess
    references: list[str]

    async def park(self, upto: int) -> None:
        """Have so many cases in all: submitted, found complete, and waiting for both Co-Chairs."""
        async with self.engine.connect() as connection:
            found = await opening(connection, datetime.now(UTC).year)
        copied = found.directory, found.calendars, found.policy

        async def made(reference: str) -> str:
            submit = parse("submit", _REQUEST, by="MY/focal-point", command_id=uuid4().hex)
            await self.desk.submit_request(reference, submit, *copied, means=Means.SECOND_FACTOR)
            await self._give(reference, parse("accept", {}, by="RSO/secretariat", command_id=uuid4().hex))
            return reference

        numbers = range(len(self.references) + 1, upto + 1)
        year = datetime.now(UTC).year
        self.references += [one async for one in few_at_once((f"AHG-{year}-{n:03}" for n in numbers), made, _AT_ONCE)]

    async def decide(self, number: int) -> None:
        """A Co-Chair takes another position in one of the cases, which waits on: the other has taken none."""
        fields = {"gate": "activation", "position": "approve", "text": f"Position {uuid4().hex}"}
        decide = parse("decide", fields, by="AU/co-chair", command_id=uuid4().hex)
        await self._give(self.references[number % len(self.references)], decide)

    async def decide_many(self, numbers: Iterable[int]) -> None:
        """The same for each of these numbers."""
        async for _ in few_at_once(numbers, self.decide, _AT_ONCE):
            pass

    async def _give(self, reference: str, command: Command) -> None:
        await self.desk.submit_command(reference, command, Means.SECOND_FACTOR)


@asynccontextmanager
async def deployed(folder: Path, **chosen: object) -> AsyncIterator[Deployment]:
    """Records in a file, Temporal and a worker while the context is open; ``chosen`` are settings. Mail is paused."""
    settings = Settings.model_validate({"data_dir": folder, "smtp_port": 1, **chosen})
    async with fresh_records(settings) as engine:
        await pause_mail(engine, "benchmark", "nobody would take it", datetime.now(UTC))
        server = await start_dev_server(settings, folder)
        settings = settings.model_copy(update={"temporal_port": server.port})
        child = next(one for one in product_children(settings) if one.name == "worker")
        process = ManagedProcess(replace(child, ready_timeout=_PATIENCE.total_seconds()))
        try:
            process.start()
            await process.wait_ready()
            client = await worker.connect(settings)
            signer = CommandSigner(settings.command_seed)
            limit = settings.history_limit
            desk = CaseClient(client, settings.task_queue, signer=signer, history_limit=limit, patience=_PATIENCE)
            yield Deployment(settings, engine, client, desk, server, process, [])
        finally:
            await process.stop()
            await server.process.stop()


def memory(process: ManagedProcess) -> float:
    """What a process has in memory now (resident), in MB."""
    return psutil.Process(process.pid).memory_info().rss / _MB


def spent(*processes: ManagedProcess) -> float:
    """The processor seconds that processes have spent, and this one with them."""
    times = [psutil.Process(one.pid).cpu_times() for one in processes] + [psutil.Process().cpu_times()]
    return sum(one.user + one.system for one in times)
