"""Everything on one customer's page; shown again, with what was typed, when a form is refused."""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now

from billing.models import Invoice, InvoiceQuerySet, Settlement
from helpdesk.web import customer_search, history, paging
from helpdesk.web.customer_forms import CustomerForm, ReachForm
from helpdesk.web.customer_search import Reached
from helpdesk.web.http import Request
from policies.models import Promise
from tickets.models import Customer, CustomerMerge, Device, Interaction, Ticket

ROWS = 25
LATEST = 10  # contacts, promises and quotes: what one can take in while somebody is on the phone
INVOICES = 10
DEVICES = 10


def known(pk: int) -> Customer:
    """Return one that can be changed: nothing is written about somebody we have forgotten."""
    customers = Customer.objects.filter(anonymised_at=None).defer("search_text")
    return get_object_or_404(customers, pk=pk)


def show(
    request: Request,
    pk: int,
    *,
    form: CustomerForm | None = None,
    reach: ReachForm | None = None,
) -> HttpResponse:
    instant, shop = now(), request.shop
    found = get_object_or_404(_with_figures(request, instant), pk=pk)
    if found.merged_into_id is not None:
        return redirect("customer", pk=found.merged_into_id)
    if found.anonymised_at is not None:
        return _forgotten(request, found, instant)
    balance = history.balance(found)
    points = customer_search.reached(found)
    shows_all = not found.open_count or request.GET.get("tickets") == "all"
    context = {
        "now": instant,
        "customer": found,
        "points": points,
        "perhaps": perhaps_the_same(found, points),
        "merges": merges(found) if found.has_merged else [],
        "balance": balance,
        "thanks": history.thanks(found, balance, shop),
        "promises": _promises(found),
        "shows_all": shows_all,
        "tickets": _tickets(request, found, shows_all=shows_all),
        "last_times": history.last_times(found, most=LATEST),
        "contacts": history.contacts(found, most=LATEST),
        "devices": Device.objects.filter(customer=found)
        .annotate(times=Count("tickets"))
        .order_by("-pk")[:DEVICES],
        "invoices": _invoices(found),
        "form": form or CustomerForm.about(found),
        "reach": reach or ReachForm(shop, of=found),
    }
    is_refused = form is not None or reach is not None
    status = 422 if is_refused else 200
    return render(request, "customers/customer.html", context, status=status)


def _forgotten(request: Request, found: Customer, now: Any) -> HttpResponse:
    context = {"customer": found, "tickets": _tickets(request, found, shows_all=True)}
    context |= {"invoices": _invoices(found), "now": now}
    return render(request, "customers/forgotten.html", context)


def perhaps_the_same(customer: Any, points: list[Reached]) -> list[tuple[int, str]]:
    """Return key and name of those who share a number or the name."""
    others = {other.pk: other.name for each in points for other in each.others}
    if customer.namesake is not None:
        others.setdefault(customer.namesake, customer.name)
    return list(others.items())[:3]


def merges(customer: Customer) -> QuerySet[CustomerMerge]:
    """Return who else they were, and who those had been before, the latest first."""
    into = Q(kept=customer)
    for step in ("kept__merged_into", "kept__merged_into__merged_into"):
        into |= Q(**{step: customer})
    found = CustomerMerge.objects.filter(into, undone_at=None)
    return found.select_related("gone", "kept", "merged_by").order_by("-merged_at", "-pk")


def _with_figures(request: Request, now: Any) -> QuerySet[Any]:
    """Read a customer with all that one row can say, in one query."""
    waiting = Ticket.objects.open().filter(customer=OuterRef("pk")).order_by()
    count = Subquery(waiting.values("customer").annotate(n=Count("pk")).values("n"))
    past_us = Interaction.objects.off_channel().filter(ticket__customer=OuterRef("pk")).order_by()
    times = past_us.values("ticket__customer").annotate(n=Count("pk"))
    counted = Customer.objects.defer("search_text").annotate(
        open_count=Coalesce(count, 0),
        off_channel=Coalesce(Subquery(times.values("n")), 0),
        off_channel_at=Subquery(past_us.order_by("-happened_at").values("happened_at")[:1]),
    )
    customers = customer_search.with_doubles(counted)
    return history.with_balance(customers, shop=request.shop, now=now)


def _promises(customer: Customer) -> QuerySet[Promise]:
    promises = Promise.objects.open().filter(ticket__customer=customer)
    promises = promises.select_related("ticket", "maker", "follows").defer("ticket__search_text")
    return promises.order_by("due_at", "pk")[:LATEST]


def _tickets(request: Request, customer: Customer, *, shows_all: bool) -> paging.Page[Ticket]:
    tickets = Ticket.objects.filter(customer=customer).select_related("service", "assignee")
    tickets = tickets.defer("search_text")
    return paging.page(
        tickets if shows_all else tickets.open(),
        ("-number",),
        request.GET,
        size=ROWS,
        anchor="#tickets",
    )


def _invoices(customer: Customer) -> InvoiceQuerySet:
    """Return what was invoiced to them, and to whoever turned out to be them."""
    gifts = Count("pk", filter=Q(settlements__kind=Settlement.Kind.GIFT))
    invoices = Invoice.objects.filter(ticket__customer=customer).with_paid().annotate(gifts=gifts)
    return invoices.order_by("-issued_at", "-pk")[:INVOICES]
