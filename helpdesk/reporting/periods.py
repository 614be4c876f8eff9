"""The period a report is about, as an owner picks it. Pure: today is an argument."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from policies import calendars

DAY = timedelta(days=1)
YEARS = range(2000, 2100)  # what is typed outside of these is a slip of the finger
DEFAULT = "year"
LONGEST_BY_DAY, LONGEST_BY_WEEK = 31, 20 * 7  # days; longer ones are cut by month


class BadPeriod(ValueError):
    """That is not a period; the text says why, for staff to read."""


@dataclass(frozen=True)
class Period:
    """Whole days, the first and the last included."""

    slug: str
    first: date
    last: date

    def __str__(self) -> str:
        first, last = _said(self.first), _said(self.last)
        return first if self.first == self.last else f"{first} – {last}"

    @property
    def unit(self) -> str:
        """Return what it is cut into, so that there is something to compare."""
        days = (self.last - self.first).days + 1
        if days <= LONGEST_BY_DAY:
            return "day"
        return "week" if days <= LONGEST_BY_WEEK else "month"

    @property
    def is_month(self) -> bool:
        """Whether it is one month, the whole of it."""
        return self.first.day == 1 and self.last == _end_of(self.first)

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return it half-open."""
        return calendars.day_bounds(self.first, zone)[0], calendars.day_bounds(self.last, zone)[1]

    @property
    def query(self) -> str:
        """Return what `read` reads it from."""
        if self.slug != "custom":
            return urlencode({"period": self.slug})
        return urlencode({"period": self.slug, "from": self.first, "until": self.last})


def choices(today: date) -> list[tuple[Period, str]]:
    """Return the periods that have a name."""
    this_month = today.replace(day=1)
    last_month = (this_month - DAY).replace(day=1)
    year_ago = this_month.replace(year=this_month.year - 1)
    return [
        (Period("month", this_month, _end_of(this_month)), _("This month")),
        (Period("last-month", last_month, _end_of(last_month)), _("Last month")),
        (Period("year", date(today.year, 1, 1), date(today.year, 12, 31)), _("This year")),
        (Period("12-months", _end_of(year_ago) + DAY, _end_of(this_month)), _("12 months")),
    ]


def default(today: date) -> Period:
    return read({}, today)


def read(given: Mapping[str, str], today: date) -> Period:
    """Read `period`, or `from` and `until`, this year without any. Raises BadPeriod."""
    first, last = given.get("from", "").strip(), given.get("until", "").strip()
    named = {period.slug: period for period, _label in choices(today)}
    slug = given.get("period") or ("custom" if first or last else DEFAULT)
    if slug == "custom":
        return _between(_date(first), _date(last) if last else today)
    if slug not in named:
        raise BadPeriod(_("There is no such period."))
    return named[slug]


def _between(first: date, last: date) -> Period:
    if last < first:
        raise BadPeriod(
            _("%(last)s is before %(first)s. Write the earlier date first.")
            % {"first": _said(first), "last": _said(last)}
        )
    return Period("custom", first, last)


def _date(typed: str) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise BadPeriod(
            _("“%s” is not a date. Write it like 2026-03-31: year, month, day.") % typed[:20]
        ) from None
    if day.year not in YEARS:
        raise BadPeriod(
            _("The year %(year)s is too far away. Use %(first)s to %(last)s.")
            % {"year": day.year, "first": YEARS[0], "last": YEARS[-1]}
        )
    return day


def _end_of(month: date) -> date:
    return (month + 31 * DAY).replace(day=1) - DAY


def _said(day: date) -> str:
    return date_format(day, pgettext("date format, a day", "j F Y"))
