"""The second factor: the sealed secret of an account's one-time codes, and the results of codes given for it.

The caller opens the secret and computes the code, since keys are settings.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.base import Value
from models.mail_addresses import folded
from models.tables import TABLES
from models.tables.people import SessionRow
from records.api_tokens import end_tokens
from records.passkeys import end_passkeys
from records.rows import fetch_row
from records.sessions import end_sessions, make_token, still_alive, token_digest

FAILURES = 5
"""Wrong codes in one session; the last of them ends it."""

WRONG_CODES = 25
"""Wrong codes of an account since its last right one, in all sessions; after them an operator must reset it."""

_ACCOUNTS, _SESSIONS = TABLES.tables["accounts"], TABLES.tables["sessions"]

StepOf = Callable[[str], int | None]
"""From a sealed secret: the time step (RFC 6238, 4.2) of the code that was given, None when the code is wrong."""


class CodeResult(StrEnum):
    """What became of a code."""

    RIGHT = "right"
    WRONG = "wrong"
    ENDED = "ended"
    """The code was wrong once too often, or the session was over; it is over now."""
    LOCKED = "locked"


class Proof(Value):
    """The result of a code. ``token`` is the session's new token, or empty when the code was not right."""

    shown: CodeResult
    token: str = ""


async def sealed_secret(engine: AsyncEngine, email: str) -> str:
    """The sealed secret of an account; empty when none is enrolled."""
    async with engine.connect() as connection:
        query = select(_ACCOUNTS.c.second_factor).where(_ACCOUNTS.c.email == email)
        return (await connection.execute(query)).scalar() or ""


async def replace_secret(engine: AsyncEngine, email: str, old: str, new: str) -> None:
    """Keep the same secret sealed anew, unless it was replaced meanwhile."""
    same = (_ACCOUNTS.c.email == email) & (_ACCOUNTS.c.second_factor == old)
    async with write_transaction(engine) as connection:
        await connection.execute(update(_ACCOUNTS).where(same).values(second_factor=new))


async def enrol(engine: AsyncEngine, token: str, sealed: str, step: int, now: datetime) -> Proof | None:
    """Keep the secret of the account of a session, which is strong from now on and gets a new token.

    ``step``: of the code that proved it, used up by that. None when the account has a secret already.
    """
    async with write_transaction(engine) as connection:
        session = await _locked(connection, token, now)
        if session is None:
            return Proof(shown=CodeResult.ENDED)
        free = (_ACCOUNTS.c.email == session.email) & (_ACCOUNTS.c.second_factor == "")
        kept = await connection.execute(
            update(_ACCOUNTS).where(free).values(second_factor=sealed, last_code=step, wrong_codes=0)
        )
        if kept.rowcount != 1:
            return None
        return await _strengthened(connection, token, now)


async def show_code(engine: AsyncEngine, token: str, step_of: StepOf, now: datetime) -> Proof:
    """Judge a code given in a session. A right one makes it strong, with a new token, and is never right again."""
    async with write_transaction(engine) as connection:
        session = await _locked(connection, token, now)
        if session is None:
            return Proof(shown=CodeResult.ENDED)
        mine = _ACCOUNTS.c.email == session.email
        account = (await connection.execute(select(_ACCOUNTS).where(mine).with_for_update())).mappings().one()
        if account["wrong_codes"] >= WRONG_CODES:
            return Proof(shown=CodeResult.LOCKED)
        step = step_of(account["second_factor"]) if account["second_factor"] else None
        if step is not None and step > account["last_code"]:
            await connection.execute(update(_ACCOUNTS).where(mine).values(last_code=step, wrong_codes=0))
            return await _strengthened(connection, token, now)
        failures = session.failures + 1
        over = failures >= FAILURES
        await connection.execute(update(_ACCOUNTS).where(mine).values(wrong_codes=account["wrong_codes"] + 1))
        await connection.execute(
            update(_SESSIONS)
            .where(_SESSIONS.c.token == token_digest(token))
            .values(failures=failures, ended_at=now if over else None)
        )
    return Proof(shown=CodeResult.ENDED if over else CodeResult.WRONG)


async def _locked(connection: AsyncConnection, token: str, now: datetime) -> SessionRow | None:
    """The row of a session, held until the transaction ends: codes that come together are judged one by one."""
    mine = _SESSIONS.c.token == token_digest(token), still_alive(now)
    return await fetch_row(connection, select(SessionRow).where(*mine).with_for_update())


async def _strengthened(connection: AsyncConnection, token: str, now: datetime) -> Proof:
    # A new token: one that somebody learned while the session was weak is worth nothing now.
    new = make_token()
    stronger = update(_SESSIONS).where(_SESSIONS.c.token == token_digest(token))
    await connection.execute(stronger.values(token=token_digest(new), strong=True, strong_at=now, failures=0))
    return Proof(shown=CodeResult.RIGHT, token=new)


async def reset_account(engine: AsyncEngine, email: str, now: datetime) -> bool:
    """Forget the second factor of an account; end its sessions, tokens and passkeys. False when there is no such account.

    For an operator, when a person has lost the device: the next sign-in enrols a new one.
    """
    email = folded(email)
    async with write_transaction(engine) as connection:
        found = await connection.execute(
            update(_ACCOUNTS).where(_ACCOUNTS.c.email == email).values(second_factor="", last_code=0, wrong_codes=0)
        )
        await end_sessions(connection, email, now)
        await end_tokens(connection, email, now)
        await end_passkeys(connection, email, now)
    return found.rowcount == 1
