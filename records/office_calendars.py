"""The working calendars of offices as a new case copies them: published holidays, with the days that were announced."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.announced_days import AnnouncedDay
from models.calendars import WorkCalendar, days_between
from models.directory_changes import ChangeKind
from models.tables import TABLES
from models.tables.administration import DirectoryChangeRow
from records.rows import fetch_rows

_CHANGES = TABLES.tables["directory_changes"]


async def with_announced_days(
    connection: AsyncConnection, offices: dict[str, WorkCalendar], year: int
) -> dict[str, WorkCalendar]:
    """The calendars of offices with the days that were announced for that year and later, in the order of their entry."""
    c = _CHANGES.c
    query = select(DirectoryChangeRow).where(c.kind == ChangeKind.DAY, c.command == "").order_by(c.at, c.id)
    found = dict(offices)
    for row in await fetch_rows(connection, query):
        told = AnnouncedDay.model_validate(row.after)
        if row.about in found and told.last >= date(year, 1, 1):
            days = days_between(told.first, told.last)
            found[row.about] = found[row.about].announced(days, closed=told.closed)
    return found
