"""The ledger of notices."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import json_column, moment_column, text_column


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
    due: datetime | None = moment_column()
    facts: dict[str, str] = json_column()
    queued_at: datetime = moment_column(nullable=False)
    state: str = "queued"
    attempts: int = 0
    next_attempt_at: datetime | None = moment_column()
    reserved_by: str = ""
    settled_at: datetime | None = moment_column()
    address: str = ""
    reply: str = text_column()
    message_id: str = ""
    acknowledged_at: datetime | None = moment_column()
