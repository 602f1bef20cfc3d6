"""Rows of tables as objects of their classes (``models.tables``). They do not follow later changes of the database."""

from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from models.tables import TABLES

_Row = TypeVar("_Row")


async def fetch_rows(connection: AsyncConnection, query: Select[_Row]) -> list[_Row]:
    """The rows that a query of one class finds, read in the caller's transaction."""
    return await connection.run_sync(_fetch, query)


async def fetch_row(connection: AsyncConnection, query: Select[_Row]) -> _Row | None:
    """The first row that a query of one class finds; None when there is none."""
    return next(iter(await fetch_rows(connection, query.limit(1))), None)


def _fetch(connection: Connection, query: Select[_Row]) -> list[_Row]:
    if not connection.in_transaction():
        connection.begin()  # as every statement does; else the session would begin one of its own, and end it
    with Session(connection) as session:
        return list(session.scalars(query))


def table_of(kind: type[SQLModel]) -> Table:
    """The table of such rows."""
    return TABLES.tables[str(kind.__tablename__)]


def columns_of(row: SQLModel) -> dict[str, Any]:
    """A row as it is written out: its columns by name, in the order of the table."""
    return {column.name: getattr(row, column.name) for column in table_of(type(row)).columns}
