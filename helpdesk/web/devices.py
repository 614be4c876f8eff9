"""One device of a customer's: what is known of it, and every time it was here."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk import journey
from helpdesk.web import paging
from helpdesk.web.device_fields import DeviceFields, as_typed
from helpdesk.web.http import Request
from helpdesk.web.trouble_page import device_marks
from tickets.models import Customer, Device, Shop, Ticket

ROWS = 25


class DevicePageForm(DeviceFields):
    """A device of `shop`'s customer; the one that is there already, or a new one."""

    def __init__(
        self, shop: Shop, data: Mapping[str, Any] | None = None, *, device: Device | None = None
    ) -> None:
        super().__init__(data, initial=as_typed(device, shop) if device else {})
        self.write_prices_in(shop, today=localtime(now()).date(), device=device)


@require_GET
def device(request: Request, pk: int) -> HttpResponse:
    found = _found(pk)
    form = DevicePageForm(request.shop, device=found)
    return render(request, "devices/device.html", _context(found, request, form))


@require_POST
def device_edit(request: Request, pk: int) -> HttpResponseBase:
    found = _found(pk)
    form = DevicePageForm(request.shop, request.POST, device=found)
    if not form.is_valid():
        context = _context(_found(pk), request, form)
        return render(request, "devices/device.html", context, status=422)
    journey.device_written(found.customer, form.particulars, device=found)
    messages.success(request, _("Saved."))
    return redirect("device", pk=pk)


@require_http_methods(["GET", "POST"])
def device_new(request: Request, pk: int) -> HttpResponseBase:
    customer = get_object_or_404(Customer.objects.defer("search_text"), pk=pk)
    if request.method == "GET":
        context = {"customer": customer, "form": DevicePageForm(request.shop)}
        return render(request, "devices/new.html", context)
    form = DevicePageForm(request.shop, request.POST)
    if not form.is_valid():
        context = {"customer": customer, "form": form}
        return render(request, "devices/new.html", context, status=422)
    written = journey.device_written(customer, form.particulars)
    messages.success(request, _("%s is written down.") % written)
    return redirect("device", pk=written.pk)


def _found(pk: int) -> Device:
    devices = Device.objects.select_related("customer").defer("customer__search_text")
    return get_object_or_404(devices, pk=pk)


def _context(found: Device, request: Request, form: DevicePageForm) -> dict[str, Any]:
    instant = now()
    tickets = Ticket.objects.filter(device=found).select_related("service", "assignee")
    return {
        "now": instant,
        "device": found,
        "device_marks": list(device_marks(found, localtime(instant).date())),
        "form": form,
        "page": paging.page(
            tickets.defer("search_text"), ("-number",), request.GET, size=ROWS, anchor="#tickets"
        ),
    }


urlpatterns = [
    path("devices/<int:pk>/", device, name="device"),
    path("devices/<int:pk>/edit/", device_edit, name="device-edit"),
    path("customers/<int:pk>/devices/new/", device_new, name="device-new"),
]
