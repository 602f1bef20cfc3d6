"""Meetings as calendar files: for who sees the meeting, and the same event as in the mail that called it."""

from email import message_from_bytes, policy
from typing import Any

import icalendar

from models.posts import Capacity, Post
from notifications.compose import compose
from notifications.correspondents import MailReader, Sender
from notifications.preview import SAMPLE_IDS
from notifications.wording import About
from tests.rig import TO_WORK
from tests.web.place import Place
from tests.web.programs import Recorded

RSO, LK = "RSO/secretariat", "LK/focal-point"
MEETING = {
    "title": "First meeting, \u202bاجتماع; of\nall",
    "place": "Bangkok",
    "starts": "2026-06-09T10:00:00+07:00",
    "ends": "2026-06-09T12:00:00+07:00",
    "agenda": ["patrols"],
}


async def called(place: Place, **changed: Any) -> tuple[Recorded, str]:
    table = Recorded()
    table.do(LK, "submit", {"title": "Boats", "situation": "They leave.", "affected": ["MY", "TH"]})
    for by, do, fields in TO_WORK:
        table.do(by, do, fields)
    table.do(RSO, "schedule_meeting", {**MEETING, **changed})
    place.now = table.now
    return table, await table.record(place)


def event_in(content: bytes) -> Any:
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return event


async def test_who_sees_the_meeting_gets_its_file_and_nobody_else_learns_of_it(place: Place) -> None:
    _table, reference = await called(place)
    for post in (RSO, "AU/co-chair", LK, "MY/focal-point"):
        async with place.browser() as http:
            await place.as_post(http, post)
            assert f'href="/cases/{reference}/meetings/1.ics"' in (await http.get(f"/cases/{reference}")).text
            got = await http.get(f"/cases/{reference}/meetings/1.ics")
            assert got.headers["content-type"] == "text/calendar; charset=utf-8"
            assert got.headers["content-disposition"] == f'attachment; filename="{reference}-meeting-1.ics"'
            event = event_in(got.content)
            assert event["LOCATION"] == "Bangkok"
            assert event.decoded("DTSTART").isoformat() == "2026-06-09T03:00:00+00:00"
    for post in ("MV/focal-point", "AF/focal-point"):
        async with place.browser() as http:
            await place.as_post(http, post)
            assert (await http.get(f"/cases/{reference}/meetings/1.ics")).status_code == 404
    async with place.browser() as http:
        assert (await http.get(f"/cases/{reference}/meetings/1.ics")).status_code == 303


async def test_no_other_number_is_a_meeting(place: Place) -> None:
    _table, reference = await called(place)
    async with place.browser() as http:
        await place.as_post(http, RSO)
        for number in ("0", "2", "-1", "01x", "٢", "9" * 400, "%00", "1.0"):
            answer = await http.get(f"/cases/{reference}/meetings/{number}.ics")
            assert answer.status_code == 404, number


async def test_the_file_and_the_mail_are_one_event_in_a_calendar(place: Place) -> None:
    table, reference = await called(place)
    notice = next(one for one in table.notices if one.kind == "meeting_called" and one.to == LK)
    mail = compose(
        "meeting_called",
        reader=MailReader(name="x", address="x@example.org", post=Post(LK), capacity=Capacity.HOLDER),
        about=About(reference=reference),
        facts=notice.facts,
        due=None,
        at=place.now,
        key="k",
        sender=Sender(place.settings.mail_from, "ahg@example.org", place.settings.public_url, SAMPLE_IDS),
    )
    parts = message_from_bytes(bytes(mail), policy=policy.default).walk()
    (sent,) = [part.get_content() for part in parts if part.get_content_type() == "text/calendar"]
    async with place.browser() as http:
        await place.as_post(http, LK)
        got = await http.get(f"/cases/{reference}/meetings/1.ics")
    by_mail, by_page = event_in(sent.encode() if isinstance(sent, str) else sent), event_in(got.content)
    for field in ("UID", "SUMMARY", "LOCATION", "DTSTART", "DTEND", "DESCRIPTION"):
        assert by_mail[field] == by_page[field], field


async def test_a_meeting_at_no_date_has_no_file_and_no_link(place: Place) -> None:
    _table, reference = await called(place, starts="some day next week", ends="")
    async with place.browser() as http:
        await place.as_post(http, LK)
        page = await http.get(f"/cases/{reference}")
        assert "some day next week" in page.text
        assert ".ics" not in page.text
        assert (await http.get(f"/cases/{reference}/meetings/1.ics")).status_code == 404
