"""The decision log."""

from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import json_column


class EntryRow(SQLModel, table=True):
    """One entry of the decision log. ``at`` is the text that was hashed."""

    __tablename__ = "entries"
    __table_args__ = (Index("entries_by_command", "stream", "command"),)

    stream: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: str
    by: str
    acted_for: dict[str, Any] | None = json_column(nullable=True)
    command: str
    type: str
    event: dict[str, Any] = json_column()
    signed: dict[str, Any] | None = json_column(nullable=True)
    previous: str
    hash: str
