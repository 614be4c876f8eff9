"""Who may see a ticket without a log-in: whoever has its link, as long as it opens anything."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.timezone import now

from policies import replies
from tickets import tokens
from tickets.models import Shop, Ticket

# Nobody between us and them keeps a copy, and no page but ours learns the address they came from:
# with no-referrer their forms would come from the origin "null", and be refused.
PRIVATE = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


def opened(token: str) -> Ticket | None:
    """Return the ticket meant by now; None when the link is forged, too old or revoked."""
    linked = tokens.linked(token, now=now())
    if linked is None:
        return None
    ticket = Ticket.objects.filter(pk=linked.ticket).select_related("customer").first()
    while ticket is not None and ticket.merged_into is not None:  # never into an ended one
        if _is_revoked(ticket, linked):
            return None
        ticket = ticket.merged_into
    if ticket is None or ticket.status == Ticket.Status.SPAM or _is_revoked(ticket, linked):
        return None
    if ticket.customer is not None and ticket.customer.anonymised_at is not None:
        return None
    return ticket


def _is_revoked(ticket: Ticket, linked: tokens.Linked) -> bool:
    # A link says the minute it was made in: one of the same minute is revoked as well.
    return ticket.links_revoked_at is not None and linked.made_at <= ticket.links_revoked_at


def for_whom_has_the_link(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponseBase]:
    """Open the ticket in its customer's language and the shop's time, or say one thing to all."""

    @login_not_required
    @wraps(view)
    def guarded(request: HttpRequest, token: str, **given: Any) -> HttpResponseBase:
        ticket, shop = opened(token), Shop.objects.first()
        if ticket is None or shop is None:
            response: HttpResponse = render(request, "public/no_ticket.html", status=404)
        else:
            language = replies.language_of(ticket, shop)
            with translation.override(language), timezone.override(shop.tzinfo):
                response = view(request, token, ticket, shop, **given)
                response["Content-Language"] = language
        for name, value in PRIVATE.items():
            response[name] = value
        return response

    return guarded
