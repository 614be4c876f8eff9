"""Our loan devices: who has which, since when and until when, and which are in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from helpdesk import journey
from helpdesk.web.fields import Line
from helpdesk.web.http import Request, way_back
from helpdesk.web.trouble_page import Lent
from tickets.models import Loan, LoanDevice

RETIRE, OFFER = "retire", "offer"


class LoanDeviceForm(forms.Form):
    """One more of ours that can be lent."""

    name = Line(label=gettext_lazy("Device"), max_length=120)
    serial = Line(
        label=gettext_lazy("Serial number"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@require_GET
def loans(request: Request) -> HttpResponse:
    return render(request, "devices/loans.html", _context(LoanDeviceForm()))


@require_POST
def loan_device_new(request: Request) -> HttpResponseBase:
    form = LoanDeviceForm(request.POST)
    if not form.is_valid():
        return render(request, "devices/loans.html", _context(form), status=422)
    added = LoanDevice.objects.create(**form.cleaned_data)
    messages.success(request, _("%s can be lent now.") % added)
    return redirect("loans")


@require_POST
def loan_device(request: Request, pk: int) -> HttpResponseBase:
    """Lend it no more, or again."""
    found = get_object_or_404(LoanDevice, pk=pk)
    found.active = request.POST.get("do") == OFFER
    found.save(update_fields=["active"])
    said = _("%s can be lent again.") if found.active else _("%s is not lent any more.")
    messages.success(request, said % found)
    return redirect("loans")


@require_POST
def loan_return(request: Request, pk: int) -> HttpResponseBase:
    loan = get_object_or_404(Loan.objects.select_related("device"), pk=pk)
    if loan.returned_at is None:
        journey.loan_returned(loan, by=request.user, now=now())
        messages.success(request, _("%s is back.") % loan.device)
    else:
        messages.info(request, _("%s was back already.") % loan.device)
    return redirect(way_back(request, "loans"))


def _context(form: LoanDeviceForm) -> dict[str, Any]:
    """Return all our devices in three heaps; two statements for any number."""
    instant = now()
    today = localtime(instant).date()
    who = ("ticket__customer", "ticket__contact_point", "lent_by")
    still_out = (
        Loan.objects.filter(returned_at__isnull=True)
        .select_related(*who)
        .defer("ticket__search_text", "ticket__customer__search_text")
    )
    devices = LoanDevice.objects.prefetch_related(Prefetch("loans", still_out, to_attr="now_out"))
    lent: list[tuple[Lent, Loan, LoanDevice]] = []
    inside, retired = [], []
    for device in devices:
        for loan in device.now_out:
            lent.append((Lent(loan.pk, device.name, loan.due_date, today), loan, device))
        if not device.active:
            retired.append(device)
        elif not device.now_out:
            inside.append(device)
    return {
        "now": instant,
        "form": form,
        "lent": sorted(lent, key=lambda row: (row[0].due_date, row[0].pk)),
        "late": sum(each.is_late for each, _loan, _device in lent),
        "inside": inside,
        "retired": retired,
    }


urlpatterns = [
    path("loans/", loans, name="loans"),
    path("loans/devices/new/", loan_device_new, name="loan-device-new"),
    path("loans/devices/<int:pk>/", loan_device, name="loan-device"),
    path("loans/<int:pk>/back/", loan_return, name="loan-return"),
]
