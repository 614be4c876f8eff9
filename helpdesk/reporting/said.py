"""Figures and cells in words, for a page and for paper. Pure functions."""

from datetime import date, datetime, timedelta

from babel.numbers import format_decimal, format_percent
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from billing import money
from billing.money import Money
from tickets.models.work import Kind
from tickets.reports import Column, Measure

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
TIMES = ("month", "week", "day")  # what a period can be cut into


def say(value: float | None, measure: Measure | Column, currency: str, language: str) -> str:
    """Return a figure as it is read: an amount, a share, a time or a number; none as a dash."""
    if value is None:
        return "–"
    if measure.reads == "money":
        return money.say(Money(round(value), currency), language)
    if measure.reads == "percent":
        return format_percent(value / 100, locale=language.replace("-", "_"))
    if measure.reads == "minutes":
        return span(round(value) * MINUTE)
    return format_decimal(value, locale=language.replace("-", "_"))


def span(length: timedelta) -> str:
    """Say a time by the clock; under zero it was on the other side."""
    if length < timedelta(0):
        return f"−{span(-length)}"
    if length >= 3 * DAY:
        days = round(length / DAY)
        return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    if length >= HOUR:
        return _("%(hours)d h %(minutes)d min") % {
            "hours": length // HOUR,
            "minutes": length % HOUR // MINUTE,
        }
    return _("%(minutes)d min") % {"minutes": length // MINUTE}


def words(reads: str, value: object) -> object:
    """Return a day, a channel, a kind or nothing in words; what is formatted elsewhere stays."""
    if reads in TIMES and isinstance(value, date):
        return _time(reads, value)
    if reads == "channel":
        return Kind(str(value)).label if value else _("Without a contact")
    if reads in {"service", "customer", "person", "reason"} and not value:
        return {
            "service": _("Without a service"),
            "customer": _("To be identified"),
            "person": _("Nobody yet"),
            "reason": _("Without a reason"),
        }[reads]
    return value


def cell(column: Column, value: object, currency: str, language: str) -> str:
    """Return a cell of a list as it is read on paper."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        return date_format(localtime(value), pgettext("date format, a moment", "j M Y H:i"))
    if isinstance(value, date):
        return date_format(value, pgettext("date format, a short day", "j M Y"))
    if column.reads in {"money", "minutes", "percent", "count"} and isinstance(value, int | float):
        return say(value, column, currency, language)
    return str(words(column.reads, value))


def _time(unit: str, first: date) -> str:
    if unit == "month":
        return date_format(first, pgettext("date format, a month", "F Y"))
    if unit == "day":
        return date_format(first, pgettext("date format, a day of the week", "D j M Y"))
    return _("Week %(week)d, from %(day)s") % {
        "week": first.isocalendar().week,
        "day": date_format(first, pgettext("date format, a short day", "j M Y")),
    }
