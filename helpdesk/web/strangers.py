"""Whose it is: callers nobody knows, and tickets that were taken for somebody else's."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Min, Prefetch, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from helpdesk import journey
from helpdesk.journey import StaysTheirs
from helpdesk.web import customer_search, paging
from helpdesk.web.fields import Line
from helpdesk.web.http import Request
from helpdesk.web.public import write
from tickets import intake
from tickets.models import ContactPoint, Customer, Interaction, Ticket
from tickets.states import LostRace

ROWS = 25
WITHHELD = 10  # of those who hid their number: one can only listen to each
LATEST = 10


class WhoseForm(forms.Form):
    """One of those we know, or somebody new by name."""

    customer = forms.ModelChoiceField(
        customer_search.everybody(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": gettext_lazy("They are gone by now. Find them again.")},
    )
    name = Line(label=gettext_lazy("Somebody new"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not self.errors and not given.get("customer") and not given.get("name"):
            self.add_error(None, _("Choose who it is, or write the name of somebody new."))
        return given


class ReassignForm(WhoseForm):
    """Whose it is instead."""

    was = forms.CharField(widget=forms.HiddenInput)
    nobody = forms.BooleanField(label=gettext_lazy("We do not know whose it is"), required=False)
    with_number = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        return self.cleaned_data if self.cleaned_data.get("nobody") else super().clean()


@require_GET
def strangers(request: Request) -> HttpResponse:
    """List the numbers nobody knows, the last heard of first; with `?customer=`, as theirs."""
    owners = customer_search.everybody().order_by("name", "pk")
    points = _unidentified()
    page = paging.page(
        points.prefetch_related(Prefetch("customers", owners)),
        ("-last_at", "-pk"),
        request.GET,
        size=ROWS,
        among=points,
    )
    heard = _heard(page.rows)
    withheld = Ticket.objects.open().filter(customer=None, contact_point=None)
    key = request.GET.get("customer", "")
    known = customer_search.everybody().filter(pk=int(key)) if customer_search.is_key(key) else None
    context = {
        "now": now(),
        "known": known.first() if known is not None else None,
        "rows": [(point, heard.get(point.pk)) for point in page.rows],
        "page": page,
        "withheld": withheld.defer("search_text").order_by("-touched_at", "-number")[:WITHHELD],
    }
    return render(request, "customers/strangers.html", context)


def _unidentified() -> QuerySet[Any]:
    unknown = ContactPoint.objects.filter(
        tickets__customer__isnull=True, tickets__ended_at__isnull=True, tickets__isnull=False
    )
    return unknown.annotate(count=Count("tickets"), last_at=Max("tickets__touched_at"))


def _heard(points: list[Any]) -> dict[int, dict[str, Any]]:
    """Return how often they reached us, and first and last when, by the number."""
    said = Interaction.objects.filter(
        ticket__contact_point__in=points,
        ticket__customer__isnull=True,
        ticket__ended_at__isnull=True,
        direction=Interaction.Direction.IN,
    )
    counts = said.order_by().values("ticket__contact_point")
    counts = counts.annotate(times=Count("pk"), first=Min("happened_at"), last=Max("happened_at"))
    return {row["ticket__contact_point"]: dict(row) for row in counts}


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def stranger(request: Request, pk: int) -> HttpResponseBase:
    point = get_object_or_404(ContactPoint, pk=pk)
    tickets = Ticket.objects.open().filter(customer=None, contact_point=point)
    if request.method == "POST":
        form = WhoseForm(request.POST)
        if form.is_valid():
            return _identified(request, point, tickets, form)
    else:
        form = WhoseForm(initial={"name": point.signed})
    said = Interaction.objects.filter(ticket__in=tickets).exclude(kind="note")
    said = said.select_related("ticket", "staff", "call", "contact_point")
    context = {
        "point": point,
        "tickets": list(tickets.defer("search_text").order_by("-number")[:LATEST]),
        "is_shared": customer_search.everybody().filter(contact_points=point).exists(),
        "contacts": said.order_by("-happened_at", "-pk")[:LATEST],
    }
    return _whose(request, "customers/stranger.html", context, form)


def _identified(
    request: Request, point: ContactPoint, tickets: QuerySet[Ticket], form: WhoseForm
) -> HttpResponse:
    count, customer = tickets.count(), form.cleaned_data["customer"]
    if not count:
        raise LostRace(f"{point} is known by now")
    if customer is None:
        name, language = form.cleaned_data["name"], write.language_of(tickets, request.shop)
        customer = journey.customer_met(name, now=now(), point=point, language=language)
    else:
        journey.number_learnt(point, customer)
    messages.success(request, _("It is %s, and so was what they said before.") % customer)
    return redirect("customer", pk=customer.pk)


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def ticket_customer(request: Request, number: int) -> HttpResponseBase:
    rows = Ticket.objects.select_related("customer", "contact_point").defer("search_text")
    ticket = get_object_or_404(rows, pk=number)
    if ticket.customer is None:
        raise LostRace(f"{ticket} is nobody's")
    form = ReassignForm(initial={"was": ticket.customer_id})
    if request.method == "POST":
        form = ReassignForm(request.POST)
        if form.is_valid() and (answer := _reassigned(request, ticket, form)):
            return answer
    more = Ticket.objects.filter(customer=ticket.customer, contact_point=ticket.contact_point)
    context: dict[str, Any] = {"ticket": ticket}
    if ticket.contact_point is not None:
        context["number"] = ticket.contact_point.said(request.shop.region)
        context["others"] = more.exclude(pk=number).count()
    return _whose(request, "customers/reassign.html", context, form, but=ticket.customer)


def _reassigned(request: Request, ticket: Ticket, form: ReassignForm) -> HttpResponse | None:
    given, was, instant = form.cleaned_data, ticket.customer, now()
    customer = None if given["nobody"] else given["customer"]
    if given["was"] != str(ticket.customer_id) or customer == was:
        raise LostRace(f"{ticket} is not theirs any more")
    try:
        with transaction.atomic():  # nobody new where it stays
            if customer is None and not given["nobody"]:
                customer = intake.new_customer(given["name"], shop=request.shop, now=instant)
            handed = journey.ticket_reassigned_to(
                ticket, customer, by=request.user, now=instant, with_number=given["with_number"]
            )
    except StaysTheirs as error:
        form.add_error(None, str(error))
        return None
    whose = _("It is %s's now.") % customer if customer else _("It is to be identified again.")
    messages.success(request, whose)
    if handed.stayed:
        numbers = ", ".join(str(each) for each in handed.stayed)
        said = _("Invoiced to %(was)s, and therefore still theirs: %(numbers)s.")
        messages.warning(request, said % {"was": was, "numbers": numbers})
    return redirect("ticket", ticket.pk)


def _whose(
    request: Request,
    template: str,
    context: dict[str, Any],
    form: WhoseForm,
    *,
    but: Customer | None = None,
) -> HttpResponse:
    """Show the form with whom one may choose: whoever was searched for, or came along."""
    q = customer_search.typed(request.GET.get("q", ""))
    chosen = form["customer"].value() or request.GET.get("customer", "")
    found = customer_search.candidates(q, but=but)
    if not q and customer_search.is_key(str(chosen)):
        rows = customer_search.everybody().prefetch_related("contact_points")
        found = list(rows.filter(pk=int(chosen)))
    context |= {"form": form, "q": q, "found": found, "chosen": chosen, "now": now()}
    status = 422 if form.is_bound else 200
    if request.htmx:
        template = "customers/_choose.html"
    return render(request, template, context, status=status)


urlpatterns = [
    path("customers/strangers/", strangers, name="strangers"),
    path("customers/strangers/<int:pk>/", stranger, name="stranger"),
    path("tickets/<int:number>/customer/", ticket_customer, name="ticket-customer"),
]
