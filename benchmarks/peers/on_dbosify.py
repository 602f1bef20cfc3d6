"""dbosify: the workflow of bare Temporal with ``dbosify`` in the place of ``temporalio``, as its documentation has it.

Its local activity writes the record. It may be tried again; the command's id keeps it from being written twice.
"""

import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dbos import DBOSClient
from dbosify import activity, workflow
from dbosify._internal.namespaces import namespace_schema
from dbosify.client import Client
from dbosify.exceptions import ApplicationError
from dbosify.worker import Worker

from benchmarks.peers.record import NotAllowed, OfRecord, make_tables, mark_sent, record_step, send_mail
from benchmarks.peers.work import REQUESTED, CaseStep, Reminded

_QUEUE = "peers"
_QUICK = timedelta(seconds=10)
_THREADS = 8


@dataclass
class LikeStep:
    """What an update brings."""

    case: str
    do: str
    by: str
    fields: dict[str, Any]
    command: str


@workflow.defn
class LikeTemporal:
    """A case."""

    @workflow.init
    def __init__(self, sends: bool) -> None:
        self._sends = sends
        self._outbox: list[str] = []

    @workflow.run
    async def run(self, _sends: bool) -> None:
        """Send what is to be sent, for ever."""
        while True:
            await workflow.wait_condition(lambda: bool(self._outbox))
            await workflow.execute_activity("like_send", self._outbox[0], start_to_close_timeout=_QUICK)
            del self._outbox[0]

    @workflow.update
    async def take(self, step: LikeStep) -> None:
        """One step: one local activity."""
        mails = await workflow.execute_local_activity(
            "like_record", step, start_to_close_timeout=_QUICK, result_type=list[str]
        )
        if self._sends:
            self._outbox += mails


@workflow.defn
class LikeReminders:
    """A reminder a day."""

    @workflow.run
    async def run(self, days: int, day: float) -> list[float]:
        """Seconds that each came late, by the clock of the machine."""
        begun, late = workflow.now(), []
        for number in range(1, days + 1):
            due = begun + timedelta(seconds=day * number)
            await workflow.sleep(max(timedelta(0), due - workflow.now()))
            late.append(
                await workflow.execute_local_activity(
                    "like_now", due.timestamp(), start_to_close_timeout=_QUICK, result_type=float
                )
            )
        return late


class OnDBOSify(OfRecord):
    """Worker and client in this process, on one database."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """A worker, and a client."""
        make_tables(self.place.postgres)
        address = self.place.postgres.replace("postgresql://", "postgresql+psycopg://", 1)
        with ThreadPoolExecutor(_THREADS) as threads:
            worker = Worker(
                address,
                task_queue=_QUEUE,
                workflows=[LikeTemporal, LikeReminders],
                activities=self._activities(),
                activity_executor=threads,
            )
            async with worker:
                # What Client.connect makes looks for answers once a second; this one is told of them.
                schema = namespace_schema("default")
                told = DBOSClient(system_database_url=address, dbos_system_schema=schema, use_listen_notify=True)
                self._client = Client(told)
                yield
                told.destroy()
        self._reader.close()

    async def begin(self, name: str, command_id: str) -> str:
        """Start a workflow, and take its first step."""
        sends = bool(self.place.smtp_port)
        await self._client.start_workflow(LikeTemporal.run, sends, id=name, task_queue=_QUEUE)
        await self.take(name, REQUESTED, command_id)
        return name

    async def take(self, case: str, step: CaseStep, command_id: str) -> None:
        """An update with the command's id."""
        given = LikeStep(case, step.do, step.by, dict(step.fields), command_id)
        await self._client.get_workflow_handle(case).execute_update(LikeTemporal.take, given, id=command_id)

    async def remind(self, days: int, day: float) -> Reminded:
        """Timers, one after the other."""
        late = await self._client.execute_workflow(
            LikeReminders.run, args=[days, day], id="reminders", task_queue=_QUEUE
        )
        return Reminded(tuple(late), skipped=False)

    def _activities(self) -> list[Any]:
        reader, port = self._reader, self.place.smtp_port

        @activity.defn
        def like_record(step: LikeStep) -> list[str]:
            taken = CaseStep(step.do, step.by, step.fields)
            with reader.connection() as connection, connection.transaction():
                try:
                    return record_step(connection, step.case, taken, step.command)[1]
                except NotAllowed as refused:
                    raise ApplicationError(str(refused), non_retryable=True) from refused

        @activity.defn
        def like_send(message_id: str) -> None:
            send_mail(port, message_id)
            with reader.connection() as connection:
                mark_sent(connection, message_id)

        @activity.defn
        def like_now(due: float) -> float:
            return time.time() - due

        return [like_record, like_send, like_now]
