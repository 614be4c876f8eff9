"""Somebody called or texted one of us, or stopped them outside: who, how, done."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Case, Count, Value, When
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from helpdesk import journey
from helpdesk.journey import How, Met, OffChannel
from helpdesk.web import drafts
from helpdesk.web.fields import Line
from helpdesk.web.http import Request, part
from helpdesk.web.ticket_forms import new_id
from tickets import intake, phones, search, text
from tickets.models import Customer, Interaction, Ticket

TEMPLATE, HOW_TEMPLATE = "desk/off_channel.html", "desk/off_channel_how.html"
PEOPLE = 6  # what one takes in on a phone without much scrolling
LOOKED_AT = 40  # tickets, to find so many people in
TICKETS = 5
LONGEST = 120
NEW = "new"


@dataclass(frozen=True)
class Person:
    """Somebody it may have been."""

    customer: Customer
    ticket: Ticket | None  # the last of theirs
    times: int  # how often they have done this


class MetForm(forms.Form):
    """How they found one of us; `how` is the button that was pressed."""

    how = forms.ChoiceField(choices=How.choices)
    customer = forms.ModelChoiceField(
        Customer.objects.filter(merged_into__isnull=True), required=False
    )
    name = Line(max_length=LONGEST, required=False)  # or number, of somebody new
    ticket = forms.CharField(max_length=18, required=False)
    words = Line(max_length=2000, required=False)
    form_id = forms.CharField(max_length=32, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def off_channel(request: Request) -> HttpResponse:
    if request.method == "POST":
        return _log(request)
    if request.GET.get("customer") or request.GET.get("name"):
        return _ask_how(request)
    return _ask_who(request)


def _ask_who(request: Request) -> HttpResponse:
    q = text.one_line(request.GET.get("q", ""), LONGEST)
    people = _found(q) if q else _recent(request)
    context = {"now": now(), "q": q, "people": people}
    return render(request, part(request, TEMPLATE, "people"), context)


def _ask_how(request: Request, form: MetForm | None = None) -> HttpResponse:
    given = request.GET if form is None else request.POST
    name = text.one_line(given.get("name", ""), LONGEST)
    known = Customer.objects.filter(merged_into__isnull=True)
    customer = known.filter(pk=_key(given, "customer")).first()
    if customer is None and not name:
        messages.error(request, _("Say first who it was."))
        return redirect("off-channel")
    draft_of = _draft_of(customer) if customer else ""
    draft = drafts.begun(request, draft_of).get(draft_of) if customer else None
    context = {
        "now": now(),
        "customer": customer,
        "name": name,
        "tickets": _theirs(customer, _key(given, "ticket")) if customer else [],
        "is_new_matter": given.get("ticket") == NEW,
        "words": given.get("words") or (draft.fields.get("words") if draft else ""),
        "draft_of": draft_of,
        "draft": draft,
        "times": _times([customer]).get(customer.pk, 0) if customer else 0,
        "choices": How.choices,
        "form": form,
        "form_id": given.get("form_id") or new_id(),
    }
    return render(request, HOW_TEMPLATE, context, status=422 if form else 200)


def _key(given: QueryDict, name: str) -> int:
    typed = given.get(name, "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else 0


def _theirs(customer: Customer, first: int) -> list[Ticket]:
    """Return their open tickets, the one it began with before the last touched."""
    tickets = Ticket.objects.open().filter(customer=customer).defer("search_text")
    is_first = Case(When(pk=first, then=Value(0)), default=Value(1))
    return list(tickets.order_by(is_first, "-touched_at", "-number")[:TICKETS])


def _log(request: Request) -> HttpResponse:
    form = MetForm(request.POST)
    if not form.is_valid():
        return _ask_how(request, form)
    given, moment = form.cleaned_data, now()
    customer, name = given["customer"], given["name"]
    if customer is None and not name:
        return _ask_how(request, form)
    about = OffChannel(given["how"], moment, given["words"], given["form_id"])
    try:
        with transaction.atomic():  # somebody new is written down with the contact, or not at all
            who = {"customer": customer} if customer else _somebody_new(request, name)
            met = journey.off_channel_met(
                about,
                by=request.user,
                now=moment,
                ticket=_ticket(given["ticket"], customer),
                is_new_matter=given["ticket"] == NEW,
                **who,
            )
    except IntegrityError:  # the button was pressed twice
        messages.success(request, _("That is logged already."))
        return redirect("bench")
    if customer is not None:
        drafts.forget(request, _draft_of(customer))
    _say(request, met)
    began_on_its_page = request.GET.get("at") == "ticket"
    return redirect("ticket", met.ticket.pk) if began_on_its_page else redirect("bench")


def _draft_of(customer: Customer) -> str:
    return f"off-channel-{customer.pk}"


def _ticket(number: str, customer: Customer | None) -> Ticket | None:
    """Return the one of theirs that they chose; one that has ended meanwhile is as none."""
    if customer is None or not (number.isascii() and number.isdecimal()):
        return None
    return Ticket.objects.open().filter(pk=int(number), customer=customer).first()


def _somebody_new(request: Request, name: str) -> dict[str, Any]:
    """Take what was typed for a number where it is one, else for a name."""
    number = phones.read(name, request.shop.region) if phones.digits(name) else None
    if number is None or number.kind != phones.Kind.NUMBER:
        return {"customer": journey.customer_met(name, now=now())}
    caller = intake.known(number)
    return {"customer": caller.customer, "point": None if caller.customer else caller.point}


def _say(request: Request, met: Met) -> None:
    link = format_html('<a href="{}">{}</a>', reverse("ticket", args=[met.ticket.pk]), met.ticket)
    if met.letter is not None:
        point = met.letter.contact_point
        where = point.said(request.shop.region) if point else met.letter.recipient
        said = _("Logged on {}. The shop writes to {} how to reach us.")
        messages.success(request, format_html(said, link, where))
        return
    messages.warning(request, format_html(_("Logged on {}. {}"), link, met.because))
    if met.sentence:
        said = _("Say it yourself, when they come again: “%s”")
        messages.info(request, said % met.sentence)


def _recent(request: Request) -> list[Person]:
    """Return whose tickets I have, the last touched first, then whoever else was here lately."""
    known = Ticket.objects.filter(customer__isnull=False, customer__anonymised_at=None)
    known = (
        known.order_by("-touched_at", "-number")
        .select_related("customer")
        .defer("search_text", "customer__search_text")
    )
    tickets = [*known.filter(assignee=request.user)[:LOOKED_AT], *known[:LOOKED_AT]]
    last: dict[int, Ticket] = {}
    for ticket in tickets:
        last.setdefault(ticket.customer_id or 0, ticket)
    return _people([ticket.customer for ticket in last.values() if ticket.customer], last)


def _found(q: str) -> list[Person]:
    known = Customer.objects.filter(merged_into__isnull=True)
    found = search.narrow(known, q).order_by("name", "pk").defer("search_text")
    return _people(list(found[:PEOPLE]), {})


def _people(customers: list[Customer], last: dict[int, Ticket]) -> list[Person]:
    shown = customers[:PEOPLE]
    times = _times(shown)
    return [Person(who, last.get(who.pk), times.get(who.pk, 0)) for who in shown]


def _times(customers: list[Customer]) -> dict[int, int]:
    """Return how often each of them, by key, has found one of us instead of the shop."""
    theirs = Interaction.objects.off_channel().filter(ticket__customer__in=customers)
    return dict(theirs.order_by().values_list("ticket__customer").annotate(Count("pk")))


urlpatterns = [path("off-channel/", off_channel, name="off-channel")]
