"""Who is calling: for a screen pop as JSON, for a display as plain text."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing import gifts
from helpdesk.api import access, errors
from helpdesk.models import Scope
from policies.models import Promise
from tickets import intake, phones
from tickets.models import Customer, Shop, Ticket

NAMES = 2  # a telephone's display is short


class Callers(APIView):
    """Look a caller up by number: who it may be, their open tickets, what they were promised."""

    authentication_classes = (access.BearerAuthentication, access.KeyAuthentication)
    scope = Scope.PHONE

    def get(self, request: Request) -> Response:
        given = request.query_params.get("number")
        if given is None:
            raise ValidationError({"number": "Say which number: ?number=+4685550142"})
        shop = Shop.objects.current()
        number = phones.read(given, shop.region)
        caller = intake.caller(number)
        return Response(
            {
                "number": number.e164,
                "given": number.raw,
                "kind": number.kind,
                "is_blocked": bool(caller.point and caller.point.blocked_at),
                "customers": [_customer(request, each, shop) for each in caller.customers],
            }
        )


@login_not_required
@require_GET
def name(request: HttpRequest) -> HttpResponse:
    """Return the caller's name as plain text, or nothing: telephones show it as it comes."""
    if access.bearer(access.given(request), Scope.PHONE) is None:
        return errors.problem(request, 401, "This needs a token with the scope phone.")
    shop = Shop.objects.current()
    caller = intake.caller(phones.read(request.GET.get("number", ""), shop.region))
    names = " / ".join(customer.name for customer in caller.customers[:NAMES])
    return HttpResponse(names, content_type="text/plain; charset=utf-8")


def _customer(request: Request, customer: Customer, shop: Shop) -> dict[str, Any]:
    tickets = Ticket.objects.open().filter(customer=customer).order_by("-touched_at", "-number")
    promises = Promise.objects.open().filter(ticket__customer=customer).order_by("due_at", "pk")
    return {
        "id": customer.pk,
        "name": customer.name,
        "language": customer.language,
        "url": request.build_absolute_uri(reverse("customer", args=[customer.pk])),
        "tickets": [
            {
                "number": ticket.number,
                "subject": ticket.subject,
                "status": ticket.status,
                "url": request.build_absolute_uri(reverse("ticket", args=[ticket.number])),
            }
            for ticket in tickets[:20]
        ],
        "promises": [
            {
                "kind": promise.kind,
                "ticket": promise.ticket_id,
                "due_at": promise.due_at,
                "told": promise.told_text,
            }
            for promise in promises[:20]
        ],
        "given": {"minor": gifts.given_to(customer.pk), "currency": shop.currency},
    }
