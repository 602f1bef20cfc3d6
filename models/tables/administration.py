"""What the secretariat and the Co-Chairs change in the deployment: the directory's history, and proposed policies."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import json_column, moment_column, text_column


class DirectoryChangeRow(SQLModel, table=True):
    """One change of the directory: who, when, what it was before (null: not known) and what it is since.

    ``about``: a post, a member's code, or ``marks``. ``cases``: those that were to hear of it. ``command``: of a change
    that was made in a case, the command there.
    """

    __tablename__ = "directory_changes"
    __table_args__ = (
        Index("directory_changes_by_subject", "about", "at"),
        Index("directory_changes_by_command", "command"),
        Index("directory_changes_by_age", "at", "id"),
    )

    id: str = Field(primary_key=True)
    at: datetime = moment_column(nullable=False)
    by: str
    email: str = ""
    name: str = ""
    kind: str
    about: str
    before: dict[str, Any] | None = json_column(nullable=True)
    after: dict[str, Any] = json_column()
    cases: list[str] = json_column()
    command: str = ""


class PolicyProposalRow(SQLModel, table=True):
    """A policy that was proposed. ``state``: open, in_force, refused or withdrawn.

    ``based_on``: the version that it was to follow; ``version``: its own, once it is in force. ``answers``: what the
    Co-Chairs have said, by post.
    """

    __tablename__ = "policy_proposals"

    id: str = Field(primary_key=True)
    state: str
    body: dict[str, Any] = json_column()
    based_on: str
    version: str = ""
    why: str = text_column()
    at: datetime = moment_column(nullable=False)
    by: str
    email: str = ""
    name: str = ""
    answers: dict[str, Any] = json_column()
    settled_at: datetime | None = moment_column()


class AnnouncedChangeRow(SQLModel, table=True):
    """A change of the directory that takes effect only after a time, in which it can be stopped.

    ``kind``, ``about`` and ``after`` as those of a change; ``seen``: the fingerprint of what stood when it was announced.
    ``state``: a ``models.directory_changes.AnnouncedState``.
    """

    __tablename__ = "announced_changes"
    __table_args__ = (
        Index("announced_changes_by_subject", "about", "at"),
        Index("announced_changes_by_state", "state"),
    )

    id: str = Field(primary_key=True)
    at: datetime = moment_column(nullable=False)
    by: str
    email: str = ""
    name: str = ""
    kind: str
    about: str
    after: dict[str, Any] = json_column()
    seen: str
    takes_effect_at: datetime = moment_column(nullable=False)
    state: str
    settled_at: datetime | None = moment_column()
    settled_by: str = ""
    settled_email: str = ""


class BackupRow(SQLModel, table=True):
    """A backup that was made with `ahg backup`: when, and how many logs are in it. Where it lies is not said here."""

    __tablename__ = "backups"

    id: int | None = Field(default=None, primary_key=True)
    made_at: datetime = moment_column(nullable=False)
    logs: int
