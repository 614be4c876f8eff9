"""The customers, and one customer over all channels."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from helpdesk import journey
from helpdesk.web import (
    contact_points,
    customer_merges,
    customer_page,
    customer_privacy,
    customer_search,
    history,
    paging,
    saved_views,
    strangers,
)
from helpdesk.web.customer_forms import CustomerForm, ReachForm
from helpdesk.web.http import Request, part
from tickets.models import ContactPoint
from tickets.states import LostRace
from tickets.text import one_line

ROWS = 25


@require_GET
@vary_on_headers("HX-Request")
def customers(request: Request) -> HttpResponse:
    q = customer_search.typed(request.GET.get("q", ""))
    points = ContactPoint.objects.order_by("-kind", "pk")  # numbers first
    everybody = (
        customer_search.found(q)
        .defer("search_text", "note", "address")
        .prefetch_related(Prefetch("contact_points", points))
    )
    page = paging.page(everybody, ("name", "pk"), request.GET, size=ROWS)
    standings = history.standings(page.rows)

    def read(query: QueryDict) -> saved_views.Reading:
        typed = customer_search.typed(query.get("q", ""))
        return {"q": typed} if typed else {}, customer_search.found(typed)

    context = {
        "views": saved_views.over(request, "customers", read),
        "now": now(),
        "q": q,
        "rows": [(row, standings[row.pk]) for row in page.rows],
        "page": page,
        "new_url": reverse("customer-new") + (f"?{urlencode({'q': q})}" if q else ""),
    }
    return render(request, part(request, "customers/customers.html", "rows"), context)


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
    return customer_page.show(request, pk)


@require_POST
def customer_edit(request: Request, pk: int) -> HttpResponseBase:
    found = customer_page.known(pk)
    if found.merged_into_id is not None:
        raise LostRace(f"{found} is part of another")
    form = CustomerForm.about(found, request.POST)
    if not form.is_valid():
        return customer_page.show(request, pk, form=form)
    journey.customer_rewritten(found, form.particulars)
    messages.success(request, _("Saved."))
    return redirect("customer", pk=pk)


urlpatterns = [
    path("customers/", customers, name="customers"),
    path("customers/new/", customer_new, name="customer-new"),
    *strangers.urlpatterns,
    path("customers/<int:pk>/", customer, name="customer"),
    path("customers/<int:pk>/edit/", customer_edit, name="customer-edit"),
    *contact_points.urlpatterns,
    *customer_merges.urlpatterns,
    *customer_privacy.urlpatterns,
]
