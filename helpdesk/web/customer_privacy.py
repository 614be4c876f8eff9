"""What an owner does when a customer asks: all we have of them, and to be forgotten."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from billing.models import Invoice
from helpdesk import journey
from helpdesk.web import correspondence, customer_page
from helpdesk.web.downloads import POLICY
from helpdesk.web.http import Request, owners_only
from policies.models import FollowUp, Promise
from tickets import erasing
from tickets.models import Attachment, Customer, Device, Interaction, Loan
from tickets.text import one_line

TEMPLATE = "customers/anonymise.html"


class AnonymiseForm(forms.Form):
    """Their name once more, since there is no way back."""

    name = forms.CharField(
        label=gettext_lazy("Their name, as it stands above"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, customer: Customer, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.customer = customer

    def clean_name(self) -> str:
        typed = one_line(self.cleaned_data["name"])
        if typed.casefold() != one_line(self.customer.name).casefold():
            raise forms.ValidationError(_("That is not their name. Type %s.") % self.customer.name)
        return typed


@owners_only
@require_safe
def export(request: Request, pk: int) -> HttpResponse:
    customer = customer_page.known(pk)
    response = HttpResponse(
        journey.customer_exported(customer, now=now()), content_type="application/zip"
    )
    response["Content-Disposition"] = f'attachment; filename="customer-{customer.pk}.zip"'
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "private, no-store"
    return response


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def anonymise(request: Request, pk: int) -> HttpResponseBase:
    customer = customer_page.known(pk)
    if customer.merged_into_id is not None:
        return redirect("customer-anonymise", pk=customer.merged_into_id)
    form = AnonymiseForm(customer, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            journey.customer_anonymised(customer, by=request.user, now=now())
        except journey.StillLent as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("They are forgotten. Only their invoices say who it was."))
            return redirect("customer", pk=pk)
    context = {"customer": customer, "form": form, **_counts(customer)}
    return render(request, TEMPLATE, context, status=422 if form.errors else 200)


def _counts(customer: Customer) -> dict[str, Any]:
    """Count what goes, what ends and what stays."""
    people = erasing.everybody(customer)
    tickets = erasing.tickets_of(people)
    numbers = tickets.values("pk")
    said = Interaction.objects.filter(ticket__in=numbers)
    planned = FollowUp.objects.filter(ticket__in=numbers).exclude(status=FollowUp.Status.DONE)
    planned = planned.select_related("promise", "ticket")
    of_tickets = tickets.aggregate(
        tickets=Count("pk"),
        open=Count("pk", filter=Q(ended_at=None)),
        due=Count("pk", filter=Q(bill_at__isnull=False)),
    )
    lent = Loan.objects.filter(ticket__in=numbers, returned_at=None)
    return of_tickets | {
        "also": [one.name for one in people if one.pk != customer.pk],
        "contacts": said.count(),
        "files": Attachment.objects.filter(interaction__in=said.values("pk")).count(),
        "devices": Device.objects.filter(customer__in=people).count(),
        "shared": erasing.points_of(people, shared=True).count(),
        "promises": Promise.objects.open().filter(ticket__in=numbers).count(),
        "planned": sum(not correspondence.is_over(row) for row in planned),
        # With those that are issued right away.
        "invoices": Invoice.objects.filter(customer__in=people).count() + of_tickets["due"],
        "loan": lent.select_related("device").first(),
    }


urlpatterns = [
    path("customers/<int:pk>/export/", export, name="customer-export"),
    path("customers/<int:pk>/anonymise/", anonymise, name="customer-anonymise"),
]
