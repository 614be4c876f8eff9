"""Who else has a ticket before them, and whether it changed since one's page was made."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.timezone import now

from helpdesk.models import Presence
from helpdesk.web.http import Request
from policies.models import Promise
from tickets.models import Interaction, Ticket, User

COUNTS = timedelta(seconds=40)  # a page that is looked at tells so every fifteen
FORGOTTEN = timedelta(days=1)
# What a page shows that somebody else may have changed, besides what was said and promised.
WATCHED = (
    *("status", "assignee", "customer", "service", "subject", "touched_at", "device"),
    *("fault", "concern", "acknowledged_at", "eased_at", "snoozed_until"),
)


@dataclass(frozen=True)
class Other:
    """One of us who has the same ticket before them."""

    name: str
    is_writing: bool


@dataclass(frozen=True)
class Company:
    """Who else is here; `more` are not named."""

    others: tuple[Other, ...] = ()
    more: int = 0


def _others(user: User, *, now: datetime) -> QuerySet[Presence]:
    here = Presence.objects.filter(seen_at__gt=now - COUNTS).exclude(user=user)
    return here.order_by("-is_writing", "user")


def glimpse(user: User, *, now: datetime) -> dict[str, Any]:
    """Return annotations for a ticket's own query: the first who is here, and how many are."""
    here = _others(user, now=now).filter(ticket=OuterRef("pk"))
    counted = here.order_by().values("ticket").annotate(n=Count("pk")).values("n")
    return {
        "here": Subquery(counted),
        "here_writing": Subquery(here.values("is_writing")[:1]),
        "here_username": Subquery(here.values("user__username")[:1]),
        "here_first_name": Subquery(here.values("user__first_name")[:1]),
        "here_last_name": Subquery(here.values("user__last_name")[:1]),
    }


def glimpsed(ticket: Any) -> Company:
    """Return who is here by the annotations of `glimpse`."""
    if not ticket.here:
        return Company()
    user = User(
        username=ticket.here_username,
        first_name=ticket.here_first_name,
        last_name=ticket.here_last_name,
    )
    return Company((Other(str(user), bool(ticket.here_writing)),), ticket.here - 1)


def state(number: int) -> str:
    """Return a digest of how the ticket stands: another means that something happened."""
    promises = Promise.objects.filter(ticket=OuterRef("pk")).order_by().values("ticket")
    contacts = Interaction.objects.filter(ticket=OuterRef("pk")).order_by().values("ticket")
    rows = Ticket.objects.filter(pk=number).values_list(
        *WATCHED,
        Subquery(promises.annotate(n=Max("pk")).values("n")),
        Subquery(promises.annotate(n=Count("pk", filter=Q(status="open"))).values("n")),
        Subquery(promises.annotate(n=Count("told_at")).values("n")),
        Subquery(contacts.annotate(n=Max("pk")).values("n")),
        Subquery(contacts.annotate(n=Count("pk")).values("n")),
    )
    return hashlib.sha256(repr(rows.get()).encode()).hexdigest()[:16]


def here(request: Request, number: int) -> HttpResponse:
    """Note that they have it before them; answer who else has, and whether it changed.

    `state` is what was answered the first time, `said` the digest of the last answer: where there
    is nothing new to say the answer is empty, 204, and what is on the page stays.
    """
    if request.method != "POST":
        return redirect("ticket", number)
    ticket, moment = get_object_or_404(Ticket.objects.only("pk"), pk=number), now()
    _row, is_new = Presence.objects.update_or_create(
        user=request.user,
        ticket=ticket,
        defaults={"seen_at": moment, "is_writing": request.POST.get("is_writing") == "1"},
    )
    if is_new:
        Presence.objects.filter(seen_at__lt=moment - FORGOTTEN).delete()
    found = _others(request.user, now=moment).filter(ticket=ticket).select_related("user")
    others = tuple(Other(str(each.user), each.is_writing) for each in found)
    stands = state(number)
    before = request.POST.get("state") or stands
    has_changed = stands != before
    said = hashlib.sha256(repr((others, has_changed)).encode()).hexdigest()[:16]
    response = HttpResponse(status=204)
    if said != request.POST.get("said"):
        context = {"ticket": ticket, "company": Company(others), "has_changed": has_changed}
        response = render(request, "tickets/_here.html", context)
    response["Here-State"], response["Here-Said"] = before, said
    return response


urlpatterns = [path("tickets/<int:number>/here/", here, name="ticket-here")]
