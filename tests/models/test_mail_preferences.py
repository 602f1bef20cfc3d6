"""When a mail goes, as a table: what is wanted, what the mail is, and the local times of offices around the date line."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendars import EVERYWHERE, WorkCalendar
from models.mail_preferences import (
    DEFAULT_PREFERENCES,
    MOST_SWITCHES,
    NEAR_DEADLINE,
    HoldReason,
    Mail,
    MailChoice,
    Preferences,
    Rhythm,
    Switch,
    Timing,
    TimingDecision,
    decide_timing,
    next_digest,
    quiet_until,
)
from models.public_holidays import work_calendar

CASE = "AHG-2026-003"
NOW = datetime(2026, 6, 10, 15, 0, tzinfo=UTC)  # a Wednesday, 22:00 in Jakarta
JAKARTA = WorkCalendar(zone="Asia/Jakarta")
TOMORROW = datetime(2026, 6, 11, 1, 0, tzinfo=UTC)  # 08:00 in Jakarta
MONDAY = datetime(2026, 6, 15, 1, 0, tzinfo=UTC)
QUIET_END = datetime(2026, 6, 10, 23, 0, tzinfo=UTC)  # 06:00 in Jakarta

NEWS = Mail("situation_updated", CASE, may_wait=True)
TOLD = Mail("report_accepted", CASE)
ASKED = Mail("outcome_overdue", CASE, asks=True)
MUST = Mail("review_requested", CASE, mandatory=True, asks=True)
QUIET = Preferences(quiet_from=time(21), quiet_until=time(6))
WEEKLY = Preferences(digest=Rhythm.WEEKLY)
NONE = Preferences(digest=Rhythm.NONE)

AT_ONCE = TimingDecision(Timing.NOW)
DIGEST = TimingDecision(Timing.DIGEST, TOMORROW, HoldReason.DIGEST)
LATER = TimingDecision(Timing.AT, QUIET_END, HoldReason.QUIET)


def wanting(*switches: tuple[str, str, MailChoice], **more: object) -> Preferences:
    return Preferences(
        switches=tuple(Switch(case=case, kind=kind, how=how) for case, kind, how in switches),
        **more,  # type: ignore[arg-type]
    )


def never(why: HoldReason) -> TimingDecision:
    return TimingDecision(Timing.NOT, None, why)


def due(**span: float) -> datetime:
    return NOW + timedelta(**span)


OFF, ONCE, GATHER = MailChoice.OFF, MailChoice.AT_ONCE, MailChoice.DIGEST

TABLE: dict[str, tuple[Mail, Preferences, TimingDecision]] = {
    # nothing said
    "news waits for the morning's digest": (NEWS, DEFAULT_PREFERENCES, DIGEST),
    "what may not wait goes at once": (TOLD, DEFAULT_PREFERENCES, AT_ONCE),
    "what is mandatory goes at once": (MUST, DEFAULT_PREFERENCES, AT_ONCE),
    # rhythm
    "a weekly digest comes on its day": (NEWS, WEEKLY, TimingDecision(Timing.DIGEST, MONDAY, HoldReason.DIGEST)),
    "without digests what would be in one is not sent": (NEWS, NONE, never(HoldReason.NO_DIGEST)),
    "without digests the rest goes": (TOLD, NONE, AT_ONCE),
    "without digests what asks with a date goes at once": (NEWS._replace(asks=True, due=due(days=9)), NONE, AT_ONCE),
    # near deadlines
    "what asks within a day of the digest does not wait for it": (
        NEWS._replace(asks=True, due=TOMORROW + NEAR_DEADLINE - timedelta(seconds=1)),
        DEFAULT_PREFERENCES,
        AT_ONCE,
    ),
    "what asks a day after the digest waits for it": (
        NEWS._replace(asks=True, due=TOMORROW + NEAR_DEADLINE),
        DEFAULT_PREFERENCES,
        DIGEST,
    ),
    "what asks within a week does not wait for a weekly digest": (
        NEWS._replace(asks=True, due=due(days=5)),
        WEEKLY,
        AT_ONCE,
    ),
    "a deadline that has passed is near no more": (
        NEWS._replace(asks=True, due=due(days=-3)),
        DEFAULT_PREFERENCES,
        DIGEST,
    ),
    "a date of what only tells holds up nothing": (NEWS._replace(due=due(hours=2)), DEFAULT_PREFERENCES, DIGEST),
    # quiet hours
    "in quiet hours it waits for their end": (TOLD, QUIET, LATER),
    "what is mandatory waits for their end too": (MUST._replace(due=due(days=5)), QUIET, LATER),
    "what asks within a day of their end does not wait": (
        MUST._replace(due=QUIET_END + NEAR_DEADLINE - timedelta(seconds=1)),
        QUIET,
        AT_ONCE,
    ),
    "what asks a day after their end waits": (MUST._replace(due=QUIET_END + NEAR_DEADLINE), QUIET, LATER),
    "an urgent case knows no quiet hours": (TOLD._replace(urgent=True), QUIET, AT_ONCE),
    "what is mandatory in an urgent case knows none": (MUST._replace(urgent=True), QUIET, AT_ONCE),
    "an urgent case waits for no digest": (NEWS._replace(urgent=True), WEEKLY, AT_ONCE),
    "what waits for a digest waits no longer for quiet hours": (NEWS, QUIET, DIGEST),
    # switches
    "a kind is switched off": (TOLD, wanting(("", "report_accepted", OFF)), never(HoldReason.KIND_OFF)),
    "a kind is switched off in urgent cases too": (
        TOLD._replace(urgent=True),
        wanting(("", "report_accepted", OFF)),
        never(HoldReason.KIND_OFF),
    ),
    "another kind is not": (TOLD, wanting(("", "outcome_due", OFF)), AT_ONCE),
    "a case is switched off": (TOLD, wanting((CASE, "", OFF)), never(HoldReason.CASE_OFF)),
    "another case is not": (TOLD, wanting(("AHG-2026-004", "", OFF)), AT_ONCE),
    "the follow-ups of a case are switched off with it": (
        Mail("recommendation_due", f"{CASE}/R2"),
        wanting((CASE, "", OFF)),
        never(HoldReason.CASE_OFF),
    ),
    "everything optional is switched off": (TOLD, wanting(("", "", OFF)), never(HoldReason.ALL_OFF)),
    "nothing mandatory can be switched off": (MUST, wanting(("", "", OFF), (CASE, "", OFF)), AT_ONCE),
    "what is mandatory goes into no digest": (MUST, wanting(("", MUST.kind, GATHER)), AT_ONCE),
    "a kind in a case, both conditions at once": (
        TOLD,
        wanting((CASE, TOLD.kind, OFF)),
        never(HoldReason.KIND_IN_CASE_OFF),
    ),
    "the kind in another case is not meant": (
        TOLD._replace(case="AHG-2026-009"),
        wanting((CASE, TOLD.kind, OFF)),
        AT_ONCE,
    ),
    "another kind in the case is not meant": (ASKED, wanting((CASE, TOLD.kind, OFF)), AT_ONCE),
    "either of two switches": (
        ASKED,
        wanting((CASE, TOLD.kind, OFF), ("", ASKED.kind, OFF)),
        never(HoldReason.KIND_OFF),
    ),
    "a kind off, but not in this case": (TOLD, wanting(("", TOLD.kind, OFF), (CASE, TOLD.kind, ONCE)), AT_ONCE),
    "a case off, but not this kind in it": (NEWS, wanting((CASE, "", OFF), (CASE, NEWS.kind, GATHER)), DIGEST),
    "everything off, but not this case": (TOLD, wanting(("", "", OFF), (CASE, "", ONCE)), AT_ONCE),
    "of two that say as much the quieter counts": (
        TOLD,
        wanting((CASE, "", ONCE), ("", TOLD.kind, OFF)),
        never(HoldReason.KIND_OFF),
    ),
    "the same the other way round": (TOLD, wanting((CASE, "", OFF), ("", TOLD.kind, ONCE)), never(HoldReason.CASE_OFF)),
    "news is wanted at once": (NEWS, wanting(("", NEWS.kind, ONCE)), AT_ONCE),
    "news that is wanted at once waits for the end of quiet hours": (
        NEWS,
        wanting(("", NEWS.kind, ONCE), quiet_from=time(21), quiet_until=time(6)),
        LATER,
    ),
    "what was done in a post's name waits for no hour": (
        MUST._replace(undelayed=True),
        wanting(quiet_from=time(8, 1), quiet_until=time(8)),
        AT_ONCE,
    ),
    "what would go at once is gathered": (TOLD, wanting((CASE, "", GATHER)), DIGEST),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_becomes_of_a_mail(name: str) -> None:
    mail, wants, then = TABLE[name]
    assert decide_timing(mail, wants, JAKARTA, NOW) == then


def at(written: str) -> datetime:
    """``2026-04-05 08:00 Australia/Sydney``; ``again`` after it is the second of a time that is repeated."""
    day, clock, zone, *again = written.split()
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone), fold=len(again))


SYDNEY, HOWE, YORK = "Australia/Sydney", "Australia/Lord_Howe", "America/New_York"
TONGA, KANTON, KIRITIMATI, TAHITI, HONOLULU, APIA = (
    "Pacific/Tongatapu",
    "Pacific/Kanton",
    "Pacific/Kiritimati",
    "Pacific/Tahiti",
    "Pacific/Honolulu",
    "Pacific/Apia",
)

MORNINGS = [
    # office, rhythm, hour of the digest, now, the next digest; UTC beside it
    # daylight saving begins and ends: 08:00 stays 08:00
    (SYDNEY, "daily", "08:00", f"2026-10-02 09:00 {SYDNEY}", f"2026-10-05 08:00 {SYDNEY}", "2026-10-04T21:00"),
    (SYDNEY, "daily", "08:00", f"2026-04-02 09:00 {SYDNEY}", f"2026-04-03 08:00 {SYDNEY}", "2026-04-02T21:00"),
    (SYDNEY, "daily", "08:00", f"2026-04-03 09:00 {SYDNEY}", f"2026-04-06 08:00 {SYDNEY}", "2026-04-05T22:00"),
    (YORK, "weekly", "08:00", f"2026-03-04 09:00 {YORK}", f"2026-03-09 08:00 {YORK}", "2026-03-09T12:00"),
    (YORK, "weekly", "08:00", f"2026-10-28 09:00 {YORK}", f"2026-11-02 08:00 {YORK}", "2026-11-02T13:00"),
    # far east and far west of the date line
    (TONGA, "daily", "08:00", f"2026-06-10 07:59 {TONGA}", f"2026-06-10 08:00 {TONGA}", "2026-06-09T19:00"),
    (TONGA, "daily", "08:00", f"2026-06-10 08:00 {TONGA}", f"2026-06-11 08:00 {TONGA}", "2026-06-10T19:00"),
    (KANTON, "daily", "08:00", f"2026-06-12 23:59 {KANTON}", f"2026-06-15 08:00 {KANTON}", "2026-06-14T19:00"),
    (
        KIRITIMATI,
        "daily",
        "08:00",
        f"2026-06-10 00:00 {KIRITIMATI}",
        f"2026-06-10 08:00 {KIRITIMATI}",
        "2026-06-09T18:00",
    ),
    (TAHITI, "daily", "08:00", f"2026-06-10 07:59 {TAHITI}", f"2026-06-10 08:00 {TAHITI}", "2026-06-10T18:00"),
    (HONOLULU, "daily", "08:00", f"2026-06-12 08:00 {HONOLULU}", f"2026-06-15 08:00 {HONOLULU}", "2026-06-15T18:00"),
    (HONOLULU, "weekly", "08:00", f"2026-06-14 23:59 {HONOLULU}", f"2026-06-15 08:00 {HONOLULU}", "2026-06-15T18:00"),
    # one instant, two dates: Monday's digest in Tonga is out while it is Sunday in Honolulu
    (TONGA, "weekly", "08:00", "2026-06-14 18:59 UTC", f"2026-06-15 08:00 {TONGA}", "2026-06-14T19:00"),
    (HONOLULU, "weekly", "08:00", "2026-06-14 18:59 UTC", f"2026-06-15 08:00 {HONOLULU}", "2026-06-15T18:00"),
    # a day that Samoa skipped (30 December 2011): the digest of a date that never was comes on the next
    (APIA, "daily", "08:00", f"2011-12-29 09:00 {APIA}", f"2011-12-31 08:00 {APIA}", "2011-12-30T18:00"),
    # local times that are skipped or repeated
    (YORK, "sunday", "02:30", f"2026-03-07 09:00 {YORK}", f"2026-03-08 03:30 {YORK}", "2026-03-08T07:30"),
    (YORK, "sunday", "01:30", f"2026-10-31 09:00 {YORK}", f"2026-11-01 01:30 {YORK}", "2026-11-01T05:30"),
    (YORK, "sunday", "01:30", f"2026-11-01 01:10 {YORK} again", f"2026-11-08 01:30 {YORK}", "2026-11-08T06:30"),
    (HOWE, "sunday", "02:15", f"2026-10-03 09:00 {HOWE}", f"2026-10-04 02:45 {HOWE}", "2026-10-03T15:45"),
]


@pytest.mark.parametrize(("zone", "rhythm", "hour", "now", "then", "utc"), MORNINGS)
def test_a_digest_comes_in_the_readers_morning(
    zone: str, rhythm: str, hour: str, now: str, then: str, utc: str
) -> None:
    # An office that works on Sundays lets a digest fall on the nights in which clocks are set.
    office = WorkCalendar(zone=zone, weekend=(4, 5) if rhythm == "sunday" or zone == APIA else (5, 6))
    if zone == APIA:
        office = office.model_copy(update={"weekend": ()})
    if rhythm == "sunday":
        wants = Preferences(digest=Rhythm.WEEKLY, weekday=6, morning=time.fromisoformat(hour))
    else:
        wants = Preferences(digest=Rhythm(rhythm), morning=time.fromisoformat(hour))
    found = next_digest(wants, office, at(now))
    assert found == at(then).astimezone(UTC)
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)


HOLIDAYS = [
    # country, zone, rhythm, now, the next digest
    # a holiday on the day after, and on the day before
    ("AU", SYDNEY, "daily", "2026-01-23 09:00", "2026-01-27 08:00"),  # Australia Day on a Monday
    ("AU", SYDNEY, "weekly", "2026-01-20 09:00", "2026-01-27 08:00"),  # the weekly one moves on by a day
    ("AU", SYDNEY, "weekly", "2026-01-26 09:00", "2026-01-27 08:00"),
    ("AU", SYDNEY, "weekly", "2026-01-27 09:00", "2026-02-02 08:00"),
    ("AU", SYDNEY, "daily", "2026-04-02 09:00", "2026-04-07 08:00"),  # Easter, and the clocks go back in it
    ("NZ", "Pacific/Auckland", "daily", "2026-04-02 09:00", "2026-04-07 08:00"),
    ("ID", "Asia/Jakarta", "daily", "2026-08-14 09:00", "2026-08-18 08:00"),  # Independence Day on a Monday
    ("TO", TONGA, "daily", "2026-06-05 09:00", "2026-06-09 08:00"),  # Emancipation Day, kept on a Monday
    ("KI", "Pacific/Tarawa", "daily", "2026-07-10 09:00", "2026-07-14 08:00"),  # National Day
    # the old year's last day here is the new year's first there
    ("TO", TONGA, "daily", "2026-12-31 09:00", "2027-01-04 08:00"),
    ("US", HONOLULU, "daily", "2026-12-30 09:00", "2026-12-31 08:00"),
    ("US", HONOLULU, "daily", "2026-12-31 09:00", "2027-01-04 08:00"),
]


@pytest.mark.parametrize(("country", "zone", "rhythm", "now", "then"), HOLIDAYS)
def test_a_digest_comes_on_working_days_of_the_office(
    country: str, zone: str, rhythm: str, now: str, then: str
) -> None:
    office = work_calendar(zone, country, 2026)
    wants = Preferences(digest=Rhythm(rhythm))
    assert next_digest(wants, office, at(f"{now} {zone}")) == at(f"{then} {zone}")


QUIETS = [
    # zone, from, until, now, until when it is quiet ("" for not at all)
    (TONGA, "21:00", "06:00", f"2026-06-10 20:59 {TONGA}", ""),
    (TONGA, "21:00", "06:00", f"2026-06-10 21:00 {TONGA}", f"2026-06-11 06:00 {TONGA}"),
    (TONGA, "21:00", "06:00", f"2026-06-11 05:59 {TONGA}", f"2026-06-11 06:00 {TONGA}"),
    (TONGA, "21:00", "06:00", f"2026-06-11 06:00 {TONGA}", ""),
    (HONOLULU, "21:00", "06:00", f"2026-06-11 00:00 {HONOLULU}", f"2026-06-11 06:00 {HONOLULU}"),
    (HONOLULU, "12:00", "13:00", f"2026-06-11 12:30 {HONOLULU}", f"2026-06-11 13:00 {HONOLULU}"),
    (HONOLULU, "00:00", "06:00", f"2026-06-11 00:00 {HONOLULU}", f"2026-06-11 06:00 {HONOLULU}"),
    (HONOLULU, "22:00", "00:00", f"2026-06-11 23:59 {HONOLULU}", f"2026-06-12 00:00 {HONOLULU}"),
    (HONOLULU, "00:00", "00:00", f"2026-06-11 00:00 {HONOLULU}", ""),
    # a short night, and a long one
    (SYDNEY, "22:00", "06:00", f"2026-10-03 23:00 {SYDNEY}", f"2026-10-04 06:00 {SYDNEY}"),
    (SYDNEY, "22:00", "06:00", f"2026-04-04 23:00 {SYDNEY}", f"2026-04-05 06:00 {SYDNEY}"),
    # they end in an hour that is skipped: that much later; or repeated: at its first time, and not once more
    (YORK, "22:00", "02:30", f"2026-03-08 01:59 {YORK}", f"2026-03-08 03:30 {YORK}"),
    (YORK, "22:00", "01:30", f"2026-11-01 01:10 {YORK}", f"2026-11-01 01:30 {YORK}"),
    (YORK, "22:00", "01:30", f"2026-11-01 01:10 {YORK} again", ""),
    # they begin in one
    (YORK, "01:30", "05:00", f"2026-11-01 01:10 {YORK} again", f"2026-11-01 05:00 {YORK}"),
    (YORK, "02:30", "05:00", f"2026-03-08 03:10 {YORK}", ""),
    (YORK, "02:30", "05:00", f"2026-03-08 03:30 {YORK}", f"2026-03-08 05:00 {YORK}"),
]


@pytest.mark.parametrize(("zone", "begin", "end", "now", "then"), QUIETS)
def test_quiet_hours_are_local(zone: str, begin: str, end: str, now: str, then: str) -> None:
    wants = Preferences(quiet_from=time.fromisoformat(begin), quiet_until=time.fromisoformat(end), morning=time(8))
    assert quiet_until(wants, WorkCalendar(zone=zone), at(now)) == (at(then).astimezone(UTC) if then else None)


REMINDERS = [
    # country, zone, from, working days, until: deadlines and reminders keep the local hour of the post that must act
    ("AU", SYDNEY, "2026-04-01 15:00", 2, "2026-04-07 15:00"),  # over Easter, in which daylight saving ends
    ("AU", SYDNEY, "2026-10-02 15:00", 1, "2026-10-05 15:00"),  # daylight saving begins
    ("NZ", "Pacific/Auckland", "2026-09-25 15:00", 1, "2026-09-28 15:00"),
    ("TO", TONGA, "2026-06-05 15:00", 1, "2026-06-09 15:00"),
    ("KI", "Pacific/Tarawa", "2026-07-10 15:00", 1, "2026-07-14 15:00"),
    ("US", HONOLULU, "2026-11-25 15:00", 1, "2026-11-27 15:00"),  # Thanksgiving on a Thursday
    ("US", HONOLULU, "2026-11-27 15:00", -1, "2026-11-25 15:00"),
]


@pytest.mark.parametrize(("country", "zone", "start", "days", "then"), REMINDERS)
def test_reminders_keep_the_local_hour(country: str, zone: str, start: str, days: int, then: str) -> None:
    office = work_calendar(zone, country, 2026)
    assert office.move(at(f"{start} {zone}"), days) == at(f"{then} {zone}")


_FIRST, _LAST = datetime(2011, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 - Hypothesis adds the zone


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from([SYDNEY, HOWE, YORK, TONGA, KIRITIMATI, TAHITI, APIA, "Asia/Kathmandu"]),
    now=st.datetimes(_FIRST, _LAST, timezones=st.just(UTC)),
    rhythm=st.sampled_from([Rhythm.DAILY, Rhythm.WEEKLY]),
    weekday=st.integers(0, 6),
    morning=st.times(),
    holidays=st.sets(st.integers(0, 40), max_size=20),
)
def test_there_is_always_a_next_digest_on_a_working_day_and_none_is_left_out(
    zone: str, now: datetime, rhythm: Rhythm, weekday: int, morning: time, holidays: set[int]
) -> None:
    days = [now.toordinal() - 20 + one for one in holidays]
    office = WorkCalendar(zone=zone, holidays=" ".join(_base36(day) for day in days))
    wants = Preferences(digest=rhythm, weekday=weekday, morning=morning)
    first = next_digest(wants, office, now)
    assert first is not None
    assert first > now
    local = first.astimezone(ZoneInfo(zone))
    before = next_digest(wants, office, first - timedelta(microseconds=1))
    assert before == first
    if zone != APIA:  # which skipped a whole day
        assert office.is_working_day(local.date())
    assert first - now <= timedelta(days=7 if rhythm is Rhythm.WEEKLY else 1) + timedelta(days=35)


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (_base36(number // 36) if number >= 36 else "") + digits[number % 36]


WRONG: list[dict[str, object]] = [
    {"weekday": 7},
    {"morning": time(8, tzinfo=UTC)},
    {"quiet_from": time(21), "quiet_until": time(9)},
    {"quiet_from": time(8), "quiet_until": time(9)},
    {"switches": (Switch(kind="invited", how=MailChoice.OFF), Switch(kind="invited", how=MailChoice.DIGEST))},
    {"switches": tuple(Switch(case=f"AHG-2026-{one:03}", how=MailChoice.OFF) for one in range(MOST_SWITCHES + 1))},
]


@pytest.mark.parametrize("said", WRONG)
def test_preferences_that_contradict_themselves_are_refused(said: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\."):
        Preferences(**said)  # type: ignore[arg-type]


def test_a_switch_takes_the_place_of_one_that_means_the_same() -> None:
    first = DEFAULT_PREFERENCES.with_switch(Switch(kind="outcome_due", how=MailChoice.OFF))
    second = first.with_switch(Switch(kind="outcome_due", how=MailChoice.AT_ONCE))
    third = second.with_switch(Switch(case=CASE, kind="outcome_due", how=MailChoice.OFF))
    assert [one.how for one in second.switches] == [MailChoice.AT_ONCE]
    assert len(third.switches) == 2


def many(how: MailChoice = MailChoice.OFF, kind: str = "situation_updated") -> list[tuple[str, str, MailChoice]]:
    """As many switches of a case each as there may be."""
    return [(f"AHG-2026-{one:03}", kind, how) for one in range(1, MOST_SWITCHES + 1)]


def test_one_switch_more_than_there_may_be_takes_the_place_of_the_oldest_of_a_case() -> None:
    full = wanting(("", "outcome_verified", MailChoice.OFF), *many()[:-1])
    added = Switch(case="AHG-2027-001", kind="situation_updated", how=MailChoice.OFF)
    wants = full.with_switch(added)
    assert wants.switches == (full.switches[0], *full.switches[2:], added)
    assert Preferences.model_validate(wants.model_dump(mode="json")) == wants
    everywhere = Switch(kind="situation_updated", how=MailChoice.AT_ONCE)
    assert len(full.with_switch(everywhere).switches) == MOST_SWITCHES
    again = full.switches[5]
    assert full.with_switch(again).switches == (*full.switches[:5], *full.switches[6:], again)


def test_of_too_many_switches_those_go_first_that_change_nothing() -> None:
    full = wanting(*many()[:100], *many(MailChoice.DIGEST)[100:])
    wants = full.with_switch(Switch(kind="situation_updated", how=MailChoice.OFF))
    assert wants == wanting(*many(MailChoice.DIGEST)[100:], ("", "situation_updated", MailChoice.OFF))
    quieter = Switch(case="AHG-2026-150", how=MailChoice.OFF)  # says something else than is kept of it
    assert full.with_switch(quieter).switches == (*full.switches[1:], quieter)


def test_preferences_come_back_from_json_as_they_were() -> None:
    wants = wanting((CASE, "outcome_due", OFF), quiet_from=time(21), quiet_until=time(6))
    assert Preferences.model_validate_json(wants.model_dump_json()) == wants


def test_an_office_without_a_calendar_has_mornings_in_utc() -> None:
    assert next_digest(DEFAULT_PREFERENCES, EVERYWHERE, NOW) == datetime(2026, 6, 11, 8, 0, tzinfo=UTC)
    assert date(2026, 6, 11).weekday() == 3
