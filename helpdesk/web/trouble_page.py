"""What a ticket's page shows of their concern, their device, and who of us keeps an eye on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateField, F, Q, QuerySet, Value, Window
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.web.ticket_forms import About
from tickets.models import Device, Loan, Ticket, User, Watch

# What the templates read of the ticket's row, to be selected with it: they ask for nothing else.
LOADS = ("device", "acknowledged_by", "eased_by", "snoozed_by")
OTHERS = 3  # tickets of the same device
ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Lent:
    """A device of ours that somebody has, and how its return stands today."""

    pk: int
    name: str
    due_date: date
    today: date

    @property
    def is_late(self) -> bool:
        return self.due_date < self.today

    @property
    def due_text(self) -> str:
        return day_text(self.due_date, self.today)


def context(about: About) -> dict[str, Any]:
    """Return what `_concern`, `_device` and `_standing_orders` show; two statements at most."""
    ticket, today = about.ticket, localtime(about.now).date()
    others = list(_others(ticket)[:OTHERS]) if ticket.device_id else []
    loans, watchers = _loans_and_watchers(ticket, today)
    until = ticket.snoozed_until
    return {
        "device_marks": list(device_marks(ticket.device, today)) if ticket.device else [],
        "device_tickets": others,
        "came_back": others[0].in_all if others else 0,
        "loans": loans,
        "watchers": watchers,
        "is_watching": about.by in watchers,
        "is_snoozed": until is not None and until > about.now,
    }


def day_text(day: date, today: date) -> str:
    """Say a date as the desk would: today, tomorrow, Thu, 3 Nov, 3 Nov 2027."""
    days = (day - today).days
    if days in {-1, 0, 1}:
        return {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}[days]
    if 0 < days < 7:
        return date_format(day, pgettext("date format, weekday", "D"))
    if day.year == today.year:
        return date_format(day, pgettext("date format, day of this year", "j M"))
    return date_format(day, pgettext("date format, day of another year", "j M Y"))


def device_marks(device: Device, today: date) -> Iterator[tuple[str, str]]:
    """Yield what makes its failing worse, or is over: a mark, and its words."""
    if until := device.warranty_until:
        day = day_text(until, today)
        if until < today:
            yield "plain", _("warranty ended %s") % day
        else:
            mark = "soon" if until - today <= ENDS_SOON else "open"
            yield mark, _("under warranty until %s") % day
    if (until := device.financed_until) and until >= today:
        yield "soon", _("still paying until %s") % day_text(until, today)


def _others(ticket: Ticket) -> QuerySet[Any]:
    """Return the other times this device was here, the last first, each with how many there are."""
    others = Ticket.objects.filter(device=ticket.device_id).exclude(pk=ticket.pk)
    here = others.exclude(status__in=[Ticket.Status.SPAM, Ticket.Status.MERGED])
    shown = here.only("subject", "opened_at", "status")
    return shown.annotate(in_all=Window(Count("pk"))).order_by("-opened_at", "-pk")


def _loans_and_watchers(ticket: Ticket, today: date) -> tuple[list[Lent], list[User]]:
    """Read both in one statement; what was lent on a ticket that became part of this one, too."""
    columns = ("what", "key", "name", "first_name", "last_name", "until")
    nothing = {"first_name": Value(""), "last_name": Value("")}
    ours = Q(ticket=ticket) | Q(ticket__merged_into=ticket)
    loans = (
        Loan.objects.filter(ours, returned_at__isnull=True)
        .annotate(what=Value("loan"), key=F("pk"), name=F("device__name"), until=F("due_date"))
        .annotate(**nothing)
        .values_list(*columns)
    )
    watches = (
        Watch.objects.filter(ticket=ticket)
        .annotate(what=Value("watch"), key=F("user_id"), name=F("user__username"))
        .annotate(first_name=F("user__first_name"), last_name=F("user__last_name"))
        .annotate(until=Value(None, output_field=DateField()))
        .values_list(*columns)
    )
    rows = list(loans.union(watches, all=True))
    out = [Lent(row[1], row[2], row[5], today) for row in rows if row[0] == "loan"]
    users = [
        User(pk=key, username=name, first_name=first, last_name=last)
        for what, key, name, first, last, _until in rows
        if what == "watch"
    ]
    return sorted(out, key=lambda lent: (lent.due_date, lent.pk)), sorted(users, key=str)
