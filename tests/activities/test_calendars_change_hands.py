"""When a post changes hands, what lies ahead goes into the calendar of its new holder, and out of that of the old one."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from icalendar import Calendar
from sqlalchemy.ext.asyncio import AsyncEngine

from ops.catcher import Catcher
from tests.activities.post_office import PostOffice, at_work, post_office
from tests.web.place import address_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
TH, NEW = "TH/focal-point", "second.holder@th.example"
MEETING = {"title": "First meeting", "starts": "2026-07-09T10:00:00+07:00"}


def entries(mail: EmailMessage) -> set[tuple[str, str, str]]:
    """Of each calendar of a mail: its method, the UID and the beginning of what it holds."""
    found = set()
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            calendar = Calendar.from_ical(part.get_content())
            for event in calendar.walk("VEVENT"):
                starts = event.get("DTSTART")
                at = starts.dt.astimezone(UTC).isoformat() if starts is not None else ""
                found.add((str(calendar["METHOD"]), str(event["UID"]), at))
    return found


def calendars(office: PostOffice, to: str) -> set[tuple[str, str, str]]:
    return set().union(*(entries(mail.message) for mail in office.mails(to)))


async def test_meetings_and_dates_go_from_one_calendar_to_the_other(engine: AsyncEngine, catcher: Catcher) -> None:
    async with post_office(engine, catcher, MONDAY) as office:
        table = at_work(MONDAY)
        table.do("AU/co-chair", "add_outcome", {"title": "Radio net", "owner": "TH", "due": "2026-06-30"})
        table.do("RSO/secretariat", "schedule_meeting", MEETING)
        await office.tell(table)
        had = calendars(office, TH)
        table.do("RSO/secretariat", "hand_over", {"post": TH, "to": {"name": "Second", "email": NEW}})
        await office.tell(table)

        has, lost = calendars(office, NEW), calendars(office, address_of(TH)) - had
        ahead = {uid for method, uid, _ in had if method in ("REQUEST", "PUBLISH")} & {uid for _, uid, _ in has}
        assert {at for method, _, at in has if method == "REQUEST"} == {"2026-07-09T03:00:00+00:00"}
        assert {at for method, _, at in has if method == "PUBLISH"} == {"2026-06-30T02:00:00+00:00"}
        assert {uid for method, uid, _ in lost if method == "CANCEL"} >= ahead
        assert "CANCEL" not in {method for method, _, _ in has}
        (gone,) = [row for row in await office.ledger("post_passed_on", TH) if row.stored_facts.get("to_email")]
        assert (gone.stored_facts["to_email"], gone.state) == (address_of(TH), "sent")
        last = office.mails(TH)[-1].message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "/answer/" not in last
        assert "named you until now" in " ".join(last.split())


async def test_who_gets_a_post_at_the_same_address_loses_nothing(engine: AsyncEngine, catcher: Catcher) -> None:
    async with post_office(engine, catcher, MONDAY) as office:
        table = at_work(MONDAY)
        table.do("RSO/secretariat", "schedule_meeting", MEETING)
        table.do("RSO/secretariat", "hand_over", {"post": TH, "to": {"name": "Second", "email": address_of(TH)}})
        await office.tell(table)
        assert await office.ledger("post_passed_on", TH) == []
