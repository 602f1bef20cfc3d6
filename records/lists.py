"""Lists: the cases that a post sees, what waits for it, and the board of everything that is open.

Every query takes the post that reads and leaves out what it may not see (``visibility``); pages only show the rows.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.case import Stage
from models.posts import Post
from models.tables import TABLES
from models.visibility import INSIDERS, Sight

__all__ = [
    "Cursor",
    "Filters",
    "board",
    "cases_named",
    "cases_seen",
    "counts_by_stage",
    "duties_of",
    "follow_ups_of",
]

_CASES, _READERS = TABLES.tables["cases"], TABLES.tables["readers"]
_DUTIES, _FOLLOW_UPS = TABLES.tables["duties"], TABLES.tables["follow_ups"]
_RECOMMENDATIONS = TABLES.tables["recommendations"]
_ENDED = tuple(stage.value for stage in Stage if stage.ended)
PAGE = 50


class Cursor(NamedTuple):
    """Where a page of a list begins: after this case, in the order newest first (keyset paging)."""

    opened_at: datetime
    reference: str

    def __str__(self) -> str:
        return f"{self.opened_at.isoformat()}~{self.reference}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """A cursor from an address; None when it is not one."""
        written, tilde, reference = text.partition("~")
        try:
            at = datetime.fromisoformat(written)
            utc = at.astimezone(UTC) if at.tzinfo else None
        except (ValueError, OverflowError):
            return None
        return cls(utc, reference) if utc and tilde and reference and reference.isprintable() else None


class Filters(NamedTuple):
    """What a list is narrowed down to; an empty text narrows nothing. ``open``: leave out what has ended."""

    stage: str = ""
    urgency: str = ""
    open: bool = False


def _seen_by(reader: Post) -> Select[Any]:
    """The rows that a post sees, with how much it sees of each in the column ``sight``."""
    if reader.role in INSIDERS:
        return select(_CASES, literal(int(Sight.CASE)).label("sight"))
    mine = and_(_READERS.c.reference == _CASES.c.reference, _READERS.c.member == reader.member)
    return select(_CASES, _READERS.c.sight).join(_READERS, mine)


def _order(reader: Post) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """What the list is in order of; a member's list follows its own index, however many cases there are."""
    table = _CASES if reader.role in INSIDERS else _READERS
    return table.c.opened_at, table.c.reference


async def cases_seen(
    connection: AsyncConnection,
    reader: Post,
    filters: Filters,
    after: Cursor | None = None,
    limit: int = PAGE,
) -> list[dict[str, Any]]:
    """A page of the cases that a post sees, newest first.

    A case that was only circulated to the post is left out where the list is narrowed to a stage or an urgency, and
    always stands in the list of what is open: the post does not know either, and finding the case would tell.
    """
    opened_at, reference = _order(reader)
    query = _seen_by(reader).order_by(opened_at.desc(), reference.desc()).limit(limit)
    if after is not None:
        earlier = and_(opened_at == after.opened_at, reference < after.reference)
        query = query.where(or_(opened_at < after.opened_at, earlier))
    if (filters.stage or filters.urgency) and reader.role not in INSIDERS:
        query = query.where(_READERS.c.sight >= Sight.OWN_PART)
    if filters.stage:
        query = query.where(_CASES.c.stage == filters.stage)
    if filters.urgency:
        query = query.where(_CASES.c.urgency == filters.urgency)
    if filters.open:
        runs = _CASES.c.stage.not_in(_ENDED)
        told = literal(False) if reader.role in INSIDERS else _READERS.c.sight == Sight.CIRCULATED
        query = query.where(or_(runs, told))
    return [_shown(row) for row in (await connection.execute(query)).mappings()]


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what the reader does not see: of a case that was only circulated, all but its reference."""
    shown = dict(row)
    if shown["sight"] < Sight.CASE:
        shown.update(waiting_on=[], next_act=None, due=None, requesters=[], terms={}, clock="", head="")
    if shown["sight"] < Sight.OWN_PART:
        shown.update(title="", stage="", stage_since=None, urgency="")
    return shown


async def cases_named(
    connection: AsyncConnection, reader: Post, references: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Of some cases those that a post sees, by reference, as its list shows them."""
    if not references:
        return {}
    query = _seen_by(reader).where(_CASES.c.reference.in_(references))
    return {row["reference"]: _shown(row) for row in (await connection.execute(query)).mappings()}


async def duties_of(connection: AsyncConnection, post: Post, limit: int = 200) -> list[dict[str, Any]]:
    """What waits for a post, the most urgent first, with title, stage and urgency of each case."""
    columns = (
        _DUTIES,
        _CASES.c.title,
        _CASES.c.stage,
        _CASES.c.stage_since,
        _CASES.c.urgency,
        _CASES.c.clock,
    )
    query = (
        select(*columns)
        .join(_CASES, _CASES.c.reference == _DUTIES.c.reference)
        .where(_DUTIES.c.post == str(post))
        .order_by(_DUTIES.c.due.is_(None), _DUTIES.c.due, _DUTIES.c.reference)
        .limit(limit)
    )
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def follow_ups_of(connection: AsyncConnection, member: str, limit: int = 100) -> list[dict[str, Any]]:
    """The recommendations that a member owns and that are still followed, the next reminder first."""
    same = and_(
        _FOLLOW_UPS.c.reference == _RECOMMENDATIONS.c.reference,
        _FOLLOW_UPS.c.number == _RECOMMENDATIONS.c.number,
    )
    query = (
        select(_RECOMMENDATIONS, _FOLLOW_UPS.c.state, _FOLLOW_UPS.c.next_at)
        .join(_FOLLOW_UPS, same)
        .where(_RECOMMENDATIONS.c.owner == member, _FOLLOW_UPS.c.state.in_(("open", "adopted")))
        .order_by(_RECOMMENDATIONS.c.due.is_(None), _RECOMMENDATIONS.c.due)
        .limit(limit)
    )
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def board(connection: AsyncConnection, reader: Post, limit: int = 200) -> list[dict[str, Any]]:
    """The open cases that a post sees, those that have been in their step for longest first."""
    query = _seen_by(reader).where(_CASES.c.stage.not_in(_ENDED)).order_by(_CASES.c.stage_since).limit(limit)
    return [_shown(row) for row in (await connection.execute(query)).mappings()]


async def counts_by_stage(connection: AsyncConnection) -> dict[str, int]:
    """How many cases are in each stage."""
    query = select(_CASES.c.stage, func.count()).group_by(_CASES.c.stage)
    return {str(stage): int(number) for stage, number in await connection.execute(query)}
