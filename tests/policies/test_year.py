"""A calendar's year, day by day."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from policies import calendars, year
from policies.calendars import Interval, PublicHolidays, WorkingHours
from policies.year import Kind

NINE = (Interval(time(9), time(17)),)
SHORT = (Interval(time(10), time(13)),)
HOLIDAYS = calendars.public_holidays("US", "MA", 2026)
SUMMER = (date(2026, 7, 3), date(2026, 7, 17))
HOURS = WorkingHours(
    zone=ZoneInfo("America/New_York"),
    hours=dict.fromkeys(range(5), NINE),
    holidays=PublicHolidays("US", "MA"),
    closures=(SUMMER,),
    special={date(2026, 12, 24): SHORT, date(2026, 7, 10): SHORT},
)
DAYS = year.days(HOURS, 2026, holidays=HOLIDAYS, closures={SUMMER: "Summer"})
BY_DATE = {day.date: day for day in DAYS}


@pytest.mark.parametrize(
    ("on", "kind", "hours", "name"),
    [
        pytest.param(date(2026, 3, 2), Kind.OPEN, NINE, "", id="a Monday"),
        pytest.param(date(2026, 3, 1), Kind.CLOSED, (), "", id="a Sunday"),
        pytest.param(date(2026, 12, 25), Kind.HOLIDAY, (), "Christmas Day", id="a holiday"),
        pytest.param(date(2026, 7, 4), Kind.CLOSURE, (), "Summer", id="a holiday in a closure"),
        pytest.param(date(2026, 7, 17), Kind.CLOSURE, (), "Summer", id="the last day closed"),
        pytest.param(date(2026, 7, 20), Kind.OPEN, NINE, "", id="the day after"),
        pytest.param(date(2026, 7, 10), Kind.SPECIAL, SHORT, "", id="open in a closure"),
        pytest.param(date(2026, 12, 24), Kind.SPECIAL, SHORT, "", id="a short day"),
    ],
)
def test_what_a_day_is(on, kind, hours, name):
    assert BY_DATE[on] == year.Day(on, kind, hours, name)


def test_it_says_what_promises_are_counted_by():
    assert [day.hours for day in DAYS] == [HOURS.intervals(day.date) for day in DAYS]


@pytest.mark.parametrize(("number", "count"), [(2026, 365), (2028, 366)])
def test_every_day_is_there_once(number, count):
    days = year.days(HOURS, number, holidays={}, closures={})

    laid = [day for month in year.months(days) for week in month.weeks for day in week if day]

    assert (laid, len(days)) == (days, count)


def test_weeks_begin_on_monday():
    weeks = [week for month in year.months(DAYS) for week in month.weeks]

    assert {len(week) for week in weeks} == {7}
    assert all(
        day.date.weekday() == place for week in weeks for place, day in enumerate(week) if day
    )
