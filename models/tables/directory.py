"""The directory, policies, references and drafts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import json_column, moment_column


class MemberRow(SQLModel, table=True):
    """A member with its office's calendar."""

    __tablename__ = "members"

    code: str = Field(primary_key=True)
    position: int = 0
    name: str
    kind: str
    co_chair: bool = False
    steering_group: bool = False
    ahg_2009: bool = False
    mandate: list[str] = json_column()
    aliases: list[str] | None = json_column(nullable=True)
    zone: str = "UTC"
    holidays: str = ""


class HolderRow(SQLModel, table=True):
    """Who holds a post now, and where its mail goes."""

    __tablename__ = "holders"

    post: str = Field(primary_key=True)
    name: str = ""
    email: str = ""
    language: str = "en"


class AlternateRow(SQLModel, table=True):
    """Who stands in for the holder of a post."""

    __tablename__ = "alternates"

    post: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    email: str = ""
    until: date | None = None


class PolicyRow(SQLModel, table=True):
    """A version of the policy; the newest one is copied into new cases."""

    __tablename__ = "policies"

    id: int | None = Field(default=None, primary_key=True)
    version: str = Field(unique=True)
    body: dict[str, Any] = json_column()


class ReferenceRow(SQLModel, table=True):
    """A reference that was given: unique by number within a year, and by the command that asked for it."""

    __tablename__ = "references_given"
    __table_args__ = (UniqueConstraint("command"),)

    year: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    command: str


class DraftRow(SQLModel, table=True):
    """A request that is not submitted yet: nobody waits for it, so no workflow runs for it."""

    __tablename__ = "drafts"

    member: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    content: dict[str, Any] = json_column()
    updated_at: datetime | None = moment_column()
