"""Working time: tables of cases, and a clock walked minute by minute."""

import pickle
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import calendars
from policies.calendars import BadHours, Interval, NeverOpen, PublicHolidays, WorkingHours

NEW_YORK = calendars.zone("America/New_York")
BERLIN = calendars.zone("Europe/Berlin")
STOCKHOLM = calendars.zone("Europe/Stockholm")
KATHMANDU = calendars.zone("Asia/Kathmandu")
LORD_HOWE = calendars.zone("Australia/Lord_Howe")
APIA = calendars.zone("Pacific/Apia")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEK, WORKDAYS = range(7), range(5)


def intervals(text):
    spans = (span.split("-") for span in text.split())
    return tuple(Interval(time.fromisoformat(a), time.fromisoformat(b)) for a, b in spans)


def works(text, days=WEEK, zone=NEW_YORK, **more):
    return WorkingHours(zone, dict.fromkeys(days, intervals(text)), **more)


def at(text, zone=NEW_YORK):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


OFFICE = works("09:00-17:00", WORKDAYS)
LUNCH = works("09:00-12:00 13:00-17:00", WORKDAYS)
NIGHTS = works("22:00-06:00", WORKDAYS)
ALWAYS = works("00:00-00:00")
OVERLAPPING = works("08:00-12:00 10:00-14:00 14:00-15:00")
ROUND = works("20:00-08:00 06:00-09:00")  # each night runs into the next morning
LONG = works("23:30-23:15")
NEVER = WorkingHours(NEW_YORK, {})
BOSTON = works("09:00-17:00", WORKDAYS, holidays=PublicHolidays("US", "MA"))
CHICAGO = works("09:00-17:00", WORKDAYS, holidays=PublicHolidays("US", "IL"))
FEDERAL = works("09:00-17:00", WORKDAYS, holidays=PublicHolidays("US"))
LATE_BOSTON = works("18:00-02:00", WEEK, holidays=PublicHolidays("US", "MA"))
SUMMER = works("09:00-17:00", WORKDAYS, closures=((date(2026, 7, 6), date(2026, 7, 17)),))
EVE = works(
    "09:00-17:00",
    WORKDAYS,
    holidays=PublicHolidays("US"),
    closures=((date(2026, 12, 24), date(2026, 12, 31)),),
    special={date(2026, 12, 24): intervals("09:00-12:00"), date(2026, 12, 23): ()},
)

ADD = {
    "within a day": (OFFICE, "2026-03-02 09:00", 4, "2026-03-02 13:00"),
    "exactly at closing": (OFFICE, "2026-03-02 09:00", 8, "2026-03-02 17:00"),
    "a second more than a day": (OFFICE, "2026-03-02 09:00:01", 8, "2026-03-03 09:00:01"),
    "starting at closing": (OFFICE, "2026-03-02 17:00", 1, "2026-03-03 10:00"),
    "over night": (OFFICE, "2026-03-02 16:00", 2, "2026-03-03 10:00"),
    "over the weekend": (OFFICE, "2026-03-06 16:00", 2, "2026-03-09 10:00"),
    "starting closed": (OFFICE, "2026-03-07 12:00", 1, "2026-03-09 10:00"),
    "no time while open": (OFFICE, "2026-03-02 11:00", 0, "2026-03-02 11:00"),
    "no time while closed": (OFFICE, "2026-03-02 17:00", 0, "2026-03-03 09:00"),
    "over lunch": (LUNCH, "2026-03-02 11:00", 2, "2026-03-02 14:00"),
    "until lunch": (LUNCH, "2026-03-02 11:00", 1, "2026-03-02 12:00"),
    "from within lunch": (LUNCH, "2026-03-02 12:30", 1, "2026-03-02 14:00"),
    "over midnight": (NIGHTS, "2026-03-02 23:00", 2, "2026-03-03 01:00"),
    "after midnight": (NIGHTS, "2026-03-03 05:00", 2, "2026-03-03 23:00"),
    "friday night into saturday": (NIGHTS, "2026-03-06 23:00", 6, "2026-03-07 05:00"),
    "from saturday morning": (NIGHTS, "2026-03-07 05:00", 2, "2026-03-09 23:00"),
    "never closed": (ALWAYS, "2026-03-02 23:00", 30, "2026-03-04 05:00"),
    "overlaps count once": (OVERLAPPING, "2026-03-02 09:00", 7, "2026-03-03 09:00"),
    "a night into its morning": (ROUND, "2026-03-02 23:00", 10.5, "2026-03-03 20:30"),
    "a public holiday": (CHICAGO, "2026-05-22 16:00", 2, "2026-05-26 10:00"),
    "one of this state": (BOSTON, "2026-04-17 16:00", 2, "2026-04-21 10:00"),
    "not one of that state": (CHICAGO, "2026-04-17 16:00", 2, "2026-04-20 10:00"),
    "observed on the friday": (FEDERAL, "2026-07-02 16:00", 2, "2026-07-06 10:00"),
    "not observed in this state": (BOSTON, "2026-07-02 16:00", 2, "2026-07-03 10:00"),
    "observed on the monday": (BOSTON, "2027-07-02 16:00", 2, "2027-07-06 10:00"),
    "observed the year before": (FEDERAL, "2027-12-30 16:00", 2, "2028-01-03 10:00"),
    "the eve runs into the holiday": (LATE_BOSTON, "2026-04-20 01:00", 2, "2026-04-21 19:00"),
    "not the holiday into the next": (LATE_BOSTON, "2026-04-21 01:00", 1, "2026-04-21 19:00"),
    "before a closure": (SUMMER, "2026-07-03 16:00", 2, "2026-07-20 10:00"),
    "on a closure's last day": (SUMMER, "2026-07-17 12:00", 1, "2026-07-20 10:00"),
    "a short day and a closure": (EVE, "2026-12-22 16:00", 5, "2027-01-04 10:00"),
    "clocks go forward": (OFFICE, "2026-03-06 16:00", 2, "2026-03-09 10:00"),
    "clocks go back": (OFFICE, "2026-10-30 16:00", 2, "2026-11-02 10:00"),
    "through the hour skipped": (ALWAYS, "2026-03-08 01:00", 2, "2026-03-08 04:00"),
    "through the hour that comes twice": (ALWAYS, "2026-11-01 00:00", 5, "2026-11-01 04:00"),
    "through a leap day": (ALWAYS, "2028-02-28 12:00", 24, "2028-02-29 12:00"),
}


@pytest.mark.parametrize(("hours", "start", "working", "due"), ADD.values(), ids=ADD.keys())
def test_add(hours, start, working, due):
    assert hours.add(at(start), working * HOUR) == at(due)


SPRING, AUTUMN = "2026-03-08", "2026-11-01"
LENGTHS = {
    "a night clocks go forward": ("22:00-06:00", NEW_YORK, "2026-03-07", 7),
    "a night clocks go back": ("22:00-06:00", NEW_YORK, "2026-10-31", 9),
    "a day clocks go forward": ("00:00-00:00", NEW_YORK, SPRING, 23),
    "a day clocks go back": ("00:00-00:00", NEW_YORK, AUTUMN, 25),
    "in Berlin forward": ("00:00-06:00", BERLIN, "2026-03-29", 5),
    "in Stockholm back": ("00:00-06:00", STOCKHOLM, "2026-10-25", 7),
    "half an hour forward": ("00:00-06:00", LORD_HOWE, "2026-10-04", 5.5),
    "half an hour back": ("00:00-06:00", LORD_HOWE, "2026-04-05", 6.5),
    "a zone of quarters": ("09:00-17:00", KATHMANDU, "2026-03-02", 8),
    "only the hour skipped": ("02:00-03:00", NEW_YORK, SPRING, 0),
    "within the hour skipped": ("02:00-02:30", NEW_YORK, SPRING, 0.5),
    "the end of the hour skipped": ("02:30-03:00", NEW_YORK, SPRING, 0),
    "from the hour skipped": ("02:30-05:00", NEW_YORK, SPRING, 1.5),
    "from the hour that comes twice": ("01:30-03:00", NEW_YORK, AUTUMN, 2.5),
    "until the hour that comes twice": ("00:30-01:30", NEW_YORK, AUTUMN, 1),
    "a date that never was": ("09:00-17:00", APIA, "2011-12-30", 0),
    "a night over it": ("22:00-06:00", APIA, "2011-12-29", 8),
}


@pytest.mark.parametrize(("text", "zone", "day", "length"), LENGTHS.values(), ids=LENGTHS.keys())
def test_a_shift_lasts_as_long_as_its_clocks_say(text, zone, day, length):
    opening = date.fromisoformat(day)
    hours = WorkingHours(zone, {}, special={opening: intervals(text)})
    noon = datetime.combine(opening, time(12), zone)

    assert hours.between(noon - 3 * DAY, noon + 3 * DAY) == length * HOUR


def test_a_wall_time_that_is_skipped_moves_forward():
    opening = works("02:30-05:00").next_opening(at("2026-03-08 00:00"))
    assert calendars.local(opening, NEW_YORK).isoformat() == "2026-03-08T03:30:00-04:00"


def test_a_wall_time_that_comes_twice_is_the_first():
    opening = works("01:30-05:00").next_opening(at("2026-11-01 00:00"))
    assert calendars.local(opening, NEW_YORK).isoformat() == "2026-11-01T01:30:00-04:00"


def test_the_last_hour_of_a_day_skipped_is_in_the_first_of_the_next():
    nuuk, saturday = calendars.zone("America/Nuuk"), date(2026, 3, 28)
    special = {saturday: intervals("23:30-23:45"), saturday + DAY: intervals("00:00-06:00")}
    opens = at("2026-03-29 01:00", UTC)

    (shift,) = WorkingHours(nuuk, {}, special=special).shifts(opens - DAY)
    assert shift == (opens, opens + 6 * HOUR)


def test_a_day_has_begun_when_clocks_go_back_across_midnight():
    zone, sunday = calendars.zone("America/St_Johns"), date(2006, 10, 29)
    hours = WorkingHours(zone, {}, special={sunday: intervals("00:00-06:00")})
    again = at("2006-10-29 03:00", UTC)

    assert calendars.local(again, zone).isoformat() == "2006-10-28T23:30:00-03:30"
    assert hours.is_open(again)


BETWEEN = {
    "a day": (OFFICE, "2026-03-02 00:00", "2026-03-03 00:00", 8),
    "a week": (OFFICE, "2026-03-02 00:00", "2026-03-09 00:00", 40),
    "part of a day": (LUNCH, "2026-03-02 11:00", "2026-03-02 13:30", 1.5),
    "a night": (NIGHTS, "2026-03-06 23:00", "2026-03-09 00:00", 7),
    "while closed": (OFFICE, "2026-03-02 17:00", "2026-03-03 09:00", 0),
    "overlapping shifts": (OVERLAPPING, "2026-03-02 00:00", "2026-03-03 00:00", 7),
    "nights into mornings": (ROUND, "2026-03-02 00:00", "2026-03-03 00:00", 13),
    "a leap february": (ALWAYS, "2028-02-01 00:00", "2028-03-01 00:00", 29 * 24),
    "a holiday": (BOSTON, "2026-04-20 00:00", "2026-04-21 00:00", 0),
    "two years": (OFFICE, "2026-01-01 00:00", "2028-01-01 00:00", 522 * 8),
    "the wrong way round": (OFFICE, "2026-03-03 00:00", "2026-03-02 00:00", 0),
    "no hours at all": (NEVER, "2026-03-02 00:00", "2026-03-03 00:00", 0),
}


@pytest.mark.parametrize(("hours", "start", "end", "worked"), BETWEEN.values(), ids=BETWEEN.keys())
def test_between(hours, start, end, worked):
    assert hours.between(at(start), at(end)) == worked * HOUR


OPEN = {
    "at opening": (OFFICE, "2026-03-02 09:00", True),
    "just before": (OFFICE, "2026-03-02 08:59:59.999999", False),
    "just before closing": (OFFICE, "2026-03-02 16:59:59.999999", True),
    "at closing": (OFFICE, "2026-03-02 17:00", False),
    "at lunch": (LUNCH, "2026-03-02 12:00", False),
    "on saturday": (OFFICE, "2026-03-07 12:00", False),
    "on friday's night": (NIGHTS, "2026-03-07 05:59", True),
    "on sunday's night": (NIGHTS, "2026-03-09 05:59", False),
    "a day that clocks make longer": (LONG, "2026-11-01 23:10", True),
    "at midnight of always": (ALWAYS, "2026-03-07 00:00", True),
    "never": (NEVER, "2026-03-02 12:00", False),
}


@pytest.mark.parametrize(("hours", "when", "is_open"), OPEN.values(), ids=OPEN.keys())
def test_is_open(hours, when, is_open):
    assert hours.is_open(at(when)) is is_open


SHIFTS = {
    "clipped to now": (OFFICE, "2026-03-02 16:00", ["02 16:00 02 17:00", "03 09:00 03 17:00"]),
    "not the one that closes now": (OFFICE, "2026-03-06 17:00", ["09 09:00 09 17:00"]),
    "overlaps and touches merged": (OVERLAPPING, "2026-03-02 00:00", ["02 08:00 02 15:00"]),
    "a night and its morning": (ROUND, "2026-03-02 10:00", ["02 20:00 03 09:00"]),
    "friday's night": (NIGHTS, "2026-03-07 01:00", ["07 01:00 07 06:00", "09 22:00 10 06:00"]),
}


@pytest.mark.parametrize(("hours", "since", "expected"), SHIFTS.values(), ids=SHIFTS.keys())
def test_shifts(hours, since, expected):
    shown = [
        " ".join(f"{calendars.local(instant, NEW_YORK):%d %H:%M}" for instant in shift)
        for shift in islice(hours.shifts(at(since)), len(expected))
    ]
    assert shown == expected


def test_what_never_closes_is_one_shift_of_a_year():
    ((opens, closes),) = ALWAYS.shifts(at("2026-03-02 09:00"))
    assert opens == at("2026-03-02 09:00")
    assert closes - opens >= calendars.HORIZON


# Monday 2 March 2026 begins a week without holidays.
ADD_DAYS = {
    "counts from the day after": (OFFICE, "2026-03-02 10:00", 1, "2026-03-03 17:00"),
    "before opening is that day": (OFFICE, "2026-03-02 07:00", 1, "2026-03-03 17:00"),
    "at closing is the next day": (OFFICE, "2026-03-02 17:00", 1, "2026-03-04 17:00"),
    "after closing is the next day": (OFFICE, "2026-03-02 18:00", 1, "2026-03-04 17:00"),
    "over the weekend": (OFFICE, "2026-03-05 10:00", 3, "2026-03-10 17:00"),
    "on a closed day": (OFFICE, "2026-03-07 10:00", 1, "2026-03-10 17:00"),
    "the same day": (OFFICE, "2026-03-02 10:00", 0, "2026-03-02 17:00"),
    "the same day, too late": (OFFICE, "2026-03-06 18:00", 0, "2026-03-09 17:00"),
    "at lunch": (LUNCH, "2026-03-02 12:30", 0, "2026-03-02 17:00"),
    "a night closes in the morning": (NIGHTS, "2026-03-02 23:00", 1, "2026-03-04 06:00"),
    "after midnight is the night's day": (NIGHTS, "2026-03-03 01:00", 1, "2026-03-04 06:00"),
    "saturday morning is friday's": (NIGHTS, "2026-03-07 01:00", 0, "2026-03-07 06:00"),
    "never closed": (ALWAYS, "2026-03-02 10:00", 2, "2026-03-05 00:00"),
    "over a holiday": (BOSTON, "2026-04-17 10:00", 1, "2026-04-21 17:00"),
    "over a closure": (SUMMER, "2026-07-02 10:00", 3, "2026-07-21 17:00"),
    "in a closure": (SUMMER, "2026-07-06 10:00", 0, "2026-07-20 17:00"),
    "onto a short day": (EVE, "2026-12-22 10:00", 1, "2026-12-24 12:00"),
    "over a leap day": (OFFICE, "2028-02-28 10:00", 2, "2028-03-01 17:00"),
    "over the clocks": (OFFICE, "2026-03-06 10:00", 1, "2026-03-09 17:00"),
    "ten years": (OFFICE, "2026-03-02 10:00", 2610, "2036-03-03 17:00"),
    "days that end within a night": (
        WorkingHours(NEW_YORK, {0: intervals("08:00-07:00"), 1: intervals("05:00-06:00")}),
        "2026-03-03 06:30",
        1,
        "2026-03-03 07:00",
    ),
}


@pytest.mark.parametrize(("hours", "start", "days", "due"), ADD_DAYS.values(), ids=ADD_DAYS.keys())
def test_add_days(hours, start, days, due):
    assert hours.add_days(at(start), days) == at(due)


DAYS_BETWEEN = {
    "the same day": ("2026-03-02 10:00", "2026-03-02 16:00", 0),
    "at its closing": ("2026-03-02 10:00", "2026-03-02 17:00", 0),
    "the next day": ("2026-03-02 10:00", "2026-03-03 09:00", 1),
    "the next day's closing": ("2026-03-02 10:00", "2026-03-03 17:00", 1),
    "after it": ("2026-03-02 10:00", "2026-03-03 17:01", 2),
    "on saturday is monday's": ("2026-03-06 10:00", "2026-03-07 12:00", 1),
    "all of it closed": ("2026-03-07 10:00", "2026-03-08 12:00", 0),
    "two weeks": ("2026-03-02 10:00", "2026-03-16 10:00", 10),
    "the wrong way round": ("2026-03-16 10:00", "2026-03-02 10:00", 0),
}


@pytest.mark.parametrize(("start", "end", "days"), DAYS_BETWEEN.values(), ids=DAYS_BETWEEN.keys())
def test_days_between(start, end, days):
    assert OFFICE.days_between(at(start), at(end)) == days


def test_a_date_that_never_was_is_not_a_working_day():
    hours = works("09:00-17:00", zone=APIA)
    assert hours.add_days(at("2011-12-29 10:00", APIA), 1) == at("2011-12-31 17:00", APIA)


def test_days_are_counted_across_years_of_closure():
    hours = works("09:00-17:00", closures=((date(2026, 1, 1), date(2028, 12, 31)),))
    assert hours.days_between(at("2025-12-31 10:00"), at("2029-01-02 10:00")) == 2


@pytest.mark.parametrize("days", [-1, 3651])
def test_a_turnaround_has_bounds(days):
    with pytest.raises(ValueError, match="0 to 3650 working days"):
        OFFICE.add_days(at("2026-03-02 10:00"), days)


def test_negative_working_time_is_refused():
    with pytest.raises(ValueError, match="cannot be negative"):
        OFFICE.add(at("2026-03-02 10:00"), -MINUTE)


CLOSED_FOR_GOOD = works("09:00-17:00", closures=((date(2026, 1, 1), date.max),))
NEVERS = [
    pytest.param(lambda hours, now: hours.add(now, HOUR), id="add"),
    pytest.param(lambda hours, now: hours.next_opening(now), id="next_opening"),
    pytest.param(lambda hours, now: hours.add_days(now, 1), id="add_days"),
]


@pytest.mark.parametrize("hours", [NEVER, works(""), CLOSED_FOR_GOOD], ids=["no", "none", "closed"])
@pytest.mark.parametrize("ask", NEVERS)
def test_a_shop_that_never_opens_is_told_so(hours, ask):
    with pytest.raises(NeverOpen, match="Check the opening hours"):
        ask(hours, at("2026-03-02 10:00"))


def test_more_work_than_a_year_holds_is_never_done():
    with pytest.raises(NeverOpen):
        OFFICE.add(at("2026-03-02 10:00"), 3000 * HOUR)


NAIVE = datetime(2026, 3, 2, 10)
ASKS = [
    pytest.param(lambda when: OFFICE.add(when, HOUR), id="add"),
    pytest.param(lambda when: OFFICE.add_days(when, 1), id="add_days"),
    pytest.param(lambda when: OFFICE.between(when, at("2026-03-02 10:00")), id="between start"),
    pytest.param(lambda when: OFFICE.between(at("2026-03-02 10:00"), when), id="between end"),
    pytest.param(lambda when: OFFICE.days_between(when, when), id="days_between"),
    pytest.param(OFFICE.is_open, id="is_open"),
    pytest.param(OFFICE.next_opening, id="next_opening"),
    pytest.param(lambda when: next(OFFICE.shifts(when)), id="shifts"),
    pytest.param(lambda when: calendars.local(when, NEW_YORK), id="local"),
]


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize(
    ("when", "complaint"),
    [(NAIVE, "no time zone"), (datetime.min.replace(tzinfo=NEW_YORK), "too far away")],
    ids=["naive", "year 1"],
)
def test_what_is_no_sensible_instant_is_refused(ask, when, complaint):
    with pytest.raises(ValueError, match=complaint):
        ask(when)


@pytest.mark.parametrize("year", [1900, 2999])
def test_the_first_and_the_last_year_work(year):
    for when in (datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, tzinfo=UTC)):
        assert OFFICE.is_open(OFFICE.add(when, HOUR))
        assert OFFICE.add_days(when, 3650) > when


BAD = {
    "nothing between": (lambda: Interval(time(9), time(9)), "leaves no time open"),
    "a zone of its own": (lambda: Interval(time(9, tzinfo=UTC), time(17)), "leave out the time"),
    "a second time": (lambda: Interval(time(1), time(2, fold=1)), "leave out the time zone"),
    "an eighth weekday": (lambda: works("09:00-17:00", [7]), "0 for Monday to 6"),
    "a closure backwards": (
        lambda: works("", closures=((date(2026, 7, 2), date(2026, 7, 1)),)),
        "from 2026-07-02 to 2026-07-01 ends before",
    ),
    "no such country": (lambda: PublicHolidays("XX"), "a country “XX”"),
    "not a country's code": (lambda: PublicHolidays("HolidayBase"), "Use two letters"),
    "a stock exchange": (lambda: PublicHolidays("B3"), "Use two letters"),
    "no such subdivision": (lambda: PublicHolidays("US", "ZZ"), "for “ZZ” in US"),
    "a subdivision of nothing": (lambda: PublicHolidays("", "MA"), "To which country"),
}


@pytest.mark.parametrize(("make", "complaint"), BAD.values(), ids=BAD.keys())
def test_bad_hours_are_refused(make, complaint):
    with pytest.raises(BadHours, match=complaint):
        make()


NO_ZONES = ["Mars/Phobos", "", "Europe", "../etc/passwd", "/etc/passwd", "localtime", "a\0b"]


@pytest.mark.parametrize("name", NO_ZONES)
def test_what_is_no_zone_is_refused(name):
    with pytest.raises(BadHours, match="Use a name such as Europe/Stockholm"):
        calendars.zone(name)


def test_a_zone_that_was_renamed_keeps_its_old_name():
    assert calendars.zone("Asia/Calcutta").key == "Asia/Calcutta"


NAMES = {
    "country": ("SE", "", "2026-06-20", "en", "Midsummer Day"),
    "in its language": ("SE", "", "2026-06-20", "sv", "Midsommardagen"),
    "in a language there is not": ("SE", "", "2026-06-20", "fr", "Midsommardagen"),
    "in a language of a region": ("CA", "ON", "2026-07-01", "en-gb", "Canada Day"),
    "code in small letters": ("us", "MA", "2026-04-20", "en", "Patriots' Day"),
    "code in full": ("US", "US-MA", "2026-04-20", "en", "Patriots' Day"),
    "of another subdivision": ("US", "IL", "2026-04-20", "en", ""),
    "of Bavaria": ("DE", "BY", "2026-01-06", "en", "Epiphany"),
    "not of Berlin": ("DE", "BE", "2026-01-06", "en", ""),
    "observed": ("US", "", "2026-07-03", "en", "Independence Day (observed)"),
    "any other day": ("SE", "", "2026-06-22", "en", ""),
    "no country": ("", "", "2026-12-25", "en", ""),
}


@pytest.mark.parametrize(("country", "part", "day", "lang", "name"), NAMES.values(), ids=NAMES)
def test_name_of_a_holiday(country, part, day, lang, name, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en_US")  # the machine's language is not asked
    on = date.fromisoformat(day)
    assert calendars.public_holidays(country, part, on.year, lang).get(on, "") == name


def test_holidays_are_computed_once_a_year():
    tables = [calendars.public_holidays("DE", "BY", 2026) for _ in range(2)]
    assert tables[0] is tables[1]
    assert {day.year for day in tables[0]} == {2026}


BOUNDS = {
    "an ordinary day": (date(2026, 3, 2), BERLIN, "2026-03-01T23:00", 24),
    "clocks go forward": (date(2026, 3, 8), NEW_YORK, "2026-03-08T05:00", 23),
    "clocks go back": (date(2026, 11, 1), NEW_YORK, "2026-11-01T04:00", 25),
    "no midnight": (date(2026, 4, 24), calendars.zone("Africa/Cairo"), "2026-04-23T22:00", 23),
    "two midnights": (date(2026, 11, 1), calendars.zone("America/Havana"), "2026-11-01T04:00", 25),
    "a date that never was": (date(2011, 12, 30), APIA, "2011-12-30T10:00", 0),
    "a leap day": (date(2028, 2, 29), KATHMANDU, "2028-02-28T18:15", 24),
}


@pytest.mark.parametrize(("day", "zone", "start", "length"), BOUNDS.values(), ids=BOUNDS.keys())
def test_day_bounds(day, zone, start, length):
    start = at(start, UTC)
    assert calendars.day_bounds(day, zone) == (start, start + length * HOUR)


def test_working_hours_are_a_value():
    twin = works("09:00-17:00", WORKDAYS, holidays=PublicHolidays("US", "MA"))
    assert {BOSTON: 1}[twin] == 1
    assert pickle.loads(pickle.dumps(BOSTON)) == twin != CHICAGO


def test_working_hours_keep_what_they_were_given():
    given_hours = {0: intervals("09:00-17:00")}
    hours = WorkingHours(NEW_YORK, given_hours)
    given_hours.clear()
    assert hours.is_open(at("2026-03-02 10:00"))


# The oracle: somebody who looks at the wall clock each minute and writes down when it first
# showed what. What it skipped, they read off a clock that nobody had changed.

DAYS_SEEN = 5  # to each side of the day that matters
CHANGES = {
    "America/New_York": ["2026-03-08", "2026-11-01", "2028-02-29"],
    "Europe/Berlin": ["2026-03-29", "2026-10-25"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
    "Pacific/Apia": ["2011-12-30"],
    "Asia/Kathmandu": ["2027-01-01"],
    "America/Nuuk": ["2026-03-28", "2026-10-24"],  # the last hour of a day
    "America/St_Johns": ["2006-04-02", "2006-10-29"],  # back across midnight
    "Africa/Cairo": ["2026-04-24", "2026-10-29"],  # the first hour of a day
    "Antarctica/Troll": ["2026-03-29", "2026-10-25"],  # two hours
}


@lru_cache(maxsize=24)
def first_shown(name, middle):
    zone, start = calendars.zone(name), datetime.combine(middle, time(), UTC) - DAYS_SEEN * DAY
    shown = {}
    for minute in range(2 * DAYS_SEEN * 24 * 60):
        wall = (start + minute * MINUTE).astimezone(zone).replace(tzinfo=None, fold=0)
        shown.setdefault(wall, minute)
    return start, shown


class Watcher:
    def __init__(self, name, middle, hours):
        self.start, self.shown = first_shown(name, middle)
        self.open = bytearray(2 * DAYS_SEEN * 24 * 60)
        for day in (middle + n * DAY for n in range(1 - DAYS_SEEN, DAYS_SEEN - 2)):
            if datetime.combine(day, time(12)) in self.shown:
                for interval in hours.special.get(day, hours.hours.get(day.weekday(), ())):
                    self.note(day, interval.opens, interval.closes)

    def note(self, day, opens, closes):
        first = self.minute(datetime.combine(day, opens))
        last = self.minute(datetime.combine(day + DAY if closes <= opens else day, closes))
        for minute in range(first, last):
            self.open[minute] = True

    def minute(self, wall):
        unchanged = 0
        while wall not in self.shown:
            wall, unchanged = wall - MINUTE, unchanged + 1
        return self.shown[wall] + unchanged

    def when(self, minute):
        return self.start + minute * MINUTE


WALLS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 15, 30, 45]))
INTERVALS = st.tuples(WALLS, WALLS).filter(lambda pair: pair[0] != pair[1] or pair[0] == time())
PLANS = st.lists(INTERVALS.map(lambda pair: Interval(*pair)), max_size=3).map(tuple)
CHANGED = [(name, date.fromisoformat(day)) for name, days in CHANGES.items() for day in days]
ANY_DAY = st.tuples(st.sampled_from(list(CHANGES)), st.dates(date(1995, 1, 1), date(2035, 1, 1)))


@st.composite
def watched(draw):
    name, middle = draw(st.one_of(st.sampled_from(CHANGED), st.sampled_from(CHANGED), ANY_DAY))
    near = st.integers(-2, 2).map(lambda n: middle + n * DAY)
    hours = WorkingHours(
        calendars.zone(name),
        draw(st.dictionaries(st.integers(0, 6), PLANS)),
        special=draw(st.dictionaries(near, PLANS, max_size=3)),
    )
    start = DAYS_SEEN * 24 * 60 + draw(st.integers(-1440, 1440))
    return hours, Watcher(name, middle, hours), start


checked = settings(max_examples=100, database=None)


@checked
@given(watched(), st.integers(0, 2880))
def test_a_watcher_of_the_clock_agrees(case, minutes):
    hours, seen, start = case
    now, trusted = seen.when(start), (DAYS_SEEN + 2) * 24 * 60
    ahead = [minute for minute in range(start, trusted) if seen.open[minute]]

    assert hours.is_open(now) is bool(seen.open[start])
    if ahead:
        assert hours.next_opening(now) == seen.when(ahead[0])
    if 0 < minutes <= len(ahead):
        assert hours.add(now, minutes * MINUTE) == seen.when(ahead[minutes - 1] + 1)
    until = start + min(minutes, trusted - start)
    assert hours.between(now, seen.when(until)) == sum(seen.open[start:until]) * MINUTE


INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))
AMOUNTS = st.timedeltas(timedelta(microseconds=1), 200 * HOUR)
SHOPS = st.sampled_from([OFFICE, LUNCH, NIGHTS, ALWAYS, OVERLAPPING, ROUND, BOSTON, EVE])


@checked
@given(SHOPS, INSTANTS, AMOUNTS, AMOUNTS)
def test_working_time_adds_up(hours, start, some, more):
    due = hours.add(start, some)
    later = hours.add(start, some + more)

    assert hours.between(start, due) == some
    assert hours.add(due, more) == later > due
    assert hours.between(start, due) + hours.between(due, later) == hours.between(start, later)
    assert hours.is_open(due - timedelta(microseconds=1))
    assert hours.next_opening(hours.next_opening(start)) == hours.next_opening(start)


@checked
@given(SHOPS, INSTANTS, INSTANTS, AMOUNTS)
def test_who_asks_later_is_not_served_sooner(hours, one, other, working):
    sooner, later = sorted([one, other])
    assert hours.add(sooner, working) <= hours.add(later, working)
    assert hours.add_days(sooner, 3) <= hours.add_days(later, 3)


@checked
@given(SHOPS, INSTANTS, st.integers(0, 30))
def test_working_days_add_up(hours, start, days):
    due = hours.add_days(start, days)

    assert hours.days_between(start, due) == days
    assert hours.days_between(start, due + timedelta(microseconds=1)) == days + 1
    assert start < due < hours.add_days(start, days + 1)


@checked
@given(SHOPS, INSTANTS)
def test_shifts_have_gaps_and_hold_what_is_worked(hours, since):
    shifts = list(islice(hours.shifts(since), 5))

    assert all(opens < closes for opens, closes in shifts)
    assert all(closes < opens for (_, closes), (opens, _) in pairwise(shifts))
    worked = sum((closes - opens for opens, closes in shifts), timedelta())
    assert hours.between(since, shifts[-1][1]) == worked
