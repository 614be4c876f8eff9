"""The period a report is of, and the bars of its months."""

import itertools
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.reporting import periods
from helpdesk.reporting.periods import BadPeriod, Period
from helpdesk.reports import REPORTS
from helpdesk.web import charts
from tests.conftest import boston

TODAY = date(2026, 3, 14)


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        pytest.param({}, date(2026, 1, 1), date(2026, 12, 31), id="this year"),
        pytest.param({"period": "month"}, date(2026, 3, 1), date(2026, 3, 31), id="this month"),
        pytest.param(
            {"period": "last-month"}, date(2026, 2, 1), date(2026, 2, 28), id="last month"
        ),
        pytest.param({"period": "12-months"}, date(2025, 4, 1), date(2026, 3, 31), id="12 months"),
        pytest.param(
            {"from": "2025-12-24", "until": "2026-01-06"},
            date(2025, 12, 24),
            date(2026, 1, 6),
            id="dates",
        ),
        pytest.param({"from": " 2026-03-01 "}, date(2026, 3, 1), TODAY, id="until today"),
    ],
)
def test_a_period_is_whole_days(query, first, last):
    period = periods.read(query, TODAY)

    assert (period.first, period.last) == (first, last)
    assert periods.read(dict(pair.split("=") for pair in period.query.split("&")), TODAY) == period


def test_a_period_ends_with_its_last_day():
    boston_time = ZoneInfo("America/New_York")
    period = periods.read({"from": "2026-03-08", "until": "2026-03-08"}, TODAY)

    since, until = period.instants(boston_time)

    assert (since, until) == (boston(2026, 3, 8), boston(2026, 3, 9))
    assert until - since == timedelta(hours=23)  # the clocks went forward


def test_a_leap_day_is_a_day():
    assert periods.read({"period": "12-months"}, date(2028, 2, 29)).first == date(2027, 3, 1)
    assert periods.read({"period": "month"}, date(2028, 2, 29)).last == date(2028, 2, 29)


def test_a_bad_period_says_what_to_write():
    with pytest.raises(BadPeriod, match="Write it like 2026-03-31"):
        periods.read({"from": "24/12/2025"}, TODAY)


# -- bars ----------------------------------------------------------------------------------------


GIVEN = REPORTS["gifts"].measures[0]


def draw(amounts, first=date(2026, 1, 1), last=date(2026, 12, 31), **more):
    usual = {"unit": "month", "parts": [GIVEN], "currency": "USD", "language": "en"}
    rows = {on: {"given": amount} for on, amount in amounts.items()}
    return charts.by_time(rows, first, last, **(usual | more))


def test_there_is_a_bar_for_each_month():
    chart = draw({date(2026, 2, 1): 40_000, date(2026, 3, 1): 20_000, date(2026, 4, 1): 1})

    assert [bar.height for bar in chart.bars] == [0, 130, 65, 2] + [0] * 8
    assert chart.bars[1].said == "February 2026: $400.00"
    assert [label for _y, _label_y, label in chart.scale] == ["200", "400"]


@pytest.mark.parametrize("months", [1, 12, 13, 36, 37, 120])
def test_bars_and_labels_do_not_overlap(months):
    first = date(2020, 1, 1)
    shown = [date(2020 + n // 12, n % 12 + 1, 1) for n in range(months)]
    chart = draw(dict.fromkeys(shown, 100), first, shown[-1])

    lefts = [float(bar.x.rstrip("%")) for bar in chart.bars]
    width = float(chart.bars[0].width.rstrip("%"))
    assert all(b - a >= width for a, b in itertools.pairwise(lefts))
    assert lefts[0] >= 0
    assert lefts[-1] + width <= charts.WIDTH
    assert sum(bool(bar.label) for bar in chart.bars) <= charts.LABELS


def test_a_month_is_drawn_by_day():
    chart = draw({date(2026, 3, 2): 40_000}, date(2026, 3, 1), date(2026, 3, 31), unit="day")

    assert [bar.height for bar in chart.bars] == [0, 130] + [0] * 29
    assert [bar.label for bar in chart.bars if bar.label] == [str(day) for day in range(1, 32, 3)]
    assert [bar.below for bar in chart.bars if bar.below] == ["Mar"]
    assert chart.bars[1].said == "Mon 2 Mar 2026: $400.00"


def test_weeks_begin_on_monday():
    chart = draw({date(2026, 3, 2): 40_000}, date(2026, 2, 26), date(2026, 3, 31), unit="week")

    assert [bar.name for bar in chart.bars][:2] == [
        *("Week 9, from 23 Feb 2026", "Week 10, from 2 Mar 2026"),
    ]
    assert [(bar.label, bar.below) for bar in chart.bars][:3] == [
        *(("23", "Feb"), ("2", "Mar"), ("9", "")),
    ]
    assert [bar.height for bar in chart.bars] == [0, 130, 0, 0, 0, 0]


@given(st.lists(st.lists(st.integers(0, 500), min_size=5, max_size=5), min_size=1, max_size=12))
def test_a_bar_is_as_high_as_its_parts_together(counts):
    """Callbacks: what became of them, which is what was promised."""
    parts = REPORTS["callbacks"].stacked("month")
    keys = [part.key for part in parts]
    rows = {
        date(2026, n, 1): dict(zip(keys, each, strict=True))
        for n, each in enumerate(counts, start=1)
    }

    chart = charts.by_time(
        rows,
        date(2026, 1, 1),
        date(2026, 12, 31),
        unit="month",
        parts=parts,
        currency="USD",
        language="en",
    )

    top = int(chart.scale[1][2].replace(",", ""))
    for bar, each in zip(chart.bars, counts, strict=False):
        high = sum(each) * (charts.BASE - charts.TOP) / top
        assert abs(bar.height - high) <= 2 * sum(bool(count) for count in each)
        edges = [(piece.y + piece.height, piece.y) for piece in bar.pieces]
        assert [below for below, _above in edges] == [
            charts.BASE,
            *(above for _below, above in edges),
        ][: len(edges)]


@pytest.mark.parametrize(
    ("days", "unit"),
    [(1, "day"), (31, "day"), (32, "week"), (140, "week"), (141, "month"), (3000, "month")],
)
def test_a_period_is_cut_into_what_can_be_compared(days, unit):
    first = date(2026, 1, 1)

    assert Period("custom", first, first + timedelta(days=days - 1)).unit == unit


def test_a_long_period_shows_the_months_that_have_something():
    chart = draw({date(2026, 2, 1): 5, date(2026, 4, 1): 5}, date(2000, 1, 1), date(2026, 4, 30))

    assert [bar.label for bar in chart.bars] == ["Feb", "Mar", "Apr"]


@pytest.mark.parametrize(
    ("amount", "currency", "language", "scale"),
    [
        pytest.param(0, "USD", "en", ["1", "2"], id="nothing"),
        pytest.param(1_234_500, "USD", "en", ["10K", "20K"], id="thousands"),
        pytest.param(1_234_500, "SEK", "sv", ["10\xa0tn", "20\xa0tn"], id="in Swedish"),
        pytest.param(700, "JPY", "en", ["400", "800"], id="a currency without decimals"),
    ],
)
def test_the_scale_reads_well(amount, currency, language, scale):
    chart = draw({date(2026, 1, 1): amount}, currency=currency, language=language)

    assert [label for _y, _label_y, label in chart.scale] == scale
