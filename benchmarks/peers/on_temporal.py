"""Bare Temporal: a workflow a case that takes updates, each with one local activity. The floor: it knows no rules.

A position is counted where the update ran, and lives in the workflow alone. Mails (W3) are ordinary activities with
Temporal's default retries, as its documentation has them.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from benchmarks.bare import nothing
from benchmarks.peers.record import send_mail
from benchmarks.peers.work import REQUESTED, CaseStep, DueMails, Reminded, Subject, Workplace
from ops.temporal_server import find_test_server
from settings import Settings
from worker import collect_garbage_rarely

_QUEUE = "peers"
_QUICK = timedelta(seconds=10)


@dataclass
class BareStep:
    """What an update brings: the number of the step is counted where it is taken."""

    do: str
    by: str
    number: int = 0


@dataclass
class BareMail:
    """One mail."""

    message_id: str
    port: int


@workflow.defn
class BareLife:
    """A case."""

    @workflow.init
    def __init__(self, smtp_port: int) -> None:
        self._port = smtp_port
        self._steps = 0
        self._positions: set[str] = set()
        self._outbox: list[str] = []

    @workflow.run
    async def run(self, _smtp_port: int) -> None:
        """Send what is to be sent, for ever."""
        while True:
            await workflow.wait_condition(lambda: bool(self._outbox))
            mail = BareMail(self._outbox[0], self._port)
            await workflow.execute_activity(send_bare, mail, start_to_close_timeout=_QUICK)
            del self._outbox[0]

    @workflow.update
    async def take(self, step: BareStep) -> int:
        """One step: one local activity."""
        value = {"number": self._steps, "text": step.do}
        await workflow.execute_local_activity(nothing, value, start_to_close_timeout=_QUICK)
        self._steps += 1
        if step.do == "decide":
            self._positions.add(step.by)
        if self._port:
            self._outbox.append(f"<{workflow.info().workflow_id}.{self._steps}@bench>")
        return self._steps

    @workflow.query
    def look(self) -> dict[str, int]:
        """How many steps and positions there are, and how many mails wait."""
        return {"steps": self._steps, "positions": len(self._positions), "outbox": len(self._outbox)}


@workflow.defn
class BareReminders:
    """A reminder a day."""

    @workflow.run
    async def run(self, days: int) -> list[float]:
        """Seconds that each came late."""
        begun, late = workflow.now(), []
        for day in range(1, days + 1):
            due = begun + timedelta(days=day)
            await workflow.sleep(due - workflow.now())
            at: datetime = workflow.now()
            late.append((at - due).total_seconds())
        return late


@activity.defn
def send_bare(mail: BareMail) -> None:
    """Hand one mail to the server."""
    send_mail(mail.port, mail.message_id)


class BareTemporal(Subject):
    """Temporal's development server on SQLite, as the product has it."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._cases: list[str] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """A worker with what the product's has: no sandbox, and a garbage collector that runs rarely."""
        if not self.place.temporal:
            yield
            return
        self._client = await Client.connect(self.place.temporal)
        with ThreadPoolExecutor(4) as threads:
            async with Worker(
                self._client,
                task_queue=_QUEUE,
                workflows=[BareLife],
                activities=[nothing, send_bare],
                activity_executor=threads,
                workflow_runner=UnsandboxedWorkflowRunner(),
            ):
                collect_garbage_rarely()
                yield

    async def begin(self, name: str, command_id: str) -> str:
        """Start a workflow, and take its first step."""
        await self._client.start_workflow(BareLife.run, self.place.smtp_port, id=name, task_queue=_QUEUE)
        await self.take(name, REQUESTED, command_id)
        return name

    async def take(self, case: str, step: CaseStep, command_id: str) -> None:
        """An update with the command's id."""
        handle = self._client.get_workflow_handle(case)
        await handle.execute_update(BareLife.take, BareStep(step.do, step.by), id=command_id)

    async def seen(self, case: str) -> int:
        """A query: bare Temporal has no list."""
        return (await self._look(case))["steps"]

    async def positions(self, case: str) -> int:
        """As the workflow counts them."""
        return (await self._look(case))["positions"]

    async def unsent(self) -> bool:
        """Whether any outbox holds something."""
        looks = await asyncio.gather(*[self._look(case) for case in await self._all()])
        return any(look["outbox"] for look in looks)

    async def due_mails(self, cases: Sequence[str]) -> DueMails:
        """One mail a step."""
        missing = [case for case in cases if (await self._look(case))["steps"] < 4]
        return DueMails(
            tuple(f"<{case}.{step}@bench>" for case in cases for step in range(1, 5)), missing=tuple(missing)
        )

    async def remind(self, days: int, day: float) -> Reminded:
        """On the test server, which skips time."""
        path = str(find_test_server(Settings(data_dir=self.place.folder)))
        async with (
            await WorkflowEnvironment.start_time_skipping(test_server_existing_path=path) as env,
            Worker(
                env.client, task_queue=_QUEUE, workflows=[BareReminders], workflow_runner=UnsandboxedWorkflowRunner()
            ),
        ):
            late = await env.client.execute_workflow(BareReminders.run, days, id="reminders", task_queue=_QUEUE)
        return Reminded(tuple(late), skipped=True)

    async def _look(self, case: str) -> dict[str, int]:
        return dict(await self._client.get_workflow_handle(case).query(BareLife.look))

    async def _all(self) -> list[str]:
        return [one.id async for one in self._client.list_workflows("ExecutionStatus = 'Running'")]
