"""Who is calling: for a screen pop as JSON, for a display as plain text."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.urls import reverse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import Settlement
from helpdesk.api.v1 import phone_shapes
from helpdesk.api.v1.phone import PhoneView
from policies.models import Promise
from tickets import intake, phones
from tickets.intake import Caller
from tickets.models import Customer, Shop, Ticket
from tickets.text import one_line

Row = dict[str, Any]

NAMES = 2  # a telephone's display is short
LISTED = 20


class Callers(PhoneView):
    """Look a caller up by number: who it may be, their open tickets, what they were promised."""

    @phone_shapes.caller
    def get(self, request: Request) -> Response:
        given = request.query_params.get("number")
        if given is None:
            raise ValidationError({"number": "Say which number: ?number=+4685550142"})
        shop = Shop.objects.current()
        caller = intake.caller(phones.read(given, shop.region))
        return Response(
            {
                "number": caller.number.e164,
                "given": caller.number.raw,
                "kind": caller.number.kind,
                "is_blocked": bool(caller.point and caller.point.blocked_at),
                "customers": _customers(request, caller.customers[:LISTED], shop),
            }
        )


class Name(PhoneView):
    """The caller's name as plain text, or nothing: telephones show it as it comes."""

    @phone_shapes.name
    def get(self, request: Request) -> HttpResponse:
        shop = Shop.objects.first()
        region = shop.region if shop else ""  # nobody is known yet, which is no error
        caller = intake.caller(phones.read(request.query_params.get("number", ""), region))
        return HttpResponse(_said(caller), content_type="text/plain; charset=utf-8")


def _said(caller: Caller) -> str:
    return " / ".join(one_line(customer.name) for customer in caller.customers[:NAMES])


def _customers(request: Request, customers: Sequence[Customer], shop: Shop) -> list[Row]:
    """Describe them all, in as many queries as it takes for one."""
    tickets = _by_customer(
        (ticket.customer_id, _ticket(request, ticket))
        for ticket in Ticket.objects.open()
        .filter(customer__in=customers)
        .order_by("-touched_at", "-number")
    )
    promises = _by_customer(
        (promise.ticket.customer_id, _promise(promise))
        for promise in Promise.objects.open()
        .filter(ticket__customer__in=customers)
        .select_related("ticket")
        .order_by("due_at", "pk")
    )
    gifts = Settlement.objects.filter(
        kind=Settlement.Kind.GIFT, invoice__ticket__customer__in=customers
    ).values_list("invoice__ticket__customer")
    given = dict(gifts.annotate(Sum("amount")))
    return [
        {
            "id": customer.pk,
            "name": customer.name,
            "language": customer.language,
            "url": request.build_absolute_uri(reverse("customer", args=[customer.pk])),
            "tickets": tickets[customer.pk][:LISTED],
            "promises": promises[customer.pk][:LISTED],
            "given": {"minor": int(given.get(customer.pk, 0)), "currency": shop.currency},
        }
        for customer in customers
    ]


def _by_customer(rows: Iterable[tuple[int | None, Row]]) -> dict[int | None, list[Row]]:
    grouped = defaultdict(list)
    for customer_id, row in rows:
        grouped[customer_id].append(row)
    return grouped


def _ticket(request: Request, ticket: Ticket) -> Row:
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status,
        "url": request.build_absolute_uri(reverse("ticket", args=[ticket.number])),
    }


def _promise(promise: Promise) -> Row:
    return {
        "kind": promise.kind,
        "ticket": promise.ticket_id,
        "due_at": promise.due_at,
        "told": promise.told_text,
    }
