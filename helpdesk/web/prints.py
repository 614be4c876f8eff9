"""What goes onto paper: the label on a device, and the sheet its owner takes home."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from billing import rating
from billing.documents import LETTER_COUNTRIES
from helpdesk.web import qr
from helpdesk.web.http import Request
from helpdesk.web.public import promised
from policies import replies, wording
from policies.models import CallbackWindow, NoTerms, Promise, Quote
from policies.quotes import with_refusal
from tickets import tokens
from tickets.models import Customer, Ticket

LABEL, SHEET = "tickets/label.html", "tickets/sheet.html"
QUOTES = 3
PROMISES = 5
INVOICES = 3


@require_safe
def label(request: Request, number: int) -> HttpResponse:
    """Print what sticks on the device; the code leads staff to the ticket."""
    ticket = _found(number)
    context = {
        "ticket": ticket,
        "surname": surname(ticket.customer) if ticket.customer else "",
        "device": ticket.device.name if ticket.device else "",
        "invoices": ticket.invoices.order_by("-pk")[:INVOICES],
        "ready": ready_at(ticket),
        "code": qr.code(settings.PUBLIC_URL + reverse("ticket", args=[number])),
        "paper": "label",
    }
    return render(request, LABEL, context)


@require_safe
def sheet(request: Request, number: int) -> HttpResponse:
    """Print what the customer takes home, in their language."""
    ticket, shop, moment = _found(number), request.shop, now()
    language = replies.language_of(ticket, shop)
    is_known = ticket.customer is not None and ticket.customer.anonymised_at is None
    with translation.override(language):
        context = {
            "ticket": ticket,
            "now": moment,
            "customer": ticket.customer if is_known else None,
            "invoices": ticket.invoices.order_by("-pk")[:INVOICES],
            "promises": _promised(ticket),
            "quotes": _quoted(ticket),
            "price": promised.price(
                ticket.service, rating.rates(ticket, now=moment), shop, language
            ),
            "window": _window(ticket, language, moment),
            "code": qr.code(tokens.address(ticket.pk, at=moment)) if is_known else None,
            "days": settings.LINK_SECONDS // 86400,
            "paper": "letter" if shop.region in LETTER_COUNTRIES else "a4",
            "language": language,
        }
        response = render(request, SHEET, context)
        response["Content-Language"] = language
    response["Cache-Control"] = "private, no-store"  # the code opens their ticket
    return response


def surname(customer: Customer) -> str:
    """Return what one calls across the counter: of a business all of it."""
    if customer.kind == Customer.Kind.BUSINESS:
        return customer.name
    return customer.name.split()[-1]


def ready_at(ticket: Ticket) -> datetime | None:
    """Return by when it was promised to be ready; None where that was not."""
    turnarounds = ticket.promises.open().filter(kind=Promise.Kind.TURNAROUND)
    promised = turnarounds.order_by("due_at").first()
    return promised.due_at if promised else None


def _found(number: int) -> Any:
    """Return a ticket there is something to say about on paper."""
    tickets = Ticket.objects.exclude(status__in=(Ticket.Status.SPAM, Ticket.Status.MERGED))
    related = tickets.select_related("customer", "device", "service", "contact_point")
    return get_object_or_404(related.defer("search_text"), pk=number)


def _promised(ticket: Ticket) -> QuerySet[Promise]:
    rows = Promise.objects.open().filter(ticket=ticket).select_related("follows")
    return rows.order_by("due_at", "pk")[:PROMISES]


def _quoted(ticket: Ticket) -> QuerySet[Any]:
    """Return what they accepted, or may accept still: not what they said no to."""
    quotes = with_refusal(Quote.objects.filter(ticket=ticket)).select_related("service")
    quotes = quotes.filter(Q(accepted_at__isnull=False) | Q(declined_at=None))
    return quotes.order_by("-quoted_at", "-pk")[:QUOTES]


def _window(ticket: Ticket, language: str, moment: datetime) -> dict[str, str]:
    kind = ticket.customer.kind if ticket.customer else None
    try:
        window = CallbackWindow.in_force(moment, kind) if kind else CallbackWindow.in_force(moment)
    except NoTerms:
        return {}
    return {"within": wording.span(window.minutes, language)}


urlpatterns = [
    path("tickets/<int:number>/label/", label, name="ticket-label"),
    path("tickets/<int:number>/sheet/", sheet, name="ticket-sheet"),
]
