"""``ahg verify``: the log's chain, the log against the projection, and the log against Temporal's own history."""

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from models.base import Value
from models.calendars import Calendars
from models.case import Case
from models.log import Entry, broken_at
from models.members import Directory
from models.policy import Policy
from models.projection import Recorded, Row, rows_of
from models.rules import replay
from models.tables import TABLES
from records import queries
from records.log import read_entries

__all__ = ["Fault", "blank", "runs_of", "verify"]


class Fault(Value):
    """Something that does not agree: in which stream, and what."""

    stream: str
    what: str

    def __str__(self) -> str:
        return f"{self.stream}: {self.what}"


def blank(reference: str) -> Case:
    """A case before its first entry; the entry ``submitted`` brings directory, calendars and policy."""
    return Case(reference=reference, directory=Directory(members={}), policy=Policy(), calendars=Calendars())


async def verify(
    engine: AsyncEngine, client: Client | None, progress: Callable[[int, int], None] = lambda done, of: None
) -> AsyncIterator[Fault]:
    """Every fault found; none means that all agree. Without a client the histories are not looked at."""
    async with engine.connect() as connection:
        streams = await queries.streams(connection)
    for number, stream in enumerate(streams):
        progress(number, len(streams))
        async with engine.connect() as connection:
            entries = await read_entries(connection, stream)
            broken = broken_at(entries)
            if broken is not None:
                yield Fault(stream=stream, what=f"the chain of the log breaks at entry {broken}")
                continue
            if "/" not in stream:
                async for fault in _against_projection(connection, stream, entries):
                    yield fault
        if client is not None:
            async for fault in _against_history(client, stream, entries):
                yield fault
    progress(len(streams), len(streams))


# the projection ----------------------------------------------------------------------------------------------------


def rebuilt(reference: str, entries: Iterable[Entry]) -> dict[tuple[str, tuple[Any, ...]], dict[str, Any]]:
    """The rows of the projection as the log alone gives them, by table and key.

    Entries of one command at one instant were one step, whose rows were written once, at its end.
    """
    rows: dict[tuple[str, tuple[Any, ...]], dict[str, Any]] = {}
    case = blank(reference)
    for step in _steps(entries):
        before = case
        for entry in step:
            case = replay(case, entry)
        for row in rows_of(before, case, step):
            rows[row.table, _key(row)] = {**rows.get((row.table, _key(row)), {}), **row.columns}
    return rows


def _steps(entries: Iterable[Entry]) -> Iterable[tuple[Entry, ...]]:
    step: list[Entry] = []
    for entry in entries:
        if step and (entry.command, entry.at) != (step[0].command, step[0].at):
            yield tuple(step)
            step = []
        step.append(entry)
    if step:
        yield tuple(step)


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row.columns[column.name] for column in TABLES.tables[row.table].primary_key)


async def _against_projection(
    connection: AsyncConnection, reference: str, entries: list[Entry]
) -> AsyncIterator[Fault]:
    wanted = rebuilt(reference, entries)
    for (name, key), columns in wanted.items():
        if name in ("holders", "alternates"):  # shared by all cases: the newest word of any of them stands
            continue
        table = TABLES.tables[name]
        same = [column == part for column, part in zip(table.primary_key, key, strict=True)]
        row = (await connection.execute(select(table).where(*same))).mappings().first()
        if row is None:
            yield Fault(stream=reference, what=f"{name} lacks {key}, which the log gives")
            continue
        for column, value in columns.items():
            if _plain(row[column]) != _plain(value):
                yield Fault(
                    stream=reference,
                    what=f"{name} {key}: {column} is {row[column]!r}, the log gives {value!r}",
                )
    async for fault in _too_much(connection, reference, wanted):
        yield fault


async def _too_much(
    connection: AsyncConnection, reference: str, wanted: dict[tuple[str, tuple[Any, ...]], Any]
) -> AsyncIterator[Fault]:
    for name in set(queries.PARTS) - {"follow_ups"}:  # those have logs of their own
        keys = [column.name for column in TABLES.tables[name].primary_key]
        for row in await queries.parts(connection, reference, name):
            key = tuple(row[column] for column in keys)
            if (name, key) not in wanted:
                yield Fault(stream=reference, what=f"{name} has {key}, which the log does not give")


def _plain(value: Any) -> Any:
    """Values as they compare across Python, JSON and both databases."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


# Temporal's history --------------------------------------------------------------------------------------------------


async def runs_of(client: Client, workflow_id: str) -> list[WorkflowHistory]:
    """The histories of all runs of a workflow that the server still keeps, newest first."""
    histories: list[WorkflowHistory] = []
    run_id: str | None = None
    while True:
        try:
            history = await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return histories
            raise
        histories.append(history)
        started = history.events[0].workflow_execution_started_event_attributes
        run_id = started.continued_execution_run_id
        if not run_id:
            return histories


async def _against_history(client: Client, stream: str, entries: list[Entry]) -> AsyncIterator[Fault]:
    hashes = {entry.seq: entry.hash for entry in entries}
    newest = 0
    histories = await runs_of(client, stream)
    for history in histories:
        for event in history.events:
            if event.event_type != EventType.EVENT_TYPE_MARKER_RECORDED:
                continue
            result = event.marker_recorded_event_attributes.details.get("result")
            if result is None:
                continue
            recorded = await _recorded(client, list(result.payloads))
            if recorded is None:
                continue
            newest = max(newest, recorded.seq)
            if hashes.get(recorded.seq) != recorded.head:
                yield Fault(
                    stream=stream,
                    what=f"Temporal saw entry {recorded.seq} recorded as {recorded.head[:12]}; the log has "
                    f"{hashes.get(recorded.seq, 'no such entry')[:12]}",
                )
    if histories and newest < len(entries) and newest:
        ahead = {entry.command for entry in entries[newest:]}
        if len(ahead) > 1:
            yield Fault(stream=stream, what=f"the log is ahead of the workflow by {len(ahead)} steps")


async def _recorded(client: Client, payloads: list[Payload]) -> Recorded | None:
    try:
        values = await client.data_converter.decode(payloads, [Recorded])
    except Exception:  # a marker of another kind
        return None
    return values[0] if values and isinstance(values[0], Recorded) else None


