"""How a customer is reached: another number or address, and one that is theirs no more."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk import journey
from helpdesk.journey import LastWay
from helpdesk.web import customer_page, customer_search
from helpdesk.web.customer_forms import ReachForm
from helpdesk.web.http import Request
from tickets.intake import Reachable
from tickets.states import LostRace


@require_POST
def customer_contact(request: Request, pk: int) -> HttpResponseBase:
    found = customer_page.known(pk)
    if found.merged_into_id is not None:
        raise LostRace(f"{found} is part of another")
    reach = ReachForm(request.shop, request.POST, of=found)
    if not reach.is_valid():
        return customer_page.show(request, pk, reach=reach)
    by: Reachable = reach.cleaned_data["reach"]
    if reach.is_theirs:
        messages.info(request, _("That is on the list already."))
    else:
        journey.customer_reached_by(found, by)
        messages.success(request, _("Added."))
    return redirect("customer", pk=pk)


@require_POST
def customer_contact_remove(request: Request, pk: int) -> HttpResponseBase:
    found, key = customer_page.known(pk), request.POST.get("point", "")
    points = found.contact_points.all()
    point = points.filter(pk=int(key)).first() if customer_search.is_key(key) else None
    if point is None:
        raise LostRace("it is not theirs any more")
    try:
        journey.customer_not_reached_by(found, point)
    except LastWay as error:
        messages.error(request, str(error))
    else:
        said = _("%(point)s is not theirs any more. What was said from there stays here.")
        messages.success(request, said % {"point": point.said(request.shop.region)})
    return redirect("customer", pk=pk)


urlpatterns = [
    path("customers/<int:pk>/contact/", customer_contact, name="customer-contact"),
    path(
        "customers/<int:pk>/contact/remove/",
        customer_contact_remove,
        name="customer-contact-remove",
    ),
]
