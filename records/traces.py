"""Where the step that wrote an entry stands in its trace, so that the mails about it go on with that."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import insert_for
from models.projection import Step
from models.tables import TABLES

_TRACES = TABLES.tables["traces"]
_KEPT = timedelta(days=7)
"""How long; a mail that goes out later begins a trace of its own."""


def keep_traces(connection: Connection, steps: Sequence[tuple[Step, str]], at: datetime) -> None:
    """Keep the places of steps that have just been appended, in the transaction of the caller; forget old ones."""
    rows = [
        {"stream": step.stream, "seq": entry.seq, "parent": parent, "at": at}
        for step, parent in steps
        if parent
        for entry in step.entries
    ]
    if rows:
        connection.execute(_TRACES.delete().where(_TRACES.c.at < at - _KEPT))
        connection.execute(insert_for(connection)(_TRACES).on_conflict_do_nothing(), rows)


async def trace_of(connection: AsyncConnection, stream: str, seq: int) -> str:
    """The place of the step that wrote an entry; empty where none is known."""
    found = await connection.scalar(select(_TRACES.c.parent).where(_TRACES.c.stream == stream, _TRACES.c.seq == seq))
    return str(found or "")
