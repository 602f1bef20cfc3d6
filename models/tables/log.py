"""The decision log, what proves that it was not changed (tree, checkpoints), who read what, and what was compared."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import json_column, moment_column, text_column

APPEND_ONLY = ("entries", "record_leaves", "checkpoints", "readings")
"""Tables whose rows are never changed nor deleted: the database refuses it."""


class EntryRow(SQLModel, table=True):
    """One entry of the decision log. ``at`` is the text that was hashed; ``stamp`` is of ``models.stamps``.

    ``notices``: how many notices were queued with it; not known of entries of before 29 November 2026.
    """

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
    notices: int | None = None


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


class LogCheckRow(SQLModel, table=True):
    """What was found when a log was last compared with all that follows from it (``case_check``).

    ``taken_at``: when a worker took it up last; ``checked_at``: when one was done with it; ``times``: how often.
    ``differences``: in words, by a ``records.log_checks.DifferenceKind``; ``mended``: how many were put right.
    """

    __tablename__ = "log_checks"

    stream: str = Field(primary_key=True)
    taken_at: datetime = moment_column(nullable=False)
    checked_at: datetime | None = moment_column()
    times: int = 0
    differences: dict[str, str] = json_column()
    mended: int = 0


class TraceRow(SQLModel, table=True):
    """Where the step that wrote an entry stands in its trace (``traceparent``), for the mails about it; no record."""

    __tablename__ = "traces"

    stream: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    parent: str
    at: datetime = moment_column(nullable=False, index=True)
