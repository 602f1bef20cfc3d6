"""DBOS: a workflow a case that waits for messages, as its documentation has a human in the loop.

A step is a message with an idempotency key; the workflow takes it in a transaction of a datasource, which commits the
record and DBOS's own checkpoint together, and answers by an event. A mail is a workflow of its own on a queue, whose id
is the mail's. Waits are asynchronous, so that a case that waits holds no thread.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from dbos import DBOS, AsyncSQLAlchemyDatasource, SetWorkflowID
from sqlalchemy import Connection

from benchmarks.peers.record import NotAllowed, OfRecord, make_tables, mark_sent, record_step, send_mail
from benchmarks.peers.work import LIFECYCLE, REQUESTED, CaseStep, Reminded

_YEAR = 365 * 86400.0
_MAIL = "mail"
_MAILS_AT_ONCE = 4
_ANSWERED = 60.0
_source: AsyncSQLAlchemyDatasource


class _Driver:
    """What ``record_step`` writes through: the connection of a SQLAlchemy transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, query: str, values: Any = ()) -> Any:
        return self._connection.exec_driver_sql(query, tuple(values))


@DBOS.workflow()
async def dbos_case(port: int) -> None:
    """Take steps until the last."""
    case = DBOS.workflow_id
    taken = 0
    while taken < len(LIFECYCLE):
        message = await DBOS.recv_async("step", timeout_seconds=_YEAR)
        if message is None:
            continue
        try:
            taken, mails = await _source.run_tx_step_async(_COMMITTED, _record, case, message)
        except NotAllowed as refused:
            await DBOS.set_event_async(message["command"], f"refused: {refused}")
            continue
        for mail in mails:
            with SetWorkflowID(mail):
                await DBOS.enqueue_workflow_async(_MAIL, dbos_mail, port, mail)
        await DBOS.set_event_async(message["command"], "taken")


_COMMITTED: Any = {"isolation_level": "READ COMMITTED", "name": "record"}


async def _record(case: str, message: Mapping[str, Any]) -> tuple[int, list[str]]:
    step = CaseStep(message["do"], message["by"], message["fields"])
    connection = await _source.sql_session().connection()
    number, mails = await connection.run_sync(lambda used: record_step(_Driver(used), case, step, message["command"]))
    return number, mails


@DBOS.workflow()
async def dbos_mail(port: int, message_id: str) -> None:
    """Send a mail, and note it."""
    await dbos_send(port, message_id)
    await _source.run_tx_step_async(_COMMITTED, _sent, message_id)


@DBOS.step()
async def dbos_send(port: int, message_id: str) -> None:
    """Hand the mail to the server."""
    await asyncio.to_thread(send_mail, port, message_id)


async def _sent(message_id: str) -> None:
    connection = await _source.sql_session().connection()
    await connection.run_sync(lambda used: mark_sent(_Driver(used), message_id))


@DBOS.workflow()
async def dbos_reminders(days: int, day: float) -> list[float]:
    """Sleep from one day to the next; answers how late each was."""
    begun, late = await DBOS.run_step_async(None, _now), []
    for number in range(1, days + 1):
        now = await DBOS.run_step_async(None, _now)
        await DBOS.sleep_async(max(0.0, begun + number * day - now))
        late.append(time.time() - (begun + number * day))
    return late


async def _now() -> float:
    return time.time()


class OnDBOS(OfRecord):
    """DBOS on PostgreSQL, its tables and the record's in one database."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """DBOS, in this process."""
        global _source
        make_tables(self.place.postgres)
        address = self.place.postgres.replace("postgresql://", "postgresql+psycopg://", 1)
        DBOS(config={"name": "peers", "system_database_url": address, "log_level": "ERROR"})
        if not self.place.smtp_port:
            DBOS.listen_queues([])
        _source = await AsyncSQLAlchemyDatasource.create(address)
        DBOS.launch()
        await DBOS.register_queue_async(_MAIL, worker_concurrency=_MAILS_AT_ONCE)
        try:
            yield
        finally:
            await asyncio.to_thread(DBOS.destroy)
            self._reader.close()

    async def begin(self, name: str, command_id: str) -> str:
        """Start a workflow, and send it the first step."""
        with SetWorkflowID(name):
            await DBOS.start_workflow_async(dbos_case, self.place.smtp_port)
        await self.take(name, REQUESTED, command_id)
        return name

    async def take(self, case: str, step: CaseStep, command_id: str) -> None:
        """Send a step, and wait for the answer. Raises NotAllowed."""
        message = {"do": step.do, "by": step.by, "fields": dict(step.fields), "command": command_id}
        await DBOS.send_async(case, message, "step", idempotency_key=command_id)
        answer = await DBOS.get_event_async(case, command_id, timeout_seconds=_ANSWERED)
        if answer != "taken":
            raise NotAllowed(answer or "no answer")

    async def remind(self, days: int, day: float) -> Reminded:
        """Durable sleeps, one after the other."""
        handle = await DBOS.start_workflow_async(dbos_reminders, days, day)
        return Reminded(tuple(await handle.get_result()), skipped=False)
