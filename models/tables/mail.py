"""What came back for notices, and what people decided on those that are stuck."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.columns import moment_column, text_column


class MailReturnRow(SQLModel, table=True):
    """What came back for a notice, each mail once: ``notice`` is its number, ``fate`` a ``models.returns.Fate``.

    ``address`` is that of the notice, or of a report that is unconfirmed; ``status`` and ``text`` are the report's own
    words, shortened.
    """

    __tablename__ = "mail_returns"

    notice: int = Field(primary_key=True)
    fingerprint: str = Field(primary_key=True)
    fate: str
    address: str = ""
    status: str = ""
    text: str = text_column()
    noted_at: datetime = moment_column(nullable=False)


class MailDecisionRow(SQLModel, table=True):
    """What somebody decided on a notice that was stuck, and how it stood then: rows stay, as a record.

    ``what``: resend or give_up. ``state``, ``attempts`` and ``said`` are those of the notice before.
    """

    __tablename__ = "mail_decisions"

    id: int | None = Field(default=None, primary_key=True)
    notice: int = Field(index=True)
    what: str
    by: str
    why: str = text_column()
    decided_at: datetime = moment_column(nullable=False)
    state: str
    attempts: int = 0
    said: str = text_column()
