"""Bars by month, as the numbers an SVG is drawn from. Pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from babel.numbers import format_compact_decimal, format_decimal
from django.utils.formats import date_format
from django.utils.translation import pgettext

from billing import money
from billing.money import Money

HEIGHT = 190
TOP, BASE = 20, 150  # pixels from above: the highest bar ends at one, all begin at the other
WIDTH = 92.0  # percent; what is right of it belongs to the scale
BROADEST = 6.0
LABELS = 12  # more than that run into each other on a phone
LONGEST = 36  # months; of a longer period only those from the first to the last with a bar


@dataclass(frozen=True)
class Bar:
    """Strings are SVG lengths: a template would write a decimal comma in some languages."""

    x: str
    width: str
    y: int
    height: int
    middle: str
    label: str
    year: str
    month: str  # in full
    said: str  # the month and its amount, for whoever points at it
    amount: int
    label_y: int = BASE + 16
    year_y: int = BASE + 31


@dataclass(frozen=True)
class Chart:
    bars: tuple[Bar, ...]
    scale: tuple[tuple[int, int, str], ...]  # y of the line, y of its label, the label
    height: int = HEIGHT
    base: int = BASE


def by_month(
    amounts: Mapping[date, int], first: date, last: date, *, currency: str, language: str
) -> Chart:
    """Draw a bar for each month from `first` to `last`; `amounts` by the first of the month."""
    shown = _months(first, last)
    if len(shown) > LONGEST and amounts:
        shown = _months(min(amounts), max(amounts))
    unit: int = 10 ** money.exponent(currency)
    top = _round_up(-(-max(amounts.values(), default=0) // unit))
    slot = WIDTH / max(1, len(shown))
    width = min(BROADEST, slot * 0.66)
    every = -(-len(shown) // LABELS)
    bars = []
    for place, month in enumerate(shown):
        amount = amounts.get(month, 0)
        height = max(2, round(amount * (BASE - TOP) / (top * unit))) if amount else 0
        middle = slot * place + slot / 2
        is_labelled = place % every == 0
        # Beside the new year's there is no room for the year before.
        is_first = place == 0 and month.month + every <= 12
        begins_year = is_first or (month.month - 1) < every
        spans_years = shown[0].year != shown[-1].year
        bars.append(
            Bar(
                x=f"{middle - width / 2:.2f}%",
                width=f"{width:.2f}%",
                y=BASE - height,
                height=height,
                middle=f"{middle:.2f}%",
                label=date_format(month, "M") if is_labelled else "",
                year=str(month.year) if is_labelled and spans_years and begins_year else "",
                month=_month(month),
                said=f"{_month(month)}: {money.say(Money(amount, currency), language)}",
                amount=amount,
            )
        )
    scale = [(BASE - (BASE - TOP) * share // 2, top * share // 2) for share in (1, 2)]
    return Chart(tuple(bars), tuple((y, y - 4, _short(value, language)) for y, value in scale))


def _months(first: date, last: date) -> list[date]:
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    return months


def _round_up(number: int) -> int:
    """Return the next number that reads well, and so does half of it."""
    power = 1
    while True:
        for step in (2, 4, 6, 8, 10):
            if step * power >= number:
                return step * power
        power *= 10


def _short(number: int, language: str) -> str:
    locale = language.replace("-", "_")
    if number < 10_000:
        return format_decimal(number, locale=locale)
    return format_compact_decimal(number, locale=locale, fraction_digits=1)


def _month(month: date) -> str:
    return date_format(month, pgettext("date format, a month", "F Y"))
