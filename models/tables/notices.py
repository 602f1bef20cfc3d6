"""The ledger of notices."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import json_column, moment_column, text_column


class NoticeRow(SQLModel, table=True):
    """The ledger: one row per notice and recipient.

    ``key`` is the deduplication key; ``state`` is a ``models.notices.state.NoticeState``. ``instead_of``: the key of the
    notice that could not be delivered and in whose place this one goes to the alternate; empty for all others.
    ``reply``: the mail server's words. ``reason`` and ``settled_by``: why it was superseded, given up or came back, and
    which person or part of the product said so. ``digest``: the key of the digest that it went in.
    ``acknowledged_at``: when its reader answered by the mail's link, or confirmed there that it came.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("notices_to_send", "state", "next_attempt_at", "id"),
        Index("notices_by_message_id", "message_id"),
        Index("notices_instead_of", "instead_of"),
        Index("notices_by_digest", "digest"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str
    reference: str = Field(index=True)
    seq: int
    kind: str
    post: str
    capacity: str
    due: datetime | None = moment_column()
    facts: dict[str, Any] = json_column()
    queued_at: datetime = moment_column(nullable=False)
    state: str = "queued"
    attempts: int = 0
    next_attempt_at: datetime | None = moment_column()
    reserved_by: str = ""
    settled_at: datetime | None = moment_column()
    address: str = ""
    reply: str = text_column()
    message_id: str = ""
    instead_of: str = ""
    reason: str = text_column()
    settled_by: str = ""
    digest: str = ""
    acknowledged_at: datetime | None = moment_column()


class MailPauseRow(SQLModel, table=True):
    """A time in which no mail goes out; the one without ``resumed_at`` holds now. Rows stay, as a record."""

    __tablename__ = "mail_pauses"

    id: int | None = Field(default=None, primary_key=True)
    paused_at: datetime = moment_column(nullable=False)
    paused_by: str
    why: str = text_column()
    resumed_at: datetime | None = moment_column()
    resumed_by: str = ""


class MailPreferencesRow(SQLModel, table=True):
    """What the holder of a post wants of its mails: ``body`` is a ``models.mail_preferences.Preferences``.

    ``holder`` is the folded address that the post's mail goes to: whoever holds the post next begins with the defaults.
    ``version`` counts the changes; ``changed_by`` is the address of who made the newest, or where it came from.
    """

    __tablename__ = "mail_preferences"

    post: str = Field(primary_key=True)
    holder: str = Field(primary_key=True)
    body: dict[str, Any] = json_column()
    version: int = 1
    changed_at: datetime = moment_column(nullable=False)
    changed_by: str = ""
