"""How promises, times, money and numbers are shown on a page.

`now` comes from the page: nothing in here reads the clock.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from billing.money import Money
from billing.money import say as say_money
from helpdesk.reporting import said
from helpdesk.web import qr
from policies.models import Promise
from tickets import phones
from tickets.reports import Measure

register = template.Library()

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

SOON = 0.75  # of the time between made and due; after that an open promise asks for attention


@dataclass(frozen=True)
class Standing:
    """How a promise stands: its mark (a class in the stylesheet) and the words beside it."""

    mark: str
    text: str


@dataclass(frozen=True)
class Line:
    """Positions along a promise line, as SVG percentages; `target` is empty without one."""

    mark: str
    at: str
    target: str


@register.filter
def money(minor: int | None, currency: str) -> str:
    if minor is None:
        return ""
    return say_money(Money(minor, currency), get_language() or "en")


@register.simple_tag
def figure(value: float | None, measure: Measure, currency: str) -> str:
    """Say a figure of a report."""
    return said.say(value, measure, currency, get_language() or "en")


@register.filter
def phone(e164: str | None, region: str = "") -> str:
    """Format a number as dialled within `region`; without a region, internationally."""
    return phones.say(e164, region) if e164 else ""


@register.filter
def quoted(words: str) -> str:
    """Put the marks around what somebody said that the reader's language uses."""
    return _("“%s”") % words


@register.filter
def initials(name: object) -> str:
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def due(when: datetime | None, now: datetime) -> str:
    """Say an instant as the desk would, in a `<time>` that carries the whole of it."""
    if when is None:
        return ""
    local = localtime(when)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="minutes"),
        date_format(local, pgettext("date format, in full", "l j F Y H:i")),
        due_text(when, now),
    )


@register.filter
def due_text(when: datetime | None, now: datetime) -> str:
    """Say an instant in words: today 13:45, tomorrow 09:00, Thu 17:00, 3 Nov 17:00."""
    if when is None:
        return ""
    local, today = localtime(when), localtime(now).date()
    clock = _clock(local)
    days = (local.date() - today).days
    if days == 0:
        return _("today %(time)s") % {"time": clock}
    if days == 1:
        return _("tomorrow %(time)s") % {"time": clock}
    if days == -1:
        return _("yesterday %(time)s") % {"time": clock}
    if abs(days) < 7:
        return date_format(local, pgettext("date format, within a week", "D H:i"))
    if local.year == today.year:
        return date_format(local, pgettext("date format, this year", "j M H:i"))
    return date_format(local, pgettext("date format, another year", "j M Y H:i"))


@register.filter
def short_time(when: datetime) -> str:
    return date_format(localtime(when), pgettext("date format, a moment", "j M Y H:i"))


@register.filter
def short_day(when: date) -> str:
    day = localtime(when) if isinstance(when, datetime) else when
    return date_format(day, pgettext("date format, a short day", "j M Y"))


@register.inclusion_tag("parts/_mark.html")
def promise_mark(promise: Promise, now: datetime) -> dict[str, str]:
    found = standing(promise, now=now)
    return {"mark": found.mark, "text": found.text}


@register.inclusion_tag("parts/_qr.html")
def qr_code(said: str, says: str) -> dict[str, object]:
    """Draw `said` as a QR code; `says` is read out instead."""
    return {"code": qr.code(said), "says": says}


@register.inclusion_tag("parts/_promise_line.html")
def promise_line(promise: Promise, now: datetime, *, shows_target: bool = True) -> dict[str, Line]:
    """Draw how far along it is; our own target is for staff alone."""
    drawn = line(promise, now=now)
    return {"line": drawn if shows_target else replace(drawn, target="")}


def standing(promise: Promise, *, now: datetime) -> Standing:
    if promise.status == Promise.Status.OPEN:
        left = promise.due_at - now
        if left <= timedelta(0):
            return Standing("broken", _("%(span)s late") % {"span": _span(-left)})
        return Standing("soon" if _is_soon(promise, now) else "open", _left(left))

    if promise.status == Promise.Status.KEPT and promise.ended_at:
        ended = _ended_text(promise.ended_at, promise.due_at, now)
        if promise.target_at and promise.ended_at < promise.target_at:
            return Standing("ahead", _("early, %(when)s") % {"when": ended})
        return Standing("kept", _("kept %(when)s") % {"when": ended})

    mark = "broken" if promise.status == Promise.Status.BROKEN else "plain"
    return Standing(mark, promise.get_status_display().lower())


def line(promise: Promise, *, now: datetime) -> Line:
    ended_at = promise.ended_at or now
    return Line(
        mark=standing(promise, now=now).mark,
        at=_percent(_share(promise, ended_at)),
        target=_percent(_share(promise, promise.target_at)) if promise.target_at else "",
    )


def _share(promise: Promise, when: datetime) -> float:
    """Return how far `when` is between made and due, kept within the line's ends."""
    span = promise.due_at - promise.made_at
    if not span:
        return 1.0
    return min(1.0, max(0.0, (when - promise.made_at) / span))


def _is_soon(promise: Promise, now: datetime) -> bool:
    is_past_target = promise.target_at is not None and now >= promise.target_at
    return is_past_target or _share(promise, now) >= SOON


def _percent(share: float) -> str:
    # Not by a template filter: in a language with a decimal comma SVG would read nothing.
    return f"{share * 100:.1f}%"


def _ended_text(ended_at: datetime, due_at: datetime, now: datetime) -> str:
    """Say when it ended; on the day it was due the time is enough."""
    local = localtime(ended_at)
    if local.date() == localtime(due_at).date():
        return _clock(local)
    return due_text(ended_at, now)


def _clock(local: datetime) -> str:
    return date_format(local, pgettext("time format", "H:i"))


def _left(left: timedelta) -> str:
    days = left // DAY
    if days:
        return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
    return _("in %(span)s") % {"span": _span(left)}


def _span(span: timedelta) -> str:
    if span >= DAY:
        days = span // DAY
        return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    if span >= HOUR:
        return _("%(hours)d h %(minutes)d min") % {
            "hours": span // HOUR,
            "minutes": span % HOUR // MINUTE,
        }
    return _("%(minutes)d min") % {"minutes": max(1, span // MINUTE)}
