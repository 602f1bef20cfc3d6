"""Writing rows of the projection, of the directory and of drafts: what is new goes in, what is known is changed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Date, Delete, bindparam
from sqlalchemy.ext.asyncio import AsyncConnection

from db import insert_for
from models.projection import Row
from models.tables import TABLES, Moment

_UPSERTS: dict[tuple[str, str, tuple[str, ...]], Any] = {}


async def write_rows(connection: AsyncConnection, rows: Iterable[Row]) -> None:
    """``write_rows_now`` on an asynchronous connection."""
    await connection.run_sync(write_rows_now, rows)


def write_rows_now(connection: Connection, rows: Iterable[Row]) -> None:
    """Insert, update or delete rows of the projection; of two rows with one key that stay, the later one wins."""
    grouped: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row.gone:
            connection.execute(_deletion(row.table), row.columns)
        else:
            grouped[row.table, tuple(row.columns)].append(row.columns)
    for (name, columns), values in grouped.items():
        moments, dates = _timed(name, columns)
        for value in values:
            for column in moments:
                value[column] = _parsed(value[column], datetime)
            for column in dates:
                value[column] = _parsed(value[column], date)
        connection.execute(_upsert(connection, name, columns), values)


@cache
def _deletion(name: str) -> Delete:
    table = TABLES.tables[name]
    return table.delete().where(*(column == bindparam(column.name) for column in table.primary_key))


@cache
def _timed(name: str, columns: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The columns that hold instants and dates: a row that came through Temporal has them as ISO 8601 text."""
    table = TABLES.tables[name]
    moments = [column for column in columns if isinstance(table.c[column].type, Moment)]
    return moments, [column for column in columns if isinstance(table.c[column].type, Date)]


def _parsed(value: Any, kind: type[datetime] | type[date]) -> Any:
    return kind.fromisoformat(value) if isinstance(value, str) else value


def _upsert(connection: Connection, name: str, columns: tuple[str, ...]) -> Any:
    cached = _UPSERTS.get((connection.dialect.name, name, columns))
    if cached is None:
        table = TABLES.tables[name]
        keys = [column.name for column in table.primary_key]
        insert = insert_for(connection)(table).values({column: bindparam(column) for column in columns})
        changed = {column: insert.excluded[column] for column in columns if column not in keys}
        cached = insert.on_conflict_do_update(index_elements=keys, set_=changed)
        _UPSERTS[connection.dialect.name, name, columns] = cached
    return cached
