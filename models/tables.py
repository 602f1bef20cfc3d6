"""The SQLModel tables: the event log, the projection of cases, the queue of notices, the directory, people.

Not imported by the domain half of this package. Instants are stored in UTC; JSON columns hold what the
domain's models dump.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Index, Text, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

__all__ = ["TABLES", "Moment"]


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


def _json(nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(JSON, nullable=nullable))


def _moment(nullable: bool = True, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Moment, nullable=nullable, index=index))


def _text() -> Any:
    return Field(default="", sa_column=Column(Text, nullable=False))


# the log ----------------------------------------------------------------------------------------------------


class EntryRow(SQLModel, table=True):
    """One entry of the decision log. ``at`` is the text that was hashed."""

    __tablename__ = "entries"
    __table_args__ = (Index("entries_by_command", "stream", "command"),)

    stream: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: str
    by: str
    acted_for: dict[str, Any] | None = _json(nullable=True)
    command: str
    type: str
    event: dict[str, Any] = _json()
    previous: str
    hash: str


# the projection ---------------------------------------------------------------------------------------------


class CaseRow(SQLModel, table=True):
    """One case, as lists show it."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_by_stage", "stage", "opened_at", "reference"),
        Index("cases_by_age", "opened_at", "reference"),
    )

    reference: str = Field(primary_key=True)
    stage: str
    stage_since: datetime | None = _moment()
    title: str = _text()
    requesters: list[str] = _json()
    urgency: str = "routine"
    clock: str = "running"
    waiting_on: list[str] = _json()
    due: datetime | None = _moment(index=True)
    next_act: dict[str, Any] | None = _json(nullable=True)
    version: int = 0
    terms: dict[str, str] = _json()
    active_until: datetime | None = _moment()
    opened_at: datetime | None = _moment()
    updated_at: datetime | None = _moment()
    seq: int = 0
    head: str = ""


class RequestVersionRow(SQLModel, table=True):
    """One version of a request."""

    __tablename__ = "request_versions"

    reference: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    submitted_at: datetime | None = _moment()
    content: dict[str, Any] = _json()


class GateRow(SQLModel, table=True):
    """One gate with its positions."""

    __tablename__ = "gates"

    reference: str = Field(primary_key=True)
    gate: str = Field(primary_key=True)
    outcome: str | None = None
    round: int = 1
    opened_at: datetime | None = _moment()
    decided_at: datetime | None = _moment()
    body: dict[str, Any] = _json()


class ParticipantRow(SQLModel, table=True):
    """A member on the list of a case; ``gone`` when it was taken off before it was invited."""

    __tablename__ = "participants"

    reference: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    seat: str
    state: str
    why: str = _text()
    gone: bool = False


class OutcomeRow(SQLModel, table=True):
    """A practical outcome."""

    __tablename__ = "outcomes"

    reference: str = Field(primary_key=True)
    title: str = Field(primary_key=True)
    owner: str
    state: str
    due: date | None = None
    body: dict[str, Any] = _json()


class ArrangementRow(SQLModel, table=True):
    """An information-sharing arrangement."""

    __tablename__ = "arrangements"

    reference: str = Field(primary_key=True)
    title: str = Field(primary_key=True)
    state: str
    review: date | None = None
    body: dict[str, Any] = _json()


class MeetingRow(SQLModel, table=True):
    """A meeting."""

    __tablename__ = "meetings"

    reference: str = Field(primary_key=True)
    title: str = Field(primary_key=True)
    starts: str
    held: bool = False
    body: dict[str, Any] = _json()


class ReportRow(SQLModel, table=True):
    """A report."""

    __tablename__ = "reports"

    reference: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    kind: str
    state: str
    version: int
    body: dict[str, Any] = _json()


class RecommendationRow(SQLModel, table=True):
    """A recommendation, as its report has it."""

    __tablename__ = "recommendations"

    reference: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    text: str = _text()
    owner: str = ""
    addressees: list[str] = _json()
    due: date | None = None
    report: int = 1


class FollowUpRow(SQLModel, table=True):
    """What has become of a recommendation since its report was accepted; written by its follow-up alone."""

    __tablename__ = "follow_ups"

    reference: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    state: str
    next_at: datetime | None = _moment()


class CirculationRow(SQLModel, table=True):
    """A circulation."""

    __tablename__ = "circulations"

    reference: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    what: str
    state: str
    body: dict[str, Any] = _json()


class DutyRow(SQLModel, table=True):
    """What a post is asked to do in a case now (``duties.Duty``)."""

    __tablename__ = "duties"
    __table_args__ = (Index("duties_of_post", "post", "due"),)

    reference: str = Field(primary_key=True)
    post: str = Field(primary_key=True)
    do: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    due: datetime | None = _moment()


class ReaderRow(SQLModel, table=True):
    """How much of a case a member's focal point sees (``visibility.Sight``); insiders see every case."""

    __tablename__ = "readers"
    __table_args__ = (Index("readers_by_member", "member", "opened_at", "reference"),)

    reference: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    sight: int
    opened_at: datetime | None = _moment()


# notices ----------------------------------------------------------------------------------------------------


class NoticeRow(SQLModel, table=True):
    """The ledger: one row per notice and recipient.

    ``key`` is the deduplication key. ``state``: queued, reserved, sent, refused, ambiguous, undeliverable.
    ``acknowledged_at``: when its reader answered by the mail's link, or confirmed there that it came.
    """

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("key"), Index("notices_to_send", "state", "next_attempt_at"))

    id: int | None = Field(default=None, primary_key=True)
    key: str
    reference: str = Field(index=True)
    seq: int
    kind: str
    post: str
    capacity: str
    due: datetime | None = _moment()
    facts: dict[str, str] = _json()
    queued_at: datetime = _moment(nullable=False)
    state: str = "queued"
    attempts: int = 0
    next_attempt_at: datetime | None = _moment()
    reserved_by: str = ""
    settled_at: datetime | None = _moment()
    address: str = ""
    reply: str = _text()
    message_id: str = ""
    acknowledged_at: datetime | None = _moment()


# the directory ----------------------------------------------------------------------------------------------


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
    mandate: list[str] = _json()
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
    body: dict[str, Any] = _json()


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
    content: dict[str, Any] = _json()
    updated_at: datetime | None = _moment()


# people -----------------------------------------------------------------------------------------------------


class AccountRow(SQLModel, table=True):
    """A person that signs in, by mail address; which posts it may act for is in the directory.

    ``second_factor``: the secret of the one-time codes, encrypted; empty until it is enrolled. ``last_code``: the time
    step of the newest code that was used, so that none is used twice. ``wrong_codes``: since the last right one.
    """

    __tablename__ = "accounts"

    email: str = Field(primary_key=True)
    second_factor: str = ""
    last_code: int = 0
    wrong_codes: int = 0
    language: str = ""
    zone: str = ""
    created_at: datetime = _moment(nullable=False)


class SignInRow(SQLModel, table=True):
    """One request for a sign-in link; only the hash of its token is kept, and no row says whether it was sent.

    ``onward``: the page to go to then, a path of this site. A request beyond the limit expires when it is asked.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (
        Index("sign_ins_by_email", "email", "asked_at"),
        Index("sign_ins_by_client", "client", "asked_at"),
        Index("sign_ins_by_age", "asked_at"),
    )

    token: str = Field(primary_key=True)
    email: str
    client: str = ""
    onward: str = _text()
    asked_at: datetime = _moment(nullable=False)
    expires_at: datetime = _moment(nullable=False)
    used_at: datetime | None = _moment()


class SessionRow(SQLModel, table=True):
    """A session by the hash of its token. ``post`` is the one that acts; empty until one is chosen."""

    __tablename__ = "sessions"

    token: str = Field(primary_key=True)
    number: str = Field(unique=True)
    email: str = Field(index=True)
    post: str = ""
    form_key: str = ""
    strong: bool = False
    failures: int = 0
    device: str = ""
    began_at: datetime = _moment(nullable=False)
    seen_at: datetime = _moment(nullable=False)
    expires_at: datetime = _moment(nullable=False)
    ended_at: datetime | None = _moment()


class TokenRow(SQLModel, table=True):
    """A token with which a program acts for a post through the API, by its hash; ``scopes`` are words."""

    __tablename__ = "api_tokens"

    token: str = Field(primary_key=True)
    number: str = Field(unique=True)
    email: str = Field(index=True)
    post: str
    name: str
    scopes: str
    made_at: datetime = _moment(nullable=False)
    expires_at: datetime = _moment(nullable=False)
    used_at: datetime | None = _moment()
    ended_at: datetime | None = _moment()


class IdempotencyKeyRow(SQLModel, table=True):
    """A key that a program gave a request, with the hash of what it sent; ``about`` is the case, if there is one."""

    __tablename__ = "idempotency_keys"

    post: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    first_at: datetime = _moment(nullable=False, index=True)


class AttachmentRow(SQLModel, table=True):
    """A file that a member has put in for a request; the bytes are in the store, under their hash."""

    __tablename__ = "attachments"

    sha256: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    name: str = _text()
    kind: str
    size: int
    kept_at: datetime = _moment(nullable=False)


TABLES = SQLModel.metadata
"""The metadata that migrations describe."""
