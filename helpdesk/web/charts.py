"""Bars by day, week or month, as the numbers an SVG is drawn from. Pure functions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from babel.numbers import format_compact_decimal, format_decimal
from django.utils.formats import date_format

from billing import money
from helpdesk.reporting.said import say, words
from tickets.reports import Figures, Measure

HEIGHT = 190
TOP, BASE = 20, 150  # pixels from above: the highest bar ends at one, all begin at the other
WIDTH = 92.0  # percent; what is right of it belongs to the scale
BROADEST = 6.0
LABELS = 12  # more than that run into each other on a phone
LONGEST = 36  # months; of a longer period only those from the first to the last with a bar
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Piece:
    """A part of a bar, in pixels; `look` is the class of its measure."""

    y: int
    height: int
    look: str


@dataclass(frozen=True)
class Bar:
    """Strings are SVG lengths: a template would write a decimal comma in some languages."""

    x: str
    width: str
    middle: str
    label: str
    below: str  # the year or month that begins there
    name: str  # the day, week or month in full
    said: str  # that with what it comes to, for whoever points at it
    pieces: tuple[Piece, ...]
    amounts: tuple[tuple[Measure, float], ...]
    label_y: int = BASE + 16
    below_y: int = BASE + 31

    @property
    def height(self) -> int:
        return sum(piece.height for piece in self.pieces)


@dataclass(frozen=True)
class Chart:
    unit: str  # day, week or month
    parts: tuple[Measure, ...]  # of each bar, from below
    bars: tuple[Bar, ...]
    scale: tuple[tuple[int, int, str], ...]  # y of the line, y of its label, the label
    plan: tuple[int, int, str] | None = None  # the same for what a month may come to
    height: int = HEIGHT
    base: int = BASE


@dataclass(frozen=True)
class _Slots:
    """Days, weeks or months beside each other, each with as much room."""

    firsts: list[date]
    unit: str

    @property
    def width(self) -> float:
        return WIDTH / max(1, len(self.firsts))

    @property
    def every(self) -> int:
        """How many of them go under one label."""
        return -(-len(self.firsts) // LABELS)

    def label(self, place: int) -> tuple[str, str]:
        """Return what stands below it and, where one reads better with it, the month or year."""
        first, every = self.firsts[place], self.every
        if place % every:
            return "", ""
        if self.unit != "month":
            before = self.firsts[place - every] if place else None
            is_new = before is None or before.month != first.month
            return str(first.day), date_format(first, "M") if is_new else ""
        # Beside the new year's there is no room for the year before.
        is_first = place == 0 and first.month + every <= 12
        begins_year = is_first or (first.month - 1) < every
        spans_years = self.firsts[0].year != self.firsts[-1].year
        year = str(first.year) if spans_years and begins_year else ""
        return date_format(first, "M"), year


def by_time(
    rows: Mapping[date, Figures],
    first: date,
    last: date,
    *,
    unit: str,
    parts: Sequence[Measure],
    currency: str,
    language: str,
    plan: int | None = None,
) -> Chart:
    """Draw a bar for each `unit` from `first` to `last`; `rows` by the first day of theirs.

    A bar is made of `parts`, and as high as they are together. `plan` is what one of them may
    come to: a line across.
    """
    shown = list(_firsts(first, last, unit))
    if len(shown) > LONGEST and rows:
        shown = list(_firsts(min(rows), max(rows), unit))
    amounts = [tuple((it, rows.get(on, {}).get(it.key) or 0) for it in parts) for on in shown]
    heights = [sum(amount for _measure, amount in each) for each in amounts]
    minor: int = 10 ** money.exponent(currency) if parts[0].reads == "money" else 1
    top = _round_up(ceil(max([*heights, plan or 0], default=0) / minor))
    slots = _Slots(shown, unit)
    bars = tuple(
        _bar(slots, place, each, top * minor, currency, language)
        for place, each in enumerate(amounts)
    )
    scale = [(BASE - (BASE - TOP) * share // 2, top * share // 2) for share in (1, 2)]
    drawn = tuple((y, y - 4, _short(value, language)) for y, value in scale)
    if not plan:
        return Chart(unit, tuple(parts), bars, drawn)
    y = BASE - _high(plan, top * minor)
    line = (y, y - 4, say(plan, parts[0], currency, language))
    return Chart(unit, tuple(parts), bars, drawn, line)


def _bar(
    slots: _Slots,
    place: int,
    amounts: tuple[tuple[Measure, float], ...],
    top: int,
    currency: str,
    language: str,
) -> Bar:
    width = min(BROADEST, slots.width * 0.66)
    middle = slots.width * place + slots.width / 2
    label, below = slots.label(place)
    name = str(words(slots.unit, slots.firsts[place]))
    return Bar(
        x=f"{middle - width / 2:.2f}%",
        width=f"{width:.2f}%",
        middle=f"{middle:.2f}%",
        label=label,
        below=below,
        name=name,
        said=f"{name}: {_said(amounts, currency, language)}",
        pieces=tuple(_pieces(amounts, top)),
        amounts=amounts,
    )


def _said(amounts: Sequence[tuple[Measure, float]], currency: str, language: str) -> str:
    said = [(measure, say(amount, measure, currency, language)) for measure, amount in amounts]
    if len(said) == 1:
        return said[0][1]
    return ", ".join(f"{measure.title} {amount}" for measure, amount in said)


def _pieces(amounts: Sequence[tuple[Measure, float]], top: int) -> Iterator[Piece]:
    """Stand them on each other; together they are as high as their sum is."""
    reached, total = 0, 0.0
    for measure, amount in amounts:
        if amount:
            total += amount
            height = max(2, _high(total, top) - reached)
            reached += height
            yield Piece(BASE - reached, height, measure.look)


def _high(amount: float, top: int) -> int:
    """Return how high a bar is, in pixels: what is not nothing can be seen."""
    return max(2, round(amount * (BASE - TOP) / top)) if amount else 0


def _firsts(first: date, last: date, unit: str) -> Iterator[date]:
    if unit == "month":
        on = first.replace(day=1)
    else:
        on = first - DAY * (first.weekday() if unit == "week" else 0)
    while on <= last:
        yield on
        if unit == "month":
            on = (on + 31 * DAY).replace(day=1)
        else:
            on += DAY * (7 if unit == "week" else 1)


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
