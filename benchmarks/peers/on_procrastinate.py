"""procrastinate: a case is rows of a table, and what is to be done later is a job.

As its documentation advises: a job is deferred on the connection of the transaction that it belongs to, with a queueing
lock against doubles; stalled jobs are found by their worker's heartbeat and tried again by a periodic task.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import procrastinate
from procrastinate import PsycopgConnector, SyncPsycopgConnector
from psycopg_pool import ConnectionPool

from benchmarks.peers.record import OfRecord, make_tables, mark_sent, record_step, send_mail
from benchmarks.peers.work import REQUESTED, CaseStep, Reminded, Workplace

_CONNECTIONS = 8


class OnProcrastinate(OfRecord):
    """An application that keeps its cases itself, with procrastinate as its queue."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._pool = ConnectionPool(place.postgres, min_size=_CONNECTIONS, max_size=_CONNECTIONS, open=False)
        self._late: list[float] = []
        self._app = procrastinate.App(connector=PsycopgConnector(conninfo=place.postgres))
        self._app.task(name="mail", queue="mail")(self._mail)
        self._app.task(name="reminder", queue="reminders")(self._reminder)
        # Its documentation has every ten minutes; the heartbeat of a worker counts as lost after 30 s.
        stalled = self._app.task(name="stalled", queue="mail", pass_context=True)(self._again)
        self._app.periodic(cron="* * * * * */2")(stalled)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tables, connections, and a worker where there is something to work for."""
        make_tables(self.place.postgres)
        async with self._app.open_async():
            if not await self._app.check_connection_async():
                await self._app.schema_manager.apply_schema_async()
            # Jobs are deferred by name from an application that is not asynchronous, as the transactions are not.
            self._deferring = procrastinate.App(connector=SyncPsycopgConnector(conninfo=self.place.postgres))
            self._pool.open(wait=True)
            with self._deferring.open():
                worker = None
                if self.place.smtp_port:
                    worker = asyncio.create_task(self._work("mail"))
                yield
                if worker:
                    worker.cancel()
        self._pool.close()
        self._reader.close()

    async def begin(self, name: str, command_id: str) -> str:
        """The first row."""
        await self.take(name, REQUESTED, command_id)
        return name

    async def take(self, case: str, step: CaseStep, command_id: str) -> None:
        """One transaction: the step, and the jobs of its mails."""
        await asyncio.to_thread(self._take, case, step, command_id)

    async def remind(self, days: int, day: float) -> Reminded:
        """A job for each day, which its worker takes when the time has come (it looks every five seconds)."""
        begun = datetime.now(UTC)
        for number in range(1, days + 1):
            due = begun + timedelta(seconds=day * number)
            later = self._app.configure_task("reminder", schedule_at=due)
            await later.defer_async(due=due.timestamp())
        worker = asyncio.create_task(self._work("reminders"))
        while len(self._late) < days:  # noqa: ASYNC110 - it is only looked at
            await asyncio.sleep(0.1)
        worker.cancel()
        return Reminded(tuple(self._late), skipped=False)

    def _take(self, case: str, step: CaseStep, command_id: str) -> None:
        with self._pool.connection() as connection:
            _, mails = record_step(connection, case, step, command_id)
            for mail in mails:
                later = self._deferring.configure_task("mail", queue="mail", connection=connection, queueing_lock=mail)
                later.defer(message_id=mail)

    async def _work(self, queue: str) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self._app.run_worker_async(queues=[queue], concurrency=4, install_signal_handlers=False)

    async def _mail(self, message_id: str) -> None:
        await asyncio.to_thread(send_mail, self.place.smtp_port, message_id)
        await asyncio.to_thread(self._mark, message_id)

    def _mark(self, message_id: str) -> None:
        with self._reader.connection() as connection:
            mark_sent(connection, message_id)

    async def _again(self, _context: Any, timestamp: int) -> None:
        for job in await self._app.job_manager.get_stalled_jobs():
            await self._app.job_manager.retry_job(job)

    async def _reminder(self, due: float) -> None:
        self._late.append(time.time() - due)
