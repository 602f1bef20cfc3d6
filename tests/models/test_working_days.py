"""Periods in working days against a slow oracle that walks day by day, and against cases that were counted by hand.

The oracle knows nothing of the product's arithmetic: it holds days as dates, looks at each in turn, and asks the
published holidays of the member anew (the package ``holidays``), not the calendars that a case carries.
"""

import csv
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays
import pytest

from models.calendars import Calendars, WorkCalendar, WorkingDays
from models.ladder import DUE, HALF, ClockAct, Ladder, ladder_after
from models.policy import Policy, Span
from models.public_holidays import kept_holidays, work_calendar
from records.directory import SEED

CLOSE = time(18)
DAY = timedelta(days=1)
ZONES = tuple(f"Etc/GMT{-hours:+d}" if hours else "UTC" for hours in range(-10, 14))
"""UTC-10 to UTC+13; the names of ``Etc`` have the sign turned round."""


# the oracle ---------------------------------------------------------------------------------------------------------


class Office(NamedTuple):
    """One office as the oracle knows it."""

    zone: str
    keeps: str


@cache
def _published(keeps: str) -> tuple[frozenset[date], frozenset[int]]:
    country, subdivision, more = kept_holidays(keeps)
    kinds = ("public", *more) if more else None
    days = holidays.country_holidays(country, subdiv=subdivision or None, categories=kinds, years=range(2025, 2031))
    return frozenset(days), frozenset(days.weekend)


def is_open(office: Office, day: date) -> bool:
    days, weekend = _published(office.keeps)
    return day not in days and day.weekday() not in weekend


def closing(office: Office, day: date) -> datetime:
    return datetime.combine(day, CLOSE, ZoneInfo(office.zone))


def working_days_of(office: Office, event: datetime) -> Iterator[date]:
    """Every working day after the day of an event, one by one."""
    day = event.astimezone(ZoneInfo(office.zone)).date()
    while True:
        day += DAY
        if is_open(office, day):
            yield day


def slow_end(office: Office, event: datetime, number: int) -> datetime:
    """The close of business of the last of so many working days."""
    last = list(islice(working_days_of(office, event), number))[-1]
    return closing(office, last)


def slow_end_with_stops(
    offices: Mapping[str, Office], event: datetime, number: int, stops: list[tuple[datetime, datetime]]
) -> datetime:
    """The deadline of several offices, the clock standing from the first to the second of each pair of moments."""
    left, began = dict.fromkeys(offices, number), event
    for stopped, resumed in stops:
        if stopped >= max(slow_end(offices[one], began, days) for one, days in left.items() if days):
            break
        for one, days in left.items():
            # A day counts as passed once its close of business is over; what had not fully passed is counted anew.
            gone = 0
            for day in working_days_of(offices[one], began):
                if gone == days or closing(offices[one], day) > stopped:
                    break
                gone += 1
            left[one] = days - gone
        began = resumed
    return max(slow_end(offices[one], began, days) for one, days in left.items() if days)


# the properties -----------------------------------------------------------------------------------------------------


def offices_of_the_members() -> dict[str, Office]:
    with (SEED / "offices.csv").open(encoding="utf-8") as file:
        return {row["code"]: Office(row["zone"], row["holidays"]) for row in csv.DictReader(file)}


@cache
def carried(office: Office, year: int) -> WorkCalendar:
    """The calendar as a case carries it that is submitted in that year."""
    return work_calendar(office.zone, office.keeps, year)


def days_of(offices: Mapping[str, Office], year: int) -> WorkingDays:
    return WorkingDays(Calendars(offices={code: carried(one, year) for code, one in offices.items()}), CLOSE)


def some_moment(dice: random.Random, year: int, days: float = 340) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(int(days * 1440)))


YEARS = (2025, 2026, 2027)  # a case of 2027 carries the holidays until 2030


DICE = random.Random(1182)  # noqa: S311 - it chooses examples; the same ones each time, so that a failure comes again


@pytest.mark.parametrize("year", [*YEARS, 2030])
def test_a_period_of_a_member_ends_where_the_slow_count_ends(year: int) -> None:
    dice = DICE
    for code, office in offices_of_the_members().items():
        first = min(year, 2027)
        for _ in range(12):
            event, number = some_moment(dice, year, 300), dice.choice((1, 2, 3, 5, 10, 20))
            ends = Span(f"{number}wd").after(event, days_of({code: office}, first), (code,))
            assert ends == slow_end(office, event, number), (code, event, number)


def test_a_period_ends_right_in_every_zone_with_whatever_calendar() -> None:
    dice, calendars = DICE, sorted({one.keeps for one in offices_of_the_members().values()})
    for zone, keeps in ((zone, keeps) for zone in ZONES for keeps in dice.sample(calendars, 8)):
        office, event, number = Office(zone, keeps), some_moment(dice, 2026), dice.randint(1, 15)
        ends = Span(f"{number}wd").after(event, days_of({"XX": office}, 2026), ("XX",))
        assert ends == slow_end(office, event, number), (zone, keeps, event, number)
        assert ends.astimezone(ZoneInfo(zone)).time() == CLOSE


def _moments(dice: random.Random, event: datetime) -> Iterator[tuple[datetime, datetime]]:
    moment = event
    for _ in range(dice.randint(1, 3)):
        stopped = moment + timedelta(minutes=dice.randrange(1, 6 * 1440))
        moment = stopped + timedelta(minutes=dice.randrange(1, 20 * 1440))
        yield stopped, moment


def _with_stops(ladder: Ladder, stops: list[tuple[datetime, datetime]], days: WorkingDays) -> Ladder:
    for stopped, resumed in stops:
        while ladder.next is not None and ladder.next.at <= stopped:
            ladder = ladder.passed()
        ladder = ladder.stopped(stopped).started(resumed, days)
    return ladder


ACTS = {
    ClockAct.REMIND: HALF,
    ClockAct.REMIND_LAST: "-1wd",
    ClockAct.ESCALATE_ALTERNATE: DUE,
    ClockAct.ESCALATE_OFFICES: "+2wd",
    ClockAct.LAPSE: "+10wd",
}


def test_a_clock_that_was_stopped_loses_nobody_a_working_day() -> None:
    dice, everybody = DICE, offices_of_the_members()
    for _ in range(240):
        offices = {code: everybody[code] for code in dice.sample(sorted(everybody), dice.randint(1, 4))}
        year, number = dice.choice(YEARS), dice.choice((2, 5, 10))
        days, event = days_of(offices, year), some_moment(dice, year)
        stops = list(_moments(dice, event))
        begun = ladder_after(Span(f"{number}wd"), event, days, tuple(offices), ACTS)
        moved = _with_stops(begun, stops, days)
        assert moved.due == slow_end_with_stops(offices, event, number, stops), (offices, event, number, stops)
        instants = [rung.at for rung in moved.rungs]
        assert instants == sorted(instants)
        rungs = {rung.act: rung.at for rung in moved.rungs}
        assert all(at >= moved.due for act, at in rungs.items() if act in (ClockAct.ESCALATE_OFFICES, ClockAct.LAPSE))
        before_the_end = all(stopped < begun.due for stopped, _resumed in stops[:1]) and len(stops) == 1
        if before_the_end:
            assert rungs[ClockAct.LAPSE] == max(slow_end(one, moved.due, 10) for one in offices.values())


@pytest.mark.parametrize("month", range(1, 11))
def test_after_the_deadline_what_is_left_until_the_lapse_is_counted_anew(month: int) -> None:
    dice, offices = DICE, {"AU": offices_of_the_members()["AU"], "ID": offices_of_the_members()["ID"]}
    days, event = days_of(offices, 2026), datetime(2026, month, dice.randint(1, 28), dice.randint(0, 23), tzinfo=UTC)
    ladder = ladder_after(Span("5wd"), event, days, tuple(offices), ACTS)
    stops, moment = [], ladder.due
    for _ in range(2):
        stopped = moment + timedelta(minutes=dice.randrange(1, 2 * 1440))
        moment = stopped + timedelta(minutes=dice.randrange(1, 20 * 1440))
        stops.append((stopped, moment))
    moved = _with_stops(ladder, stops, days)
    assert moved.due == ladder.due
    assert moved.rungs[-1].at == slow_end_with_stops(offices, ladder.due, 10, stops)


# counted by hand ----------------------------------------------------------------------------------------------------

COUNTED_BY_HAND = Path(__file__).with_name("counted_by_hand.csv")
"""Events and ends in the office's own time, each with the reason why it ends there."""


def test_as_counted_by_hand() -> None:
    with COUNTED_BY_HAND.open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    assert len(cases) >= 30
    for one in cases:
        office, zone = Office(one["zone"], one["holidays"]), ZoneInfo(one["zone"])
        began, ends = (datetime.fromisoformat(one[name]).replace(tzinfo=zone) for name in ("event", "end"))
        assert Span(f"{one['days']}wd").after(began, days_of({"XX": office}, 2026), ("XX",)) == ends, one["why"]


def test_hours_run_from_moment_to_moment() -> None:
    began = datetime(2026, 3, 20, 23, 17, tzinfo=UTC)
    assert (
        Span("24h").after(began, days_of({"ID": Office("Asia/Jakarta", "ID+government")}, 2026), ("ID",)) == began + DAY
    )
    assert Policy.default().closes == CLOSE
