"""The projection of cases: what lists and pages show of them, written with each step."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, text
from sqlmodel import Field, SQLModel

from models.tables.columns import json_column, moment_column, text_column
from models.visibility import Sight


class CaseRow(SQLModel, table=True):
    """One case, as lists show it."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_by_stage", "stage", "opened_at", "reference"),
        Index("cases_by_urgency", "urgency", "opened_at", "reference"),
        Index("cases_by_age", "opened_at", "reference"),
    )

    reference: str = Field(primary_key=True)
    stage: str
    stage_since: datetime | None = moment_column()
    title: str = text_column()
    requesters: list[str] = json_column()
    urgency: str = "routine"
    clock: str = "running"
    waiting_on: list[str] = json_column()
    due: datetime | None = moment_column(index=True)
    next_act: dict[str, Any] | None = json_column(nullable=True)
    version: int = 0
    terms: dict[str, str] = json_column()
    active_until: datetime | None = moment_column()
    opened_at: datetime | None = moment_column()
    updated_at: datetime | None = moment_column()
    seq: int = 0
    head: str = ""


class RequestVersionRow(SQLModel, table=True):
    """One version of a request."""

    __tablename__ = "request_versions"

    reference: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    submitted_at: datetime | None = moment_column()
    content: dict[str, Any] = json_column()


class GateRow(SQLModel, table=True):
    """One gate with its positions."""

    __tablename__ = "gates"

    reference: str = Field(primary_key=True)
    gate: str = Field(primary_key=True)
    outcome: str | None = None
    round: int = 1
    opened_at: datetime | None = moment_column()
    decided_at: datetime | None = moment_column()
    body: dict[str, Any] = json_column()


class ParticipantRow(SQLModel, table=True):
    """A member on the list of a case; ``gone`` when it was taken off before it was invited."""

    __tablename__ = "participants"

    reference: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    seat: str
    state: str
    why: str = text_column()
    gone: bool = False


class OutcomeRow(SQLModel, table=True):
    """A practical outcome."""

    __tablename__ = "outcomes"

    reference: str = Field(primary_key=True)
    title: str = Field(primary_key=True)
    owner: str
    state: str
    due: date | None = None
    body: dict[str, Any] = json_column()


class ArrangementRow(SQLModel, table=True):
    """An information-sharing arrangement."""

    __tablename__ = "arrangements"

    reference: str = Field(primary_key=True)
    title: str = Field(primary_key=True)
    state: str
    review: date | None = None
    body: dict[str, Any] = json_column()


class MeetingRow(SQLModel, table=True):
    """A meeting."""

    __tablename__ = "meetings"

    reference: str = Field(primary_key=True)
    title: str = Field(primary_key=True)
    starts: str
    held: bool = False
    body: dict[str, Any] = json_column()


class ReportRow(SQLModel, table=True):
    """A report."""

    __tablename__ = "reports"

    reference: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    kind: str
    state: str
    version: int
    body: dict[str, Any] = json_column()


class RecommendationRow(SQLModel, table=True):
    """A recommendation, as its report has it; ``held``: it is not followed before its addressees outside the group are
    told."""

    __tablename__ = "recommendations"

    reference: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    text: str = text_column()
    owner: str = ""
    addressees: list[str] = json_column()
    due: date | None = None
    report: int = 1
    held: bool = False


class FollowUpRow(SQLModel, table=True):
    """What has become of a recommendation since its report was accepted; written by its follow-up alone.

    ``answers``: what each addressee said for itself, by its code.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (Index("follow_ups_by_owner", "owner", "state"),)

    reference: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    owner: str = ""
    state: str
    next_at: datetime | None = moment_column()
    answers: dict[str, Any] = json_column()


class CirculationRow(SQLModel, table=True):
    """A circulation."""

    __tablename__ = "circulations"

    reference: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    what: str
    state: str
    body: dict[str, Any] = json_column()


class DutyRow(SQLModel, table=True):
    """What a post is asked to do in a case now (``duties.Duty``)."""

    __tablename__ = "duties"
    __table_args__ = (Index("duties_of_post", "post", "due"),)

    reference: str = Field(primary_key=True)
    post: str = Field(primary_key=True)
    do: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    due: datetime | None = moment_column()


class OfferRow(SQLModel, table=True):
    """A post that waits to be taken over by the person to whom its holder has offered it in a case."""

    __tablename__ = "offers"

    reference: str = Field(primary_key=True)
    post: str = Field(primary_key=True)
    name: str
    email: str
    language: str
    offered_at: datetime | None = moment_column()


_TOLD = text(f"sight = {int(Sight.CIRCULATED)}")


class ReaderRow(SQLModel, table=True):
    """How much of a case a post sees (``visibility.Sight``). Those that see every case have no rows."""

    __tablename__ = "readers"
    __table_args__ = (
        Index("readers_by_post", "post", "opened_at", "reference"),
        Index("readers_that_were_told", "post", "opened_at", "reference", sqlite_where=_TOLD, postgresql_where=_TOLD),
    )

    reference: str = Field(primary_key=True)
    post: str = Field(primary_key=True)
    sight: int
    opened_at: datetime | None = moment_column()


class CaseMarkRow(SQLModel, table=True):
    """What lists are narrowed down by: ``mark`` is ``requester``, ``waiting_on`` or ``open`` (which has no value)."""

    __tablename__ = "case_marks"
    __table_args__ = (Index("case_marks_by_age", "mark", "value", "opened_at", "reference"),)

    reference: str = Field(primary_key=True)
    mark: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    opened_at: datetime | None = moment_column()


class SearchTextRow(SQLModel, table=True):
    """A text that is searched (``models/search.py``): what is found, its words, and the marks of who may find it.

    ``words`` and ``readers`` stand between blanks. The index of their words is made by the migrations, each database's
    own: the table ``search_index`` of FTS5, the index ``search_index`` of PostgreSQL.
    """

    __tablename__ = "search_texts"

    id: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    )
    reference: str = Field(index=True)
    kind: str
    part: str = text_column()
    text: str = text_column()
    words: str = text_column()
    readers: str = text_column()
