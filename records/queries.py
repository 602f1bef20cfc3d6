"""Queries: what lists, pages and checks read. Nothing here writes."""

from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from models.calendars import Calendars
from models.case import Clock, ReportState, Stage
from models.log import Entry
from models.recommendation import OVER, follow_up_stream
from models.request import Attachment, Request
from models.tables import TABLES
from models.tables import cases as of_cases
from models.tables.cases import CaseRow, FollowUpRow, RecommendationRow, ReportRow, RequestVersionRow
from records.log import entry_of_command, heads, read_entries
from records.rows import fetch_row, fetch_rows, table_of

PARTS: tuple[type[SQLModel], ...] = (
    of_cases.RequestVersionRow,
    of_cases.GateRow,
    of_cases.ParticipantRow,
    of_cases.OutcomeRow,
    of_cases.ArrangementRow,
    of_cases.MeetingRow,
    of_cases.ReportRow,
    of_cases.RecommendationRow,
    of_cases.CirculationRow,
    of_cases.FollowUpRow,
    of_cases.DutyRow,
    of_cases.OfferRow,
    of_cases.ReaderRow,
    of_cases.CaseMarkRow,
    of_cases.SearchTextRow,
)
"""The tables that hold the parts of a case."""

_Part = TypeVar("_Part", bound=SQLModel)


_CASES, _ENTRIES, _NOTICES = (TABLES.tables[name] for name in ("cases", "entries", "notices"))


async def case_rows(
    connection: AsyncConnection, *, stage: str | None = None, after: str = "", limit: int = 100
) -> list[CaseRow]:
    """A page of cases in the order of their references, beginning after one (keyset paging)."""
    query = select(CaseRow).where(_CASES.c.reference > after).order_by(_CASES.c.reference).limit(limit)
    if stage:
        query = query.where(_CASES.c.stage == stage)
    return await fetch_rows(connection, query)


async def case_row(connection: AsyncConnection, reference: str) -> CaseRow | None:
    """One case's row, or None."""
    return await fetch_row(connection, select(CaseRow).where(_CASES.c.reference == reference))


async def cases_by_reference(connection: AsyncConnection, references: Collection[str]) -> dict[str, CaseRow]:
    """The rows of these cases, by reference; a reference without a case has none."""
    rows = await fetch_rows(connection, select(CaseRow).where(_CASES.c.reference.in_(list(references))))
    return {row.reference: row for row in rows}


async def entry_types(connection: AsyncConnection, entries: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The types of these entries, by stream and number."""
    c = _ENTRIES.c
    query = select(c.stream, c.seq, c.type).where(tuple_(c.stream, c.seq).in_(list(entries)))
    return {(stream, seq): name for stream, seq, name in await connection.execute(query)}


async def parts(connection: AsyncConnection, reference: str, kind: type[_Part]) -> list[_Part]:
    """The rows of one part of a case, in the order of their keys."""
    table = table_of(kind)
    return await fetch_rows(connection, select(kind).where(table.c.reference == reference).order_by(*table.primary_key))


async def newest_versions(
    connection: AsyncConnection, reference: str, *, before: int = 0, limit: int
) -> list[RequestVersionRow]:
    """Versions of a request, the newest first; ``before``: only those with a lower number, 0 for the newest of all."""
    c = table_of(RequestVersionRow).c
    query = select(RequestVersionRow).where(c.reference == reference).order_by(c.version.desc()).limit(limit)
    return await fetch_rows(connection, query.where(c.version < before) if before else query)


async def files_of_versions(connection: AsyncConnection, reference: str) -> list[tuple[Attachment, ...]]:
    """The files of each version of a request, in order; the rest of it is not read."""
    c = table_of(RequestVersionRow).c
    query = select(c.content["attachments"]).where(c.reference == reference).order_by(c.version)
    told = (await connection.execute(query)).scalars()
    return [Request.model_validate({"attachments": files or ()}).attachments for files in told]


async def followed_recommendations(connection: AsyncConnection, reference: str) -> dict[int, str]:
    """The texts of the recommendations of accepted reports, by number (``Case.followed_recommendations``)."""
    reports, table = table_of(ReportRow), table_of(RecommendationRow)
    of_its_report = (table.c.reference == reports.c.reference) & (table.c.report == reports.c.number)
    query = select(table.c.number, table.c.text).join(reports, of_its_report).order_by(table.c.number)
    accepted = reports.c.state == ReportState.ACCEPTED.value
    query = query.where(table.c.reference == reference, accepted, table.c.held.is_(False))
    return {row.number: row.text for row in await connection.execute(query)}


async def entries(connection: AsyncConnection, stream: str, *, limit: int | None = None) -> list[Entry]:
    """The log of a stream from its beginning: all of it, or the first so many."""
    return await read_entries(connection, stream, limit=limit)


async def open_logs(connection: AsyncConnection) -> dict[str, int]:
    """The logs that somebody or the clock may still add to, each with its newest entry: a workflow runs for each.

    A follow-up has no entry, and no row, before its workflow has made its first step: 0 then.
    """
    ended = [stage.value for stage in Stage if stage.final]
    may_go_on = _CASES.c.stage.not_in(ended) | _CASES.c.due.is_not(None)
    c = _CASES.c
    cases = await connection.execute(select(c.reference, c.stage, c.next_act).where(may_go_on))
    waiting = [row.reference for row in cases if not Stage(row.stage).over(clock_acts=row.next_act is not None)]
    reports, table = table_of(ReportRow), table_of(RecommendationRow)
    of_its_report = (table.c.reference == reports.c.reference) & (table.c.report == reports.c.number)
    accepted = select(table.c.reference, table.c.number).join(reports, of_its_report)
    accepted = accepted.where(reports.c.state == ReportState.ACCEPTED.value, table.c.held.is_(False))
    followed = {(row.reference, row.number) for row in await connection.execute(accepted)}
    of_follow_ups = table_of(FollowUpRow).c
    ended_too = of_follow_ups.state.in_(OVER) & of_follow_ups.next_at.is_(None)
    over = await fetch_rows(connection, select(FollowUpRow).where(ended_too))
    followed -= {(row.reference, row.number) for row in over}
    begun = dict.fromkeys((follow_up_stream(*one) for one in followed), 0)
    names = sorted([*waiting, *begun])
    return {**begun, **await heads(connection, names)} if names else {}


async def overdue_acts(connection: AsyncConnection, before: datetime) -> int:
    """How many open cases the clock should have acted on before that moment (aware), and has not."""
    at = _CASES.c.next_act["at"].as_string()  # written in UTC, so that it has the order of time
    late = (at < before.astimezone(UTC).isoformat()) & (_CASES.c.clock == Clock.RUNNING.value)
    return int(await connection.scalar(select(func.count()).select_from(_CASES).where(late)) or 0)


async def open_calendars(connection: AsyncConnection) -> AsyncIterator[tuple[str, Calendars]]:
    """The working calendars that each open case was opened with, by its reference."""
    ended = [stage.value for stage in Stage if stage.ended]
    c = _ENTRIES.c
    opened = select(c.stream, c.event).join(_CASES, _CASES.c.reference == c.stream)
    query = opened.where(c.type == "submitted", _CASES.c.stage.not_in(ended)).order_by(c.stream)
    async for reference, event in await connection.stream(query):
        yield reference, Calendars.model_validate(event["calendars"])


async def streams(connection: AsyncConnection) -> list[str]:
    """The names of all streams: cases, and follow-ups of recommendations."""
    query = select(_ENTRIES.c.stream).distinct().order_by(_ENTRIES.c.stream)
    return list((await connection.execute(query)).scalars())


async def settled_duplicate(connection: AsyncConnection, stream: str, command: str) -> int | None:
    """The newest entry of a command that came long ago; None if it never came, or if it was the newest of all.

    Entries after it mean that the workflow knows of it. The newest step of all may be known to the log alone (a
    worker died): then the command is to reach the workflow again, which catches up by it.
    """
    seq = await entry_of_command(connection, stream, command)
    if seq is None:
        return None
    newest = (await connection.execute(select(func.max(_ENTRIES.c.seq)).where(_ENTRIES.c.stream == stream))).scalar()
    return seq if newest is not None and newest > seq else None


async def notice_counts(connection: AsyncConnection) -> dict[str, int]:
    """How many notices are in each state."""
    query = select(_NOTICES.c.state, func.count()).group_by(_NOTICES.c.state)
    return {str(state): int(number) for state, number in await connection.execute(query)}
