"""SpiffWorkflow: a process in BPMN, whose state the application keeps in PostgreSQL.

As its documentation has it: the state is restored, the person's task is run, then whatever needs no person; the state is
written again, without the specification, which is kept once. The row of the state is locked meanwhile. The library sends
nothing and has no worker: mails go out by a loop of the application over its outbox, timers are looked at by another.
"""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

from benchmarks.peers.record import NotAllowed, OfRecord, make_tables, mark_sent, record_step, send_mail
from benchmarks.peers.work import INVITED, REQUESTED, CaseStep, Reminded, Workplace

_CONNECTIONS = 8
_LOOK_AGAIN = 0.05
_TIMERS = 1.0
_STATES = "CREATE TABLE IF NOT EXISTS spiff_states (name text PRIMARY KEY, state jsonb NOT NULL)"
_OUTBOX = "SELECT message_id FROM bench_outbox WHERE sent IS NULL LIMIT 1 FOR UPDATE SKIP LOCKED"
_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="bench">'
)


def _case_as_bpmn() -> str:
    """The lifecycle: those who do not answer an invitation are not waited for once the group is convened."""
    parts: list[str] = []
    flows = iter(range(1000))

    def node(kind: str, name: str, *, after: Sequence[str], inside: str = "") -> str:
        parts.extend(f'<sequenceFlow id="f{next(flows)}" sourceRef="{one}" targetRef="{name}"/>' for one in after)
        parts.append(f'<{kind} id="{name}" name="{name}">{inside}</{kind}>')
        return name

    def both(name: str, after: str) -> str:
        fork = node("parallelGateway", f"{name}_fork", after=[after])
        tasks = [node("userTask", f"{name}_{chair}", after=[fork]) for chair in ("AU", "ID")]
        return node("parallelGateway", f"{name}_join", after=tasks)

    def row(last: str, *names: str) -> str:
        for name in names:
            last = node("userTask", name, after=[last])
        return last

    reviewed = both("review", row(node("startEvent", "start", after=[]), "submit", "accept"))
    invite = node("parallelGateway", "invite", after=[both("confirm", row(reviewed, "propose"))])
    for member in INVITED:
        node("endEvent", f"answered_{member}", after=[node("userTask", f"respond_{member}", after=[invite])])
    tabled = row(invite, "convene", "add_outcome", "open_report", "recommend", "table")
    node("endEvent", "end", after=[tabled], inside="<terminateEventDefinition/>")
    return f'{_HEAD}<process id="life" isExecutable="true">{"".join(parts)}</process></definitions>'


def _timer_as_bpmn(at: datetime) -> str:
    """A process that waits until then."""
    return (
        f'{_HEAD}<process id="timer" isExecutable="true"><startEvent id="start"/>'
        '<sequenceFlow id="f1" sourceRef="start" targetRef="wait"/><intermediateCatchEvent id="wait">'
        f'<timerEventDefinition><timeDate xsi:type="tFormalExpression">"{at.isoformat()}"</timeDate>'
        "</timerEventDefinition></intermediateCatchEvent>"
        '<sequenceFlow id="f2" sourceRef="wait" targetRef="end"/><endEvent id="end"/></process></definitions>'
    )


def _parsed(bpmn: str, process: str) -> BpmnWorkflow:
    parser = BpmnParser()
    parser.add_bpmn_str(bpmn.encode())
    return BpmnWorkflow(parser.get_spec(process), parser.get_subprocess_specs(process))


class OnSpiff(OfRecord):
    """An application around the library."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._pool = ConnectionPool(place.postgres, min_size=_CONNECTIONS, max_size=_CONNECTIONS, open=False)
        self._serializer = BpmnWorkflowSerializer()
        self._over = threading.Event()
        fresh = self._serializer.to_dict(_parsed(_case_as_bpmn(), "life"))
        self._specs = {name: fresh[name] for name in ("spec", "subprocess_specs")}
        self._fresh = self._written(fresh)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tables, connections, and the loop that sends."""
        make_tables(self.place.postgres)
        with psycopg.connect(self.place.postgres) as connection:
            connection.execute(_STATES)
        self._pool.open(wait=True)
        sending = threading.Thread(target=self._send, daemon=True)
        if self.place.smtp_port:
            sending.start()
        yield
        self._over.set()
        self._pool.close()
        self._reader.close()

    async def begin(self, name: str, command_id: str) -> str:
        """Keep a fresh state, and take its first step."""
        await asyncio.to_thread(self._take, name, REQUESTED, command_id, fresh=True)
        return name

    async def take(self, case: str, step: CaseStep, command_id: str) -> None:
        """Restore, run, write: one transaction."""
        await asyncio.to_thread(self._take, case, step, command_id)

    async def remind(self, days: int, day: float) -> Reminded:
        """A process with a timer for each day; all that wait are refreshed every second."""
        return await asyncio.to_thread(self._remind, days, day)

    def _take(self, case: str, step: CaseStep, command: str, *, fresh: bool = False) -> None:
        with self._pool.connection() as connection:
            if fresh:
                connection.execute("INSERT INTO spiff_states VALUES (%s, %s)", (case, self._fresh))
            query = "SELECT state FROM spiff_states WHERE name = %s FOR UPDATE"
            row = connection.execute(query, (case,)).fetchone()
            if row is None:
                raise NotAllowed(f"there is no case {case}")
            workflow = self._serializer.from_dict({**row[0], **self._specs})
            workflow.do_engine_steps()
            names = list(_tasks(step))
            ready = [
                task for task in workflow.get_tasks(state=TaskState.READY, manual=True) if task.task_spec.name in names
            ]
            if not ready:
                raise NotAllowed(f"{step.by} may not {step.do} now")
            ready[0].run()
            workflow.do_engine_steps()
            state = self._written(self._serializer.to_dict(workflow))
            connection.execute("UPDATE spiff_states SET state = %s WHERE name = %s", (state, case))
            record_step(connection, case, step, command)

    def _written(self, state: dict[str, Any]) -> str:
        return json.dumps({name: part for name, part in state.items() if name not in self._specs})

    def _send(self) -> None:
        while not self._over.is_set():
            with self._reader.connection() as connection, connection.transaction():
                row = connection.execute(_OUTBOX).fetchone()
                if row:
                    send_mail(self.place.smtp_port, row[0])
                    mark_sent(connection, row[0])
            if not row:
                time.sleep(_LOOK_AGAIN)

    def _remind(self, days: int, day: float) -> Reminded:
        begun = datetime.now(UTC)
        waiting: dict[datetime, BpmnWorkflow] = {}
        for number in range(1, days + 1):
            due = begun + timedelta(seconds=number * day)
            waiting[due] = _parsed(_timer_as_bpmn(due), "timer")
            waiting[due].do_engine_steps()
        late: list[float] = []
        while waiting:
            time.sleep(_TIMERS)
            for due, workflow in list(waiting.items()):
                workflow.refresh_waiting_tasks()
                workflow.do_engine_steps()
                if workflow.is_completed():
                    late.append((datetime.now(UTC) - due).total_seconds())
                    del waiting[due]
        return Reminded(tuple(late), skipped=False)


def _tasks(step: CaseStep) -> Iterator[str]:
    member = step.by.partition("/")[0]
    if step.do == "decide":
        yield from (f"review_{member}", f"confirm_{member}")
    else:
        yield f"respond_{member}" if step.do == "respond" else step.do
