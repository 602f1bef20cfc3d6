"""People that sign in, their sessions and tokens, and the files they put in."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.columns import moment_column, text_column


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
    created_at: datetime = moment_column(nullable=False)


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
    onward: str = text_column()
    asked_at: datetime = moment_column(nullable=False)
    expires_at: datetime = moment_column(nullable=False)
    used_at: datetime | None = moment_column()


class SessionRow(SQLModel, table=True):
    """A session by the hash of its token. ``post`` is the one that acts; empty until one is chosen.

    ``strong``: the second factor was shown in it, last at ``strong_at``.
    """

    __tablename__ = "sessions"

    token: str = Field(primary_key=True)
    number: str = Field(unique=True)
    email: str = Field(index=True)
    post: str = ""
    form_key: str = ""
    strong: bool = False
    strong_at: datetime | None = moment_column()
    failures: int = 0
    device: str = ""
    began_at: datetime = moment_column(nullable=False)
    seen_at: datetime = moment_column(nullable=False)
    expires_at: datetime = moment_column(nullable=False)
    ended_at: datetime | None = moment_column()


class PasskeyRow(SQLModel, table=True):
    """A passkey of an account, by the id that its maker gave it (base64); ``number`` names it in lists.

    ``cose``: its public key as it came (RFC 9052); ``public_key``: the same as X.509 has it, DER; both in base64.
    ``sign_count``: the newest that it told. One that was ended stays: its signatures stand in logs.
    """

    __tablename__ = "passkeys"

    credential: str = Field(primary_key=True)
    number: str = Field(unique=True)
    email: str = Field(index=True)
    name: str
    cose: str = text_column()
    public_key: str = text_column()
    sign_count: int = 0
    made_at: datetime = moment_column(nullable=False)
    used_at: datetime | None = moment_column()
    ended_at: datetime | None = moment_column()


class TokenRow(SQLModel, table=True):
    """A token with which a program acts for a post through the API, by its hash; ``scopes`` are words."""

    __tablename__ = "api_tokens"

    token: str = Field(primary_key=True)
    number: str = Field(unique=True)
    email: str = Field(index=True)
    post: str
    name: str
    scopes: str
    made_at: datetime = moment_column(nullable=False)
    expires_at: datetime = moment_column(nullable=False)
    used_at: datetime | None = moment_column()
    ended_at: datetime | None = moment_column()


class IdempotencyKeyRow(SQLModel, table=True):
    """A key that a program gave a request, with the hash of what it sent; ``about`` is the case, if there is one."""

    __tablename__ = "idempotency_keys"

    post: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    first_at: datetime = moment_column(nullable=False, index=True)


class AttachmentRow(SQLModel, table=True):
    """A file that a member has put in for a request; the bytes are in the store, under their hash."""

    __tablename__ = "attachments"

    sha256: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    name: str = text_column()
    kind: str
    size: int
    kept_at: datetime = moment_column(nullable=False)


class SavedViewRow(SQLModel, table=True):
    """A list as a post has narrowed it down, kept under a name for whoever holds the post: the query of its address."""

    __tablename__ = "saved_views"

    post: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    query: str = text_column()
