"""What did not leave, what stopped, and what only people can do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, IntegerField, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from helpdesk import duties
from helpdesk.models import Lease
from helpdesk.web import correspondence, paging
from helpdesk.web.correspondence import Reason
from helpdesk.web.http import Request
from policies.models import FollowUp
from tickets.channels.mail import Mail
from tickets.models import Arrival, Interaction, Shop, Ticket
from tickets.triggers import ERASED

TEMPLATE = "tickets/stuck.html"
ROWS = 25
# What nobody can do anything about any more need not be on the first page for ever.
RECENTLY = timedelta(days=7)
Status = Interaction.Status
NOT_ARRIVED = (*Interaction.STUCK, Status.BOUNCED)


@dataclass(frozen=True)
class Unsent:
    """A message that did not arrive, and what can be done about it."""

    contact: Interaction
    mark: tuple[str, str] | None
    button: str


@dataclass(frozen=True)
class Stopped:
    """A piece of work that was given up, and what it was about."""

    lease: Lease
    title: str


@dataclass(frozen=True)
class Line:
    """One row of a list: what it is, on which ticket, since when."""

    what: Unsent | Reason | Interaction | Stopped
    when: datetime
    ticket: Ticket | None = None
    contact: Interaction | None = None


@dataclass(frozen=True)
class Need:
    """One line of what needs people: how many, in words, and where."""

    count: int
    words: str
    url: str


@require_GET
def stuck(request: Request) -> HttpResponse:
    asked = request.GET.get("what", "")
    instant, counts = now(), _counts()
    parts = {"": _unsent, "tasks": _tasks, "strangers": _strangers, "work": _stopped}
    asked = asked if asked in parts else ""
    tabs = [
        ("", _("Not sent"), counts["unsent"]),
        ("tasks", _("To do"), counts["tasks"]),
        ("strangers", _("From strangers"), counts["strangers"]),
        ("work", _("Stopped"), counts["stopped"]),
    ]
    heads = {
        "": (_("What became of it"), _("On ticket"), _("When")),
        "tasks": (_("What"), _("On ticket"), _("Since")),
        "strangers": (_("Who wrote"), _("On ticket"), _("When")),
        "work": (_("What"), _("Tried"), _("Given up")),
    }
    page, lines = parts[asked](request, instant)
    context = {"now": instant, "tabs": tabs, "asked": asked, "heads": heads[asked]}
    return render(request, TEMPLATE, context | {"page": page, "lines": lines})


Listed = tuple[paging.Page[Any], list[Line]]


def _not_arrived() -> QuerySet[Interaction]:
    """Return what did not arrive; what was meant for somebody we have forgotten needs nobody."""
    return Interaction.objects.filter(status__in=NOT_ARRIVED).exclude(recipient__in=ERASED.values())


def _unsent(request: Request, instant: datetime) -> Listed:
    rows = _not_arrived()
    rows = rows.select_related("ticket__customer", "ticket__contact_point", "staff")
    page = paging.page(rows, ("-logged_at", "-pk"), request.GET, size=ROWS)
    return page, [
        Line(
            Unsent(row, correspondence.mark(row, instant), correspondence.button(row)),
            row.logged_at,
            row.ticket,
            row,
        )
        for row in page.rows
    ]


def _tasks(request: Request, instant: datetime) -> Listed:
    rows = FollowUp.objects.tasks().select_related(
        "ticket__customer", "ticket__contact_point", "done_by"
    )
    page = paging.page(rows, ("due_at", "pk"), request.GET, size=ROWS)
    found = correspondence.reasons(page.rows)
    return page, [Line(reason, reason.row.due_at, reason.row.ticket) for reason in found]


def _strangers(request: Request, instant: datetime) -> Listed:
    rows = _from_strangers().select_related(
        "ticket__customer", "ticket__contact_point", "contact_point"
    )
    page = paging.page(rows, ("-happened_at", "-pk"), request.GET, size=ROWS)
    return page, [Line(row, row.happened_at, row.ticket, row) for row in page.rows]


def _from_strangers() -> QuerySet[Interaction]:
    """Return what reached an open ticket from somebody not known to belong to it."""
    return Interaction.objects.filter(is_verified=False, ticket__ended_at__isnull=True)


def _stopped(request: Request, instant: datetime) -> Listed:
    page = paging.page(_given_up(), ("-given_up_at", "-pk"), request.GET, size=ROWS)
    return page, [
        Line(Stopped(lease, _title(lease.duty)), lease.given_up_at or instant)
        for lease in page.rows
    ]


def _title(duty: str) -> str:
    return str(duties.DUTIES[duty].title) if duty in duties.DUTIES else duty


def _given_up() -> QuerySet[Lease]:
    return Lease.objects.filter(given_up_at__isnull=False)


def work_again(request: Request, pk: int) -> HttpResponseBase:
    if request.method == "POST":
        duties.try_again(get_object_or_404(_given_up(), pk=pk))
        messages.success(request, _("It is tried again within a minute."))
    return redirect(reverse("stuck") + "?what=work")


def _counts() -> dict[str, int]:
    return _counted(
        unsent=_not_arrived(),
        tasks=FollowUp.objects.tasks(),
        strangers=_from_strangers(),
        stopped=_given_up(),
    )


def needs(shop: Shop, instant: datetime) -> list[Need]:
    """Return what waits for people, in one query; nothing where nothing does."""
    still = Q(status__in=(Status.FAILED, Status.DOUBTFUL))
    # In the sample shop everything is held back, and that is how it should be.
    lately = (Status.BOUNCED,) if shop.is_sample else (Status.BOUNCED, Status.WITHHELD)
    recent = Q(status__in=lately, logged_at__gt=instant - RECENTLY)
    aside = Arrival.objects.filter(verdict=Arrival.Verdict.QUARANTINED)
    strangers = _from_strangers()
    n = _counted(
        unsent=_not_arrived().filter(still | recent),
        tasks=FollowUp.objects.tasks(),
        stopped=_given_up(),
        aside=aside,
        mails_aside=aside.filter(via=Mail.slug),
        strangers=strangers,
        mails_of_strangers=strangers.filter(kind=Interaction.Kind.EMAIL),
        unidentified=Ticket.objects.open().filter(customer__isnull=True),
    )
    return [Need(n[what], words, url) for what, words, url in _said(n) if n[what]]


def _said(n: dict[str, int]) -> tuple[tuple[str, str, str], ...]:
    """Say of each what it is called, for how many there are, and where it is."""
    url, tickets = reverse("stuck"), reverse("tickets")
    things = ngettext("thing to do", "things to do", n["tasks"])
    unsent = ngettext("message did not arrive", "messages did not arrive", n["unsent"])
    if n["mails_aside"] == n["aside"]:
        aside = ngettext("mail could not be read", "mails could not be read", n["aside"])
    else:
        aside = ngettext("message was put aside", "messages were put aside", n["aside"])
    if n["mails_of_strangers"] == n["strangers"]:
        strangers = ngettext("mail from a stranger", "mails from strangers", n["strangers"])
    else:
        strangers = ngettext("message from a stranger", "messages from strangers", n["strangers"])
    whose = ngettext("ticket without a customer", "tickets without a customer", n["unidentified"])
    work = ngettext("piece of work stopped", "pieces of work stopped", n["stopped"])
    return (
        ("tasks", things, f"{url}?what=tasks"),
        ("unsent", unsent, url),
        ("aside", aside, reverse("arrivals")),
        ("strangers", strangers, f"{url}?what=strangers"),
        ("unidentified", whose, f"{tickets}?only=unidentified"),
        ("stopped", work, f"{url}?what=work"),
    )


def _counted(**rows: QuerySet[Any]) -> dict[str, int]:
    """Count several sets of rows in a single query."""
    counts = {
        name: Coalesce(
            Subquery(
                found.order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n"),
                output_field=IntegerField(),
            ),
            0,
        )
        for name, found in rows.items()
    }
    found = Shop.objects.order_by().annotate(**counts).values(*counts).first()
    return dict(found) if found else dict.fromkeys(rows, 0)


urlpatterns = [
    path("stuck/", stuck, name="stuck"),
    path("stuck/<int:pk>/again/", work_again, name="work-again"),
]
