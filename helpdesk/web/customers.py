"""The customers, and one customer over all channels."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.models import Invoice, InvoiceQuerySet, Settlement
from helpdesk import journey
from helpdesk.web import history, paging
from helpdesk.web.http import Request
from helpdesk.web.ticket_forms import Line, Text
from policies.models import Promise
from tickets import intake, search
from tickets.intake import Particulars, Reachable, Unreachable
from tickets.models import ContactPoint, Customer, Shop, Ticket
from tickets.models.people import Channel
from tickets.text import one_line

ROWS = 25
LATEST = 10  # contacts, promises and quotes: what one can take in while somebody is on the phone
INVOICES = 10
LONGEST = 200  # of a search: it stands in the links to further pages
EDITED = ("name", "kind", "language", "preferred_channel", "address", "note")


class CustomerForm(forms.Form):
    """What staff write about a customer."""

    name = Line(label=gettext_lazy("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=gettext_lazy("Person or business"), choices=Customer.Kind.choices
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    preferred_channel = forms.ChoiceField(label=gettext_lazy("Prefers"), choices=Channel.choices)
    address = Text(
        label=gettext_lazy("Postal address"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Stands on invoices from now on."),
    )
    note = Text(
        label=gettext_lazy("Note for staff"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Customers never see it."),
    )

    @property
    def particulars(self) -> Particulars:
        return Particulars(**{name: self.cleaned_data[name] for name in EDITED})


class Reach(forms.CharField):
    """A telephone number or a mail address."""

    region = ""

    def clean(self, value: Any) -> Reachable | None:
        typed = super().clean(value)
        try:
            return intake.reachable(typed, self.region) if typed else None
        except Unreachable as error:
            raise ValidationError(str(error)) from None


class ReachForm(forms.Form):
    """How a customer is reached; what others are reached by only when staff say they share it."""

    reach = Reach(
        label=gettext_lazy("Number or mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Which number or address?")},
    )
    shared = forms.BooleanField(label=gettext_lazy("They share it"), required=False)

    def __init__(
        self, shop: Shop, data: Any = None, *, of: Customer | None = None, **options: Any
    ) -> None:
        super().__init__(data, **options)
        field = self.fields["reach"]
        assert isinstance(field, Reach)
        field.region, field.required = shop.region, of is not None
        self.of = of
        self.others: list[Customer] = []  # who is reached by the same
        self.is_theirs = False

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        reach = given.get("reach")
        if reach is None:
            return given
        points = ContactPoint.objects.filter(kind=reach.kind, value=reach.value)
        reached = list(Customer.objects.filter(contact_points__in=points).order_by("name", "pk"))
        self.is_theirs = self.of in reached
        self.others = [customer for customer in reached if customer != self.of]
        if self.others and not self.is_theirs and not given.get("shared"):
            names = ", ".join(str(other) for other in self.others[:3])
            self.add_error(
                "reach", _("This is how we reach %s. Tick the box if they share it.") % names
            )
        return given


@require_GET
def customers(request: Request) -> HttpResponse:
    q = one_line(request.GET.get("q", ""))[:LONGEST]
    points = ContactPoint.objects.order_by("-kind", "pk")  # numbers first
    everybody = (
        search.narrow(Customer.objects.filter(merged_into__isnull=True), q)
        .defer("search_text", "note", "address")
        .prefetch_related(Prefetch("contact_points", points))
    )
    page = paging.page(everybody, ("name", "pk"), request.GET, size=ROWS)
    counts, last = history.open_tickets(page.rows), history.last_contacts(page.rows)
    context = {
        "now": now(),
        "q": q,
        "rows": [(row, counts.get(row.pk, 0), last.get(row.pk)) for row in page.rows],
        "page": page,
        "new_url": reverse("customer-new") + (f"?{urlencode({'q': q})}" if q else ""),
    }
    return render(request, "customers/customers.html", context)


@require_http_methods(["GET", "POST"])
def customer_new(request: Request) -> HttpResponseBase:
    if request.method == "GET":
        typed = one_line(request.GET.get("q", ""))[:120]
        is_reach = "@" in typed or not any(char.isalpha() for char in typed)
        form = CustomerForm(
            initial={"language": request.shop.language, "name": "" if is_reach else typed}
        )
        reach = ReachForm(request.shop, initial={"reach": typed if is_reach else ""})
        return render(request, "customers/new.html", {"form": form, "reach": reach})

    form, reach = CustomerForm(request.POST), ReachForm(request.shop, request.POST)
    if not (form.is_valid() & reach.is_valid()):
        context = {"form": form, "reach": reach}
        return render(request, "customers/new.html", context, status=422)
    customer = journey.customer_entered(
        form.particulars, now=now(), reached_by=reach.cleaned_data["reach"]
    )
    messages.success(request, _("%s is a customer now.") % customer)
    return redirect("customer", pk=customer.pk)


@require_GET
def customer(request: Request, pk: int) -> HttpResponseBase:
    found = _customer(pk)
    if found.merged_into_id is not None:
        return redirect("customer", pk=found.merged_into_id)
    return render(request, "customers/customer.html", _context(found, request))


@require_POST
def customer_edit(request: Request, pk: int) -> HttpResponseBase:
    found, form = _customer(pk), CustomerForm(request.POST)
    if not form.is_valid():
        context = _context(found, request, form=form)
        return render(request, "customers/customer.html", context, status=422)
    journey.customer_rewritten(found, form.particulars)
    messages.success(request, _("Saved."))
    return redirect("customer", pk=pk)


@require_POST
def customer_contact(request: Request, pk: int) -> HttpResponseBase:
    found = _customer(pk)
    reach = ReachForm(request.shop, request.POST, of=found)
    if not reach.is_valid():
        context = _context(found, request, reach=reach)
        return render(request, "customers/customer.html", context, status=422)
    by: Reachable = reach.cleaned_data["reach"]
    if reach.is_theirs:
        messages.info(request, _("That is on the list already."))
    else:
        journey.customer_reached_by(found, by)
        messages.success(request, _("Added."))
    return redirect("customer", pk=pk)


def _customer(pk: int) -> Customer:
    return get_object_or_404(Customer.objects.defer("search_text"), pk=pk)


def _context(
    found: Customer,
    request: Request,
    *,
    form: CustomerForm | None = None,
    reach: ReachForm | None = None,
) -> dict[str, Any]:
    """Return everything on the customer's page; the number of queries depends on nothing."""
    instant, shop = now(), request.shop
    balance = history.balance(found, shop=shop, now=instant)
    count = history.open_tickets([found]).get(found.pk, 0)
    shows_all = not count or request.GET.get("tickets") == "all"
    tickets = Ticket.objects.filter(customer=found).select_related("service", "assignee")
    tickets = tickets.defer("search_text")
    promises = Promise.objects.open().filter(ticket__customer=found)
    return {
        "now": instant,
        "customer": found,
        "points": list(found.contact_points.order_by("-kind", "pk")),
        "balance": balance,
        "thanks": history.thanks(found, balance, shop),
        "promises": promises.select_related("ticket", "maker", "follows").order_by("due_at", "pk")[
            :LATEST
        ],
        "open_count": count,
        "shows_all": shows_all,
        "tickets": paging.page(
            tickets if shows_all else tickets.open(),
            ("-number",),
            request.GET,
            size=ROWS,
            anchor="#tickets",
        ),
        "last_times": history.last_times(found, most=LATEST),
        "contacts": history.contacts(found, most=LATEST),
        "invoices": _invoices(found),
        "form": form or CustomerForm(initial={name: getattr(found, name) for name in EDITED}),
        "reach": reach or ReachForm(shop, of=found),
    }


def _invoices(customer: Customer) -> InvoiceQuerySet:
    gifts = Count("pk", filter=Q(settlements__kind=Settlement.Kind.GIFT))
    invoices = Invoice.objects.filter(customer=customer).with_paid().annotate(gifts=gifts)
    return invoices.order_by("-issued_at", "-pk")[:INVOICES]


urlpatterns = [
    path("customers/", customers, name="customers"),
    path("customers/new/", customer_new, name="customer-new"),
    path("customers/<int:pk>/", customer, name="customer"),
    path("customers/<int:pk>/edit/", customer_edit, name="customer-edit"),
    path("customers/<int:pk>/contact/", customer_contact, name="customer-contact"),
]
