"""Kinds of columns: instants in UTC, JSON of what the domain dumps, long texts."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


class Moment(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; SQLite keeps no offset, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To UTC."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """From UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def json_column(nullable: bool = False) -> Any:
    """What the domain's models dump."""
    return Field(default=None, sa_column=Column(JSON, nullable=nullable))


def moment_column(nullable: bool = True, index: bool = False) -> Any:
    """An instant."""
    return Field(default=None, sa_column=Column(Moment, nullable=nullable, index=index))


def text_column() -> Any:
    """A text of any length; empty rather than absent."""
    return Field(default="", sa_column=Column(Text, nullable=False))
