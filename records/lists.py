"""Lists: the cases that a post sees, what waits for it, and the board of everything that is open.

Every query takes the post that reads and leaves out what it may not see (``visibility``); pages only show the rows.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.case import Stage
from models.posts import Post, Role
from models.tables import TABLES
from models.visibility import Sight, sees_every_case

_CASES, _READERS, _MARKS = (TABLES.tables[name] for name in ("cases", "readers", "case_marks"))
_DUTIES, _FOLLOW_UPS = TABLES.tables["duties"], TABLES.tables["follow_ups"]
_RECOMMENDATIONS = TABLES.tables["recommendations"]
_OPEN = frozenset(stage.value for stage in Stage if not stage.ended and stage is not Stage.DRAFT)
_ONLY_TOLD = _READERS.c.sight == literal(int(Sight.CIRCULATED), literal_execute=True)
"""The post only got a circulation of the case and does not know whether it is open. The partial index is written so."""

CASES_A_PAGE = 50


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
    """The filters of a list; an empty text and None filter nothing.

    ``open``: leave out cases that have ended. ``overdue_at``: keep open cases whose deadline lies before this instant.
    ``opened_from`` is the first instant of the interval, ``opened_before`` the first one after it.
    """

    stage: str = ""
    urgency: str = ""
    open: bool = False
    requester: str = ""
    waiting_on: str = ""
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    overdue_at: datetime | None = None

    @property
    def marks(self) -> list[tuple[str, str]]:
        """The rows of ``case_marks`` that a case must have, the one that the fewest have first.

        Few cases are open at a time, however many there have been.
        """
        wanted = [
            ("waiting_on", self.waiting_on) if self.waiting_on else None,
            ("open", "") if self.open or self.overdue_at or self.stage in _OPEN else None,
            ("requester", self.requester) if self.requester else None,
        ]
        return [mark for mark in wanted if mark is not None]

    @property
    def tells(self) -> Sight:
        """How much of a case a post must see to know whether the filters keep it."""
        if self.requester or self.waiting_on or self.overdue_at:
            return Sight.CASE
        return Sight.OWN_PART if self.stage or self.urgency or self.open else Sight.CIRCULATED

    @property
    def only_open(self) -> bool:
        """Whether the only filter, apart from times of opening, is that cases are open."""
        return self.open and not (self.requester or self.waiting_on or self.overdue_at or self.stage or self.urgency)


@dataclass(frozen=True, slots=True)
class ListedAct:
    """What the clock does next by itself in a case (``models.agenda.NextAct``)."""

    at: datetime
    subject: str
    act: str

    @classmethod
    def read(cls, written: Mapping[str, str]) -> "ListedAct":
        """An act from the column ``next_act``."""
        return cls(datetime.fromisoformat(written["at"]), written["subject"], written["act"])


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case as lists show it to a post: what the post does not see of it is empty."""

    reference: str
    sight: Sight
    opened_at: datetime
    title: str = ""
    stage: str = ""
    stage_since: datetime | None = None
    urgency: str = ""
    requesters: Sequence[str] = ()
    clock: str = ""
    waiting_on: Sequence[str] = ()
    due: datetime | None = None
    next_act: ListedAct | None = None


@dataclass(frozen=True, slots=True)
class ListedDuty:
    """What a post is asked to do in a case, and what the list says of the case."""

    reference: str
    do: str
    about: str
    due: datetime | None
    title: str
    stage: str
    urgency: str
    clock: str


@dataclass(frozen=True, slots=True)
class ListedFollowUp:
    """A recommendation that is followed: ``state`` and when its owner is asked next."""

    reference: str
    number: int
    text: str
    addressees: Sequence[str]
    due: date | None
    state: str
    next_at: datetime | None


def _seen_by(reader: Post) -> Select[Any]:
    """The rows that a post sees, with how much it sees of each in the column ``sight``."""
    if sees_every_case(reader):
        return select(_CASES, literal(int(Sight.CASE)).label("sight"))
    return select(_CASES, _READERS.c.sight).join(_READERS, _seen(_CASES.c.reference, reader))


def _seen(reference: ColumnElement[str], reader: Post) -> ColumnElement[bool]:
    """The row that says how much of a case a post sees, of one that does not see every case."""
    return and_(_READERS.c.reference == reference, _READERS.c.post == str(reader))


async def cases_seen(
    connection: AsyncConnection, reader: Post, filters: Filters, after: Cursor | None = None, limit: int = CASES_A_PAGE
) -> list[ListedCase]:
    """A page of the cases that a post sees, newest first.

    A filter tells something of each case that it finds, so a case of which the post does not know that is left out. What
    was only circulated always stands in the list of what is open: the post does not know either.
    """
    rows = await _page(connection, _narrowed(reader, filters), filters, after, limit)
    if filters.only_open and not sees_every_case(reader):
        told = _seen_by(reader).where(_ONLY_TOLD), _READERS.c.opened_at, _READERS.c.reference
        rows += await _page(connection, told, filters, after, limit)
        rows.sort(key=attrgetter("opened_at", "reference"), reverse=True)
    return [_listed(row) for row in rows[:limit]]


Narrowed = tuple[Select[Any], ColumnElement[datetime], ColumnElement[str]]
"""A query, and the two columns by which its rows are ordered: when a case was opened, and its reference."""


async def _page(
    connection: AsyncConnection, narrowed: Narrowed, filters: Filters, after: Cursor | None, limit: int
) -> list[Row[Any]]:
    query, opened_at, reference = narrowed
    query = query.order_by(opened_at.desc(), reference.desc()).limit(limit)
    if after is not None:
        earlier = or_(opened_at < after.opened_at, reference < after.reference)
        query = query.where(opened_at <= after.opened_at, earlier)
    if filters.opened_from is not None:
        query = query.where(opened_at >= filters.opened_from)
    if filters.opened_before is not None:
        query = query.where(opened_at < filters.opened_before)
    if filters.stage:
        query = query.where(_CASES.c.stage == filters.stage)
    if filters.urgency:
        query = query.where(_CASES.c.urgency == filters.urgency)
    if filters.overdue_at is not None:
        query = query.where(_CASES.c.due < filters.overdue_at)
    return list(await connection.execute(query))


def _narrowed(reader: Post, filters: Filters) -> Narrowed:
    """The rows that have the marks of the filters, of cases of which the post knows whether they are meant.

    The query goes through the rows that the fewest cases have, so that its cost does not grow with other cases: the rows
    of a mark, else the rows that a member sees. A post that sees nearly all cases goes through a stage or urgency.
    """
    query = _seen_by(reader)
    if not sees_every_case(reader):
        query = query.where(_READERS.c.sight >= filters.tells)
    if filters.marks:
        (name, value), *others = filters.marks
        led = _MARKS.alias("led")
        query = query.join(led, led.c.reference == _CASES.c.reference)
        query = query.where(led.c.mark == name, led.c.value == value, *map(_marked, others))
        return query, led.c.opened_at, led.c.reference
    of_cases = reader.role is not Role.FOCAL_POINT and (filters.stage or filters.urgency)
    if of_cases or sees_every_case(reader):
        return query, _CASES.c.opened_at, _CASES.c.reference
    return query, _READERS.c.opened_at, _READERS.c.reference


def _marked(mark: tuple[str, str]) -> ColumnElement[bool]:
    """Whether the case has a mark."""
    name, value = mark
    same = (_MARKS.c.reference == _CASES.c.reference, _MARKS.c.mark == name, _MARKS.c.value == value)
    return select(_MARKS.c.reference).where(*same).exists()


def _listed(row: Row[Any]) -> ListedCase:
    """The part of a row that the reader sees. Of a case that was only circulated it sees nothing but the reference."""
    sight, shown = Sight(row.sight), {}
    if sight >= Sight.OWN_PART:
        shown = {"title": row.title, "stage": row.stage, "stage_since": row.stage_since, "urgency": row.urgency}
    if sight >= Sight.CASE:
        shown |= {"requesters": row.requesters, "clock": row.clock, "waiting_on": row.waiting_on, "due": row.due}
        shown["next_act"] = ListedAct.read(row.next_act) if row.next_act else None
    return ListedCase(row.reference, sight, row.opened_at, **shown)


async def cases_named(connection: AsyncConnection, reader: Post, references: Collection[str]) -> dict[str, ListedCase]:
    """Of some cases those that a post sees, by reference, as its list shows them."""
    if not references:
        return {}
    query = _seen_by(reader).where(_CASES.c.reference.in_(references))
    return {row.reference: _listed(row) for row in await connection.execute(query)}


async def duties_of(connection: AsyncConnection, post: Post, limit: int = 200) -> list[ListedDuty]:
    """What waits for a post, the most urgent first."""
    d, c = _DUTIES.c, _CASES.c
    columns = (d.reference, d.do, d.about, d.due, c.title, c.stage, c.urgency, c.clock)
    query = (
        select(*columns)
        .join(_CASES, _CASES.c.reference == _DUTIES.c.reference)
        .where(_DUTIES.c.post == str(post))
        .order_by(_DUTIES.c.due.is_(None), _DUTIES.c.due, _DUTIES.c.reference)
        .limit(limit)
    )
    return [ListedDuty(*row) for row in await connection.execute(query)]


async def follow_ups_of(connection: AsyncConnection, reader: Post, limit: int = 100) -> list[ListedFollowUp]:
    """The recommendations that a post's member owns and that are still followed, of the cases that the post sees."""
    r = _RECOMMENDATIONS.c
    same = and_(_FOLLOW_UPS.c.reference == r.reference, _FOLLOW_UPS.c.number == r.number)
    query = (
        select(r.reference, r.number, r.text, r.addressees, r.due, _FOLLOW_UPS.c.state, _FOLLOW_UPS.c.next_at)
        .join_from(_RECOMMENDATIONS, _FOLLOW_UPS, same)
        .where(_FOLLOW_UPS.c.owner == reader.member, _FOLLOW_UPS.c.state.in_(("open", "adopted")))
        .order_by(r.due.is_(None), r.due)
        .limit(limit)
    )
    if not sees_every_case(reader):
        query = query.join(_READERS, _seen(_FOLLOW_UPS.c.reference, reader))
    return [ListedFollowUp(*row) for row in await connection.execute(query)]


async def open_cases(connection: AsyncConnection, reader: Post, limit: int = 200) -> list[ListedCase]:
    """The open cases that a post sees, those that have been in their step for longest first."""
    query, _, _ = _narrowed(reader, Filters(open=True))
    query = query.order_by(_CASES.c.stage_since).limit(limit)
    return [_listed(row) for row in await connection.execute(query)]


async def counts_by_stage(connection: AsyncConnection, reader: Post) -> dict[str, int]:
    """How many of the open cases that a post sees are in each stage."""
    open_ones, _, _ = _narrowed(reader, Filters(open=True))
    query = open_ones.with_only_columns(_CASES.c.stage)  # counted here: a database would go through all to group them
    return Counter((await connection.execute(query)).scalars())
