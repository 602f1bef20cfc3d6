"""Working days: time zones, weekends, public holidays, daylight saving."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from models.calendars import Calendars, WorkCalendar, WorkingDays, days_between, written_days
from models.ladder import ClockAct, Ladder, Rung
from models.public_holidays import work_calendar
from models.zones import is_zone, known_zones, zone_named
from tests.tabletop import calendars


def at(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[arg-type, misc]


OF_BEFORE = WorkingDays(Calendars())
"""How a case counts whose policy says nothing of the close of business."""


def test_a_zone_that_does_not_exist_counts_as_utc_and_is_told() -> None:
    slip = WorkCalendar(zone="Asia/Kuala_Lumpour")
    assert slip.move(at("UTC", 2026, 3, 6, 9), 1) == at("UTC", 2026, 3, 9, 9)
    assert slip.roll(at("UTC", 2026, 3, 7, 9)) == at("UTC", 2026, 3, 9, 9)
    assert Calendars(offices={"MY": slip, "TH": WorkCalendar(zone="Asia/Bangkok")}).unknown_zones == {"MY": slip.zone}
    for name in ("", "/etc/passwd", "../x", "Asia", "Mars/Olympus", "utc\x00", *OF_THE_MACHINE):
        assert zone_named(name).key == "UTC", name


def test_days_that_are_announced_are_all_from_the_first_to_the_last() -> None:
    week = days_between(date(2026, 3, 2), date(2026, 3, 6))
    assert week == [date(2026, 3, day) for day in range(2, 7)]
    closed = Calendars().announced("MY", week, closed=True)
    assert closed.move(at("UTC", 2026, 2, 27, 9), 1, ["MY"]) == at("UTC", 2026, 3, 9, 9)
    assert days_between(week[0], week[0]) == week[:1]


OF_THE_MACHINE = ("localtime", "Factory", "posixrules", "right/Asia/Jakarta", "posix/Asia/Jakarta", "Asia/../localtime")


def test_a_zone_that_is_the_machines_own_is_none() -> None:
    assert not {*OF_THE_MACHINE} & known_zones()
    assert not any(map(is_zone, OF_THE_MACHINE))
    assert {"Asia/Jakarta", "UTC"} <= known_zones()


@pytest.mark.parametrize(
    ("zone", "start", "days", "end"),
    [
        ("UTC", (2026, 3, 6, 9), 1, (2026, 3, 9, 9)),  # Friday, then Monday
        ("UTC", (2026, 3, 7, 9), 1, (2026, 3, 9, 9)),  # Saturday
        ("UTC", (2026, 3, 9, 9), -1, (2026, 3, 6, 9)),  # back over the weekend
        ("Pacific/Tongatapu", (2026, 3, 6, 9), 2, (2026, 3, 10, 9)),  # UTC+13
        ("Pacific/Honolulu", (2026, 3, 6, 9), 2, (2026, 3, 10, 9)),  # UTC-10
        ("Australia/Sydney", (2026, 4, 3, 9), 1, (2026, 4, 6, 9)),  # clocks go back on 5 April
        ("America/New_York", (2026, 3, 6, 9), 1, (2026, 3, 9, 9)),  # clocks go forward on 8 March
    ],
)
def test_a_working_day_keeps_the_local_time_of_day(
    zone: str, start: tuple[int, ...], days: int, end: tuple[int, ...]
) -> None:
    assert WorkCalendar(zone=zone).move(at(zone, *start), days) == at(zone, *end)


def test_the_same_instant_lies_on_two_days_for_two_offices() -> None:
    start = at("UTC", 2026, 3, 6, 21)  # Saturday 10:00 in Tonga, Friday 11:00 in Hawaii
    assert WorkCalendar(zone="Pacific/Tongatapu").move(start, 1) == at("Pacific/Tongatapu", 2026, 3, 9, 10)
    assert WorkCalendar(zone="Pacific/Honolulu").move(start, 1) == at("Pacific/Honolulu", 2026, 3, 9, 11)


def test_a_weekend_may_be_friday_and_saturday() -> None:
    maldives = WorkCalendar(zone="Indian/Maldives", weekend=(4, 5))
    assert maldives.move(at("Indian/Maldives", 2026, 3, 5, 9), 1) == at("Indian/Maldives", 2026, 3, 8, 9)
    assert maldives.roll(at("Indian/Maldives", 2026, 3, 6, 9)) == at("Indian/Maldives", 2026, 3, 8, 9)


def test_public_holidays_are_skipped() -> None:
    office = WorkCalendar(holidays=written_days((date(2026, 3, 9), date(2026, 3, 10))))
    assert office.move(at("UTC", 2026, 3, 6, 9), 1) == at("UTC", 2026, 3, 11, 9)
    assert not office.is_working_day(date(2026, 3, 9))


def test_published_holidays_of_a_country_are_in_its_calendar() -> None:
    thailand = work_calendar("Asia/Bangkok", "TH", 2026)
    assert not thailand.is_working_day(date(2026, 4, 13))  # Songkran
    assert thailand.is_working_day(date(2026, 4, 17))
    assert work_calendar("Asia/Kabul", "??", 2026) == WorkCalendar(zone="Asia/Kabul")


def test_where_several_must_act_the_latest_counts_and_going_back_the_earliest() -> None:
    offices = Calendars(offices={"MV": WorkCalendar(weekend=(4, 5)), "LK": WorkCalendar()})
    thursday = at("UTC", 2026, 3, 5, 9)
    assert offices.move(thursday, 2, ("MV", "LK")) == at("UTC", 2026, 3, 9, 9)
    assert offices.move(at("UTC", 2026, 3, 9, 9), -2, ("MV", "LK")) == at("UTC", 2026, 3, 5, 9)


def test_an_office_without_a_calendar_works_monday_to_friday_in_utc() -> None:
    assert calendars().of("nobody") == WorkCalendar()


def test_a_stopped_ladder_moves_by_the_time_it_stood_and_onto_working_days() -> None:
    friday = at("UTC", 2026, 3, 6, 9)
    ladder = Ladder(due=friday, rungs=(Rung(at=friday, act=ClockAct.LAPSE),), members=("LK",))
    standing = ladder.stopped(at("UTC", 2026, 3, 5, 9))
    assert standing.next is None
    assert standing.stopped(friday) is standing
    assert standing.started(at("UTC", 2026, 3, 6, 9), OF_BEFORE).due == at("UTC", 2026, 3, 9, 9)
    assert ladder.started(friday, OF_BEFORE) is ladder


def test_the_rungs_of_a_ladder_that_moves_keep_their_order() -> None:
    acts = (ClockAct.REMIND, ClockAct.ESCALATE_ALTERNATE, ClockAct.LAPSE)
    instants = (at("UTC", 2026, 3, 5, 15), at("UTC", 2026, 3, 6, 9), at("UTC", 2026, 3, 10, 9))
    rungs = tuple(Rung(at=moment, act=act) for moment, act in zip(instants, acts, strict=True))
    ladder = Ladder(due=instants[1], rungs=rungs, members=("LK",), stopped_at=at("UTC", 2026, 3, 2, 9))
    moved = ladder.started(at("UTC", 2026, 3, 4, 9), OF_BEFORE)  # to Saturday 15:00 and Sunday 9:00
    assert [rung.at for rung in moved.rungs] == [
        at("UTC", 2026, 3, 9, 9),
        at("UTC", 2026, 3, 9, 9),
        at("UTC", 2026, 3, 12, 9),
    ]
    assert moved.due == moved.rungs[1].at


def test_without_open_days_a_holiday_that_was_opened_and_a_weekend_are_closed_again() -> None:
    friday, saturday = date(2026, 3, 6), date(2026, 3, 7)
    office = WorkCalendar(holidays=written_days([friday])).announced([friday, saturday], closed=False)
    assert office.is_working_day(friday)
    assert office.is_working_day(saturday)
    known = Calendars(offices={"AU": office}).without_open_days().of("AU")
    assert not known.is_working_day(friday)
    assert not known.is_working_day(saturday)
