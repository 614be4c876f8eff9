"""What was promised next, and what waits besides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from helpdesk.web import owed, stuck
from helpdesk.web.http import Request
from policies import calendars
from policies.models import Promise
from tickets.models import ContactPoint, Ticket, TicketQuerySet

TEMPLATE = "desk/today.html"
MINE = "me"
WOKEN = 5  # shown
LATELY = timedelta(days=7)  # who was away finds what woke meanwhile
Status = Promise.Status


@dataclass(frozen=True)
class Owed:
    """A promise on the list, and the number to call about it."""

    promise: Promise
    number: ContactPoint | None


@require_GET
def today(request: Request) -> HttpResponse:
    moment, is_mine = now(), request.GET.get("whose") == MINE
    found, woken = owed.ranked(moment).open(), _woken(moment)
    if is_mine:
        found = found.filter(ticket__assignee=request.user)
        woken = woken.filter(assignee=request.user)
    page = owed.page(found, request.GET, moment)
    figures = _figures(request, moment)
    context = {
        "now": moment,
        "is_mine": is_mine,
        "page": page,
        "groups": owed.grouped(
            page.rows, moment, lambda promise: Owed(promise, owed.number(promise.ticket))
        ),
        "open": figures["mine" if is_mine else "open"],
        "size": len(page.rows),
        "figures": figures,
        "needs": stuck.needs(request.shop, moment),
        "woken": woken[:WOKEN],
        "is_new_shop": not page.rows and not Ticket.objects.exists(),
    }
    return render(request, TEMPLATE, context)


def _figures(request: Request, moment: datetime) -> dict[str, int]:
    """Count what is open, and what ended today; what is late and not yet swept is broken."""
    zone = request.shop.tzinfo
    since, until = calendars.day_bounds(calendars.local(moment, zone).date(), zone)
    is_open, is_today = Q(status=Status.OPEN), Q(ended_at__gte=since, ended_at__lt=until)
    late = is_open & Q(due_at__gte=since, due_at__lte=moment)
    return Promise.objects.filter(is_open | is_today).aggregate(
        open=Count("pk", filter=is_open),
        mine=Count("pk", filter=is_open & Q(ticket__assignee=request.user)),
        kept=Count("pk", filter=is_today & Q(status=Status.KEPT)),
        broken=Count("pk", filter=is_today & Q(status=Status.BROKEN) | late),
    )


def _woken(moment: datetime) -> TicketQuerySet:
    """Return what was put aside until now, and nobody has touched since."""
    found = Ticket.objects.open().filter(
        snoozed_until__gt=moment - LATELY,
        snoozed_until__lte=moment,
        touched_at__lt=F("snoozed_until"),
    )
    found = found.select_related("customer", "contact_point", "snoozed_by")
    return found.defer("search_text", "customer__search_text").order_by("snoozed_until", "pk")


urlpatterns: list[URLPattern] = [path("", today, name="today")]
