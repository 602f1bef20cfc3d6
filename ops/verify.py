"""``ahg verify``: compares the log with its own chain, projection, files and histories, and finds lost workflows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode

from casework import Casework
from db import snapshot
from models.log import Entry, broken_at
from models.notes import Note, VerifierKey
from models.projection import Recorded
from models.tables import TABLES
from ops.verify_record import Fault, record_faults
from records import queries
from records.attachments import Attachments
from records.from_log import notice_faults, rebuilt, row_faults
from records.log import read_entries
from records.log_trust import LogTrust
from workflows.client import CaseClient, NotAnswered
from workflows.payloads import UnreadablePayload, history_reader

_AT_ONCE = 50
"""Logs that are read and compared together."""
_ASKED_AT_ONCE = 8
"""Histories that are asked for at once."""


async def verify_records(
    engine: AsyncEngine,
    client: Client | None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    files: Attachments | None = None,
    keys: Collection[VerifierKey] = (),
    trust: LogTrust | None = None,
    *,
    queue: str = "",
    signed: Note | None = None,
) -> AsyncIterator[Fault]:
    """Every fault found; none means that all agree.

    Without a client the histories are not looked at, without ``files`` the attachments, without ``trust`` the
    signatures of commands and the stamps of entries. ``keys``: of those whose signatures under checkpoints are checked;
    ``signed``: the newest checkpoint as it is kept beside the key. ``queue``: the task queue of cases, if it is known.
    """
    known: dict[tuple[str, int], str] = {}
    async for fault in record_faults(engine, keys, signed):
        yield fault
    async with engine.connect() as connection:
        logged = set(await queries.streams(connection))
    streams = sorted(logged | await _elsewhere(engine, client, logged))
    for begin in range(0, len(streams), _AT_ONCE):
        progress(begin, len(streams))
        logs: dict[str, list[Entry]] = {}
        async with snapshot(engine) as connection:
            for stream in streams[begin : begin + _AT_ONCE]:
                entries = await read_entries(connection, stream)
                if not entries:
                    yield Fault(stream=stream, what="the log has no entry of it, though there is a case or a workflow")
                broken = broken_at(entries)
                if broken is not None:
                    yield Fault(stream=stream, what=f"the chain of the log breaks at entry {broken}")
                    continue
                if trust is not None and (untrue := await trust.fault(connection, stream, entries)):
                    yield Fault(stream=stream, what=untrue)
                logs[stream] = entries
            wanted = {stream: rebuilt(stream, entries) for stream, entries in logs.items() if "/" not in stream}
            for stream, differing in (await row_faults(connection, wanted)).items():
                for one in differing:
                    yield Fault(stream=stream, what=one.said)
            for stream, untold in (await notice_faults(connection, list(logs))).items():
                for said in untold:
                    yield Fault(stream=stream, what=said)
        if files is not None:
            for stream, entries in logs.items():
                async for fault in _against_files(files, stream, entries, known):
                    yield fault
        if client is not None:
            for fault in await _against_histories(engine, client, logs):
                yield fault
    if client is not None:
        try:
            casework = Casework(engine, CaseClient(client, queue))
            for flaw in await casework.strays():
                yield Fault(stream="Temporal", what=flaw.said)
            lost = await casework.stranded(state=True)
        except NotAnswered as unanswered:
            lost = {}
            yield Fault(stream="Temporal", what=f"whether all cases go on cannot be seen: {unanswered}")
        for stream, matter in lost.items():
            yield Fault(stream=stream, what=f"{matter.value}; `ahg revive {stream}` begins it again from its log")
    progress(len(streams), len(streams))


async def _elsewhere(engine: AsyncEngine, client: Client | None, logged: Collection[str]) -> set[str]:
    """The streams of the projection, and those of workflows that Temporal still keeps and that recorded a step; of
    workflows whose log there is, none is asked.
    """
    cases = TABLES.tables["cases"]
    async with engine.connect() as connection:
        known = {reference for (reference,) in await connection.execute(select(cases.c.reference))}
    if client is not None:
        async for execution in client.list_workflows("WorkflowType IN ('Activation', 'Recommendation')"):
            if execution.id not in known and execution.id not in logged and await _newest_seen(client, execution.id):
                known.add(execution.id)
    return known


# files -------------------------------------------------------------------------------------------------------------


async def _against_files(
    files: Attachments, stream: str, entries: list[Entry], known: dict[tuple[str, int], str]
) -> AsyncIterator[Fault]:
    """Faults of the files that versions of a request name. Each is read once: ``known`` has what was found so far."""
    told = set()
    for entry in entries:
        for attached in entry.event.get("request", {}).get("attachments", ()):
            file = attached["sha256"], attached["size"]
            if file not in known:
                known[file] = await files.fault(*file)
            if known[file] and file not in told:
                told.add(file)
                yield Fault(stream=stream, what=f"the file {attached['name']!r} ({file[0][:12]}) {known[file]}")


# Temporal's history --------------------------------------------------------------------------------------------------


async def runs_of(client: Client, workflow_id: str) -> list[WorkflowHistory]:
    """The histories of the newest run of a workflow and of those it continues, newest first, as the server has them."""
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


async def _against_histories(engine: AsyncEngine, client: Client, logs: Mapping[str, list[Entry]]) -> list[Fault]:
    busy = asyncio.Semaphore(_ASKED_AT_ONCE)

    async def one(stream: str) -> list[Fault]:
        async with busy:
            return [fault async for fault in _against_history(engine, client, stream, logs[stream])]

    return [fault for found in await asyncio.gather(*map(one, logs)) for fault in found]


async def _against_history(
    engine: AsyncEngine, client: Client, stream: str, entries: list[Entry]
) -> AsyncIterator[Fault]:
    try:
        seen = await _seen(client, stream)
    except UnreadablePayload as unreadable:
        yield Fault(stream=stream, what=f"Temporal's history of it cannot be read, so it proves nothing: {unreadable}")
        return
    newest = max(seen, default=0)
    if newest > len(entries):  # the case has gone on since the log was read
        async with engine.connect() as connection:
            entries = await read_entries(connection, stream)
    hashes = {entry.seq: entry.hash for entry in entries}
    for seq, head in seen.items():
        if hashes.get(seq) != head:
            yield Fault(
                stream=stream,
                what=f"Temporal saw entry {seq} recorded as {head[:12]}; the log has "
                f"{hashes.get(seq, 'no such entry')[:13]}",
            )
    if newest and newest < len(entries):
        ahead = {entry.command for entry in entries[newest:]}
        if len(ahead) > 1:
            yield Fault(stream=stream, what=f"the log is ahead of the workflow by {len(ahead)} steps")


async def _newest_seen(client: Client, stream: str) -> int:
    try:
        return max(await _seen(client, stream), default=0)
    except UnreadablePayload:
        return 1  # it has one; that it cannot be read is said where it is compared


async def _seen(client: Client, stream: str) -> dict[int, str]:
    """The steps that Temporal's histories tell of, as recorded by the workflow or found in the log when it caught up: the
    number of each step's newest entry, with its hash.
    """
    seen: dict[int, str] = {}
    reader = history_reader(client, stream)
    for history in await runs_of(client, stream):
        for event in history.events:
            if event.event_type != EventType.EVENT_TYPE_MARKER_RECORDED:
                continue
            result = event.marker_recorded_event_attributes.details.get("result")
            told = await _told(reader, list(result.payloads)) if result is not None else None
            if isinstance(told, Recorded):
                seen[told.seq] = told.head
            elif told:
                seen[told[-1].seq] = told[-1].hash
    return seen


async def _told(reader: DataConverter, payloads: list[Payload]) -> Recorded | tuple[Entry, ...] | None:
    """What became of a step, or the entries that the workflow took over; None of a marker of another kind."""
    for kind in (Recorded, tuple[Entry, ...]):
        try:
            (told,) = await reader.decode(payloads, [kind])
        except UnreadablePayload:
            raise
        except Exception:  # noqa: BLE001, S112 - it is of another kind, whatever its payload is
            continue
        found: Recorded | tuple[Entry, ...] = told
        return found
    return None
