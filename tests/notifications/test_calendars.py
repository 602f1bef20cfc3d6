"""Meetings and deadlines as calendars: read back by another program, and compared with files that people have read."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.asks import asked_of
from models.case import Meeting
from models.notices.facts import MeetingFact
from models.posts import Post
from notifications import ical
from notifications.compose import meeting_file
from notifications.correspondents import MailReader
from notifications.preview import reader_of
from notifications.registry import REGISTRY
from notifications.sample_facts import SAMPLE_DUE, SAMPLE_FACTS, SAMPLE_TIME
from tests.models.helpers import AU, DAY, ID, LK, NZ, RSO, approve, at_work, in_review, reporting
from tests.notifications.samples import mail, with_facts
from tests.tabletop import Tabletop

GOLDEN = Path(__file__).parent / "calendars"


class Read(NamedTuple):
    """One calendar of a mail: the method that the part names, its entry, its text."""

    method: str
    entry: Any
    text: str


def calendars(message: EmailMessage) -> list[Read]:
    """Every calendar in a mail, as the other end reads it."""
    found = []
    for part in message_from_bytes(message.as_bytes(policy=SMTP), policy=default).walk():
        if part.get_content_type() != "text/calendar":
            continue
        text = part.get_content().replace("\r\n", "\n").replace("\n", "\r\n")
        whole = icalendar.Calendar.from_ical(text)
        (entry,) = whole.walk("VEVENT")
        assert str(whole["method"]) == part["Content-Type"].params["method"]
        assert not whole.errors
        found.append(Read(str(whole["method"]), entry, text))
    return found


def only(message: EmailMessage) -> Read:
    (one,) = calendars(message)
    return one


MOVED = with_facts("meeting_called", starts="2009-11-23T09:00:00+08:00", moved="yes")
WORDS = {"meeting": "First meeting of the group", "starts": "after the plenary", "moved": "yes"}
ENDED = {"stage": "terminated", "not_held": "2009-11-23T09:00:00+08:00 First meeting of the group"}
SYDNEY = reader_of("review_requested")
TONGA = MailReader(name="x", address="desk@example.to", post=Post("TO/focal-point"), zone="Pacific/Tongatapu")

SAMPLES: dict[str, EmailMessage] = {
    "meeting_called": mail("meeting_called"),
    "meeting_moved": mail("meeting_called", facts=MOVED, sequence=9),
    "meeting_to_no_date": mail("meeting_called", facts=WORDS, sequence=10),
    "meeting_not_held": mail("case_ended", facts=ENDED, sequence=31),
    "deadline_in_sydney": mail("review_requested"),
    "deadline_in_tonga": mail("invited", reader=TONGA),
    "deadline_over": mail("decision_made", reader=SYDNEY, sequence=12),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_calendar_is_as_agreed(name: str, write_golden: bool) -> None:
    path, text = GOLDEN / f"{name}.ics", only(SAMPLES[name]).text
    if write_golden:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
    assert path.read_bytes().decode() == text, f"{path.name} differs; `make golden` writes it anew"


def test_no_golden_calendar_is_left_of_a_sample_that_is_gone() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(SAMPLES)


# meetings -----------------------------------------------------------------------------------------------------


def test_a_meeting_is_put_to_its_reader_alone_and_no_answer_is_asked_for() -> None:
    called = only(SAMPLES["meeting_called"])
    assert called.method == "REQUEST"
    assert called.entry.decoded("dtstart") == datetime(2009, 11, 16, 1, 0, tzinfo=UTC)
    assert called.entry.decoded("dtend") == datetime(2009, 11, 17, 8, 30, tzinfo=UTC)
    assert str(called.entry["location"]) == "Perth"
    assert str(called.entry["organizer"]) == "mailto:secretariat@example.org"
    attendee = called.entry["attendee"]
    assert str(attendee) == "mailto:desk@example.org"
    assert attendee.params["RSVP"] == "FALSE"


def test_the_invitation_stands_among_the_forms_of_the_mail_and_as_a_file() -> None:
    read = message_from_bytes(SAMPLES["meeting_called"].as_bytes(policy=SMTP), policy=default)
    assert isinstance(read, EmailMessage)
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    (file,) = read.iter_attachments()
    assert file.get_filename() == "meeting.ics"
    assert file.get_content().decode() == only(SAMPLES["meeting_called"]).text


def test_a_moved_meeting_moves_and_one_without_a_date_or_a_case_goes() -> None:
    names = ("meeting_called", "meeting_moved", "meeting_to_no_date", "meeting_not_held")
    called, moved, undated, ended = (only(SAMPLES[name]) for name in names)
    assert len({str(one.entry["uid"]) for one in (called, moved, undated, ended)}) == 1
    numbers = [one.entry["sequence"] for one in (called, moved, undated, ended)]
    assert numbers == sorted(set(numbers))
    assert [one.method for one in (moved, undated, ended)] == ["REQUEST", "CANCEL", "CANCEL"]
    assert {str(one.entry["status"]) for one in (undated, ended)} == {"CANCELLED"}
    assert moved.entry.decoded("dtstart") - called.entry.decoded("dtstart") == timedelta(days=7)


def test_a_meeting_that_was_never_called_for_a_date_cancels_nothing() -> None:
    facts = {"meeting": "First", "starts": "after the plenary"}
    assert calendars(mail("meeting_called", facts=facts)) == []


def test_the_file_of_the_page_is_the_same_event_and_published() -> None:
    meeting = Meeting(title="First meeting of the group", starts="2009-11-16T09:00:00+08:00", place="Perth")
    written = meeting_file(
        meeting,
        "AHG-2009-001",
        sequence=8,
        at=SAMPLE_TIME,
        mail_from="x <ahg@example.org>",
        reply_to="secretariat@example.org",
        url="https://ahg.example.org/cases/AHG-2009-001",
    )
    assert written is not None
    published = icalendar.Calendar.from_ical(written)
    (event,) = published.walk("VEVENT")
    assert str(published["method"]) == "PUBLISH"
    assert "attendee" not in event
    assert event["uid"] == only(SAMPLES["meeting_called"]).entry["uid"]


def test_who_was_called_is_told_when_the_case_ends_before_the_meeting_and_nobody_else() -> None:
    table = at_work()
    calls = {"title": "Kept", "starts": "2026-03-04T10:00:00+07:00"}
    table.do(RSO, "schedule_meeting", calls)
    table.do(RSO, "schedule_meeting", {**calls, "title": "Missed", "starts": "2027-01-11T10:00:00+07:00"})
    table.do(RSO, "schedule_meeting", {**calls, "title": "In words", "starts": "some day"})
    moved = [one.facts.moved for one in table.notices if one.kind == "meeting_called"]
    assert not any(moved)
    table.do(RSO, "schedule_meeting", {**calls, "title": "Missed", "starts": "2027-01-12T10:00:00+07:00"})
    again = [one.facts.moved for one in table.notices if one.kind == "meeting_called"]
    assert any(again)
    table.wait(30 * DAY)
    _terminate(table)
    told = {str(one.to): one.facts.not_held for one in table.notices if one.kind == "case_ended"}
    assert told[AU] == told[LK] == (MeetingFact(title="Missed", starts="2027-01-12T10:00:00+07:00"),)
    assert told[NZ] == told[RSO] == ()


def _terminate(table: Tabletop) -> None:
    table.do(RSO, "terminate", {"text": "The situation has passed."})
    approve(table, "termination")
    assert table.case.stage.ended


def test_who_takes_part_later_is_called_to_the_meetings_ahead_and_who_leaves_is_not_called_any_more() -> None:
    table = at_work()
    for title, starts in (("Past", "2026-03-03"), ("First", "2026-04-20T09:00:00+07:00"), ("Second", "2026-05-20")):
        table.do(RSO, "schedule_meeting", {"title": title, "starts": starts, "place": "Bangkok"})
    table.wait(2 * DAY)
    table.do(NZ, "admit", {"member": "BD"})
    table.do(LK, "endorse", {"member": "BD"})
    before = len(table.notices)
    table.do("BD/focal-point", "respond", {"answer": "observe"})
    called = [one for one in table.notices[before:] if one.kind == "meeting_called"]
    assert [(str(one.to), one.facts.meeting, one.part) for one in called] == [
        ("BD/focal-point", "First", "1"),
        ("BD/focal-point", "Second", "2"),
    ]
    assert not any(one.facts.moved for one in called)
    table.do("BD/focal-point", "leave")
    gone = _sent(table, "participant_left", "BD/focal-point")
    assert [(one.method, str(one.entry["summary"]).partition(": ")[2]) for one in gone[:2]] == [
        ("CANCEL", "First"),
        ("CANCEL", "Second"),
    ]
    assert _sent(table, "participant_left", AU) == []


# deadlines ----------------------------------------------------------------------------------------------------


def test_a_deadline_stands_in_the_readers_own_zone_with_an_alarm() -> None:
    read = only(SAMPLES["deadline_in_tonga"])
    assert read.method == "PUBLISH"
    begins = read.entry["dtstart"]
    assert begins.params["TZID"] == "Pacific/Tongatapu"
    assert begins.dt.astimezone(UTC) == SAMPLE_DUE
    assert str(read.entry["transp"]) == "TRANSPARENT"
    (alarm,) = read.entry.walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(days=-1)


ALARMS = [
    (timedelta(days=2), timedelta(days=-1)),
    (timedelta(hours=47), timedelta(hours=-2)),
    (timedelta(hours=4), timedelta(hours=-2)),
    (timedelta(hours=3), None),
    (timedelta(hours=-5), None),
]


@pytest.mark.parametrize(("left", "early"), ALARMS)
def test_an_alarm_comes_while_there_is_time_to_act(left: timedelta, early: timedelta | None) -> None:
    read = only(mail("invited", due=SAMPLE_TIME + left))
    assert [one.decoded("trigger") for one in read.entry.walk("VALARM")] == ([early] if early else [])


def test_a_reminder_moves_the_deadline_and_a_decision_takes_it_out() -> None:
    asked = only(SAMPLES["deadline_in_sydney"])
    later = only(mail("review_reminder", reader=SYDNEY, due=SAMPLE_DUE + timedelta(days=1), sequence=9))
    over = only(SAMPLES["deadline_over"])
    assert asked.entry["uid"] == later.entry["uid"] == over.entry["uid"]
    assert asked.entry["sequence"] < later.entry["sequence"] < over.entry["sequence"]
    assert over.method == "CANCEL"


def test_a_recommendation_that_is_adopted_is_still_to_be_carried_out_by_its_date() -> None:
    assert calendars(mail("recommendation_resolved", due=SAMPLE_DUE)) == []
    (over,) = calendars(mail("recommendation_resolved", facts=with_facts("recommendation_resolved", state="declined")))
    assert over.method == "CANCEL"


def _sent(table: Tabletop, kind: str, post: str) -> list[Read]:
    """The calendars of the newest mail of a kind to a post."""
    told = [one for one in table.notices if one.kind == kind and one.to == post][-1]
    reader = SYDNEY.model_copy(update={"post": Post(post)})
    return calendars(mail(kind, reader=reader, facts=told.facts, due=told.due, sequence=table.case.seq))


def test_when_the_case_is_resumed_each_deadline_moves_in_the_calendar_of_whoever_keeps_it() -> None:
    table = in_review()
    asked = _sent(table, "review_requested", AU)[0]
    table.do(RSO, "suspend", {"text": "Elections."})
    table.wait(10 * DAY)
    table.do(RSO, "resume")
    (moved,) = _sent(table, "case_resumed", AU)
    assert (moved.method, moved.entry["uid"]) == ("PUBLISH", asked.entry["uid"])
    assert str(moved.entry["summary"]) == str(asked.entry["summary"])
    assert moved.entry["dtstart"].dt.astimezone(UTC) == table.case.ladders["gate:activation"].due
    assert moved.entry["dtstart"].dt - asked.entry["dtstart"].dt >= 10 * DAY
    assert _sent(table, "case_resumed", LK) == []


def test_a_steering_group_that_is_silent_hears_that_its_date_has_moved() -> None:
    table = reporting()
    table.do(RSO, "table")
    table.do(RSO, "suspend", {"text": "Elections."})
    table.wait(10 * DAY)
    table.do(RSO, "resume")
    (moved,) = _sent(table, "case_resumed", NZ)
    assert moved.entry["dtstart"].dt.astimezone(UTC) == table.case.ladders["silence"].due


@pytest.mark.parametrize("ends", ["withdrawn", "terminated"])
def test_the_end_of_a_case_takes_out_the_deadlines_that_stood(ends: str) -> None:
    table = in_review() if ends == "withdrawn" else at_work()
    if ends == "withdrawn":
        asked = _sent(table, "review_requested", AU)
        table.do(LK, "withdraw")
        over = _sent(table, "request_withdrawn", AU)
    else:
        table.do(RSO, "add_outcome", {"title": "Hotline", "owner": "LK", "due": "2026-06-01"})
        asked = _sent(table, "outcome_assigned", LK)
        _terminate(table)
        over = _sent(table, "case_ended", LK)
    assert [(one.method, str(one.entry["uid"])) for one in over] == [("CANCEL", str(asked[0].entry["uid"]))]


def test_what_a_report_makes_needless_is_not_decided_any_more() -> None:
    table = at_work()
    table.do(RSO, "extend", {"until": "2027-12-01", "text": "More time."})
    asked = _sent(table, "review_requested", AU)[0]
    table.do(ID, "decide", {"gate": "extension", "position": "approve"})
    table.do(RSO, "open_report")
    (over,) = _sent(table, "report_begun", AU)
    assert (over.method, over.entry["uid"]) == ("CANCEL", asked.entry["uid"])
    assert _sent(table, "report_begun", ID) == []  # it had decided


def test_two_duties_are_two_entries() -> None:
    def uid(kind: str, **changes: Any) -> str:
        return str(only(mail(kind, **changes)).entry["uid"])

    one = {"recommendation": "Name a contact."}
    other = {"recommendation": "Name another."}
    assert uid("recommendation_due", facts=one) != uid("recommendation_due", facts=other)
    done = {**one, "state": "done"}
    assert uid("recommendation_due", facts=one) == uid("recommendation_resolved", facts=done, due=None)
    assert uid("review_requested") != uid("review_requested", reader=SYDNEY.model_copy(update={"post": Post(ID)}))


@pytest.mark.parametrize("kind", REGISTRY)
def test_every_kind_that_asks_by_a_date_carries_it(kind: str) -> None:
    asked = asked_of(kind, reader_of(kind).post, SAMPLE_FACTS[kind])
    read = calendars(mail(kind))
    due = "deadline.ics" in [part.get_filename() for part in mail(kind).iter_attachments()]
    if asked is not None:
        assert due
        assert [one.method for one in read] == ["PUBLISH"]
        assert "/answer/" not in str(read[0].entry["url"])  # calendars are shared: whoever has that link may answer
    assert calendars(mail(kind, due=None, facts=with_facts(kind, starts="", dates=[]))) == [
        one for one in read if one.method == "CANCEL"
    ]


# text of RFC 5545 -----------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(title=st.text(max_size=200), place=st.text(max_size=200), agenda=st.text(max_size=400))
def test_no_text_adds_a_property(title: str, place: str, agenda: str) -> None:
    facts = {"meeting": title, "place": place, "agenda": agenda, "starts": "2009-11-16"}
    read = only(mail("meeting_called", facts=facts))
    assert set(read.entry) <= {
        "UID",
        "SEQUENCE",
        "DTSTAMP",
        "ORGANIZER",
        "SUMMARY",
        "DTSTART",
        "DTEND",
        "LOCATION",
        "DESCRIPTION",
        "URL",
        "TRANSP",
        "STATUS",
        "ATTENDEE",
    }
    assert all(len(one.encode()) <= 75 for one in read.text.split("\r\n"))


def test_what_has_a_meaning_in_a_calendar_comes_out_as_it_went_in() -> None:
    title = "Ports; \\n, bays: \u0627\u062c\u062a\u0645\u0627\u0639 " + "\U0001f6a2" * 40
    read = only(mail("meeting_called", facts={"meeting": title, "starts": "2009-11-16"}))
    assert str(read.entry["summary"]) == f"AHG-2009-001: {title}"


ZONES = [
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "America/New_York",
    "Europe/Dublin",
    "Pacific/Tongatapu",
    "Pacific/Honolulu",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Africa/Casablanca",
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", [2011, 2026])
def test_the_zone_in_the_file_tells_the_time_that_its_name_tells(zone: str, year: int) -> None:
    text = ical.whole_calendar("PUBLISH", ical.timezone_lines(zone, year))
    (found,) = icalendar.Calendar.from_ical(text).walk("VTIMEZONE")
    components: list[Any] = found.subcomponents
    observances = sorted((one.decoded("dtstart") - one["tzoffsetfrom"].td, one["tzoffsetto"].td) for one in components)
    at = datetime(year, 1, 1, tzinfo=UTC)
    while at < datetime(year + 2, 1, 1, tzinfo=UTC):
        offset = [new for since, new in observances if since.replace(tzinfo=UTC) <= at][-1]
        assert offset == at.astimezone(ZoneInfo(zone)).utcoffset(), at
        at += timedelta(hours=1)


def test_utc_needs_no_zone_and_an_unknown_one_counts_as_utc() -> None:
    for zone in ("UTC", "Nowhere/At_all"):
        assert ical.timezone_lines(zone, 2026) == ()
        assert ical.moment("DTSTART", SAMPLE_DUE, zone) == "DTSTART:20091113T020000Z"
