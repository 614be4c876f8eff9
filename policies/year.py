"""A calendar's year, day by day: what a page of twelve months shows. Pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import holidays as tables

from policies.calendars import Interval, WorkingHours

DAY = timedelta(days=1)


class Kind(StrEnum):
    OPEN = "open"
    SPECIAL = "special"  # hours of their own on this date
    HOLIDAY = "holiday"
    CLOSURE = "closure"
    CLOSED = "closed"  # as on each such weekday


@dataclass(frozen=True)
class Day:
    """What one date is, its hours if we are open, and why it is otherwise."""

    date: date
    kind: Kind
    hours: tuple[Interval, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Month:
    """Weeks from Monday to Sunday; None where another month's days would be."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]


def days(
    hours: WorkingHours,
    year: int,
    *,
    holidays: Mapping[date, str],
    closures: Mapping[tuple[date, date], str],
) -> list[Day]:
    """Return every day of `year`; names of holidays by date, reasons of closures by their days."""
    first = date(year, 1, 1)
    count = (date(year + 1, 1, 1) - first).days
    return [_day(hours, first + n * DAY, holidays, closures) for n in range(count)]


def months(shown: list[Day]) -> list[Month]:
    """Lay the days of a year out by month and week."""
    laid: list[Month] = []
    for number in range(1, 13):
        of_month: list[Day | None] = [day for day in shown if day.date.month == number]
        first = next(day.date for day in of_month if day)
        cells = [None] * first.weekday() + of_month
        cells += [None] * (-len(cells) % 7)
        weeks = tuple(tuple(cells[n : n + 7]) for n in range(0, len(cells), 7))
        laid.append(Month(first, weeks))
    return laid


def countries() -> Mapping[str, list[str]]:
    """Return the countries whose public holidays are known, and their parts that have their own."""
    return tables.list_supported_countries(include_aliases=False)


def _day(
    hours: WorkingHours,
    on: date,
    holidays: Mapping[date, str],
    closures: Mapping[tuple[date, date], str],
) -> Day:
    if on in hours.special:
        return Day(on, Kind.SPECIAL, hours.special[on], holidays.get(on, ""))
    for (first, last), reason in closures.items():
        if first <= on <= last:
            return Day(on, Kind.CLOSURE, (), reason)
    if on in holidays:
        return Day(on, Kind.HOLIDAY, (), holidays[on])
    usual = hours.intervals(on)
    return Day(on, Kind.OPEN if usual else Kind.CLOSED, usual)
