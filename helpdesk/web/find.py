"""Finding from anywhere: pages to go to, tickets and customers, as one types or as a page."""

import re
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpdesk.web import shell
from helpdesk.web.http import Request, part
from tickets import search, text
from tickets.models import Customer, Ticket

TEMPLATE = "desk/find.html"
MOST = 6  # of each kind; a longer list is read slower than one more letter is typed
SHORTEST = 2
LONGEST = 200


@dataclass(frozen=True)
class Place:
    """A page one may want to go to."""

    url: str
    label: str
    icon: str


@require_GET
def find(request: Request) -> HttpResponse:
    query = text.one_line(request.GET.get("q", ""), LONGEST)
    is_long = len(query) >= SHORTEST
    tickets, customers = (_tickets(query), _customers(query)) if is_long else ([], [])
    context = {
        **{"query": query, "places": _places(request, query), "most": MOST},
        **{"tickets": tickets, "customers": customers},
    }
    return render(request, part(request, TEMPLATE, "found"), context)


def _places(request: Request, query: str) -> list[Place]:
    """Return the pages whose names hold every word of the query; all, before one is typed."""
    ways = [Place(way["url"], way["label"], way["icon"]) for way in shell.nav(request)]
    ways.append(Place(reverse("customer-new"), _("New customer"), "user-plus"))
    words = text.normalise(query).split()
    return [place for place in ways if all(word in text.normalise(place.label) for word in words)]


def _tickets(query: str) -> list[Ticket]:
    """Return the one of that number, then those touched last."""
    known = Ticket.objects.select_related("customer", "contact_point")
    typed = re.fullmatch(r"#?([1-9][0-9]{3,17})", query)
    named = list(known.filter(pk=int(typed[1]))) if typed else []
    found = search.narrow(known, query).order_by("-touched_at", "-number")[:MOST]
    return list(dict.fromkeys([*named, *found]))[:MOST]


def _customers(query: str) -> list[Customer]:
    everybody = Customer.objects.filter(merged_into__isnull=True)
    found = search.narrow(everybody, query).prefetch_related("contact_points")
    return list(found.order_by("name", "pk")[:MOST])


urlpatterns: list[URLPattern] = [path("find/", find, name="find")]
