"""Opening hours as people type them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import opening_hours
from policies.calendars import BadHours, Interval

NINE_TO_FIVE = (Interval(time(9), time(17)),)


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("", ()),
        ("  ", ()),
        ("09:00–17:00", NINE_TO_FIVE),
        ("9-17", NINE_TO_FIVE),
        ("9.00 - 17.00", NINE_TO_FIVE),
        ("9 am to 5 pm", NINE_TO_FIVE),
        ("9am-5PM", NINE_TO_FIVE),
        ("13-17, 9-12", (Interval(time(9), time(12)), Interval(time(13), time(17)))),
        ("9-12, 12-17", (Interval(time(9), time(12)), Interval(time(12), time(17)))),
        ("22:00-06:00", (Interval(time(22), time(6)),)),
        ("17-24", (Interval(time(17), time(0)),)),
        ("00:00-00:00", (Interval(time(0), time(0)),)),
        ("12am-12pm", (Interval(time(0), time(12)),)),
    ],
)
def test_what_is_typed_is_read(typed, hours):
    assert opening_hours.read(typed) == hours


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nine to five", "is not a time of opening and closing"),
        ("9", "is not a time of opening and closing"),
        ("9-25", "is not a time of opening and closing"),
        ("9:70-17", "is not a time of opening and closing"),
        ("13pm-17", "is not a time of opening and closing"),
        ("9-9", "leaves no time open"),
        ("9-13, 12-17", "overlap"),
        ("22-06, 23-24", "overlap"),
        ("1-2, 3-4, 5-6, 7-8, 9-10, 11-12, 13-14", "at most 6"),
    ],
)
def test_what_cannot_be_read_is_said(typed, said):
    with pytest.raises(BadHours, match=said):
        opening_hours.read(typed)


CLOCK = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(CLOCK, CLOCK)
def test_what_is_written_is_read_again(opens, closes):
    if opens == closes:
        opens = closes = time(0)
    hours = (Interval(opens, closes),)

    assert opening_hours.read(opening_hours.written(hours)) == hours
