"""Logs that are compared in turn with all that follows from them: whose turn it is, and what was found to differ."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import String, Table, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import insert_for, lock_table
from models.case import Stage
from models.recommendation import OVER
from models.tables import LogCheckRow
from models.tables.cases import CaseRow, FollowUpRow
from records.rows import table_of

_CHECKS: Table = table_of(LogCheckRow)
_CASES, _FOLLOW_UPS = table_of(CaseRow), table_of(FollowUpRow)
_ENDED = tuple(stage.value for stage in Stage if stage.final)
_DIFFERS = cast(_CHECKS.c.differences, Text) != "{}"
_AGAIN_AFTER = timedelta(minutes=2)
"""How long after it was found something that differs is looked at again."""


class DifferenceKind(StrEnum):
    """What differs: the log from itself (its chain, stamps and tree), or from the log what follows from it."""

    LOG = "log"
    ROWS = "rows"
    WORKFLOW = "workflow"
    NOTICES = "notices"


Differences = Mapping[DifferenceKind, str]
"""What differs of one log, in words that name nobody."""


class CheckFigures(NamedTuple):
    """How often a log was compared, how many differences were put right, how many logs differ, by kind.

    ``oldest``: when that open case was compared, or opened, that waits longest; None where none is open.
    """

    checked: int
    mended: int
    differing: Mapping[DifferenceKind, int]
    oldest: datetime | None


async def take_next(connection: AsyncConnection, open_logs: Collection[str], count: int, now: datetime) -> list[str]:
    """The logs whose turn it is, in a transaction of the caller, so that another worker takes others.

    They are ``count`` of the open ones, as many that were found to differ two minutes ago, and one that has ended.
    ``now``: the time (aware).
    """
    await lock_table(connection, "log_checks")
    c = _CHECKS.c
    differs = _DIFFERS & (c.taken_at < now - _AGAIN_AFTER)
    again = (await connection.execute(select(c.stream).where(differs).order_by(c.taken_at).limit(count))).scalars()
    streams = list(again)
    taken = {row.stream: row.taken_at for row in await connection.execute(select(c.stream, c.taken_at))}
    waiting = sorted(open_logs, key=lambda one: (one in taken, taken.get(one, now), one))
    streams += [one for one in waiting[:count] if one not in streams]
    streams += [one for one in await _ended(connection) if one not in streams]
    if streams:
        rows: list[dict[str, Any]] = [
            {"stream": one, "taken_at": now, "times": 0, "differences": {}, "mended": 0} for one in streams
        ]
        insert = insert_for(connection)(_CHECKS)
        changed = {"taken_at": insert.excluded.taken_at}
        await connection.execute(insert.on_conflict_do_update(index_elements=["stream"], set_=changed), rows)
    return streams


async def _ended(connection: AsyncConnection) -> list[str]:
    """The log that has ended and was taken up longest ago, or never; none where none has ended."""
    number = cast(_FOLLOW_UPS.c.number, String)
    of_cases = select(_CASES.c.reference.label("stream")).where(_CASES.c.stage.in_(_ENDED))
    of_follow_ups = select((_FOLLOW_UPS.c.reference + "/R" + number).label("stream"))
    ended = of_cases.union_all(of_follow_ups.where(_FOLLOW_UPS.c.state.in_(OVER))).subquery()
    query = select(ended.c.stream).join(_CHECKS, _CHECKS.c.stream == ended.c.stream, isouter=True)
    query = query.order_by(_CHECKS.c.taken_at.nulls_first(), ended.c.stream).limit(1)
    return list((await connection.execute(query)).scalars())


async def differences_of(connection: AsyncConnection, stream: str) -> Differences:
    """What was found to differ when a log was compared last."""
    found = await connection.scalar(select(_CHECKS.c.differences).where(_CHECKS.c.stream == stream))
    return _by_kind(found or {})


async def note_check(
    connection: AsyncConnection, stream: str, differences: Differences, mended: int, now: datetime
) -> None:
    """Keep what was found of a log whose turn it was, and how many differences were put right since it was last."""
    c = _CHECKS.c
    found = {kind.value: said for kind, said in differences.items()}
    values = {"checked_at": now, "times": c.times + 1, "differences": found, "mended": c.mended + mended}
    await connection.execute(_CHECKS.update().where(c.stream == stream).values(**values))


async def differing_logs(connection: AsyncConnection) -> dict[str, Differences]:
    """The logs that differ from what follows from them, with what differs."""
    c = _CHECKS.c
    rows = await connection.execute(select(c.stream, c.differences).where(_DIFFERS).order_by(c.stream))
    return {stream: _by_kind(found) for stream, found in rows}


async def check_figures(connection: AsyncConnection) -> CheckFigures:
    """The figures of the check, for those who watch."""
    c = _CHECKS.c
    sums = select(func.coalesce(func.sum(c.times), 0), func.coalesce(func.sum(c.mended), 0))
    done = (await connection.execute(sums)).one()
    of_each = select(func.min(func.coalesce(c.checked_at, _CASES.c.opened_at))).select_from(
        _CASES.join(_CHECKS, c.stream == _CASES.c.reference, isouter=True)
    )
    oldest = await connection.scalar(of_each.where(_CASES.c.stage.not_in(_ENDED)))
    counted = Counter(kind for found in (await differing_logs(connection)).values() for kind in found)
    return CheckFigures(int(done[0]), int(done[1]), {kind: counted[kind] for kind in DifferenceKind}, oldest)


def _by_kind(found: Mapping[str, str]) -> Differences:
    return {DifferenceKind(kind): said for kind, said in found.items()}
