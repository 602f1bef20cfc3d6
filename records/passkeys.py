"""Passkeys: the public keys by which people sign what they decide. Their private halves never leave their devices."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.base import Line, Value
from models.tables import TABLES
from models.tables.people import PasskeyRow
from records.rows import columns_of, fetch_rows

PASSKEYS_AT_MOST = 10
"""Passkeys that one account can have at a time."""

_PASSKEYS = TABLES.tables["passkeys"]


class PasskeyNotKept(Exception):
    """The account has as many passkeys as it can have, or this one is known already."""


class Passkey(Value):
    """A passkey of an account; ``number`` names it in lists. Its id and its public key are in base64."""

    number: str
    email: str
    name: Line
    credential: str
    cose: str
    public_key: str
    sign_count: int
    made_at: datetime
    used_at: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """The first 16 hex digits of the SHA-256 of the public key, in fours, as people compare them."""
        digest = hashlib.sha256(base64.b64decode(self.public_key)).hexdigest()
        return " ".join(digest[at : at + 4] for at in range(0, 16, 4))


async def passkeys_of(connection: AsyncConnection, email: str) -> list[Passkey]:
    """The passkeys of an account that were not ended, the oldest first."""
    mine = (_PASSKEYS.c.email == email) & _PASSKEYS.c.ended_at.is_(None)
    rows = await fetch_rows(connection, select(PasskeyRow).where(mine).order_by(_PASSKEYS.c.made_at))
    return [Passkey(**{name: getattr(row, name) for name in Passkey.model_fields}) for row in rows]


async def keep_passkey(
    engine: AsyncEngine,
    email: str,
    name: str,
    *,
    credential: str,
    cose: str,
    public_key: str,
    count: int,
    now: datetime,
) -> None:
    """Keep a new passkey of an account.

    Raises:
        PasskeyNotKept: it is known already, or the account has too many.
    """
    row = PasskeyRow(
        credential=credential,
        number=secrets.token_hex(8),
        email=email,
        name=name,
        cose=cose,
        public_key=public_key,
        sign_count=count,
        made_at=now,
    )
    try:
        async with write_transaction(engine) as connection:
            if len(await passkeys_of(connection, email)) >= PASSKEYS_AT_MOST:
                raise PasskeyNotKept("too many")
            await connection.execute(insert(_PASSKEYS).values(columns_of(row)))
    except IntegrityError:
        raise PasskeyNotKept("it is known already") from None


async def note_use(engine: AsyncEngine, credential: str, count: int, now: datetime) -> None:
    """Keep that a passkey has signed, and the number that it counts by."""
    async with write_transaction(engine) as connection:
        used = update(_PASSKEYS).where(_PASSKEYS.c.credential == credential)
        await connection.execute(used.values(sign_count=count, used_at=now))


async def end_passkey(engine: AsyncEngine, email: str, number: str, now: datetime) -> bool:
    """End a passkey of an account; False when it has none of that number that was not ended."""
    mine = (_PASSKEYS.c.email == email) & (_PASSKEYS.c.number == number) & _PASSKEYS.c.ended_at.is_(None)
    async with write_transaction(engine) as connection:
        return (await connection.execute(update(_PASSKEYS).where(mine).values(ended_at=now))).rowcount == 1


async def end_passkeys(connection: AsyncConnection, email: str, now: datetime) -> None:
    """End all passkeys of an account."""
    mine = (_PASSKEYS.c.email == email) & _PASSKEYS.c.ended_at.is_(None)
    await connection.execute(update(_PASSKEYS).where(mine).values(ended_at=now))


def of_credential(passkeys: Sequence[Passkey], credential: str) -> Passkey | None:
    """The one of these passkeys that has this id."""
    return next((one for one in passkeys if one.credential == credential), None)
