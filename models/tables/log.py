"""The decision log, and what proves that nothing in it was changed: tree, checkpoints, and who read what."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import json_column, moment_column, text_column

APPEND_ONLY = ("entries", "record_leaves", "checkpoints", "readings")
"""Tables whose rows are never changed nor deleted: the database refuses it."""


class EntryRow(SQLModel, table=True):
    """One entry of the decision log. ``at`` is the text that was hashed; ``stamp`` is of ``models.stamps``."""

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
    stamp: str = Field(sa_column=Column(String, nullable=False, server_default=""))


class LeafRow(SQLModel, table=True):
    """A leaf of the record's tree, counted from 0: the head of a stream after a step (``models.checkpoints.Head``).

    ``frontier``: that of the tree up to this leaf (``models.merkle.Frontier.packed``).
    """

    __tablename__ = "record_leaves"
    __table_args__ = (UniqueConstraint("stream", "seq"),)

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    stream: str
    seq: int
    hash: str
    frontier: bytes


class CheckpointRow(SQLModel, table=True):
    """A signature under a checkpoint of the record, its own or a witness's. ``text`` is what is signed."""

    __tablename__ = "checkpoints"

    size: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    signer: str = Field(primary_key=True)
    text: str = text_column()
    line: str = text_column()
    at: datetime = moment_column(nullable=False)


class ReadingRow(SQLModel, table=True):
    """Who read or took away something that not all may see: once for each reader, thing and day.

    ``what`` is a ``models.readings.Reading``; ``about`` says which one: a section, a file's name. ``email`` is empty for
    a program. ``day`` is in UTC; ``at`` is the first time on that day.
    """

    __tablename__ = "readings"

    reference: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    post: str = Field(primary_key=True)
    email: str = Field(primary_key=True)
    at: datetime = moment_column(nullable=False)
