"""The records as lines of JSON: written at one moment while the product works, and read into an empty database.

They know no database: what SQLite held can be read into PostgreSQL, and the other way round. A table is a file of lines,
each a row as a list in the order of the columns; what the database derives (the index of the search) is not written.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, BinaryIO, Literal

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    LargeBinary,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy import table as named_table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import Value
from models.directory_changes import AnnouncedState
from models.notices.state import NoticeState
from models.tables import APPEND_ONLY, TABLES, Moment
from records.queries import streams

LEFT_OUT = frozenset(("sessions", "sign_ins", "backups", "traces"))
"""Tables that are not written: whoever was signed in signs in again, and restored records have no backup yet."""

WAITED = "It waited when the backup was made; whether it was sent since, nobody can know."
"""Why a notice that waited then is ambiguous in restored records."""

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes of a row as a line of JSON."""

_AT_ONCE = 500
_OWN = (*APPEND_ONLY, "drafts", "accounts", "references_given", "directory_changes", "announced_changes")
"""Tables that are empty in a database in which nobody has done anything yet."""
_ColumnKind = Literal["plain", "moment", "date", "bytes", "json"]
_KINDS: Mapping[type, _ColumnKind] = {Moment: "moment", Date: "date", LargeBinary: "bytes", JSON: "json"}


class WrittenTable(Value):
    """A table as it was written: its columns with their kinds, in order, how many rows, and the SHA-256 of its lines."""

    name: str
    columns: dict[str, _ColumnKind]
    rows: int
    sha256: str


class DamagedBackup(Exception):
    """A backup is not as it was written."""


class RecordsThere(Exception):
    """The database has records of its own, which would be mixed with those of the backup."""


async def write_table(connection: AsyncConnection, table: Table, into: BinaryIO) -> WrittenTable:
    """Write the rows of a table as lines of JSON."""
    kinds = {one.name: _kind(one) for one in table.columns}
    digest, rows = hashlib.sha256(), 0
    # JSON as the text that the database holds: no value is read and written anew.
    query = select(*(cast(one, Text) if kinds[one.name] == "json" else one for one in table.columns))
    async with connection.stream(query.order_by(*table.primary_key)) as found:
        async for row in found:
            values = [_written(value) for value in row]
            line = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            into.write(line)
            digest.update(line)
            rows += 1
    return WrittenTable(name=table.name, columns=kinds, rows=rows, sha256=digest.hexdigest())


def tables_to_write() -> list[Table]:
    """The tables of a backup, each after those that it refers to."""
    return [table for table in TABLES.sorted_tables if table.name not in LEFT_OUT]


async def read_tables(
    connection: AsyncConnection,
    tables: Sequence[WrittenTable],
    lines_of: Callable[[str], Iterable[bytes]],
    now: datetime,
) -> None:
    """Fill an empty database of the same schema, in a transaction of the caller. ``now``: the time (aware).

    Notices that waited when the backup was made become ambiguous, and all mail is paused: what was sent after the backup
    was made is not sent again by itself. Changes of posts that waited are overtaken: a holder may have stopped one since.

    Raises:
        RecordsThere: somebody has done something in it already.
        DamagedBackup: the tables are not those of the schema, or the lines not those that were written.
    """
    await connection.run_sync(must_be_new)
    there = await connection.run_sync(_columns_there)
    written = {table.name: set(table.columns) for table in tables}
    if len(written) != len(tables) or written != there:
        raise DamagedBackup("its tables are not those of its schema")
    await _make_room(connection)
    for table in tables:
        await _read_table(connection, table, lines_of(table.name))
    await _count_on(connection, [table for table in tables if table.rows])
    await hold_what_waited(connection, now)


def must_be_new(connection: Connection) -> None:
    """Refuse a database in which somebody has done something; one without any schema is new.

    Raises:
        RecordsThere: the refusal.
    """
    tables = set(inspect(connection).get_table_names())
    for name in (*_OWN, "policy_proposals"):
        if name in tables and connection.execute(select(func.count()).select_from(named_table(name))).scalar_one():
            raise RecordsThere(f"the database has {name.replace('_', ' ')} of its own")


def _columns_there(connection: Connection) -> dict[str, set[str]]:
    """The columns of the tables that a backup of this schema has."""
    found = inspect(connection)
    names = (TABLES.tables.keys() & set(found.get_table_names())) - LEFT_OUT
    return {name: {str(one["name"]) for one in found.get_columns(name)} for name in names}


async def _make_room(connection: AsyncConnection) -> None:
    """Take out what a new database is filled with: members, and the policy."""
    for table in reversed(TABLES.sorted_tables):
        if table.name not in APPEND_ONLY:
            await connection.execute(named_table(table.name).delete())


async def _read_table(connection: AsyncConnection, table: WrittenTable, lines: Iterable[bytes]) -> None:
    digest, rows = hashlib.sha256(), 0
    postgresql = connection.dialect.name == "postgresql"
    into = named_table(table.name, *(column(name) for name in table.columns))
    values: dict[str, Any] = {}
    for name, kind in table.columns.items():
        given = bindparam(f"v_{name}", type_=_TYPES.get(kind))
        values[name] = cast(given, JSON) if kind == "json" and postgresql else given
    statement = insert(into).values(values)

    def parsed() -> Iterator[dict[str, Any]]:
        nonlocal rows
        for line in lines:
            if len(line) > LONGEST_LINE:
                raise ValueError
            digest.update(line)
            rows += 1
            row = json.loads(line)
            yield {
                f"v_{name}": _read(value, kind) for value, (name, kind) in zip(row, table.columns.items(), strict=True)
            }

    coming = parsed()
    try:
        while batch := list(islice(coming, _AT_ONCE)):
            await connection.execute(statement, batch)
    except (ValueError, TypeError, RecursionError, SQLAlchemyError) as error:
        raise DamagedBackup(f"{table.name}: line {rows} cannot be read ({type(error).__name__})") from None
    if (rows, digest.hexdigest()) != (table.rows, table.sha256):
        raise DamagedBackup(f"{table.name}: its lines are not those that were written")


async def _count_on(connection: AsyncConnection, tables: Sequence[WrittenTable]) -> None:
    """Have PostgreSQL give new rows numbers after those that are there; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        if "id" in table.columns:
            asked = text("SELECT pg_get_serial_sequence(:name, 'id')")
            sequence = (await connection.execute(asked, {"name": table.name})).scalar_one_or_none()
            if sequence is not None:
                newest = select(func.max(column("id"))).select_from(named_table(table.name)).scalar_subquery()
                await connection.execute(select(func.setval(sequence, newest)))


async def hold_what_waited(connection: AsyncConnection, now: datetime) -> None:
    """Keep what waited in records of an earlier moment from going on by itself: mail is paused, notices that waited are
    ambiguous now, and changes of posts that waited are overtaken. ``now``: the time (aware).
    """
    notices, pauses = TABLES.tables["notices"], TABLES.tables["mail_pauses"]
    announced = TABLES.tables["announced_changes"]
    overtaken = {"state": AnnouncedState.OVERTAKEN, "settled_at": now, "settled_by": "restore"}
    undone = announced.c.state.in_((AnnouncedState.WAITING, AnnouncedState.AGREED))
    await connection.execute(update(announced).where(undone).values(overtaken))
    waits = notices.c.state.in_((NoticeState.QUEUED, NoticeState.RESERVED, NoticeState.DIGEST))
    held = {"state": NoticeState.AMBIGUOUS, "reason": WAITED, "settled_at": now, "next_attempt_at": None}
    await connection.execute(update(notices).where(waits).values(held))
    if (await connection.execute(select(pauses.c.id).where(pauses.c.resumed_at.is_(None)).limit(1))).first():
        return
    why = "The records were restored from a backup. Look through what is on the board, then let mail go out."
    values = {"paused_at": now, "paused_by": "restore", "why": why, "resumed_by": ""}
    await connection.execute(pauses.insert(), values)


async def sign_everybody_out(connection: AsyncConnection) -> None:
    """Take out sessions and links to sign in by: one that was ended after the moment of the records would live again."""
    for name in ("sessions", "sign_ins"):
        await connection.execute(TABLES.tables[name].delete())


async def number_of_logs(connection: AsyncConnection) -> int:
    """How many logs there are, of cases and of follow-ups."""
    return len(await streams(connection))


def _kind(one: Column[Any]) -> _ColumnKind:
    return next((kind for type_, kind in _KINDS.items() if isinstance(one.type, type_)), "plain")


_TYPES: Mapping[_ColumnKind, Any] = {"moment": Moment(), "date": Date(), "bytes": LargeBinary(), "json": Text()}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _read(value: Any, kind: _ColumnKind) -> Any:
    if value is None:
        return None
    match kind:
        case "moment":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case "bytes":
            return base64.b64decode(value, validate=True)
        case _:
            return value
