"""Times, spans and opening hours as they are read out."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from policies import wording
from policies.calendars import Interval, WorkingHours

BOSTON = ZoneInfo("America/New_York")
STOCKHOLM = ZoneInfo("Europe/Stockholm")
NARROW = "\u202f"  # what babel puts before PM

MONDAY_TEN = "2026-03-02 10:00"

# due, language, region: said on Monday 2 March at ten
DEADLINES = {
    "today": ("2026-03-02 13:00", "en", "US", "by 1:00 PM today"),
    "today, British": ("2026-03-02 13:45", "en", "GB", "by 13:45 today"),
    "today, in English in Sweden": ("2026-03-02 13:45", "en", "SE", "by 13:45 today"),
    "today, Swedish": ("2026-03-02 13:45", "sv", "SE", "senast 13:45 i dag"),
    "today, Swedish in the States": ("2026-03-02 13:45", "sv", "US", "senast 13:45 i dag"),
    "midnight is tomorrow": ("2026-03-03 00:00", "en", "US", "by 12:00 AM tomorrow"),
    "noon": ("2026-03-02 12:00", "en", "US", "by 12:00 PM today"),
    "tomorrow": ("2026-03-03 09:30", "en", "US", "by 9:30 AM tomorrow"),
    "tomorrow, Swedish": ("2026-03-03 09:30", "sv", "SE", "senast 09:30 i morgon"),
    "a weekday": ("2026-03-05 17:00", "en", "US", "by 5:00 PM on Thursday"),
    "a weekday, British": ("2026-03-05 17:00", "en", "GB", "by 17:00 on Thursday"),
    "a weekday, Swedish": ("2026-03-05 17:00", "sv", "SE", "senast 17:00 torsdag"),
    "the sixth day": ("2026-03-08 17:00", "en", "US", "by 5:00 PM on Sunday"),
    "a week is a date": ("2026-03-09 17:00", "en", "US", "by 5:00 PM on Monday 9 March"),
    "a date, Swedish": ("2026-03-09 17:00", "sv", "SE", "senast 17:00 måndag 9 mars"),
    "next year": ("2027-01-04 09:00", "en", "GB", "by 09:00 on Monday 4 January"),
    "yesterday": ("2026-03-01 17:00", "en", "US", "by 5:00 PM on Sunday 1 March"),
    "a language we do not have": ("2026-03-02 13:00", "tlh", "US", "by 1:00 PM today"),
    "a region nobody knows": ("2026-03-02 13:00", "en", "ZZ", "by 1:00 PM today"),
}


def local(text, zone=BOSTON):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def plain(said):
    return said.replace(NARROW, " ")


@pytest.mark.parametrize("case", DEADLINES)
def test_a_deadline_is_said(case):
    due, language, region, said = DEADLINES[case]

    assert said == plain(
        wording.deadline(
            local(due), now=local(MONDAY_TEN), zone=BOSTON, language=language, region=region
        )
    )


@pytest.mark.parametrize(
    ("at", "language", "region", "said"),
    [
        ("2026-03-02 13:45", "en", "US", "1:45 PM today"),
        ("2026-03-03 09:00", "sv", "SE", "09:00 i morgon"),
        ("2026-03-05 17:00", "en", "GB", "17:00 on Thursday"),
        ("2026-03-01 17:00", "sv", "SE", "17:00 söndag 1 mars"),
    ],
)
def test_a_moment_is_said(at, language, region, said):
    where = {"zone": BOSTON, "language": language, "region": region}

    assert plain(wording.moment(local(at), now=local(MONDAY_TEN), **where)) == said


@pytest.mark.parametrize(
    ("language", "region", "said"),
    [
        ("en", "US", "Monday 2 March, 10:00 AM"),
        ("sv", "SE", "måndag 2 mars, 10:00"),
    ],
)
def test_an_instant_is_said_for_another_day(language, region, said):
    where = {"zone": BOSTON, "language": language, "region": region}

    assert plain(wording.instant(local(MONDAY_TEN), **where)) == said


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (BOSTON, "by 20:30 today"),
        (STOCKHOLM, "by 02:30 tomorrow"),
        (ZoneInfo("UTC"), "by 01:30 tomorrow"),
    ],
)
def test_today_is_what_the_shop_calls_today(zone, said):
    now, due = datetime(2026, 3, 2, 15, tzinfo=UTC), datetime(2026, 3, 3, 1, 30, tzinfo=UTC)

    assert wording.deadline(due, now=now, zone=zone, language="en", region="GB") == said


@pytest.mark.parametrize(
    ("minutes", "language", "said"),
    [
        (1, "en", "one working minute"),
        (30, "en", "30 working minutes"),
        (60, "en", "one working hour"),
        (90, "en", "90 working minutes"),
        (240, "en", "4 working hours"),
        (1, "sv", "en arbetsminut"),
        (45, "sv", "45 arbetsminuter"),
        (60, "sv", "en arbetstimme"),
        (240, "sv-SE", "4 arbetstimmar"),
        (240, "de", "4 working hours"),
    ],
)
def test_a_span_is_said(minutes, language, said):
    assert wording.span(minutes, language) == said


@pytest.mark.parametrize(
    ("days", "language", "said"),
    [
        (1, "en", "one working day"),
        (3, "en", "3 working days"),
        (1, "sv", "en arbetsdag"),
        (10, "sv", "10 arbetsdagar"),
    ],
)
def test_working_days_are_said(days, language, said):
    assert wording.working_days(days, language) == said


def hours(**days):
    """Opening hours by weekday: mon="9-17", or mon="9-12 13-17"."""
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    return WorkingHours(
        BOSTON,
        {
            names.index(name): tuple(
                Interval(*(time(int(hour) % 24) for hour in span.split("-")))
                for span in spans.split()
            )
            for name, spans in days.items()
        },
    )


WEEK = dict.fromkeys(["mon", "tue", "wed", "thu", "fri"], "9-17")
EVERY_DAY = dict.fromkeys(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "9-17")

OPENING_HOURS = {
    "a working week": (WEEK, "en", "GB", "Monday to Friday 09:00 to 17:00"),
    "American": (WEEK, "en", "US", "Monday to Friday 9:00 AM to 5:00 PM"),
    "Swedish": (WEEK, "sv", "SE", "måndag till fredag 09:00 till 17:00"),
    "and a Saturday": (
        WEEK | {"sat": "10-14"},
        "en",
        "GB",
        "Monday to Friday 09:00 to 17:00 and Saturday 10:00 to 14:00",
    ),
    "and a Saturday, Swedish": (
        WEEK | {"sat": "10-14"},
        "sv",
        "SE",
        "måndag till fredag 09:00 till 17:00 och lördag 10:00 till 14:00",
    ),
    "a lunch break": (
        {"mon": "9-12 13-17"},
        "en",
        "GB",
        "Monday 09:00 to 12:00 and 13:00 to 17:00",
    ),
    "a day off between": (
        {"mon": "9-17", "tue": "9-17", "thu": "9-17"},
        "en",
        "GB",
        "Monday to Tuesday 09:00 to 17:00 and Thursday 09:00 to 17:00",
    ),
    "another hour on Wednesday": (
        WEEK | {"wed": "9-20"},
        "en",
        "GB",
        "Monday to Tuesday 09:00 to 17:00 and Wednesday 09:00 to 20:00"
        " and Thursday to Friday 09:00 to 17:00",
    ),
    "every day": (EVERY_DAY, "en", "GB", "Monday to Sunday 09:00 to 17:00"),
    "around the clock": (
        dict.fromkeys(EVERY_DAY, "0-0"),
        "en",
        "US",
        "around the clock, every day",
    ),
    "around the clock, Swedish": (
        dict.fromkeys(EVERY_DAY, "0-0"),
        "sv",
        "SE",
        "dygnet runt, alla dagar",
    ),
    "a night": ({"fri": "22-6"}, "en", "GB", "Friday 22:00 to 06:00"),
    "never": ({}, "en", "GB", ""),
}


@pytest.mark.parametrize("case", OPENING_HOURS)
def test_opening_hours_are_said(case):
    days, language, region, said = OPENING_HOURS[case]

    assert plain(wording.opening_hours(hours(**days), language=language, region=region)) == said


@pytest.mark.parametrize(
    ("language", "region", "said"),
    [
        ("en", "US", "March 2, 2026"),
        ("en", "GB", "2 March 2026"),
        ("sv", "SE", "2 mars 2026"),
        ("sv", "US", "2 mars 2026"),
        ("xx", "US", "March 2, 2026"),
    ],
)
def test_a_date_is_said(language, region, said):
    assert wording.day(date(2026, 3, 2), language=language, region=region) == said
