"""Somebody calls around a day on which we are closed, or open for less."""

from datetime import date, time

import pytest

from policies.models import Calendar, Closure, SpecialHours
from tests.conftest import boston
from tests.journey.ledger import dues


@pytest.fixture
def calendar(shop):
    return Calendar.objects.get()


def open_on(calendar, day, opens, closes):
    SpecialHours.objects.create(
        calendar=calendar,
        date=day,
        opens=time.fromisoformat(opens),
        closes=time.fromisoformat(closes),
    )


def test_a_holiday_of_the_state_is_not_counted(missed):
    missed(now=boston(2026, 4, 17, 15))  # Monday the 20th is Patriots' Day in Massachusetts

    assert dues() == [boston(2026, 4, 21, 11)]


def test_on_the_holiday_itself_nothing_counts(missed):
    missed(now=boston(2026, 4, 20, 10))

    assert dues() == [boston(2026, 4, 21, 13)]


def test_in_another_state_it_is_a_monday(missed, calendar):
    Calendar.objects.update(subdivision="IL")

    missed(now=boston(2026, 4, 20, 10))

    assert dues() == [boston(2026, 4, 20, 14)]


def test_a_holiday_that_falls_on_a_sunday_is_kept_on_monday(missed):
    missed(now=boston(2027, 7, 2, 15))  # 4 July 2027 is a Sunday

    assert dues() == [boston(2027, 7, 6, 11)]


def test_a_closure_is_not_counted(missed, calendar):
    Closure.objects.create(
        calendar=calendar,
        first_date=date(2026, 3, 3),
        last_date=date(2026, 3, 4),
        reason="Stocktaking",
    )

    missed(now=boston(2026, 3, 2, 15))

    assert dues() == [boston(2026, 3, 5, 11)]


def test_special_hours_make_a_day_shorter(missed, calendar):
    open_on(calendar, date(2026, 3, 3), "09:00", "10:00")

    missed(now=boston(2026, 3, 2, 15))

    assert dues() == [boston(2026, 3, 4, 10)]


def test_special_hours_open_a_holiday(missed, calendar):
    open_on(calendar, date(2026, 4, 20), "10:00", "12:00")

    missed(now=boston(2026, 4, 17, 15))

    assert dues() == [boston(2026, 4, 20, 12)]


def test_a_closure_that_comes_later_moves_no_promise_that_was_made(missed, calendar, monday_nine):
    missed(now=monday_nine)

    Closure.objects.create(
        calendar=calendar, first_date=date(2026, 3, 2), last_date=date(2026, 3, 6)
    )

    assert dues() == [boston(2026, 3, 2, 13)]
