"""Digests, reminders and further attempts at the local time of their readers, through the real delivery.

Offices on both sides of the date line, with daylight saving and public holidays: a member of the seed is moved there.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from models.calendars import Calendars
from models.mail_preferences import Preferences, Rhythm
from models.public_holidays import work_calendar
from ops.catcher import Catcher
from tests.activities.post_office import PostOffice, at_work, post_office, sent_at
from tests.rig import REQUEST
from tests.tabletop import calendars
from tests.web.place import address_of
from tests.web.programs import Recorded

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MY, LK, RSO, AU = "MY/focal-point", "LK/focal-point", "RSO/secretariat", "AU/co-chair"
MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)


@pytest_asyncio.fixture
async def office(engine: AsyncEngine, catcher: Catcher) -> AsyncIterator[PostOffice]:
    async with post_office(engine, catcher, MONDAY) as made:
        yield made


DAILY, WEEKLY = Preferences(), Preferences(digest=Rhythm.WEEKLY, weekday=4)
DIGESTS = {
    "Sydney, the day before its clocks go forward": (
        "Australia/Sydney",
        "AU",
        DAILY,
        "2026-10-02T15:00+10:00",
        "2026-10-05T08:00+11:00",
    ),
    "Sydney, the day before its clocks go back, with Good Friday and Easter Monday": (
        "Australia/Sydney",
        "AU",
        DAILY,
        "2026-04-02T15:00+11:00",
        "2026-04-07T08:00+10:00",
    ),
    "Sydney, a weekly digest whose day is Good Friday": (
        "Australia/Sydney",
        "AU",
        WEEKLY,
        "2026-04-01T15:00+11:00",
        "2026-04-07T08:00+10:00",
    ),
    "Cairo, a morning that the clocks skip": (
        "Africa/Cairo",
        "",
        Preferences(morning=time(0, 30)),
        "2026-04-23T15:00+02:00",
        "2026-04-24T01:30+03:00",
    ),
    "Cairo, an evening that the clocks repeat": (
        "Africa/Cairo",
        "",
        Preferences(morning=time(23, 30)),
        "2026-10-29T15:00+03:00",
        "2026-10-29T23:30+03:00",
    ),
    "Tonga, UTC+13, over the Monday on which it keeps the day on which it was set free": (
        "Pacific/Tongatapu",
        "TO",
        DAILY,
        "2026-06-05T13:00+13:00",
        "2026-06-09T08:00+13:00",
    ),
    "Tonga on its Friday, which is Thursday elsewhere": (
        "Pacific/Tongatapu",
        "TO",
        DAILY,
        "2026-05-08T07:00+13:00",
        "2026-05-08T08:00+13:00",
    ),
    "Tonga on its Saturday, which is Friday elsewhere": (
        "Pacific/Tongatapu",
        "TO",
        DAILY,
        "2026-05-09T07:00+13:00",
        "2026-05-11T08:00+13:00",
    ),
    "Honolulu, UTC-10, the day before a holiday that is kept on a Friday": (
        "Pacific/Honolulu",
        "US",
        DAILY,
        "2026-07-02T13:00-10:00",
        "2026-07-06T08:00-10:00",
    ),
    "Honolulu on its Friday, which is Saturday elsewhere": (
        "Pacific/Honolulu",
        "US",
        Preferences(morning=time(20)),
        "2026-05-08T19:00-10:00",
        "2026-05-08T20:00-10:00",
    ),
    "Jakarta over the end of the year": (
        "Asia/Jakarta",
        "ID",
        DAILY,
        "2026-12-31T15:00+07:00",
        "2027-01-04T08:00+07:00",
    ),
}


@pytest.mark.parametrize("name", DIGESTS)
async def test_a_digest_comes_in_the_morning_of_its_reader(office: PostOffice, name: str) -> None:
    zone, holidays, wants, told, comes = DIGESTS[name]
    now = datetime.fromisoformat(told)
    await office.changed("members", "MY", zone=zone, holidays=holidays)
    await office.wants(MY, wants)
    table = at_work(now.astimezone(UTC))
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    await office.until(table.now + timedelta(days=9))
    (digest,) = office.digests(MY)
    assert sent_at(digest).astimezone(ZoneInfo(zone)).isoformat(timespec="minutes") == comes


REMINDERS = {
    "Sydney, over Easter, when its clocks go back": (
        "Australia/Sydney",
        "AU",
        "2026-04-01T09:30+11:00",
        "2026-04-10T09:30+10:00",
    ),
    "Sydney, when its clocks go forward": (
        "Australia/Sydney",
        "AU",
        "2026-10-01T09:30+10:00",
        "2026-10-08T09:30+11:00",
    ),
    "Tonga, UTC+13, over the Monday on which it keeps the day on which it was set free": (
        "Pacific/Tongatapu",
        "TO",
        "2026-06-01T09:30+13:00",
        "2026-06-09T09:30+13:00",
    ),
    "Honolulu, UTC-10, over a holiday that is kept on a Friday": (
        "Pacific/Honolulu",
        "US",
        "2026-07-01T16:00-10:00",
        "2026-07-09T16:00-10:00",
    ),
}


@pytest.mark.parametrize("name", REMINDERS)
async def test_a_reminder_comes_at_the_local_hour_after_working_days_of_its_reader(
    office: PostOffice, name: str
) -> None:
    """Five working days after a question, its answer is overdue: the policy's default."""
    zone, holidays, asked, comes = REMINDERS[name]
    await office.changed("members", "LK", zone=zone, holidays=holidays)
    now = datetime.fromisoformat(asked).astimezone(UTC)
    table = Recorded(now=now)
    offices = {**calendars(2026).offices, "LK": work_calendar(zone, holidays, 2026)}
    table.case = table.case.model_copy(update={"calendars": Calendars(offices=offices)})
    table.do(LK, "submit", REQUEST)
    table.do(RSO, "accept")
    table.do(AU, "decide", {"gate": "activation", "position": "ask", "text": "How many?"})
    await office.tell(table)
    await office.both_until(table, now + timedelta(days=10))
    (reminder,) = [mail for mail in office.mails(LK) if mail.message["X-Ahg-Kind"] == "answer_overdue"]
    local = sent_at(reminder).astimezone(ZoneInfo(zone))
    assert local.isoformat(timespec="minutes") == comes
    assert f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({zone})" in " ".join(
        reminder.message.get_body(("plain",)).get_content().split()  # type: ignore[union-attr]
    )


# further attempts -------------------------------------------------------------------------------------------


async def test_a_mail_that_is_put_off_is_tried_for_days_ever_less_often_and_goes_once(office: PostOffice) -> None:
    tried: list[datetime] = []

    def greylists(to: str) -> str | None:
        if to != address_of(LK):
            return None
        tried.append(office.now)
        return "451 come again" if office.now < MONDAY + timedelta(days=3) else None

    office.catcher.answer = greylists
    table = Recorded(now=MONDAY)
    table.do(LK, "submit", REQUEST)
    await office.tell(table)
    await office.until(MONDAY + timedelta(days=6))
    waited = [later - before for before, later in pairwise(tried)]
    assert waited == sorted(waited)
    assert (waited[0], waited[-1]) == (timedelta(seconds=30), timedelta(hours=4))
    (mail,) = office.mails(LK)
    assert timedelta(days=3) <= sent_at(mail) - MONDAY <= timedelta(days=3, hours=4)


async def test_after_nearly_five_days_in_vain_it_goes_to_the_alternate(office: PostOffice) -> None:
    office.catcher.answer = lambda to: "451 come again" if to == address_of(LK) else None
    table = Recorded(now=MONDAY)
    table.do(LK, "submit", REQUEST)
    await office.tell(table)
    await office.until(MONDAY + timedelta(days=9))
    first, instead = await office.ledger("request_received", LK)
    assert (first.state, first.attempts, instead.state) == ("refused", 38, "sent")
    assert first.settled_at is not None
    assert timedelta(days=4, hours=12) <= first.settled_at - MONDAY <= timedelta(days=5)
    assert instead.settled_at == first.settled_at


async def test_further_attempts_keep_the_quiet_hours_and_a_late_digest_does_too(office: PostOffice) -> None:
    zone, tried = ZoneInfo("Asia/Kuala_Lumpur"), list[datetime]()

    def greylists(to: str) -> str | None:
        if to != address_of(MY):
            return None
        tried.append(office.now)
        return "451 come again" if office.now < MONDAY + timedelta(days=3) else None

    await office.wants(MY, Preferences(quiet_from=time(19), quiet_until=time(7)))
    office.catcher.answer = greylists
    table = at_work(MONDAY)
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    await office.until(MONDAY + timedelta(days=6))
    assert len(tried) > 20
    assert {7 <= moment.astimezone(zone).hour < 19 for moment in tried} == {True}
    assert len(office.digests(MY)) == 1
    assert {one.state for one in await office.told("AHG-2026-001") if one.post == MY} == {"sent", "gathered"}
